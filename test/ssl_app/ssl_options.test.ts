import { describe, expect, test } from '@jest/globals'
import { cacerts_get } from '../../apps/public_key/public_key.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { ok } from '../../runtime/erlang/term.ts'
import type { SslOptions } from '../../ssl_app/connection/connection_options.ts'
import { tcp } from '../../ssl_app/connection/tcp_transport.ts'
import { all_suites, suites } from '../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../ssl_app/record/tls_v1.ts'
import { default_versions, handle_options, merge_options } from '../../ssl_app/ssl_options.ts'

const der = Buffer.from('some DER')
const fun = () => 'unknown_ca'

/** What an option comes to. */
const value = (role: Role, options: object, name: keyof SslOptions, host?: string) =>
  ok(handle_options(role, options, host)).ssl[name]

const client = (options: object, host?: string) => ok(handle_options('client', options, host)).ssl
const server = (options: object) => ok(handle_options('server', options)).ssl

test('the defaults are those of the manual, and a client is safe', () => {
  const common = {
    versions: ['tlsv1.2'],
    depth: 1,
    password: '',
    ciphers: suites('tlsv1.2'),
    reuse_sessions: true,
    log_alert: true,
    cb_info: tcp,
    fail_if_no_peer_cert: false,
    honor_cipher_order: false,
  }
  const absent = Object.fromEntries(
    [
      ...['verify_fun', 'partial_chain', 'cert', 'certfile', 'key', 'keyfile', 'cacerts', 'cacertfile'],
      ...['hibernate_after', 'alpn_advertised_protocols', 'alpn_preferred_protocols'],
      ...['server_name_indication', 'reuse_session', 'sni_hosts', 'sni_fun', 'sni'],
    ].map(name => [name, undefined]),
  )
  const no_host = { server_name: undefined, hostname: undefined }
  expect(server({})).toEqual({
    ...common,
    ...absent,
    ...no_host,
    verify: 'verify_none',
    platform_cacerts: false,
  })
  expect(client({}, 'example.com')).toEqual({
    ...common,
    ...absent,
    verify: 'verify_peer',
    platform_cacerts: true,
    server_name: 'example.com',
    hostname: 'example.com',
  })
  expect(default_versions).toEqual(['tlsv1.2'])
})

