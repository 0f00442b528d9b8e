import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { use_provider } from '../../apps/crypto/crypto.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { ok } from '../../runtime/erlang/term.ts'
import { secret_options } from '../../ssl_app/connection/connection_info.ts'
import { tcp } from '../../ssl_app/connection/tcp_transport.ts'
import type { Role } from '../../ssl_app/record/tls_v1.ts'
import { not_told } from '../../ssl_app/ssl_option_checks.ts'
import { handle_options, merge_options } from '../../ssl_app/ssl_options.ts'

const der = Buffer.from('some DER')
const fun = () => 'unknown_ca'

const server = (options: object) => ok(handle_options('server', options)).ssl

describe('curves that the crypto of this program does not have', () => {
  beforeAll(() => use_provider('noble'))
  afterAll(() => use_provider('node'))

  test('are left out, and refused where none remains', () => {
    expect(server({ eccs: ['sect571r1', 'x25519'] }).eccs).toEqual(['x25519'])
    const eccs = ['sect571r1']
    expect(handle_options('server', { eccs })).toEqual(['error', ['options', ['eccs', eccs]]])
  })
})

describe('a wrong value is refused with its option', () => {
  const transport = tcp[0]
  test.each<[Role, string, Term]>([
    ['client', 'verify', 'verify_all'],
    ['client', 'verify_fun', [fun]],
    ['client', 'verify_fun', ['fun', 'state']],
    ['client', 'partial_chain', 'unknown_ca'],
    ['client', 'depth', -1],
    ['client', 'depth', 256],
    ['client', 'depth', 1.5],
    ['client', 'depth', '1'],
    ['client', 'cert', 'own.pem'],
    ['client', 'certfile', 5],
    ['client', 'key', der],
    ['client', 'key', ['RSAPrivateKey', 'der']],
    ['client', 'key', ['PublicKey', der]],
    ['client', 'key', ['RSAPrivateKey', der, 'more']],
    ['client', 'keyfile', ''],
    ['client', 'keyfile', new Uint8Array(0)],
    ['client', 'keyfile', 5],
    ['client', 'cacerts', der],
    ['client', 'cacerts', ['ca.pem']],
    ['client', 'cacerts', [{ otp: {} }]],
    ['client', 'cacerts', [null]],
    ['client', 'cacertfile', ''],
    ['client', 'cacertfile', ['ca.pem']],
    ['client', 'ciphers', 'HIGH'],
    ['client', 'ciphers', 5],
    ['client', 'reuse_sessions', 'save'],
    ['client', 'hibernate_after', -1],
    ['client', 'hibernate_after', 2 ** 32],
    ['client', 'hibernate_after', 'never'],
    ['client', 'log_alert', 1],
    ['client', 'cb_info', 'gen_tcp'],
    ['client', 'cb_info', [transport, 'tcp', 'tcp_closed']],
    ['client', 'cb_info', [undefined, 'tcp', 'tcp_closed', 'tcp_error']],
    ['client', 'cb_info', [transport, 'tcp', 'tcp_closed', 5]],
    ['client', 'alpn_advertised_protocols', 'h2'],
    ['client', 'server_name_indication', 5],
    ['client', 'server_name_indication', Buffer.from('example.org')],
    ['server', 'alpn_preferred_protocols', 5],
    ['server', 'fail_if_no_peer_cert', 'yes'],
    ['server', 'reuse_session', true],
    ['server', 'honor_cipher_order', 'true'],
    ['server', 'honor_ecc_order', 'false'],
    ['server', 'eccs', []],
    ['server', 'eccs', 'x25519'],
    ['server', 'eccs', ['x25519', 'secp256r2']],
    ['client', 'eccs', ['ed25519']],
    ['client', 'eccs', [29]],
    ['server', 'sni_hosts', [['localhost', {}]]],
    ['server', 'sni_fun', {}],
    ['server', 'dh', 'dh.pem'],
    ['server', 'dhfile', ''],
    ['server', 'dhfile', 5],
    ['client', 'user_lookup_fun', fun],
    ['server', 'user_lookup_fun', ['fun', 'state']],
    ['client', 'psk_identity', ''],
    ['client', 'psk_identity', Buffer.from('a')],
    ['server', 'psk_identity', 'ä'.repeat(32_768)],
    ['client', 'srp_identity', 'user'],
    ['client', 'srp_identity', ['', 'password']],
    ['client', 'srp_identity', ['ü'.repeat(128), 'password']],
    ['client', 'srp_identity', ['user']],
    ['client', 'srp_identity', ['user', Buffer.from('password')]],
    ['client', 'fallback', 1],
    ['client', 'secure_renegotiate', 'yes'],
    ['server', 'client_renegotiation', 0],
    ['client', 'renegotiate_at', 0],
    ['client', 'renegotiate_at', 1.5],
    ['client', 'renegotiate_at', 'never'],
    ['server', 'next_protocols_advertised', 'h2'],
    ['client', 'client_preferred_next_protocols', ['h2']],
    ['client', 'client_preferred_next_protocols', ['client', 'h2']],
    ['client', 'client_preferred_next_protocols', ['client', ['h2'], '']],
    ['client', 'client_preferred_next_protocols', ['client', ['h2'], 'a'.repeat(256)]],
    ['client', 'client_preferred_next_protocols', ['client', ['h2'], 'a', 'b']],
    ['client', 'client_preferred_next_protocols', 'client'],
    ['server', 'padding_check', 1],
    ['client', 'session_tickets', 'stateless'],
    ['server', 'session_tickets', 'auto'],
    ['server', 'session_tickets', 'stateful'],
    ['client', 'max_fragment_length', 513],
    ['client', 'max_fragment_length', '512'],
    ['client', 'record_size_limit', 63],
    ['server', 'record_size_limit', 16_385],
    ['client', 'verify_client_once', 1],
    ['server', 'erl_dist', 'true'],
    ['client', 'protocol', 'dtls'],
    ['client', 'mode', 'text'],
    ['client', 'packet', 3],
    ['client', 'packet', 'lines'],
    ['client', 'packet_size', -1],
    ['client', 'header', 'no'],
    ['client', 'active', 'twice'],
    ['client', 'active', 40_000],
  ])('of a %s: %s: %p', (role, name, given) => {
    const told = secret_options.includes(name) ? not_told : given
    expect(handle_options(role, { [name]: given })).toEqual(['error', ['options', [name, told]]])
  })

  test.each([
    [{ ...tcp[0], recv: undefined, setopts: 'x' }, ['recv', 'setopts']],
    [{ ...tcp[0], connect: null }, ['connect']],
    [Object.assign(() => {}, tcp[0], { sockname: 5 }), ['sockname']],
  ])('a transport that lacks functions: they are told', (transport, missing) => {
    const cb_info = [transport, 'tcp', 'tcp_closed', 'tcp_error']
    expect(handle_options('client', { cb_info } as never)).toEqual([
      'error',
      ['options', ['cb_info', ['undef', missing]]],
    ])
  })

  test.each([
    ['alpn_advertised_protocols', 'client', ''],
    ['alpn_advertised_protocols', 'client', new Uint8Array(0)],
    ['alpn_preferred_protocols', 'server', 'a'.repeat(256)],
    ['alpn_preferred_protocols', 'server', '€'],
    ['alpn_preferred_protocols', 'server', 5],
    ['next_protocols_advertised', 'server', ''],
  ] as const)('%s of a %s: the protocol %p is told', (name, role, protocol) => {
    expect(handle_options(role, { [name]: ['h2', protocol] })).toEqual([
      'error',
      ['options', [name, ['invalid_protocol', protocol]]],
    ])
  })

  test.each([
    [
      ['nobody', ['h2']],
      ['invalid_precedence', 'nobody'],
    ],
    [
      ['client', ['h2', '']],
      ['invalid_protocol', ''],
    ],
    [
      ['nobody', ['h2', 5], 'a'],
      ['invalid_protocol', 5],
    ],
  ])('client_preferred_next_protocols: %j: %j', (given, why) => {
    expect(handle_options('client', { client_preferred_next_protocols: given })).toEqual([
      'error',
      ['options', ['client_preferred_next_protocols', why]],
    ])
  })

  test.each(['sslv2', 'tlsv1.3', undefined, 5])(
    'the version %p is told in front of the list it stood in',
    version => {
      const versions = ['tlsv1.2', version]
      expect(handle_options('client', { versions })).toEqual([
        'error',
        ['options', [version, ['versions', versions]]],
      ])
    },
  )

  test('versions that are no list are told in the same way', () => {
    expect(handle_options('server', { versions: 'tlsv1.2' })).toEqual([
      'error',
      ['options', ['tlsv1.2', ['versions', 'tlsv1.2']]],
    ])
  })

  test('the first wrong one is told', () => {
    expect(handle_options('client', { mode: 'text', depth: -1, verify: 'maybe' })).toEqual([
      'error',
      ['options', ['verify', 'maybe']],
    ])
  })

  test.each([[[]], [null], ['binary'], [der]])('%p is no options at all', options => {
    expect(handle_options('client', options as never)).toEqual(['error', ['options', options]])
    expect(merge_options(server({}), options as never)).toEqual(['error', ['options', options]])
  })
})

