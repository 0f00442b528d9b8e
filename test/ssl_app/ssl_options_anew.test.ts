import { describe, expect, test } from '@jest/globals'
import { ok } from '../../runtime/erlang/term.ts'
import type { SslOptions } from '../../ssl_app/connection/connection_options.ts'
import { tcp } from '../../ssl_app/connection/tcp_transport.ts'
import { suites } from '../../ssl_app/record/cipher_suites.ts'
import { handle_options, merge_options } from '../../ssl_app/ssl_options.ts'

const der = Buffer.from('some DER')
const fun = () => undefined

const server = (options: object) => ok(handle_options('server', options)).ssl

describe('options said anew', () => {
  const base = server({
    verify: 'verify_peer',
    fail_if_no_peer_cert: true,
    cacertfile: 'ca.pem',
    certfile: 'own.pem',
    depth: 3,
  })
  const merged = (options: object, onto = base) => ok(merge_options(onto, options))

  test('leave what they do not mention', () => {
    expect(merged({ honor_cipher_order: true })).toEqual({ ...base, honor_cipher_order: true })
    expect(merged({})).toEqual(base)
  })

  test('keep what the listener demands of clients, unless they say otherwise', () => {
    const { verify, fail_if_no_peer_cert } = merged({ depth: 1, cacertfile: 'other.pem' })
    expect([verify, fail_if_no_peer_cert]).toEqual(['verify_peer', true])
    const lax = merged({ verify: 'verify_none' })
    expect([lax.verify, lax.fail_if_no_peer_cert]).toEqual(['verify_none', false])
    expect(merged({ fail_if_no_peer_cert: false }).verify).toBe('verify_peer')
  })

  test('must name authorities to begin to verify', () => {
    expect(merge_options(server({}), { verify: 'verify_peer' })).toEqual([
      'error',
      ['options', ['cacertfile', '']],
    ])
    expect(merged({ verify: 'verify_peer', cacerts: [der] }, server({})).verify).toBe('verify_peer')
    expect(merge_options(server({}), { fail_if_no_peer_cert: true })[0]).toBe('error')
  })

  const identity = ({ cert, certfile, key, keyfile }: SslOptions) => ({ cert, certfile, key, keyfile })
  const none = { cert: undefined, certfile: undefined, key: undefined, keyfile: undefined }
  const key = ['ECPrivateKey', der] as const

  test.each<[string, object, object, object]>([
    [
      'a file of both',
      { certfile: 'a', keyfile: 'b' },
      { certfile: 'c', keyfile: 'c' },
      { certfile: 'c', keyfile: 'c' },
    ],
    [
      'files in place of DER',
      { cert: der, key },
      { certfile: 'c', keyfile: 'd' },
      { certfile: 'c', keyfile: 'd' },
    ],
    ['DER in place of files', { certfile: 'a', keyfile: 'b' }, { cert: der, key }, { cert: [der], key }],
    ['one file in place of another', { certfile: 'a' }, { certfile: 'c' }, { certfile: 'c', keyfile: 'c' }],
    [
      'a renewed certificate of the same key in a file',
      { certfile: 'a', keyfile: 'b' },
      { certfile: 'c' },
      { certfile: 'c', keyfile: 'b' },
    ],
    ['a renewed certificate of the same key', { cert: der, key }, { certfile: 'c' }, { certfile: 'c', key }],
  ])('replace certificate and key: %s', (_name, before, anew, expected) => {
    expect(identity(merged(anew, server(before)))).toEqual({ ...none, ...expected })
  })

  test('replace one certificate by several, and several by one', () => {
    const own = ({ certs_keys, password, ...rest }: SslOptions) => [identity(rest as SslOptions), certs_keys]
    const conf = { ...none, cert: [der], key, password: '' }
    expect(own(merged({ certs_keys: [{ cert: der, key }] }, server({ certfile: 'a' })))).toEqual([
      none,
      [conf],
    ])
    const several = server({ certs_keys: [{ cert: der, key }] })
    expect(own(merged({ certfile: 'c' }, several))).toEqual([
      { ...none, certfile: 'c', keyfile: 'c' },
      undefined,
    ])
    expect(own(merged({ depth: 1 }, several))).toEqual([none, [conf]])
  })

  test('may be numbers that older programs have for verify', () => {
    const told = ({ verify, fail_if_no_peer_cert }: SslOptions) => [verify, fail_if_no_peer_cert]
    expect(told(merged({ verify: 0 }))).toEqual(['verify_none', false])
    expect(told(merged({ verify: 1 }))).toEqual(['verify_peer', false])
    expect(told(merged({ verify: 2 }, server({ cacertfile: 'ca.pem' })))).toEqual(['verify_peer', true])
  })

  test('replace authorities, in whichever form', () => {
    const authorities = ({ cacerts, cacertfile }: SslOptions) => [cacerts, cacertfile]
    expect(authorities(merged({ cacerts: [der] }))).toEqual([[der], undefined])
    expect(authorities(merged({ cacertfile: 'b' }, server({ cacerts: [der] })))).toEqual([undefined, 'b'])
  })

  test('replace the group for Diffie-Hellman, in whichever form', () => {
    const group = ({ dh, dhfile }: SslOptions) => [dh, dhfile]
    expect(group(merged({ dh: der }, server({ dhfile: 'dh.pem' })))).toEqual([der, undefined])
    expect(group(merged({ dhfile: 'dh.pem' }, server({ dh: der })))).toEqual([undefined, 'dh.pem'])
    expect(group(merged({ depth: 1 }, server({ dh: der })))).toEqual([der, undefined])
  })

  test('bring the suites of other versions along, unless somebody has chosen some', () => {
    const old = server({ versions: ['tlsv1'] })
    expect(merged({ versions: ['tlsv1.2'] }, old).ciphers).toEqual(suites('tlsv1.2'))
    expect(merged({ depth: 1 }, old).ciphers).toEqual(suites('tlsv1'))
    const chosen = server({ versions: ['tlsv1'], ciphers: 'AES128-SHA' })
    expect(merged({ versions: ['tlsv1.2'] }, chosen).ciphers).toEqual(chosen.ciphers)
    const both = merged({ versions: ['tlsv1.2'], ciphers: 'AES256-GCM-SHA384' }, old)
    expect(both.ciphers.map(({ openssl }) => openssl)).toEqual(['AES256-GCM-SHA384'])
  })

  test('may be any that concern security', () => {
    const anew = {
      user_lookup_fun: [fun, 'state'],
      psk_identity: 'hint',
      session_tickets: 'stateless',
      client_renegotiation: false,
      padding_check: false,
      record_size_limit: 512,
      next_protocols_advertised: ['h2'],
      crl_check: 'best_effort',
      crl_cache: [{ lookup: fun, select: fun, fresh_crl: fun }, ['internal', []]],
      cert_policy_opts: { explicit_policy: true },
      allow_any_ca_purpose: true,
      signature_algs: ['ed25519'],
      signature_algs_cert: ['rsa_pkcs1_sha1'],
      least_key_bits: { rsa: 512, dsa: 512, ec: 112 },
    }
    expect(merged(anew)).toEqual({ ...base, ...anew })
  })

  test.each([
    ['depth', -1],
    ['packet', 4],
    ['nodelay', true],
    ['nonsense', 1],
    ['deliver', 'port'],
    ['stapling', 'staple'],
    ['customize_hostname_check', {}],
    ['cb_info', tcp],
    ['sni_hosts', {}],
    ['sni_fun', fun],
    ['server_name_indication', 'disable'],
    ['fallback', true],
    ['session_tickets', 'auto'],
  ])('are refused for %s: %p', (name, given) => {
    expect(merge_options(base, { [name]: given })).toEqual(['error', ['options', [name, given]]])
  })
})

