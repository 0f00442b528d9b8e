// A private key, and the password of its file, are looked for wherever something is told of a connection, a listener or
// the application: they are nowhere.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format, inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import {
  generate_private_key,
  private_key_to_pkcs8,
  strong_rand_bytes,
  use_provider,
} from '../../apps/crypto/crypto.ts'
import { components_of_private } from '../../apps/crypto/keys.ts'
import {
  der_decode,
  pbes2,
  pem_encode,
  pem_entry_encode,
  public_key_of,
} from '../../apps/public_key/public_key.ts'
import { is_pid, is_port } from '../../runtime/erlang/pid.ts'
import { process_flag, processes } from '../../runtime/erlang/process_flags.ts'
import { process_info } from '../../runtime/erlang/process_info.ts'
import { use_report_handler } from '../../runtime/erlang/report.ts'
import { format_term, ok, run, supervisor, sys } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { eventually } from '../support/eventually.ts'
import { to_hex } from '../support/hex.ts'
import type { Told } from '../support/reports.ts'
import { close_all, connect_pair, type Pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const password = 'open sesame, and quickly'
const folder = mkdtempSync(join(tmpdir(), 'kista-keys-'))
let secrets: readonly Uint8Array[] = []
let told: Told[] = []
let handler: ReturnType<typeof use_report_handler>

beforeAll(() => {
  const key = der_decode('PrivateKeyInfo', pki().leaf.key_pkcs8_der)
  const components = components_of_private(key)
  if (components.type !== 'ec') throw new Error('another key was expected')
  secrets = [components.scalar.slice(4, 20), new TextEncoder().encode(password)]
  const cipher = pbes2(strong_rand_bytes(8), strong_rand_bytes(16), 10)
  const entry = pem_entry_encode('PrivateKeyInfo', pki().leaf.key_pkcs8_der, [cipher, password])
  writeFileSync(join(folder, 'key.pem'), pem_encode([entry]))
  writeFileSync(join(folder, 'plain.pem'), pem_encode([pem_entry_encode('PrivateKeyInfo', key)]))
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  told = []
  handler = use_report_handler((level, { label, report }) => {
    told.push({ level, label: label.join(' '), facts: report })
  })
})
afterEach(() => void use_report_handler(handler))

// ---- Looking

const every_way_to_write = (bytes: Uint8Array): readonly string[] => [
  to_hex(bytes),
  to_hex(bytes).match(/../g)!.join(' '),
  [...bytes].join(','),
  [...bytes].join(', '),
  Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 3))).toString('base64'),
  Buffer.from(bytes).toString('latin1'),
  [...bytes].map((byte, index) => `"${index}":${byte}`).join(','),
]

/** Whether anything that can be reached from a value, or what is printed of it, holds one of the secrets. */
function shows(value: unknown): boolean {
  const printed = [
    inspect(value, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      maxArrayLength: null,
      maxStringLength: null,
    }),
    format('%o %s', value, value),
    json(value),
    format_term(value),
  ].join('\n')
  const texts = secrets.flatMap(every_way_to_write)
  return texts.some(text => printed.includes(text)) || holds(value, new Set())
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value, (_name, inside) => (typeof inside === 'bigint' ? `${inside}` : inside)) ?? ''
  } catch {
    return ''
  }
}

function holds(value: unknown, seen: Set<unknown>): boolean {
  if (typeof value === 'string') return value.includes(password)
  if (typeof value !== 'object' || value === null || seen.has(value)) return false
  // What a process holds is not told by who knows its name.
  if (is_pid(value) || is_port(value)) return false
  seen.add(value)
  if (value instanceof Uint8Array)
    return secrets.some(secret => Buffer.from(value).includes(Buffer.from(secret)))
  if (value instanceof Map) return [...value].some(entry => holds(entry, seen))
  if (value instanceof Set) return [...value].some(entry => holds(entry, seen))
  return Reflect.ownKeys(value).some(name => {
    const property = Object.getOwnPropertyDescriptor(value, name)
    return property !== undefined && 'value' in property && holds(property.value, seen)
  })
}

// ---- Where

const servers = ['ssl_manager', 'ssl_pem_cache', 'ssl_crl_cache', 'ssl_sup', 'tls_connection_sup']
const supervisors = ['ssl_sup', 'tls_connection_sup', 'ssl_listen_tracker_sup']

const in_files = () => ({
  cert: pki().leaf.cert_der,
  key: undefined,
  keyfile: join(folder, 'key.pem'),
  password,
})

const with_keys = (body: (pair: Pair) => Promise<unknown>, options: ssl.ListenOptions = {}) =>
  run(async () => {
    const own = { cert: pki().leaf.cert_der, key: ['PrivateKeyInfo', pki().leaf.key_pkcs8_der] } as const
    const pair = await connect_pair(pki(), own, options)
    try {
      await body(pair)
    } finally {
      await close_all(pair.client, pair.server, pair.listener)
    }
  })

const given: readonly (readonly [string, () => ssl.ListenOptions])[] = [
  ['as DER', () => ({})],
  ['in an encrypted file', () => in_files() as never],
  [
    'in a file that is not',
    () => ({ ...in_files(), password: undefined, keyfile: join(folder, 'plain.pem') }) as never,
  ],
]

