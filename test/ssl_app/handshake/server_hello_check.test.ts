// What a client takes of a server that chooses among more than it did in client_hello.test.ts.

import { describe, expect, test } from '@jest/globals'
import { start } from '../../../ssl_app/handshake/client_hello.ts'
import { mark_downgrade } from '../../../ssl_app/handshake/downgrade.ts'
import {
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
} from '../../../ssl_app/handshake/handshake_data.ts'
import type { ServerHello } from '../../../ssl_app/handshake/hello.ts'
import type { ServerHelloExtension } from '../../../ssl_app/handshake/hello_extensions.ts'
import { accept_server_hello } from '../../../ssl_app/handshake/server_hello_check.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { config, environment } from '../../support/engine_pair.ts'
import { every_suite, make_everybody, scene_settings, versions } from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'
import { scene } from '../../support/scenes.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'
import { Walk } from '../../support/walks.ts'

const aes_128_cbc = 0x002f
const aes_128_gcm = 0x009c
const rc4 = 0x0005

const started = (changes: Partial<HandshakeConfig> = {}): HandshakeData =>
  start(
    nothing_known('client', config('client', { versions, ciphers: every_suite, ...changes }), environment()),
    undefined,
  )[0]

const answer = (changes: Partial<ServerHello> = {}, ...extensions: ServerHelloExtension[]): ServerHello => ({
  server_version: 0x0303,
  random: new Uint8Array(32).fill(5),
  session_id: hex(''),
  cipher_suite: aes_128_cbc,
  compression_method: 'null',
  extensions,
  ...changes,
})

const accepted = (hello: ServerHello, changes?: Partial<HandshakeConfig>) =>
  accept_server_hello(started(changes), hello)

const refusal = (hello: ServerHello, changes?: Partial<HandshakeConfig>) =>
  thrown_alert(() => accepted(hello, changes))

describe('the version', () => {
  test.each([
    [0x0300, 'sslv3'],
    [0x0301, 'tlsv1'],
    [0x0302, 'tlsv1.1'],
    [0x0303, 'tlsv1.2'],
  ] as const)('%i is %s', (server_version, version) => {
    expect(accepted(answer({ server_version })).version).toBe(version)
  })

  test('is one of those that the client has', () => {
    const some = { versions: ['tlsv1.1', 'tlsv1.2'] } as const
    expect(refusal(answer({ server_version: 0x0301 }), some)).toBe('protocol_version')
    expect(refusal(answer({ server_version: 0x0304 }), some)).toBe('protocol_version')
    expect(refusal(answer({ server_version: 0x0302 }), some)).toBe('none')
  })

  test.each(['sslv3', 'tlsv1', 'tlsv1.1'] as const)(
    'was meddled with when the server knows better than %s',
    version => {
      const codes: Record<ProtocolVersion, number> = {
        sslv3: 0x300,
        tlsv1: 0x301,
        'tlsv1.1': 0x302,
        'tlsv1.2': 0x303,
      }
      const random = mark_downgrade(new Uint8Array(32).fill(5), version, versions)
      const hello = answer({ server_version: codes[version], random })
      expect(refusal(hello)).toBe('illegal_parameter')
      expect(refusal(hello, { versions: [version] })).toBe('none')
      expect(refusal({ ...hello, server_version: 0x0303 })).toBe('none')
    },
  )

  test('has only its own suites', () => {
    expect(refusal(answer({ server_version: 0x0302, cipher_suite: aes_128_gcm }))).toBe('illegal_parameter')
    expect(refusal(answer({ server_version: 0x0300, cipher_suite: 0xc013 }))).toBe('illegal_parameter')
  })
})

