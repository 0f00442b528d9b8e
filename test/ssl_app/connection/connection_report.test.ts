import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { format_term, gen_server, gen_statem, is_reference, ok } from '../../../runtime/index.ts'
import { format_status, Hidden } from '../../../ssl_app/connection/connection_report.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { in_memory, pair_in_memory, settle } from '../../support/memory_pair.ts'
import { reports_during, type Told } from '../../support/reports.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const password = 'open sesame'
const data = Buffer.from('nobody else is to read this')

/** Whether a secret can be found in a term, through whatever is not private. */
function holds(term: unknown, secrets: readonly unknown[], seen = new Set()): boolean {
  if (secrets.includes(term)) return true
  if (term instanceof Uint8Array) return Buffer.from(term).includes(data)
  if (typeof term !== 'object' || term === null || seen.has(term)) return false
  seen.add(term)
  const parts =
    term instanceof Map ? [...term.entries()] : Reflect.ownKeys(term).map(key => Reflect.get(term, key))
  return parts.some(part => holds(part, secrets, seen))
}

/** What is told, without processes and references to them: who has one in hand can ask it for anything. */
const facts = (told: Told): object => JSON.parse(JSON.stringify(told.facts, without_processes))

const without_processes = (_key: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  const is_opaque = typeof value === 'object' && value !== null && 'entity' in value
  return is_opaque || is_reference(value) || value instanceof ssl.SslSocket ? String(value) : value
}

test('holds finds what is there', () => {
  expect(holds({ a: [new Map([[1, { b: password }]])] }, [password])).toBe(true)
  expect(holds([Buffer.concat([Buffer.of(1), data])], [])).toBe(true)
  expect(holds(new Hidden(password), [password])).toBe(false)
})

describe('a crash report', () => {
  test('of a connection tells what it was doing, and no keys, passwords or data', () =>
    in_memory(async network => {
      const options = { ...pki().server, password }
      const { server } = await pair_in_memory(network, pki(), {}, options)
      const sending = [ssl.send(server, data), ssl.send(server, Buffer.alloc(1_000_000, data))]
      await settle()
      const told = await reports_during(async () => {
        const crash = gen_statem.call(server.pid, undefined).catch(() => {})
        sending.push(ssl.send(server, data), ssl.send(server, data))
        const shaking = ssl.handshake(server, options)
        const results = await Promise.allSettled([...sending, shaking])
        for (const result of results.slice(1)) expect(holds(result, [password])).toBe(false)
        await crash
      })
      expect(told.map(({ label }) => label).sort()).toEqual([
        'gen_statem terminate',
        'proc_lib crash',
        'supervisor child_terminated',
      ])
      const key = ok(['ok', options.key?.[1]] as const)
      for (const report of told) {
        expect(holds(facts(report), [password])).toBe(false)
        expect(JSON.stringify(facts(report))).not.toContain(String(data))
        expect(JSON.stringify(facts(report))).not.toContain(Buffer.from(key!).toString('latin1').slice(-20))
        const text = format_term(report.facts)
        expect(text).not.toContain(password)
        expect(text).not.toContain(inspect(data).slice(8, 40))
      }
      const [crashed] = told
      expect(crashed!.facts.state[1]).toMatchObject({ role: 'server', engine: 'connection', senders: 1 })
      expect(crashed!.facts.queue).toEqual([[['call', expect.anything()], 'undefined']])
    }))

  test('names requests and messages by their first word', () => {
    const status = {
      state: 'connection',
      data: { user: {}, options: {}, receivers: [], senders: [] },
      queue: [
        ['info', ['tcp', 'port', data]],
        ['cast', [data]],
        ['cast', password],
      ],
      postponed: [['internal', ['send', data]]],
      timeouts: [],
      reason: 'why',
    } as never
    expect(format_status(status)).toMatchObject({
      queue: [
        ['info', 'tcp'],
        ['cast', 'object'],
        ['cast', 'string'],
      ],
      postponed: [['internal', 'send']],
    })
  })

  test('of a listener’s tracker tells no keys or passwords', () =>
    in_memory(async network => {
      const { listener } = await pair_in_memory(network, pki(), {}, { password })
      const told = await reports_during(async () => {
        await gen_server.call(listener.tracker, undefined).catch(() => {})
      })
      expect(told.map(({ label }) => label)).toContain('gen_server terminate')
      for (const report of told) expect(holds(facts(report), [password])).toBe(false)
    }))
})

test('what is printed of a socket is its name', () =>
  in_memory(async network => {
    const { client, listener } = await pair_in_memory(network, pki(), {}, { password })
    expect(inspect(client, { showHidden: true })).toMatch(/^#SslSocket<0\.\d+\.0>$/)
    expect(`${listener}`).toMatch(/^#SslListenSocket<0\.\d+\.0>$/)
    expect(inspect([listener])).toMatch(/^\[ #SslListenSocket<0\.\d+\.0> \]$/)
  }))
