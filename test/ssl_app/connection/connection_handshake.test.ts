import { describe, expect, test } from '@jest/globals'
import { _, exit, monotonic_time, ok, receive, send, type Term } from '../../../runtime/index.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { make_leaf, type TestCertificate } from '../../support/certificates.ts'
import { config } from '../../support/engine_pair.ts'
import { accepted_socket, idler, in_memory, pair_in_memory, sleep } from '../../support/memory_pair.ts'
import type { MemoryTransport } from '../../support/memory_transport.ts'
import { rogue_client } from '../../support/rogues.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

describe('a sni_fun', () => {
  const never = () => new Promise<undefined>(() => {})

  test('that never answers does not hold up the limit of the handshake', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun: never })
      expect(await ssl.handshake(accepted, 5_000)).toEqual(['error', 'timeout'])
      expect(monotonic_time()).toBe(5_000)
      expect(await connecting).toEqual(['error', 'closed'])
    }))

  test('that never answers does not keep the connection of an owner that has ended', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun: never })
      const owner = idler()
      ok(await ssl.controlling_process(accepted, owner))
      const shaking = ssl.handshake(accepted)
      await sleep(1)
      send(owner, 'end')
      expect(await shaking).toEqual(['error', 'closed'])
      expect(await connecting).toEqual(['error', 'closed'])
    }))

  test('that answers too late bothers nobody', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    await in_memory(async network => {
      let answer = (_options: undefined) => {}
      const late = () => new Promise<undefined>(resolve => (answer = resolve))
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun: late })
      expect(await ssl.handshake(accepted, 5_000)).toEqual(['error', 'timeout'])
      answer(undefined)
      expect(await connecting).toEqual(['error', 'closed'])
    })
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  test('may take its time', () =>
    in_memory(async network => {
      const slow = () => sleep(1_000).then(() => undefined)
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun: slow })
      expect(await ssl.handshake(accepted, 5_000)).toEqual(['ok', accepted])
      expect(monotonic_time()).toBe(1_000)
      ok(await connecting)
    }))

  test.each<[string, NonNullable<ssl.ListenOptions['sni_fun']>]>([
    ['throws', () => exit('no')],
    ['fails later', () => Promise.reject(new Error('no'))],
    ['gives options that there are not', () => ({ nonsense: 1 }) as never],
    ['gives no options at all', () => 5 as never],
    ['gives a certificate that is none', () => ({ cert: Buffer.from('none') })],
  ])('that %s ends the handshake with an alert', (_name, sni_fun) =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun })
      const failure = ['error', ['tls_alert', 'handshake failure']]
      expect(await ssl.handshake(accepted)).toEqual(failure)
      expect(await connecting).toEqual(failure)
    }),
  )
})

describe('a client that renegotiates', () => {
  const names = ['one.example', 'two.example'] as const
  const identity = ({ cert_der, key_pkcs8_der }: TestCertificate) =>
    ({ cert: cert_der, key: ['PrivateKeyInfo', key_pkcs8_der] }) as const

  /** Lets a client ask for each of the names, the first time and in renegotiations. @returns what it gets */
  async function ask_for(
    network: MemoryTransport,
    options: ssl.ListenOptions,
    ...asked: readonly (string | undefined)[]
  ): Promise<Term[]> {
    const verify_none = { ...config('client').path, verify: 'verify_none' } as const
    const [first, ...others] = asked
    const place = { network, pki: pki(), options: { active: true, reuse_sessions: false, ...options } }
    const rogue = await rogue_client(place, { config: { server_name: first, path: verify_none } })
    const seen = async () => {
      const { sni_hostname } = ok(await ssl.connection_information(rogue.socket, ['sni_hostname']))
      return [sni_hostname, rogue.peer.data.peer!.certificate]
    }
    const told: Term[] = [await seen()]
    for (const server_name of others) {
      rogue.peer.data = { ...rogue.peer.data, config: { ...rogue.peer.data.config, server_name } }
      rogue.peer.begin_again()
      await rogue.shake_hands()
      await sleep(12_000)
      told.push(await seen())
    }
    return told
  }

  test.each(['sni_hosts', 'sni_fun'] as const)(
    'gets the options of the name that it asks for then: %s',
    how =>
      in_memory(async network => {
        const [one, two] = [await make_leaf(pki().ca), await make_leaf(pki().ca)]
        const hosts: ssl.ListenOptions['sni_hosts'] = { [names[0]]: identity(one), [names[1]]: identity(two) }
        const sni_fun = async (name: string) => {
          await sleep(500)
          return hosts[name]
        }
        const options = how === 'sni_hosts' ? { sni_hosts: hosts } : { sni_fun }
        const others = [undefined, Buffer.from(pki().leaf.cert_der)]
        const first = [names[0], Buffer.from(one.cert_der)]
        const second = [names[1], Buffer.from(two.cert_der)]
        const asked = [names[0], names[0], names[1], undefined, 'three.example', names[0]]
        const told = await ask_for(network, options, ...asked)
        expect(told.map(([name, certificate]) => [name, Buffer.from(certificate)])).toEqual([
          ...[first, first, second, second, others, first],
        ])
        const [without_name] = await ask_for(network, options, undefined)
        expect(without_name[0]).toBe(undefined)
      }),
  )

  test('is asked for a certificate as the name demands, and refused without one', () =>
    in_memory(async network => {
      const strict = {
        verify: 'verify_peer',
        fail_if_no_peer_cert: true,
        cacerts: [pki().ca.cert_der],
      } as const
      const options = { sni_hosts: { 'strict.example': strict }, log_alert: false }
      await expect(ask_for(network, options, 'lax.example', 'strict.example')).rejects.toMatchObject({
        reason: ['badmatch', ['error', 'closed']],
      })
    }))

  test('waits while the options of its name are looked for, and data with it', () =>
    in_memory(async network => {
      let answer: (found: undefined) => void = () => {}
      let times = 0
      const sni_fun = () =>
        times++ === 0 ? undefined : new Promise<undefined>(resolve => (answer = resolve))
      const named = { server_name_indication: 'localhost', reuse_sessions: false }
      const { client, server } = await pair_in_memory(network, pki(), named, { sni_fun, active: true })
      const renegotiating = ssl.renegotiate(client)
      const sending = [ssl.send(client, 'there'), ssl.send(server, 'here')]
      await sleep(60_000)
      expect(times).toBe(2)
      answer(undefined)
      expect(await renegotiating).toBe('ok')
      expect(await Promise.all(sending)).toEqual(['ok', 'ok'])
      expect(await ssl.recv(client, 0)).toEqual(['ok', Buffer.from('here')])
      expect(await receive(_, 1_000)).toEqual(['ssl', server, Buffer.from('there')])
    }))
})