test('what is looked for would be found', () => {
  const [scalar] = secrets
  for (const value of [
    { deep: [new Map([['a', Uint8Array.of(1, ...scalar!, 2)]])] },
    new Error(`the password ${password} is wrong`),
    { key: Buffer.from(scalar!) },
    [to_hex(scalar!)],
    Object.defineProperty({}, 'hidden', { value: scalar }),
  ]) {
    expect(shows(value)).toBe(true)
  }
  expect(shows({ key: 'nothing' })).toBe(false)
})

test('what is looked for is there: the state of a listener has it, which its status does not show', () =>
  with_keys(async ({ listener }) => {
    expect(shows(await sys.get_state(listener.tracker))).toBe(true)
  }))

describe.each(['node', 'noble'] as const)('a handle of a private key of %s', provider => {
  beforeAll(() => use_provider(provider))
  afterAll(() => use_provider('node'))

  test('shows what everybody may see, and no more', () => {
    const key = der_decode('PrivateKeyInfo', pki().leaf.key_pkcs8_der)
    expect(shows(key)).toBe(false)
    public_key_of(key)
    expect(shows(key)).toBe(false)
    expect(shows(structuredClone(key))).toBe(false)
    expect(shows([public_key_of(key)])).toBe(false)
    expect(shows(private_key_to_pkcs8(key))).toBe(true)
    for (const parameters of [
      ['rsa', 512, 3],
      ['namedCurve', 'ed25519'],
    ] as const) {
      expect(Object.keys(generate_private_key(parameters))).toEqual(['kind', 'type', 'bits'])
    }
  })
})

describe.each(given)('a key that is given %s', (_how, options) => {
  test('is not in what is told of a connection, or of a listener', () =>
    with_keys(async ({ client, server, listener }) => {
      for (const socket of [client, server, listener]) expect(shows(inspect(socket))).toBe(false)
      for (const socket of [client, server]) {
        expect(shows(ok(await ssl.connection_information(socket)))).toBe(false)
        expect(shows(await sys.get_status(socket.pid))).toBe(false)
        expect(shows(await ssl.getopts(socket, ['mode', 'active']))).toBe(false)
      }
      expect(shows(await sys.get_status(listener.tracker))).toBe(false)
    }, options()))

  test('is not in what is told of the application', () =>
    with_keys(async () => {
      for (const name of servers) expect([name, shows(await sys.get_status(name))]).toEqual([name, false])
      for (const name of supervisors) {
        expect([name, shows(await supervisor.which_children(name))]).toEqual([name, false])
        for (const [id] of await supervisor.which_children(name)) {
          const spec = await supervisor.get_childspec(name, id)
          expect([name, id, shows(spec)]).toEqual([name, id, false])
        }
      }
      for (const pid of processes()) expect(shows(process_info(pid))).toBe(false)
    }, options()))

  test('is not in reports of crashes', () =>
    with_keys(async ({ client, server, listener }) => {
      process_flag('trap_exit', true)
      for (const pid of [client.pid, server.pid, listener.tracker]) await sys.terminate(pid, 'a fault')
      await eventually(() => expect(told.length).toBeGreaterThanOrEqual(3))
      expect(told.map(report => report.label).join()).toContain('terminate')
      for (const report of told) expect([report.label, shows(report)]).toEqual([report.label, false])
    }, options()))
})

describe('an error about a key', () => {
  const scalar_text = () => Buffer.from(secrets[0]!).toString('latin1')

  test.each<readonly [string, () => object]>([
    [
      'of another certificate',
      () => ({ cert: pki().ca.cert_der, key: ['PrivateKeyInfo', pki().leaf.key_pkcs8_der] }),
    ],
    ['that is cut off', () => ({ key: ['PrivateKeyInfo', pki().leaf.key_pkcs8_der.subarray(0, 100)] })],
    ['of another form', () => ({ key: ['RSAPrivateKey', pki().leaf.key_pkcs8_der] })],
    ['that is text', () => ({ key: scalar_text() })],
    ['that is bytes', () => ({ key: pki().leaf.key_pkcs8_der })],
    ['of a type that there is not', () => ({ key: ['Key', pki().leaf.key_pkcs8_der] })],
    ['with a password that is none', () => ({ ...in_files(), password: [password] })],
    ['with a wrong password', () => ({ ...in_files(), password: 'wrong' })],
    ['in certs_keys', () => ({ certs_keys: [{ cert: pki().leaf.cert_der, key: pki().leaf.key_pkcs8_der }] })],
  ])('does not tell it: %s', (_what, options) =>
    run(async () => {
      const listening = await ssl.listen(0, { ...pki().server, ...options() } as never)
      expect(listening[0] === 'error' ? shows(listening) : undefined).not.toBe(true)
      const connecting = await ssl.connect('localhost', 1, { ...pki().client, ...options() } as never, 1_000)
      expect(connecting[0]).toBe('error')
      expect(shows(connecting)).toBe(false)
      if (listening[0] === 'ok') await ssl.close(listening[1])
      for (const report of told) expect(shows(report)).toBe(false)
    }),
  )
})
