import { describe, expect, test } from '@jest/globals'
import { start } from '../../../ssl_app/handshake/client_hello.ts'
import {
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
} from '../../../ssl_app/handshake/handshake_data.ts'
import type { ClientHello, ServerHello } from '../../../ssl_app/handshake/hello.ts'
import { get_extension, type ServerHelloExtension } from '../../../ssl_app/handshake/hello_extensions.ts'
import { accept_server_hello } from '../../../ssl_app/handshake/server_hello_check.ts'
import { decode_handshake } from '../../../ssl_app/handshake/tls_handshake.ts'
import { fallback_scsv, renegotiation_info_scsv, suites } from '../../../ssl_app/record/cipher_suites.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import { config, environment, now } from '../../support/engine_pair.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const aes_128_gcm = 0xc02b
const chacha = 0xcca9

const started = (changes: Partial<HandshakeConfig> = {}, offered?: Session): HandshakeData =>
  start(nothing_known('client', config('client', changes), environment()), offered)[0]

const asked = (changes: Partial<HandshakeConfig> = {}, offered?: Session): ClientHello =>
  started(changes, offered).client_hello!

const answer = (changes: Partial<ServerHello> = {}, ...extensions: ServerHelloExtension[]): ServerHello => ({
  server_version: 0x0303,
  random: new Uint8Array(32).fill(5),
  session_id: hex(''),
  cipher_suite: aes_128_gcm,
  compression_method: 'null',
  extensions,
  ...changes,
})

const accepted = (hello: ServerHello, changes: Partial<HandshakeConfig> = {}, offered?: Session) =>
  accept_server_hello(started(changes, offered), hello)

const refusal = (hello: ServerHello, changes: Partial<HandshakeConfig> = {}, offered?: Session) =>
  thrown_alert(() => accepted(hello, changes, offered))

const session: Session = {
  session_id: hex('0102030405'),
  version: 'tlsv1.2',
  cipher_suite: aes_128_gcm,
  master_secret: new Uint8Array(48).fill(9),
  extended_master_secret: true,
  encrypt_then_mac: false,
  peer_certificate: undefined,
  own_certificate: undefined,
  server_name: undefined,
  policy: '',
  is_resumable: true,
  time_stamp: 0,
}

