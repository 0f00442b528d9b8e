import { afterEach, describe, expect, test } from '@jest/globals'
import { set_env, unset_env } from '../../apps/kernel/application.ts'
import { cacerts_get } from '../../apps/public_key/public_key.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { ok } from '../../runtime/erlang/term.ts'
import * as ssl_crl_cache from '../../ssl_app/certificate/ssl_crl_cache.ts'
import type { SslOptions } from '../../ssl_app/connection/connection_options.ts'
import { tcp } from '../../ssl_app/connection/tcp_transport.ts'
import { all_suites, suites } from '../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../ssl_app/record/tls_v1.ts'
import { handle_options } from '../../ssl_app/ssl_options.ts'

const der = Buffer.from('some DER')
const fun = () => 'unknown_ca'

/** What an option comes to. */
const value = (role: Role, options: object, name: keyof SslOptions, host?: string) =>
  ok(handle_options(role, options, host)).ssl[name]

const client = (options: object, host?: string) => ok(handle_options('client', options, host)).ssl
const server = (options: object) => ok(handle_options('server', options)).ssl

test('the defaults are those of the manual, and a client is safe', () => {
  const common = {
    versions: ['tlsv1.2', 'tlsv1.1', 'tlsv1'],
    depth: 1,
    password: '',
    ciphers: suites('tlsv1.2'),
    reuse_sessions: true,
    log_alert: true,
    cb_info: tcp,
    fail_if_no_peer_cert: false,
    honor_cipher_order: false,
    honor_ecc_order: true,
    secure_renegotiate: false,
    client_renegotiation: true,
    renegotiate_at: 2 ** 28,
    padding_check: true,
    fallback: false,
    handshake: 'full',
    verify_client_once: false,
    erl_dist: false,
    protocol: 'tls',
    crl_check: false,
    crl_cache: [ssl_crl_cache, ['internal', []]],
    allow_any_ca_purpose: false,
    least_key_bits: { rsa: 1024, dsa: 1024, ec: 160 },
  }
  const absent = Object.fromEntries(
    [
      ...['verify_fun', 'partial_chain', 'cert', 'certfile', 'key', 'keyfile', 'cacerts', 'cacertfile'],
      ...['hibernate_after', 'alpn_advertised_protocols', 'alpn_preferred_protocols'],
      ...['server_name_indication', 'reuse_session', 'sni_hosts', 'sni_fun', 'sni'],
      ...['dh', 'dhfile', 'user_lookup_fun', 'psk_identity', 'srp_identity', 'ssl_imp'],
      ...['next_protocols_advertised', 'client_preferred_next_protocols'],
      ...['max_fragment_length', 'record_size_limit', 'certs_keys', 'customize_hostname_check'],
      ...['cert_policy_opts', 'signature_algs', 'signature_algs_cert', 'stapling'],
    ].map(name => [name, undefined]),
  )
  const no_host = { server_name: undefined, hostname: undefined }
  expect(server({})).toEqual({
    ...common,
    ...absent,
    ...no_host,
    verify: 'verify_none',
    platform_cacerts: false,
    session_tickets: 'disabled',
  })
  expect(client({}, 'example.com')).toEqual({
    ...common,
    ...absent,
    verify: 'verify_peer',
    platform_cacerts: true,
    server_name: 'example.com',
    hostname: 'example.com',
    session_tickets: 'auto',
  })
})