describe('other options by name', () => {
  const look_up = async (options: SslOptions, name: string) => ok(await options.sni!(name))

  test('are there only where they are asked for', () => {
    expect(server({}).sni).toBeUndefined()
  })

  test('are those of sni_hosts on top of the others, the same each time', async () => {
    const options = server({
      verify: 'verify_peer',
      cacertfile: 'ca.pem',
      sni_hosts: { 'a.example': { certfile: 'a.pem' }, 'b.example': { honor_cipher_order: true } },
    })
    const a = await look_up(options, 'a.example')
    expect([a!.certfile, a!.keyfile, a!.verify]).toEqual(['a.pem', 'a.pem', 'verify_peer'])
    expect(await look_up(options, 'a.example')).toBe(a)
    expect((await look_up(options, 'b.example'))!.honor_cipher_order).toBe(true)
    expect(a!.sni).toBeUndefined()
  })

  test.each(['c.example', 'A.example', 'a.example.', '', 'constructor', '__proto__'])(
    'are not there for the name %p',
    async name => {
      const options = server({ sni_hosts: { 'a.example': { depth: 2 } } })
      expect(await look_up(options, name)).toBeUndefined()
    },
  )

  test.each([
    [{ depth: -1 }, ['options', ['depth', -1]]],
    [{ packet: 4 }, ['options', ['packet', 4]]],
    [{ verify: 'verify_peer' }, ['options', ['cacertfile', '']]],
    [{ sni_hosts: {} }, ['options', ['sni_hosts', { sni_hosts: {} }]]],
    [{ sni_fun: fun }, ['options', ['sni_hosts', { sni_fun: fun }]]],
    ['nonsense', ['options', 'nonsense']],
  ])('of sni_hosts are checked at once: %p', (inner, reason) => {
    expect(handle_options('server', { sni_hosts: { 'a.example': inner } })).toEqual(['error', reason])
  })

  test.each([
    ['at once', (name: string) => (name === 'a.example' ? { depth: 7 } : undefined)],
    ['later', async (name: string) => (name === 'a.example' ? { depth: 7 } : undefined)],
  ])('are what sni_fun says, %s', async (_when, sni_fun) => {
    const options = server({ sni_fun, honor_cipher_order: true })
    const found = await look_up(options, 'a.example')
    expect([found!.depth, found!.honor_cipher_order, found!.sni]).toEqual([7, true, undefined])
    expect(await look_up(options, 'b.example')).toBeUndefined()
  })

  test('are an error where sni_fun says nonsense or fails', async () => {
    const wrong = async (sni_fun: () => unknown) => server({ sni_fun }).sni!('a.example')
    const failure = new Error('no such host')
    const fails = () => {
      throw failure
    }
    expect(await wrong(() => ({ depth: -1 }))).toEqual(['error', ['options', ['depth', -1]]])
    expect(await wrong(() => 'nonsense')).toEqual(['error', ['options', 'nonsense']])
    expect(await wrong(() => ({ mode: 'binary' }))).toEqual(['error', ['options', ['mode', 'binary']]])
    expect(await wrong(fails)).toEqual(['error', ['options', ['sni_fun', failure]]])
    expect(await wrong(async () => fails())).toEqual(['error', ['options', ['sni_fun', failure]]])
  })

  test('come from a list or from a function, not from both', () => {
    expect(handle_options('server', { sni_hosts: {}, sni_fun: fun })).toEqual([
      'error',
      ['conflict_options', ['sni_fun', 'sni_hosts']],
    ])
  })

  test('are on top of those that a handshake said anew', async () => {
    const listener = server({ sni_hosts: { 'a.example': { certfile: 'a.pem' } } })
    const options = ok(merge_options(listener, { depth: 9 }))
    expect((await look_up(options, 'a.example'))!.depth).toBe(9)
  })
})
