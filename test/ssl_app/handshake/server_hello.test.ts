import { beforeAll, describe, expect, test } from '@jest/globals'
import {
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
} from '../../../ssl_app/handshake/handshake_data.ts'
import type { ClientHello } from '../../../ssl_app/handshake/hello.ts'
import { type ClientHelloExtension, get_extension } from '../../../ssl_app/handshake/hello_extensions.ts'
import { inquire } from '../../../ssl_app/handshake/inquiries.ts'
import { type Choice, choose } from '../../../ssl_app/handshake/server_hello.ts'
import { fallback_scsv, renegotiation_info_scsv, suites } from '../../../ssl_app/record/cipher_suites.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import { config, environment, now } from '../../support/engine_pair.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'
import { make_world, type World } from '../../support/walks.ts'

const grease = [0x0a0a, 0xfafa]
const aes_128_gcm = 0xc02b
const chacha = 0xcca9
const ecdhe_rsa = 0xc02f

let ec: World
let rsa: World
beforeAll(async () => {
  ec = await make_world()
  rsa = await make_world('rsa')
})

const extensions: readonly ClientHelloExtension[] = [
  ['supported_groups', ['x25519', 'secp256r1']],
  ['ec_point_formats', ['uncompressed']],
  ['signature_algorithms', ['ecdsa_secp256r1_sha256', 'rsa_pkcs1_sha256']],
  ['extended_master_secret', true],
]

/** A ClientHello with other extensions in the place of those of the same name. */
function hello(changes: Partial<ClientHello> = {}, ...others: readonly ClientHelloExtension[]): ClientHello {
  const names = others.map(([name]) => name)
  return {
    client_version: 0x0303,
    random: new Uint8Array(32).fill(7),
    session_id: hex(''),
    cipher_suites: [...grease, aes_128_gcm, chacha, ecdhe_rsa],
    compression_methods: ['null'],
    extensions: [...extensions.filter(([name]) => !names.includes(name)), ...others],
    ...changes,
  }
}

const without = (...names: string[]): ClientHello =>
  hello({ extensions: extensions.filter(([name]) => !names.includes(String(name))) })

const data = (changes: Partial<HandshakeConfig> = {}, sessions: readonly Session[] = []): HandshakeData =>
  nothing_known('server', config('server', { identities: [ec.server], ...changes }), environment(sessions))

/** What is chosen, once all is known that somebody else has to tell. */
const asked_of = (known: HandshakeData, offer: ClientHello): Choice =>
  choose(inquire(['client_hello', offer], known) as HandshakeData, offer)

const chosen = (offer: ClientHello, changes: Partial<HandshakeConfig> = {}): Choice =>
  asked_of(data(changes), offer)

const refusal = (offer: ClientHello, changes: Partial<HandshakeConfig> = {}, kept: Session[] = []) =>
  thrown_alert(() => asked_of(data(changes, kept), offer))

const answer = (offer: ClientHello, changes: Partial<HandshakeConfig> = {}) =>
  chosen(offer, changes).server_hello.extensions

describe('the version', () => {
  test.each([0x0303, 0x0304, 0x0305, 0x0400, 0x7f1c, 0xfafa, 0xffff])('is 1.2 for a client of %i', code => {
    expect(chosen(hello({ client_version: code })).server_hello.server_version).toBe(0x0303)
  })

  test.each([0x0302, 0x0301, 0x0300, 0x0200, 0x0002, 0])('is refused to a client of %i', code => {
    expect(refusal(hello({ client_version: code }))).toBe('protocol_version')
  })

  test('of a client that has fallen back is refused when it could have been higher', () => {
    const cipher_suites = [aes_128_gcm, fallback_scsv]
    expect(refusal(hello({ client_version: 0x0302, cipher_suites }))).toBe('inappropriate_fallback')
    expect(refusal(hello({ client_version: 0x0303, cipher_suites }))).toBe('none')
    expect(refusal(hello({ client_version: 0x0304, cipher_suites }))).toBe('none')
  })
})