describe('an option comes to what it says', () => {
  const verify_fun = [fun, 'state']
  const cb_info = [{ ...tcp[0] }, 'data', 'closed', 'error']

  test.each<[Role, keyof SslOptions, Term, Term]>([
    ['client', 'versions', ['tlsv1.2'], ['tlsv1.2']],
    ['client', 'versions', [], ['tlsv1.2', 'tlsv1.1', 'tlsv1']],
    ['server', 'versions', ['sslv3', 'tlsv1.1', 'tlsv1'], ['sslv3', 'tlsv1.1', 'tlsv1']],
    ['client', 'verify', 'verify_none', 'verify_none'],
    ['server', 'verify', 'verify_none', 'verify_none'],
    ['client', 'verify_fun', verify_fun, verify_fun],
    ['client', 'partial_chain', fun, fun],
    ['client', 'depth', 0, 0],
    ['client', 'depth', 255, 255],
    ['client', 'certfile', 'own.pem', 'own.pem'],
    ['client', 'certfile', Buffer.from('schlüssel.pem'), 'schlüssel.pem'],
    ['client', 'certfile', '', undefined],
    ['client', 'certfile', new Uint8Array(0), undefined],
    ['client', 'keyfile', 'key.pem', 'key.pem'],
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
    ['server', 'honor_ecc_order', false, false],
    ['server', 'eccs', ['secp160r1', 'x448', 'secp160r1'], ['secp160r1', 'x448']],
    ['server', 'fail_if_no_peer_cert', false, false],
    ['server', 'sni_fun', fun, fun],
    ['server', 'sni_hosts', {}, {}],
    ['server', 'dh', der, der],
    ['server', 'dhfile', 'dh.pem', 'dh.pem'],
    ['client', 'user_lookup_fun', [fun, 'state'], [fun, 'state']],
    ['server', 'user_lookup_fun', [fun, undefined], [fun, undefined]],
    ['client', 'psk_identity', 'a', 'a'],
    ['server', 'psk_identity', 'ä'.repeat(32_767), 'ä'.repeat(32_767)],
    ['client', 'srp_identity', ['user', 'password'], ['user', 'password']],
    ['client', 'srp_identity', ['ü'.repeat(127), ''], ['ü'.repeat(127), '']],
    ['client', 'fallback', true, true],
    ['client', 'secure_renegotiate', true, true],
    ['server', 'secure_renegotiate', true, true],
    ['server', 'client_renegotiation', false, false],
    ['client', 'renegotiate_at', 1, 1],
    ['server', 'renegotiate_at', 2 ** 40, 2 ** 28],
    ['server', 'next_protocols_advertised', ['h2', Buffer.of(0xff)], ['h2', '\xff']],
    ['server', 'next_protocols_advertised', [], []],
    ['client', 'client_preferred_next_protocols', ['client', ['h2']], ['client', ['h2']]],
    ['client', 'client_preferred_next_protocols', ['server', [], Buffer.from('a')], ['server', [], 'a']],
    ['client', 'padding_check', false, false],
    ['client', 'session_tickets', 'disabled', 'disabled'],
    ['client', 'session_tickets', 'auto', 'auto'],
    ['server', 'session_tickets', 'stateless', 'stateless'],
    ['client', 'max_fragment_length', 512, 512],
    ['client', 'max_fragment_length', 4096, 4096],
    ['client', 'record_size_limit', 64, 64],
    ['server', 'record_size_limit', 16_384, 16_384],
    ['client', 'verify_client_once', true, true],
    ['server', 'ssl_imp', 'new', 'new'],
    ['client', 'erl_dist', true, true],
    ['server', 'protocol', 'tls', 'tls'],
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
    expect(client({ cacerts: ders }).cacerts).toBe(client({ cacerts: ders }).cacerts)
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

describe('what SSL 3.0 has no extensions for', () => {
  const options: readonly (readonly [Role, string, Term])[] = [
    ['client', 'alpn_advertised_protocols', ['h2']],
    ['server', 'alpn_preferred_protocols', ['h2']],
    ['server', 'next_protocols_advertised', ['h2']],
    ['client', 'client_preferred_next_protocols', ['client', ['h2']]],
  ]

  test.each(options)('is refused of a %s that speaks nothing else: %s', (role, name, given) => {
    const refused = ['error', ['options', ['not_supported_in_sslv3', [name, given]]]]
    expect(handle_options(role, { [name]: given, versions: ['sslv3'] })).toEqual(refused)
    set_env('ssl', 'protocol_version', 'sslv3')
    expect(handle_options(role, { [name]: given })).toEqual(refused)
    expect(handle_options(role, { [name]: given, versions: ['tlsv1'] })[0]).toBe('ok')
    unset_env('ssl', 'protocol_version')
    expect(handle_options(role, { [name]: given, versions: ['sslv3', 'tlsv1'] })[0]).toBe('ok')
  })

  test.each(options)('may still be wrong, of a %s: %s', (role, name) => {
    const wrong = ['error', ['options', [name, 5]]]
    expect(handle_options(role, { [name]: 5, versions: ['sslv3'] })).toEqual(wrong)
  })
})

describe('versions that nobody asked for', () => {
  afterEach(() => void unset_env('ssl', 'protocol_version'))

  test('are those of the environment, and the suites go with them', () => {
    set_env('ssl', 'protocol_version', ['tlsv1', 'tlsv1.1'])
    for (const options of [client({}), server({ versions: [] })]) {
      expect(options.versions).toEqual(['tlsv1.1', 'tlsv1'])
      expect(options.ciphers).toEqual(suites('tlsv1.1'))
    }
    expect(client({ ciphers: 'AES256-GCM-SHA384' }).ciphers).toEqual(suites('tlsv1.1'))
  })

  test('do not count for who asks for others', () => {
    set_env('ssl', 'protocol_version', 'tlsv1')
    const { versions, ciphers } = client({ versions: ['tlsv1.2'] })
    expect([versions, ciphers]).toEqual([['tlsv1.2'], suites('tlsv1.2')])
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