describe('a client asks', () => {
  test('for its suites, behind the one that stands for secure renegotiation', () => {
    const ciphers = suites('tlsv1.2').slice(2, 5)
    const codes = ciphers.map(({ code }) => code)
    expect(asked({ ciphers }).cipher_suites).toEqual([renegotiation_info_scsv, ...codes])
  })

  test('for what it is set to', () => {
    const hello = asked({ server_name: 'example.com', alpn: ['h2', 'http/1.1'], groups: ['secp384r1'] })
    expect(hello.client_version).toBe(0x0303)
    expect(hello.compression_methods).toEqual(['null'])
    expect(get_extension(hello.extensions, 'server_name')).toBe('example.com')
    expect(get_extension(hello.extensions, 'alpn')).toEqual(['h2', 'http/1.1'])
    expect(get_extension(hello.extensions, 'supported_groups')).toEqual(['secp384r1'])
    expect(get_extension(hello.extensions, 'ec_point_formats')).toEqual(['uncompressed'])
    expect(get_extension(hello.extensions, 'extended_master_secret')).toBe(true)
  })

  test('for no name and no protocol when it has none', () => {
    expect(asked().extensions!.map(([name]) => name)).toEqual([
      'extended_master_secret',
      'encrypt_then_mac',
      'supported_groups',
      'ec_point_formats',
      'signature_algorithms',
    ])
  })

  test('for a session, if there is one to go on with', () => {
    expect(asked({}, session).session_id).toEqual(session.session_id)
    expect(asked().session_id).toHaveLength(0)
  })

  test('for its newest version', () => {
    expect(asked({ versions: ['tlsv1', 'tlsv1.1'] }).client_version).toBe(0x0302)
    expect(asked({ versions: ['sslv3', 'tlsv1.2', 'tlsv1'] }).client_version).toBe(0x0303)
  })

  test('with the sign of one that has fallen back, behind its suites', () => {
    expect(asked({ fallback: true }).cipher_suites.at(-1)).toBe(fallback_scsv)
    expect(asked().cipher_suites).not.toContain(fallback_scsv)
  })

  test('with a ticket, and an id by which it will know that the server took it', () => {
    const ticket_session = { ...session, ticket: hex('0a0b') }
    const hello = asked({ session_tickets: true }, ticket_session)
    expect(get_extension(hello.extensions, 'session_ticket')).toEqual(hex('0a0b'))
    expect(hello.session_id).toHaveLength(32)
    expect(asked({ session_tickets: true }, ticket_session).session_id).not.toEqual(hello.session_id)
    expect(get_extension(asked({ session_tickets: true }).extensions, 'session_ticket')).toEqual(hex(''))
    expect(get_extension(asked({}, ticket_session).extensions, 'session_ticket')).toBeUndefined()
  })

  test('for what it can be asked to tell', () => {
    const { extensions } = asked({
      srp_identity: { user: hex('0102'), password: hex('03') },
      next_protocol_selector: { precedence: 'client', protocols: ['h2'], otherwise: undefined },
      max_fragment_length: 1024,
      record_size_limit: 700,
    })
    expect(get_extension(extensions, 'srp')).toEqual(hex('0102'))
    expect(get_extension(extensions, 'next_protocol_negotiation')).toBe(true)
    expect(get_extension(extensions, 'max_fragment_length')).toBe(1024)
    expect(get_extension(extensions, 'record_size_limit')).toBe(700)
  })

  test.each([
    ['no curves', 0x009c, ['supported_groups', 'ec_point_formats', 'encrypt_then_mac']],
    ['curves but no blocks', 0xc02f, ['encrypt_then_mac']],
    ['blocks but no curves', 0x002f, ['supported_groups', 'ec_point_formats']],
  ])('for nothing that no suite of its needs: %s', (_what, code, missing) => {
    const ciphers = suites('tlsv1.2').filter(suite => suite.code === code)
    expect(ciphers).toHaveLength(1)
    const names = asked({ ciphers }).extensions!.map(([name]) => String(name))
    const optional = ['supported_groups', 'ec_point_formats', 'encrypt_then_mac']
    expect(optional.filter(name => !names.includes(name))).toEqual(missing)
  })

  test('for signature schemes only where they are known', () => {
    const names = asked({ versions: ['tlsv1', 'tlsv1.1'] }).extensions!.map(([name]) => name)
    expect(names).not.toContain('signature_algorithms')
    expect(names).toContain('supported_groups')
  })

  test('without any extension when it has nothing newer than SSL 3.0, but for its user', () => {
    const old = { versions: ['sslv3'], server_name: 'example.com', session_tickets: true } as const
    expect(asked(old).extensions).toBeUndefined()
    const user = { ...old, srp_identity: { user: hex('0102'), password: hex('03') } }
    expect(asked(user).extensions).toEqual([['srp', hex('0102')]])
  })

  test('in a renegotiation with a proof in the place of the sign, and for no protocol', () => {
    const verify_data = { client: hex('0102'), server: hex('03') }
    const before = { ...started(), version: 'tlsv1.2', verify_data, secure_renegotiation: true } as const
    const changes = { alpn: ['h2'], secure_renegotiate: true }
    const fresh = nothing_known('client', config('client', changes), environment(), before)
    const { extensions, cipher_suites } = start(fresh, undefined)[0].client_hello!
    expect(get_extension(extensions, 'renegotiation_info')).toEqual(hex('0102'))
    expect(get_extension(extensions, 'alpn')).toBeUndefined()
    expect(cipher_suites).not.toContain(renegotiation_info_scsv)
  })

  test('with the time in front of its random bytes', () => {
    const { random } = asked()
    expect(new DataView(random.buffer).getUint32(0)).toBe(now / 1000)
    expect(random).not.toEqual(asked().random)
  })

  test('in one message, with which its history begins', () => {
    const { history, client_hello } = started()
    expect(history).toHaveLength(1)
    expect(decode_handshake(history[0]!, 'tlsv1.2')).toEqual(['client_hello', client_hello])
  })
})