describe('the suite', () => {
  const both = suites('tlsv1.2').filter(({ code }) => [aes_128_gcm, chacha].includes(code))
  const server_first = { ciphers: [...both].reverse(), honor_cipher_order: true }

  test("is the client's first that the certificate serves", () => {
    expect(chosen(hello()).server_hello.cipher_suite).toBe(aes_128_gcm)
    expect(chosen(hello(), { identities: [rsa.server] }).server_hello.cipher_suite).toBe(ecdhe_rsa)
    expect(chosen(hello(), { ciphers: server_first.ciphers }).server_hello.cipher_suite).toBe(aes_128_gcm)
  })

  test("is the server's first when its order is to be honoured", () => {
    expect(chosen(hello(), server_first).server_hello.cipher_suite).toBe(server_first.ciphers[0]!.code)
    const other = { ...server_first, ciphers: both }
    expect(chosen(hello(), other).server_hello.cipher_suite).toBe(both[0]!.code)
  })

  test.each([[[ecdhe_rsa]], [grease], [[renegotiation_info_scsv]], [[0x1301]]])(
    'is refused to a client that has only %j',
    cipher_suites => {
      expect(refusal(hello({ cipher_suites }))).toBe('insufficient_security')
    },
  )

  test('is refused by a server without certificate', () => {
    expect(refusal(hello(), { identities: [] })).toBe('internal_error')
  })

  test('needs a certificate on a curve that the client knows', () => {
    expect(refusal(hello({}, ['supported_groups', ['x25519', 0x0a0a]]))).toBe('insufficient_security')
    const x25519 = hello({}, ['supported_groups', ['x25519']])
    expect(refusal(x25519, { identities: [rsa.server] })).toBe('none')
  })
})

test('compression is refused to a client that cannot do without', () => {
  expect(refusal(hello({ compression_methods: [1, 64] }))).toBe('illegal_parameter')
  expect(refusal(hello({ compression_methods: [1, 'null'] }))).toBe('none')
  expect(chosen(hello()).server_hello.compression_method).toBe('null')
})

describe('the curve', () => {
  const curve = (offer: ClientHello, changes: Partial<HandshakeConfig> = {}) =>
    chosen(offer, changes).data.curve

  test("is the server's first that the client has", () => {
    expect(curve(hello())).toBe('x25519')
    expect(curve(hello(), { groups: ['secp256r1', 'x25519'] })).toBe('secp256r1')
    expect(curve(hello({}, ['supported_groups', [0x2a2a, 29_000, 'secp256r1']]))).toBe('secp256r1')
  })

  test("is the client's first that the server has, where its order counts", () => {
    const offer = hello({}, ['supported_groups', [0x2a2a, 'x448', 'secp384r1', 'x25519', 'secp256r1']])
    const groups = ['secp256r1', 'secp384r1'] as const
    expect(curve(offer, { groups, honor_ecc_order: true })).toBe('secp256r1')
    expect(curve(offer, { groups, honor_ecc_order: false })).toBe('secp384r1')
    expect(curve(without('supported_groups'), { groups, honor_ecc_order: false })).toBe('secp256r1')
    expect(refusal(offer, { groups: ['secp521r1'], honor_ecc_order: false })).toBe('insufficient_security')
  })

  test('is P-256 for a client that does not tell', () => {
    expect(curve(without('supported_groups', 'ec_point_formats'))).toBe('secp256r1')
    expect(refusal(without('supported_groups'), { groups: ['x25519'] })).toBe('insufficient_security')
  })

  test('is refused when there is none in common', () => {
    const offer = hello({}, ['supported_groups', ['secp521r1', 'secp256r1']])
    expect(refusal(offer, { groups: ['x25519', 'x448'] })).toBe('insufficient_security')
  })

  test('is refused to a client that reads no uncompressed points', () => {
    const compressed = hello({}, ['ec_point_formats', ['ansiX962_compressed_prime', 7]])
    expect(refusal(compressed)).toBe('illegal_parameter')
    const tells_no_curves = compressed.extensions!.filter(([name]) => name !== 'supported_groups')
    expect(refusal(hello({ extensions: tells_no_curves }))).toBe('insufficient_security')
  })
})

describe('the signature scheme', () => {
  test("is the client's first that the key can do", () => {
    const offer = hello({}, [
      'signature_algorithms',
      [0x1a1a, 'rsa_pss_rsae_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp256r1_sha256'],
    ])
    expect(chosen(offer).data.scheme).toBe('ecdsa_secp384r1_sha384')
    expect(chosen(offer, { identities: [rsa.server] }).data.scheme).toBe('rsa_pss_rsae_sha256')
  })

  test('is SHA-1 for a client that does not tell', () => {
    expect(chosen(without('signature_algorithms')).data.scheme).toBe('ecdsa_sha1')
    const strict = { signature_algs: ['ecdsa_secp256r1_sha256'] } as const
    expect(refusal(without('signature_algorithms'), strict)).toBe('handshake_failure')
  })

  test('is refused when there is none in common', () => {
    for (const listed of [['rsa_pkcs1_sha256'], [0x0a0a], ['dsa_sha1', 'ed25519']] as const) {
      expect(refusal(hello({}, ['signature_algorithms', listed]))).toBe('handshake_failure')
    }
  })
})