describe('an extension that was not asked for is refused', () => {
  const everything: readonly ServerHelloExtension[] = [
    ['server_name', true],
    ['max_fragment_length', 512],
    ['alpn', 'h2'],
    ['record_size_limit', 100],
    ['session_ticket', true],
    ['next_protocol_negotiation', ['h2']],
    [13, hex('0000')],
    [10, hex('0000')],
    [0x0a0a, hex('')],
    [43, hex('0304')],
    [51, hex('001d0000')],
  ]

  test.each(everything)('%s', (...extension) => {
    const hello = answer({}, extension as ServerHelloExtension)
    const asked_anyhow = extension[0] === 13 || extension[0] === 10
    expect(refusal(hello)).toBe(asked_anyhow ? 'none' : 'unsupported_extension')
  })

  test('in SSL 3.0 as well, but for renegotiation_info', () => {
    const old = { versions: ['sslv3'] } as const
    const hello = (...extensions: ServerHelloExtension[]) => answer({ server_version: 0x0300 }, ...extensions)
    expect(refusal(hello(['extended_master_secret', true]), old)).toBe('unsupported_extension')
    expect(refusal(hello(['renegotiation_info', hex('')]), old)).toBe('none')
  })
})

describe('encrypt-then-MAC', () => {
  const with_it = (cipher_suite: number) => answer({ cipher_suite }, ['encrypt_then_mac', true])

  test('is for blocks', () => {
    expect(accepted(with_it(aes_128_cbc)).encrypt_then_mac).toBe(true)
    expect(accepted(answer()).encrypt_then_mac).toBe(false)
    expect(refusal(with_it(aes_128_gcm))).toBe('illegal_parameter')
    expect(refusal(with_it(rc4))).toBe('illegal_parameter')
  })
})

describe('the protocol', () => {
  const npn: Partial<HandshakeConfig> = {
    alpn: ['h2'],
    next_protocol_selector: { precedence: 'server', protocols: ['a', 'b'], otherwise: 'c' },
  }
  const advertising = (...names: string[]) => ['next_protocol_negotiation', names] as const

  test('is chosen of what the server advertises', () => {
    const { protocol, next_protocols } = accepted(answer({}, advertising('b', 'a')), npn)
    expect({ protocol, next_protocols }).toEqual({ protocol: 'b', next_protocols: ['b', 'a'] })
  })

  test('is chosen by the order of the client where that counts', () => {
    const selector = { ...npn.next_protocol_selector!, precedence: 'client' } as const
    const hello = answer({}, advertising('b', 'a'))
    expect(accepted(hello, { ...npn, next_protocol_selector: selector }).protocol).toBe('a')
  })

  test('is what it falls back to where there is nothing in common', () => {
    expect(accepted(answer({}, advertising('z')), npn).protocol).toBe('c')
    expect(accepted(answer({}, advertising()), npn).protocol).toBe('c')
    const strict = { ...npn.next_protocol_selector!, otherwise: undefined }
    const hello = answer({}, advertising('z'))
    expect(refusal(hello, { ...npn, next_protocol_selector: strict })).toBe('handshake_failure')
  })

  test('is not told of twice', () => {
    expect(refusal(answer({}, advertising('a'), ['alpn', 'h2']), npn)).toBe('handshake_failure')
  })
})

test('a promised ticket is expected', () => {
  const hello = answer({}, ['session_ticket', true])
  expect(accepted(hello, { session_tickets: true }).ticket_expected).toBe(true)
  expect(accepted(answer(), { session_tickets: true }).ticket_expected).toBe(false)
})

describe('a client and a server that answers no extension', () => {
  const everybody = make_everybody()

  test.each(versions)('come to connection in %s', async version => {
    const people = await everybody
    const walk = new Walk('client', people, scene_settings(people, scene('rsa', {}, version)))
    const { rogue } = walk
    rogue.replace('server_hello', hello => ({ ...hello, extensions: undefined }))
    rogue.data = {
      ...rogue.data,
      extended_master_secret: false,
      encrypt_then_mac: false,
      secure_renegotiation: false,
    }
    walk.finish()
    expect(walk.refusal).toBeUndefined()
    expect(walk.victim.connected).toBe(true)
    expect(walk.victim.data).toMatchObject({ extended_master_secret: false, encrypt_then_mac: false })
    const read = walk.victim.receive(rogue.raw('application_data', Buffer.from('ping')))
    expect(read.length).toBeGreaterThan(0)
    rogue.hear(walk.victim.send(Buffer.from('pong')))
    expect(rogue.heard).toBe('pong')
  })
})