describe('an option comes to what it says', () => {
  const verify_fun = [fun, 'state']
  const cb_info = [{ ...tcp[0] }, 'data', 'closed', 'error']

  test.each<[Role, keyof SslOptions, Term, Term]>([
    ['client', 'versions', ['tlsv1.2'], ['tlsv1.2']],
    ['client', 'versions', [], ['tlsv1.2']],
    ['client', 'verify', 'verify_none', 'verify_none'],
    ['server', 'verify', 'verify_none', 'verify_none'],
    ['client', 'verify_fun', verify_fun, verify_fun],
    ['client', 'partial_chain', fun, fun],
    ['client', 'depth', 0, 0],
    ['client', 'depth', 255, 255],
    ['client', 'cert', der, der],
    ['client', 'certfile', 'own.pem', 'own.pem'],
    ['client', 'certfile', Buffer.from('schlüssel.pem'), 'schlüssel.pem'],
    ['client', 'certfile', '', undefined],
    ['client', 'certfile', new Uint8Array(0), undefined],
    ['client', 'key', ['RSAPrivateKey', der], ['RSAPrivateKey', der]],
    ['client', 'key', ['DSAPrivateKey', der], ['DSAPrivateKey', der]],
    ['client', 'key', ['ECPrivateKey', der], ['ECPrivateKey', der]],
    ['client', 'key', ['PrivateKeyInfo', der], ['PrivateKeyInfo', der]],
    ['client', 'keyfile', 'key.pem', 'key.pem'],
    ['client', 'password', 'secret', 'secret'],
    ['client', 'cacerts', [der], [der]],
    ['client', 'cacerts', [], undefined],
    ['client', 'cacerts', [{ der, otp: {} }, der], [der, der]],
    ['client', 'cacertfile', 'ca.pem', 'ca.pem'],
    ['client', 'ciphers', [], suites('tlsv1.2')],
    ['client', 'reuse_sessions', false, false],
    ['server', 'reuse_sessions', false, false],
    ['client', 'hibernate_after', 0, 0],
    ['client', 'hibernate_after', 5_000, 5_000],
    ['client', 'hibernate_after', 'infinity', undefined],
    ['client', 'hibernate_after', undefined, undefined],
    ['client', 'log_alert', false, false],
    ['client', 'cb_info', cb_info, cb_info],
    ['client', 'alpn_advertised_protocols', ['h2', Buffer.from('http/1.1')], ['h2', 'http/1.1']],
    ['client', 'alpn_advertised_protocols', [], []],
    ['server', 'alpn_preferred_protocols', [Buffer.of(0, 255)], ['\0\xff']],
    ['server', 'alpn_preferred_protocols', ['a'.repeat(255), '\n'], ['a'.repeat(255), '\n']],
    ['client', 'server_name_indication', 'example.org', 'example.org'],
    ['client', 'server_name_indication', 'disable', 'disable'],
    ['server', 'reuse_session', fun, fun],
    ['server', 'honor_cipher_order', true, true],
    ['server', 'fail_if_no_peer_cert', false, false],
    ['server', 'sni_fun', fun, fun],
    ['server', 'sni_hosts', {}, {}],
  ])('of a %s: %s: %p', (role, name, given, expected) => {
    expect(value(role, { [name]: given }, name)).toEqual(expected)
  })

  test('ciphers are the suites that are named, in that order', () => {
    const [gcm, cbc] = ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-SHA']
    const chosen = client({ ciphers: `${cbc}:${gcm}` }).ciphers.map(({ openssl }) => openssl)
    expect(chosen).toEqual([cbc, gcm])
    expect(client({ ciphers: all_suites('tlsv1.2').map(({ erlang }) => erlang) }).ciphers).toEqual(
      all_suites('tlsv1.2'),
    )
  })

  test('the same list of authorities comes to the same list of DERs, so that what is made of it is kept', () => {
    const ders = [der]
    expect(client({ cacerts: ders }).cacerts).toBe(ders)
    const combined = [{ der, otp: {} }]
    expect(client({ cacerts: combined }).cacerts).toBe(client({ cacerts: combined }).cacerts)
    const platform = cacerts_get()
    expect(client({ cacerts: platform }).cacerts).toHaveLength(platform.length)
  })

  test('a key is looked for with the certificate unless there is a file for it', () => {
    expect(client({ certfile: 'own.pem' }).keyfile).toBe('own.pem')
    expect(client({ certfile: 'own.pem', keyfile: 'key.pem' }).keyfile).toBe('key.pem')
  })

  test('one that is undefined is not given', () => {
    expect(client({ verify: undefined, depth: undefined, alpn_preferred_protocols: undefined })).toEqual(
      client({}),
    )
    const { emulated, socket } = ok(handle_options('client', { mode: undefined, nodelay: undefined }))
    expect([emulated.mode, socket]).toEqual(['list', {}])
  })
})