describe('a client refuses a server that chooses', () => {
  test.each([0x0302, 0x0301, 0x0300, 0x0304, 0xfafa, 0])('version %i', server_version => {
    expect(refusal(answer({ server_version }))).toBe('protocol_version')
  })

  test.each([0, 0x0a0a, 0x1301, chacha, renegotiation_info_scsv, fallback_scsv])('suite %i', cipher_suite => {
    const ciphers = suites('tlsv1.2').filter(({ code }) => code === aes_128_gcm)
    expect(refusal(answer({ cipher_suite }), { ciphers })).toBe('illegal_parameter')
  })

  test.each([1, 64, 255])('compression method %i', compression_method => {
    expect(refusal(answer({ compression_method }))).toBe('illegal_parameter')
  })

  test('a protocol that it was not offered', () => {
    expect(refusal(answer({}, ['alpn', 'h3']), { alpn: ['h2'] })).toBe('illegal_parameter')
    expect(refusal(answer({}, ['alpn', 'h2']))).toBe('unsupported_extension')
    expect(accepted(answer({}, ['alpn', 'h2']), { alpn: ['http/1.1', 'h2'] }).protocol).toBe('h2')
    expect(accepted(answer(), { alpn: ['h2'] }).protocol).toBeUndefined()
  })

  test.each<ServerHelloExtension>([
    [0x0a0a, hex('')],
    ['session_ticket', true],
    ['max_fragment_length', 512],
    ['record_size_limit', 512],
    ['next_protocol_negotiation', []],
    [43, hex('0304')],
    ['server_name', true],
  ])('the extension %s, which it did not ask for', (...extension) => {
    expect(refusal(answer({}, extension as ServerHelloExtension))).toBe('unsupported_extension')
  })

  test('to write no uncompressed points', () => {
    expect(refusal(answer({}, ['ec_point_formats', ['ansiX962_compressed_prime']]))).toBe('illegal_parameter')
    expect(refusal(answer({}, ['ec_point_formats', [7, 'uncompressed']]))).toBe('none')
  })

  test('to go on from an earlier handshake in a first one', () => {
    expect(refusal(answer({}, ['renegotiation_info', hex('00')]))).toBe('handshake_failure')
  })
})

describe('a client takes over', () => {
  test('whether the server knows secure renegotiation', () => {
    expect(accepted(answer()).secure_renegotiation).toBe(false)
    expect(accepted(answer({}, ['renegotiation_info', hex('')])).secure_renegotiation).toBe(true)
  })

  test('the kind of master secret', () => {
    expect(accepted(answer()).extended_master_secret).toBe(false)
    expect(accepted(answer({}, ['extended_master_secret', true])).extended_master_secret).toBe(true)
  })

  test('the confirmation of the name it asked for', () => {
    expect(refusal(answer({}, ['server_name', true]), { server_name: 'example.com' })).toBe('none')
  })

  test('nothing that stays a view of what was received', () => {
    const received = new Uint8Array(100)
    const hello = answer({ random: received.subarray(0, 32), session_id: received.subarray(32, 64) })
    const { server_random, session_id } = accepted(hello)
    expect(server_random!.buffer).not.toBe(received.buffer)
    expect(session_id!.buffer).not.toBe(received.buffer)
  })
})

describe('a session goes on', () => {
  const again = (changes: Partial<ServerHello> = {}) =>
    answer({ session_id: session.session_id, ...changes }, ['extended_master_secret', true])

  test('when the server repeats its id', () => {
    expect(accepted(again(), {}, session)).toMatchObject({
      resumed: true,
      master_secret: session.master_secret,
    })
    expect(accepted(again(), {}, session).master_secret).not.toBe(session.master_secret)
  })

  test('not with another id, or none, or when none was offered', () => {
    expect(accepted(again({ session_id: hex('01020304') }), {}, session).resumed).toBe(false)
    expect(accepted(again({ session_id: hex('0102030406') }), {}, session).resumed).toBe(false)
    expect(accepted(again({ session_id: hex('') }), {}, session).resumed).toBe(false)
    expect(accepted(again({ session_id: hex('') }), {}, { ...session, session_id: hex('') }).resumed).toBe(
      false,
    )
    expect(accepted(again()).resumed).toBe(false)
  })

  test('only with the suite and the version that it had', () => {
    expect(refusal(again({ cipher_suite: chacha }), {}, session)).toBe('illegal_parameter')
    expect(refusal(again(), {}, { ...session, version: 'tlsv1.1' })).toBe('illegal_parameter')
  })

  test('only with the kind of master secret that it had', () => {
    const plain = answer({ session_id: session.session_id })
    expect(refusal(plain, {}, session)).toBe('handshake_failure')
    expect(refusal(again(), {}, { ...session, extended_master_secret: false })).toBe('handshake_failure')
    expect(refusal(plain, {}, { ...session, extended_master_secret: false })).toBe('none')
  })
})