describe('renegotiation_info', () => {
  const empty = ['renegotiation_info', hex('')] as const

  test('is answered, empty, to a client that knows it', () => {
    const scsv = hello({ cipher_suites: [renegotiation_info_scsv, aes_128_gcm] })
    expect(answer(scsv)).toContainEqual(empty)
    expect(answer(hello({}, empty))).toContainEqual(empty)
    expect(chosen(scsv).data.secure_renegotiation).toBe(true)
  })

  test('is not sent to a client that does not', () => {
    expect(get_extension(answer(hello()), 'renegotiation_info')).toBeUndefined()
    expect(chosen(hello()).data.secure_renegotiation).toBe(false)
  })

  test('is refused when it is not empty in a first handshake', () => {
    expect(refusal(hello({}, ['renegotiation_info', hex('00')]))).toBe('handshake_failure')
  })
})

describe('ALPN', () => {
  const offer = hello({}, ['alpn', ['http/1.1', 'h2', '\x2a\x2a']])

  test("is the server's first that the client has", () => {
    expect(chosen(offer, { alpn: ['h3', 'h2', 'http/1.1'] }).data.protocol).toBe('h2')
    expect(answer(offer, { alpn: ['http/1.1'] })).toContainEqual(['alpn', 'http/1.1'])
  })

  test('is refused when there is none in common', () => {
    expect(refusal(offer, { alpn: ['h3'] })).toBe('no_application_protocol')
  })

  test('is left out when either side does without', () => {
    expect(get_extension(answer(offer), 'alpn')).toBeUndefined()
    expect(get_extension(answer(hello(), { alpn: ['h2'] }), 'alpn')).toBeUndefined()
  })
})

describe('the answer', () => {
  test('has the time in front of its random bytes', () => {
    const { random } = chosen(hello()).server_hello
    expect(new DataView(random.buffer).getUint32(0)).toBe(now / 1000)
    expect(new Set(random.subarray(4)).size).toBeGreaterThan(5)
  })

  test('tells point formats only to a client that has told its own', () => {
    expect(answer(hello())).toContainEqual(['ec_point_formats', ['uncompressed']])
    expect(get_extension(answer(without('ec_point_formats')), 'ec_point_formats')).toBeUndefined()
  })

  test('does not repeat the name, which is kept', () => {
    const named = hello({}, ['server_name', 'example.com'])
    expect(chosen(named).data.server_name).toBe('example.com')
    expect(get_extension(answer(named), 'server_name')).toBeUndefined()
  })

  test('has no extensions where there is nothing to say', () => {
    const { extensions: _none, ...bare } = hello()
    expect(answer(bare as ClientHello)).toBeUndefined()
  })

  test('ignores what it does not know, wherever it stands', () => {
    const greased = hello(
      { cipher_suites: [...grease, 0x5a5a, aes_128_gcm, 0x6a6a], compression_methods: ['null', 0x0b] },
      [0x0a0a, hex('')],
      [0xfafa, hex('00')],
      [43, hex('0403040303')],
      ['supported_groups', [0x3a3a, 'x25519', 'secp256r1']],
    )
    expect(refusal(greased)).toBe('none')
  })
})

describe('a session', () => {
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
  const offer = hello({ session_id: session.session_id })
  const resumed = (asked: ClientHello, kept: Session, changes: Partial<HandshakeConfig> = {}) =>
    asked_of(data(changes, [kept]), asked)

  test('goes on', () => {
    const choice = resumed(offer, session)
    expect(choice.data).toMatchObject({ resumed: true, master_secret: session.master_secret })
    expect(choice.server_hello).toMatchObject({
      session_id: session.session_id,
      cipher_suite: aes_128_gcm,
      extensions: [['extended_master_secret', true]],
    })
    expect(choice.data.curve).toBeUndefined()
  })

  test('keeps its secret when the connection wipes its own', () => {
    expect(resumed(offer, session).data.master_secret).not.toBe(session.master_secret)
  })

  test.each<[string, ClientHello, Partial<Session>, Partial<HandshakeConfig>]>([
    ['is not there', hello({ session_id: hex('05') }), {}, {}],
    ['has another version', offer, { version: 'tlsv1.1' }, {}],
    ['has a suite that the client does not offer', { ...offer, cipher_suites: [chacha] }, {}, {}],
    [
      'has a suite that the server does not speak any more',
      offer,
      {},
      { ciphers: suites('tlsv1.2').filter(({ code }) => code === chacha) },
    ],
    [
      'has no extended master secret, which the client asks for',
      offer,
      { extended_master_secret: false },
      {},
    ],
  ])('does not go on when it %s', (_what, asked, changes, server) => {
    const choice = resumed(asked, { ...session, ...changes }, server)
    expect(choice.data.resumed).toBe(false)
    expect(choice.server_hello.session_id).toHaveLength(32)
    expect(choice.data.curve).toBe('x25519')
  })

  test('with extended master secret is not to be had without', () => {
    const asked = { ...without('extended_master_secret'), session_id: session.session_id }
    expect(refusal(asked, {}, [session])).toBe('handshake_failure')
    expect(resumed(asked, { ...session, extended_master_secret: false }).data.resumed).toBe(true)
  })
})