describe('a wrong value is refused with its option', () => {
  const transport = tcp[0]
  test.each<[Role, string, Term]>([
    ['client', 'verify', 'verify_all'],
    ['client', 'verify', 1],
    ['client', 'verify_fun', fun],
    ['client', 'verify_fun', [fun]],
    ['client', 'verify_fun', ['fun', 'state']],
    ['client', 'partial_chain', 'unknown_ca'],
    ['client', 'depth', -1],
    ['client', 'depth', 256],
    ['client', 'depth', 1.5],
    ['client', 'depth', '1'],
    ['client', 'cert', 'own.pem'],
    ['client', 'cert', [der]],
    ['client', 'certfile', 5],
    ['client', 'key', der],
    ['client', 'key', ['RSAPrivateKey', 'der']],
    ['client', 'key', ['PublicKey', der]],
    ['client', 'key', ['RSAPrivateKey', der, 'more']],
    ['client', 'keyfile', ''],
    ['client', 'keyfile', new Uint8Array(0)],
    ['client', 'keyfile', 5],
    ['client', 'password', der],
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
    ['client', 'cb_info', [{ ...transport, recv: undefined }, 'tcp', 'tcp_closed', 'tcp_error']],
    ['client', 'cb_info', [undefined, 'tcp', 'tcp_closed', 'tcp_error']],
    ['client', 'cb_info', [transport, 'tcp', 'tcp_closed', 5]],
    ['client', 'alpn_advertised_protocols', 'h2'],
    ['client', 'server_name_indication', 5],
    ['client', 'server_name_indication', Buffer.from('example.org')],
    ['server', 'alpn_preferred_protocols', 5],
    ['server', 'fail_if_no_peer_cert', 'yes'],
    ['server', 'reuse_session', true],
    ['server', 'honor_cipher_order', 'true'],
    ['server', 'sni_hosts', [['localhost', {}]]],
    ['server', 'sni_fun', {}],
    ['client', 'mode', 'text'],
    ['client', 'packet', 3],
    ['client', 'packet', 'lines'],
    ['client', 'packet_size', -1],
    ['client', 'header', 'no'],
    ['client', 'active', 'twice'],
    ['client', 'active', 40_000],
  ])('of a %s: %s: %p', (role, name, given) => {
    expect(handle_options(role, { [name]: given })).toEqual(['error', ['options', [name, given]]])
  })

  test.each([
    ['alpn_advertised_protocols', 'client', ''],
    ['alpn_advertised_protocols', 'client', new Uint8Array(0)],
    ['alpn_preferred_protocols', 'server', 'a'.repeat(256)],
    ['alpn_preferred_protocols', 'server', '€'],
    ['alpn_preferred_protocols', 'server', 5],
  ] as const)('%s of a %s: the protocol %p is told', (name, role, protocol) => {
    expect(handle_options(role, { [name]: ['h2', protocol] })).toEqual([
      'error',
      ['options', [name, ['invalid_protocol', protocol]]],
    ])
  })

  test.each(['sslv2', 'sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.3', undefined, 5])(
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

describe('an option that is not implemented yet is refused, and not handed on', () => {
  test.each([
    ...['dh', 'dhfile', 'user_lookup_fun', 'psk_identity', 'srp_identity', 'secure_renegotiate'],
    ...['client_renegotiation', 'renegotiate_at', 'fallback', 'padding_check', 'next_protocols_advertised'],
    ...['client_preferred_next_protocols', 'crl_check', 'crl_cache', 'verify_client_once', 'ssl_imp'],
    ...['protocol', 'erl_dist', 'deliver'],
  ])('%s', name => {
    for (const role of ['client', 'server'] as const) {
      expect(handle_options(role, { [name]: true })).toEqual(['error', ['options', [name, true]]])
    }
  })
})

describe("an option of the other side's is refused", () => {
  test.each([
    ['alpn_preferred_protocols', ['h2']],
    ['fail_if_no_peer_cert', true],
    ['reuse_session', fun],
    ['honor_cipher_order', true],
    ['sni_hosts', {}],
    ['sni_fun', fun],
  ])('%s by a client', (name, given) => {
    expect(handle_options('client', { [name]: given })).toEqual(['error', ['option', 'server_only', name]])
  })

  test.each([
    ['alpn_advertised_protocols', ['h2']],
    ['server_name_indication', 'disable'],
  ])('%s by a server', (name, given) => {
    expect(handle_options('server', { [name]: given })).toEqual(['error', ['option', 'client_only', name]])
  })
})

describe('socket options', () => {
  test('that are ours are told apart, with their defaults', () => {
    expect(ok(handle_options('client', {})).emulated).toEqual({
      mode: 'list',
      packet: 0,
      packet_size: 0,
      header: 0,
      active: true,
    })
    const given = { mode: 'binary', packet: 'line', packet_size: 80, header: 2, active: 'once' }
    expect(ok(handle_options('server', given)).emulated).toEqual(given)
  })

  test.each([
    [true, true],
    [false, false],
    [5, 5],
    [0, false],
    [-5, false],
  ])('active: %p comes to %p', (given, active) => {
    expect(ok(handle_options('client', { active: given })).emulated.active).toBe(active)
  })

  test('that are not are handed on as they are, whatever they are', () => {
    const options = { nodelay: true, ip: [127, 0, 0, 1], verfiy: 'verify_none' }
    expect(ok(handle_options('client', { ...options, depth: 2, active: false })).socket).toEqual(options)
  })
})
