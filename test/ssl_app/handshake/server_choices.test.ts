// What a server chooses where there is more than one version, key exchange or kind of client.

import { describe, expect, test } from '@jest/globals'
import {
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
  type OwnIdentity,
} from '../../../ssl_app/handshake/handshake_data.ts'
import type { ClientHello } from '../../../ssl_app/handshake/hello.ts'
import { type ClientHelloExtension, get_extension } from '../../../ssl_app/handshake/hello_extensions.ts'
import { inquire } from '../../../ssl_app/handshake/inquiries.ts'
import { type Choice, choose } from '../../../ssl_app/handshake/server_hello.ts'
import { type CipherSuite, fallback_scsv, type KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import { type ProtocolVersion, version_codes } from '../../../ssl_app/record/tls_version.ts'
import { decode_session } from '../../../ssl_app/session/session_codec.ts'
import { config, environment, shared_secrets } from '../../support/engine_pair.ts'
import {
  every_suite,
  identities_for,
  key_exchanges,
  make_everybody,
  suite_for,
  versions,
} from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const everybody = await make_everybody()
const { rsa, dsa, ec, ec_by_rsa } = everybody.identities

const extensions: readonly ClientHelloExtension[] = [
  ['supported_groups', ['x25519', 'secp256r1']],
  ['ec_point_formats', ['uncompressed']],
  ['signature_algorithms', ['ecdsa_secp256r1_sha256', 'rsa_pkcs1_sha256', 'dsa_sha256']],
]

const hello = (
  changes: Partial<ClientHello> = {},
  ...more: readonly ClientHelloExtension[]
): ClientHello => ({
  client_version: 0x0303,
  random: new Uint8Array(32).fill(7),
  session_id: hex(''),
  cipher_suites: every_suite.map(({ code }) => code),
  compression_methods: ['null'],
  extensions: [...extensions, ...more],
  ...changes,
})

/** A server that can do everything, but for what is told. */
const able = (changes: Partial<HandshakeConfig> = {}): HandshakeData =>
  nothing_known(
    'server',
    config('server', {
      versions,
      ciphers: every_suite,
      identities: [rsa],
      has_user_lookup: true,
      ...changes,
    }),
    environment(),
  )

const chosen = (asked: ClientHello, changes?: Partial<HandshakeConfig>): Choice =>
  choose(inquire(['client_hello', asked], able(changes)) as HandshakeData, asked)

const refusal = (asked: ClientHello, changes?: Partial<HandshakeConfig>) =>
  thrown_alert(() => chosen(asked, changes))

const with_suites = (...suites: readonly (CipherSuite | undefined)[]) => ({
  cipher_suites: suites.map(suite => suite!.code),
})

describe('the version', () => {
  const up_to = (version: ProtocolVersion) => versions.slice(0, versions.indexOf(version) + 1)

  test.each([
    [0x0300, 'sslv3'],
    [0x0301, 'tlsv1'],
    [0x0302, 'tlsv1.1'],
    [0x0303, 'tlsv1.2'],
    [0x0304, 'tlsv1.2'],
    [0x7f1c, 'tlsv1.2'],
    [0xfafa, 'tlsv1.2'],
  ] as const)('for a client of %i is %s', (client_version, version) => {
    expect(chosen(hello({ client_version })).data.version).toBe(version)
  })

  test.each(versions)('is at most %s, if the server knows no newer one', version => {
    const { data, server_hello } = chosen(hello({ client_version: 0x0304 }), { versions: up_to(version) })
    expect(data.version).toBe(version)
    expect(server_hello.server_version).toBe(version_codes[version])
  })

  test('is refused to a client that knows only older ones', () => {
    for (const client_version of [0, 0x0002, 0x0200, 0x0300, 0x0301]) {
      expect(refusal(hello({ client_version }), { versions: ['tlsv1.1', 'tlsv1.2'] })).toBe(
        'protocol_version',
      )
    }
  })

  test('stays in a renegotiation', () => {
    const previous = { ...able(), version: 'tlsv1', secure_renegotiation: false } as const
    const data = { ...able({ secure_renegotiate: false }), previous }
    expect(choose(data, hello({ client_version: 0x0303 })).data.version).toBe('tlsv1')
    expect(thrown_alert(() => choose(data, hello({ client_version: 0x0300 })))).toBe('protocol_version')
  })

  test.each([0x0300, 0x0301, 0x0302])('of %i that a client has fallen back to is refused', client_version => {
    const cipher_suites = [...hello().cipher_suites, fallback_scsv]
    expect(refusal(hello({ client_version, cipher_suites }))).toBe('inappropriate_fallback')
    const [version] = versions.filter(name => version_codes[name] === client_version)
    expect(refusal(hello({ client_version, cipher_suites }), { versions: up_to(version!) })).toBe('none')
  })
})

describe('the suite', () => {
  const for_version: Record<string, OwnIdentity> = { rsa, dsa, ec, ec_by_rsa }
  const usable: Record<string, readonly KeyExchange[]> = {
    rsa: ['rsa', 'dhe_rsa', 'ecdhe_rsa', 'srp_rsa', 'rsa_psk'],
    dsa: ['dhe_dss', 'srp_dss'],
    ec: ['ecdhe_ecdsa', 'ecdh_ecdsa', 'ecdh_rsa'],
    ec_by_rsa: ['ecdhe_ecdsa', 'ecdh_ecdsa', 'ecdh_rsa'],
  }
  const uncertified: readonly KeyExchange[] = ['dh_anon', 'ecdh_anon', 'psk', 'dhe_psk', 'srp_anon']
  const named = ['srp', shared_secrets.user] as const

  /** The key exchanges that a server with that certificate can be brought to. */
  const possible = (identity: OwnIdentity | undefined, version: ProtocolVersion) =>
    key_exchanges.filter(key_exchange => {
      const suite = suite_for(key_exchange, version)
      const asked = suite && hello({ client_version: version_codes[version], ...with_suites(suite) }, named)
      return asked && refusal(asked, { identities: identity ? [identity] : [] }) === 'none'
    })

  test.each(Object.keys(usable))('goes by the key of the certificate: %s', kind => {
    const expected = [...usable[kind]!, ...uncertified]
    expect(new Set(possible(for_version[kind], 'tlsv1.2'))).toEqual(new Set(expected))
  })

  test('needs no certificate for some', () => {
    expect(new Set(possible(undefined, 'tlsv1.2'))).toEqual(new Set(uncertified))
  })

  test('goes before TLS 1.2 also by who signed the certificate', () => {
    const of = (identity: OwnIdentity) =>
      possible(identity, 'tlsv1.1').filter(name => name.startsWith('ecdh_'))
    expect(of(ec)).toEqual(expect.arrayContaining(['ecdh_ecdsa']))
    expect(of(ec)).not.toContain('ecdh_rsa')
    expect(of(ec_by_rsa)).toContain('ecdh_rsa')
    expect(of(ec_by_rsa)).not.toContain('ecdh_ecdsa')
  })

  test('goes by what the key may be used for', () => {
    const only = (...key_usage: string[]) => ({ ...rsa, traits: { ...rsa.traits, key_usage } })
    expect(possible(only('keyEncipherment'), 'tlsv1.2')).not.toContain('dhe_rsa')
    expect(possible(only('keyEncipherment'), 'tlsv1.2')).toContain('rsa')
    expect(possible(only('digitalSignature'), 'tlsv1.2')).not.toContain('rsa_psk')
    expect(possible(only('digitalSignature'), 'tlsv1.2')).toContain('ecdhe_rsa')
  })

  test('is one of the version', () => {
    const gcm = every_suite.find(({ code }) => code === 0xc02f)
    expect(refusal(hello({ client_version: 0x0302, ...with_suites(gcm) }))).toBe('insufficient_security')
    expect(refusal(hello({ client_version: 0x0303, ...with_suites(gcm) }))).toBe('none')
  })

  test.each(['psk', 'dhe_psk', 'rsa_psk', 'srp_anon', 'srp_rsa'] as const)(
    'is not %s where there is nobody to ask',
    key_exchange => {
      const other = suite_for('rsa', 'tlsv1.2')
      const asked = hello(with_suites(suite_for(key_exchange, 'tlsv1.2'), other), named)
      expect(chosen(asked, { has_user_lookup: false }).data.suite).toBe(other)
      expect(chosen(asked).data.suite!.key_exchange).toBe(key_exchange)
    },
  )

  test('is none of SRP for a client that does not tell its name: RFC 5054 §2.5.1.2', () => {
    const srp_suites = ['srp_anon', 'srp_rsa'].map(name => suite_for(name as KeyExchange, 'tlsv1.2'))
    expect(refusal(hello(with_suites(...srp_suites)))).toBe('unknown_psk_identity')
    const other = suite_for('rsa', 'tlsv1.2')
    expect(chosen(hello(with_suites(...srp_suites, other))).data.suite).toBe(other)
    const told = hello(with_suites(...srp_suites), named)
    expect(refusal(told, { has_user_lookup: false })).toBe('insufficient_security')
  })

  test('of SRP is to be had for a name that nobody knows', () => {
    const unknown = hello(with_suites(suite_for('srp_anon', 'tlsv1.2')), ['srp', Buffer.from('nobody')])
    expect(chosen(unknown).data).toMatchObject({ user_secret: 'error' })
  })

  test.each([[[0x0a0a, 0x1a1a]], [[0x1301, 0x1302]], [[0x00ff]]])(
    'is refused to a client that has only %j',
    codes => {
      expect(refusal(hello({ cipher_suites: codes }))).toBe('insufficient_security')
    },
  )
})

describe('a hello without extensions', () => {
  const bare = (client_version: number) => hello({ client_version, extensions: undefined as never })

  test.each(versions)('is answered without any, in %s', version => {
    const { data, server_hello } = chosen(bare(version_codes[version]))
    expect(server_hello.extensions).toBeUndefined()
    expect(data).toMatchObject({
      extended_master_secret: false,
      encrypt_then_mac: false,
      secure_renegotiation: false,
      ticket_expected: false,
    })
  })

  test('means SHA-1 and the curve P-256', () => {
    const suite = suite_for('ecdhe_rsa', 'tlsv1.2')
    const { data } = chosen({ ...bare(0x0303), ...with_suites(suite) })
    expect(data).toMatchObject({ suite, curve: 'secp256r1', scheme: 'rsa_pkcs1_sha1' })
  })
})

describe('in SSL 3.0', () => {
  const everything: readonly ClientHelloExtension[] = [
    ['extended_master_secret', true],
    ['encrypt_then_mac', true],
    ['session_ticket', hex('')],
    ['max_fragment_length', 512],
    ['alpn', ['h2']],
    ['next_protocol_negotiation', true],
    ['renegotiation_info', hex('')],
  ]
  const answering: Partial<HandshakeConfig> = {
    session_tickets: true,
    alpn: ['h2'],
    next_protocols_advertised: ['h2'],
  }

  test('only renegotiation_info is answered, whatever is asked for', () => {
    const { data, server_hello, limits } = chosen(hello({ client_version: 0x0300 }, ...everything), answering)
    expect(server_hello.extensions).toEqual([['renegotiation_info', hex('')]])
    expect(limits).toBeUndefined()
    expect(data).toMatchObject({
      extended_master_secret: false,
      encrypt_then_mac: false,
      ticket_expected: false,
      protocol: undefined,
      next_protocols: undefined,
      max_fragment_length: undefined,
    })
  })

  test('all of them are in TLS', () => {
    const cbc = every_suite.find(({ code }) => code === 0x002f)
    const { server_hello } = chosen(hello(with_suites(cbc), ...everything), answering)
    const names = server_hello.extensions!.map(([name]) => name)
    expect(new Set(names)).toEqual(
      new Set([
        'renegotiation_info',
        'extended_master_secret',
        'encrypt_then_mac',
        'session_ticket',
        'max_fragment_length',
        'alpn',
      ]),
    )
  })
})

describe('GREASE', () => {
  const grease = Array.from({ length: 16 }, (_, high) => high * 0x1010 + 0x0a0a)

  test.each(grease)('%i is overlooked wherever it may stand', value => {
    const text = Buffer.of(value >> 8, value & 0xff).toString('latin1')
    const greased = hello({
      cipher_suites: [value, ...hello().cipher_suites, value],
      compression_methods: ['null', value & 0xff],
      extensions: [
        [value, hex('')],
        ['supported_groups', [value, 'x25519', 'secp256r1']],
        ['ec_point_formats', [value & 0xff, 'uncompressed']],
        ['signature_algorithms', [value, 'rsa_pkcs1_sha256']],
        ['alpn', [text, 'h2']],
        [43, Uint8Array.of(4, value >> 8, value & 0xff, 3, 3)],
        [51, Uint8Array.of(0, 5, value >> 8, value & 0xff, 0, 1, 0)],
        [(value + 0x1010) & 0xffff, hex('00')],
      ],
    })
    const { data, server_hello } = chosen(greased, { alpn: ['h2'] })
    expect(data).toMatchObject({ protocol: 'h2', version: 'tlsv1.2', curve: 'x25519' })
    expect(server_hello.extensions!.filter(([name]) => typeof name === 'number')).toEqual([])
  })

  test.each(grease)('%i as a version is one of the future, or of none', client_version => {
    const is_newer = client_version > 0x0303
    expect(is_newer).toBe(true)
    expect(chosen(hello({ client_version })).data.version).toBe('tlsv1.2')
  })
})

describe('encrypt-then-MAC', () => {
  const asking = (code: number, client_version = 0x0303) =>
    hello({ client_version, cipher_suites: [code] }, ['encrypt_then_mac', true])

  test.each([
    ['AES-CBC', 0x002f, 0x0303, true],
    ['3DES in TLS 1.0', 0x000a, 0x0301, true],
    ['AES-CBC in SSL 3.0', 0x002f, 0x0300, false],
    ['GCM', 0x009c, 0x0303, false],
    ['ChaCha20', 0xcca8, 0x0303, false],
    ['RC4', 0x0005, 0x0303, false],
  ])('with %s', (_what, code, version, expected) => {
    const { data, server_hello } = chosen(asking(code, version))
    expect(data.encrypt_then_mac).toBe(expected)
    expect(get_extension(server_hello.extensions, 'encrypt_then_mac')).toBe(expected || undefined)
  })

  test('is not to be had unasked', () => {
    expect(chosen(hello({ cipher_suites: [0x002f] })).data.encrypt_then_mac).toBe(false)
  })
})

describe('a ticket', () => {
  const asking = hello({}, ['session_ticket', hex('')])

  test('is promised to a client that wants one, in the place of an id', () => {
    const { data, server_hello } = chosen(asking, { session_tickets: true })
    expect(data.ticket_expected).toBe(true)
    expect(server_hello.session_id).toHaveLength(0)
    expect(get_extension(server_hello.extensions, 'session_ticket')).toBe(true)
  })

  test('is not promised unasked, or where there are none', () => {
    expect(chosen(hello(), { session_tickets: true }).data.ticket_expected).toBe(false)
    expect(chosen(asking).data.ticket_expected).toBe(false)
    expect(chosen(asking).server_hello.session_id).toHaveLength(32)
  })

  test('that is none begins a new session', () => {
    expect(decode_session(hex('0102'))).toBeUndefined()
    const wrong = hello({ session_id: new Uint8Array(32).fill(1) }, ['session_ticket', hex('0102')])
    const { data } = chosen(wrong, { session_tickets: true })
    expect(data).toMatchObject({ resumed: false, ticket_expected: true })
  })
})

describe('NPN', () => {
  const knows = ['next_protocol_negotiation', true] as const
  const advertised = { next_protocols_advertised: ['b', 'a'] }

  test('advertises to a client that knows it', () => {
    const { data, server_hello } = chosen(hello({}, knows), advertised)
    expect(data.next_protocols).toEqual(['b', 'a'])
    expect(get_extension(server_hello.extensions, 'next_protocol_negotiation')).toEqual(['b', 'a'])
  })

  test('is silent otherwise', () => {
    expect(chosen(hello({}, knows)).data.next_protocols).toBeUndefined()
    expect(chosen(hello(), advertised).data.next_protocols).toBeUndefined()
  })

  test('steps back for ALPN', () => {
    const both = hello({}, knows, ['alpn', ['h2']])
    const { data, server_hello } = chosen(both, { ...advertised, alpn: ['h2'] })
    expect(data).toMatchObject({ protocol: 'h2', next_protocols: undefined })
    expect(get_extension(server_hello.extensions, 'next_protocol_negotiation')).toBeUndefined()
    expect(chosen(both, advertised).data.next_protocols).toEqual(['b', 'a'])
  })
})

test('each key exchange has the certificate that it needs', () => {
  for (const key_exchange of key_exchanges) {
    const suite = suite_for(key_exchange, 'tlsv1.2')
    const asked = hello(with_suites(suite), ['srp', shared_secrets.user])
    expect(chosen(asked, { identities: identities_for(everybody, key_exchange) }).data.suite).toBe(suite)
  }
})