test.each(['deliver'])('the option %s is not implemented yet: it is refused, and not handed on', name => {
  for (const role of ['client', 'server'] as const) {
    expect(handle_options(role, { [name]: true })).toEqual(['error', ['options', [name, true]]])
  }
})

describe('what may hold a secret is not told', () => {
  const secret = 'open sesame'
  const wrong: readonly (readonly [Role, object])[] = [
    ['client', { key: secret }],
    ['client', { key: ['RSAPrivateKey', secret] }],
    ['client', { password: [secret] }],
    ['client', { certs_keys: { key: secret } }],
    ['client', { certs_keys: [{ key: secret }] }],
    ['client', { certs_keys: [{ password: [secret] }] }],
    ['client', { certs_keys: [{ passwort: secret }] }],
    ['client', { srp_identity: ['user', secret, 'more'] }],
    ['server', { user_lookup_fun: [secret, secret] }],
    ['server', { sni_hosts: [['localhost', { password: secret }]] }],
    ['server', { sni_hosts: { localhost: { key: secret } } }],
    ['server', { sni_hosts: { localhost: { key: secret, sni_hosts: { other: { password: secret } } } } }],
    ['server', { sni_hosts: [[[[[[secret]]]]]] }],
  ]

  test.each(wrong)('of a %s: %j', (role, options) => {
    const [tag, reason] = handle_options(role, options)
    expect([tag, reason[0]]).toEqual(['error', 'options'])
    expect(JSON.stringify(reason)).not.toContain(secret)
  })

  test('of what is said anew', () => {
    const [, reason] = merge_options(server({}), { srp_identity: ['user', secret] })
    expect(reason).toEqual(['options', ['srp_identity', not_told]])
  })

  test('but the rest is, as it was given', () => {
    const sni_hosts = [['localhost', { depth: -1, cert: der, sni_fun: fun, password: secret }]]
    expect(handle_options('server', { sni_hosts })).toEqual([
      'error',
      ['options', ['sni_hosts', [['localhost', { depth: -1, cert: der, sni_fun: fun, password: not_told }]]]],
    ])
  })
})

describe("an option of the other side's is refused", () => {
  test.each([
    ['alpn_preferred_protocols', ['h2']],
    ['fail_if_no_peer_cert', true],
    ['reuse_session', fun],
    ['honor_cipher_order', true],
    ['honor_ecc_order', true],
    ['sni_hosts', {}],
    ['sni_fun', fun],
    ['dh', der],
    ['dhfile', 'dh.pem'],
    ['client_renegotiation', true],
    ['next_protocols_advertised', ['h2']],
  ])('%s by a client', (name, given) => {
    expect(handle_options('client', { [name]: given })).toEqual(['error', ['option', 'server_only', name]])
  })

  test.each([
    ['alpn_advertised_protocols', ['h2']],
    ['server_name_indication', 'disable'],
    ['client_preferred_next_protocols', ['client', ['h2']]],
    ['srp_identity', ['user', 'password']],
    ['fallback', true],
    ['max_fragment_length', 512],
  ])('%s by a server', (name, given) => {
    expect(handle_options('server', { [name]: given })).toEqual(['error', ['option', 'client_only', name]])
  })
})
