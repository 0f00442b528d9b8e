import { describe, expect, test } from '@jest/globals'
import type { OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { ok, type Term } from '../../runtime/erlang/term.ts'
import { secret_options } from '../../ssl_app/connection/connection_info.ts'
import type { SslOptions } from '../../ssl_app/connection/connection_options.ts'
import type { Role } from '../../ssl_app/record/tls_v1.ts'
import { not_told } from '../../ssl_app/ssl_option_checks.ts'
import { handle_options } from '../../ssl_app/ssl_options.ts'

const der = Buffer.from('some DER')
const fun = () => 'unknown_ca'
const crl_module = { lookup: fun, select: fun, fresh_crl: fun }
const certificate = {} as OTPCertificate

const ssl_of = (role: Role, options: object) => ok(handle_options(role, options)).ssl

const refused = (name: string, given: Term) => ['error', ['options', [name, given]]]

describe('an option that concerns certificates comes to what it says', () => {
  test.each<[Role, keyof SslOptions, Term, Term]>([
    ['client', 'verify', 0, 'verify_none'],
    ['server', 'verify', 0, 'verify_none'],
    ['client', 'cert', der, [der]],
    ['client', 'cert', [der, der], [der, der]],
    ['client', 'key', ['RSAPrivateKey', der], ['RSAPrivateKey', der]],
    ['client', 'key', ['DSAPrivateKey', der], ['DSAPrivateKey', der]],
    ['client', 'key', ['ECPrivateKey', der], ['ECPrivateKey', der]],
    ['client', 'key', ['PrivateKeyInfo', der], ['PrivateKeyInfo', der]],
    ['client', 'key', ['rsa', der], ['RSAPrivateKey', der]],
    ['server', 'key', ['dsa', der], ['DSAPrivateKey', der]],
    ['client', 'password', 'secret', 'secret'],
    ['client', 'password', der, der],
    ['server', 'password', fun, fun],
    ['server', 'crl_check', true, true],
    ['client', 'crl_check', false, false],
    ['client', 'crl_check', 'peer', 'peer'],
    ['client', 'crl_check', 'best_effort', 'best_effort'],
    ['client', 'crl_cache', [crl_module, ['internal', []]], [crl_module, ['internal', []]]],
    ['server', 'crl_cache', [crl_module, [{}, ['any', 5]]], [crl_module, [{}, ['any', 5]]]],
    ['client', 'customize_hostname_check', { match_fun: fun }, { match_fun: fun }],
    [
      'client',
      'customize_hostname_check',
      { fqdn_fun: fun, fail_callback: fun },
      { fqdn_fun: fun, fail_callback: fun },
    ],
    ['client', 'cert_policy_opts', {}, {}],
    ['server', 'cert_policy_opts', { policy_set: ['2.5.29.32.0'] }, { policy_set: ['2.5.29.32.0'] }],
    ['server', 'cert_policy_opts', { explicit_policy: true }, { explicit_policy: true }],
    ['client', 'allow_any_ca_purpose', true, true],
    ['client', 'signature_algs', ['ed25519', 'rsa_pkcs1_sha1'], ['ed25519', 'rsa_pkcs1_sha1']],
    ['client', 'signature_algs', ['eddsa_ed25519', 'eddsa_ed448'], ['ed25519', 'ed448']],
    ['client', 'signature_algs', [['sha', 'rsa']], ['rsa_pkcs1_sha1']],
    [
      'server',
      'signature_algs',
      [
        ['sha512', 'ecdsa'],
        ['sha256', 'dsa'],
      ],
      ['ecdsa_secp521r1_sha512', 'dsa_sha256'],
    ],
    ['server', 'signature_algs', ['slh_dsa_sha2_128f', 'ed448', ['sha3', 'rsa'], 5], ['ed448']],
    ['server', 'signature_algs', ['ed448', 'ed25519', 'ed448'], ['ed448', 'ed25519']],
    ['client', 'signature_algs_cert', [['md5', 'rsa']], ['rsa_pkcs1_md5']],
    ['client', 'least_key_bits', { rsa: 512 }, { rsa: 512, dsa: 1024, ec: 160 }],
    ['server', 'least_key_bits', { ec: 256, dsa: undefined }, { rsa: 1024, dsa: 1024, ec: 256 }],
    ['client', 'least_key_bits', { rsa: 0, dsa: 0, ec: 0 }, { rsa: 0, dsa: 0, ec: 0 }],
    ['client', 'stapling', 'no_staple', undefined],
    ['client', 'stapling', 'staple', { ocsp_nonce: true }],
    ['client', 'stapling', {}, { ocsp_nonce: true }],
    ['client', 'stapling', { ocsp_nonce: false }, { ocsp_nonce: false }],
  ])('of a %s: %s: %p', (role, name, given, expected) => {
    expect(ssl_of(role, { [name]: given })[name]).toEqual(expected)
  })
})

describe('a wrong value is refused with its option', () => {
  test.each<[Role, string, Term]>([
    ['client', 'verify', 3],
    ['client', 'verify', '1'],
    ['client', 'verify', 'toString'],
    ['server', 'verify', true],
    ['client', 'verify_fun', [fun]],
    ['client', 'cert', []],
    ['client', 'cert', [der, 'own.pem']],
    ['client', 'key', ['rsa', 'der']],
    ['client', 'key', ['toString', der]],
    ['client', 'key', [5, der]],
    ['client', 'password', 5],
    ['client', 'password', ['secret']],
    ['client', 'crl_check', 'all'],
    ['client', 'crl_check', 1],
    ['client', 'crl_cache', 'ssl_crl_cache'],
    ['client', 'crl_cache', [crl_module, 'internal']],
    ['client', 'crl_cache', [crl_module, ['internal', 'args']]],
    ['client', 'crl_cache', [crl_module, ['internal']]],
    ['client', 'crl_cache', [{ ...crl_module, select: undefined }, ['internal', []]]],
    ['client', 'crl_cache', [undefined, ['internal', []]]],
    ['client', 'customize_hostname_check', fun],
    ['client', 'customize_hostname_check', [['match_fun', fun]]],
    ['client', 'customize_hostname_check', { match_fun: 'https' }],
    ['client', 'customize_hostname_check', { match_fn: fun }],
    ['server', 'cert_policy_opts', [['explicit_policy', true]]],
    ['server', 'allow_any_ca_purpose', 'true'],
    ['server', 'signature_algs', 'ed25519'],
    ['server', 'signature_algs_cert', { sha256: 'rsa' }],
    ['client', 'least_key_bits', 2048],
    ['client', 'least_key_bits', { rsa: -1 }],
    ['client', 'least_key_bits', { rsa: 2048.5 }],
    ['client', 'least_key_bits', { rsa: 65_537 }],
    ['client', 'least_key_bits', { ed25519: 256 }],
    ['client', 'stapling', true],
    ['client', 'stapling', { ocsp_nonce: 'yes' }],
    ['client', 'stapling', { nonce: true }],
    ['client', 'certs_keys', {}],
    ['client', 'certs_keys', [der]],
  ])('of a %s: %s: %p', (role, name, given) => {
    const told = secret_options.includes(name) ? not_told : given
    expect(handle_options(role, { [name]: given })).toEqual(refused(name, told))
  })

  test.each<[string, Term]>([
    ['policy_set', '2.5.29.32.0'],
    ['policy_set', ['anyPolicy']],
    ['policy_set', ['2']],
    ['policy_set', ['2.05']],
    ['explicit_policy', 1],
    ['inhibit_policy_mapping', 'true'],
    ['inhibit_any_policy', null],
    ['explicit', true],
    ['toString', true],
  ])('cert_policy_opts with %s: %p is told in part', (name, given) => {
    const cert_policy_opts = { policy_set: ['1.2.3'], [name]: given }
    expect(handle_options('server', { cert_policy_opts })).toEqual(refused('cert_policy_opts', [name, given]))
  })

  test.each(['customize_hostname_check', 'stapling'])('%s is for clients', name => {
    expect(handle_options('server', { [name]: {} })).toEqual(['error', ['option', 'client_only', name]])
  })
})

describe('signature schemes', () => {
  const nothing = [[], ['rsa_pkcs1_sha257'], [['sha256', 'rsa', 'more']], [['sha256', 'eddsa']], [null]]

  test.each(nothing.map(list => [list]))('of which none is known are an error: %j', list => {
    expect(handle_options('client', { signature_algs: list })).toEqual(
      refused('no_supported_algorithms', ['signature_algs', list]),
    )
    expect(handle_options('server', { signature_algs_cert: list })).toEqual(
      refused('no_supported_signature_schemes', ['signature_algs_cert', list]),
    )
  })
})

describe('older numbers for verify', () => {
  const told = (role: Role, options: object) => {
    const { verify, fail_if_no_peer_cert } = ssl_of(role, { cacertfile: 'ca.pem', ...options })
    return [verify, fail_if_no_peer_cert]
  }

  test('say whether a client must show a certificate, whatever else is said', () => {
    expect(told('server', { verify: 0 })).toEqual(['verify_none', false])
    expect(told('server', { verify: 1 })).toEqual(['verify_peer', false])
    expect(told('server', { verify: 1, fail_if_no_peer_cert: true })).toEqual(['verify_peer', false])
    expect(told('server', { verify: 2 })).toEqual(['verify_peer', true])
    expect(told('server', { verify: 2, fail_if_no_peer_cert: false })).toEqual(['verify_peer', true])
  })

  test('of a client say that the server is verified, or not', () => {
    expect(told('client', { verify: 0 })).toEqual(['verify_none', false])
    expect(told('client', { verify: 1 })).toEqual(['verify_peer', false])
    expect(told('client', { verify: 2 })).toEqual(['verify_peer', false])
  })

  test('ask for authorities as the words do', () => {
    for (const verify of [1, 2]) {
      expect(handle_options('server', { verify })).toEqual(refused('cacertfile', ''))
    }
  })
})

describe('a verify_fun of the older form', () => {
  const asked: Term[] = []
  const answering = (answer: Term) => {
    const [ask, state] = ssl_of('client', {
      verify_fun: (wrong: Term) => {
        asked.push(wrong)
        return answer
      },
    }).verify_fun!
    return (event: Term) => ask(certificate, event, state)
  }
  const event = ['bad_cert', 'cert_expired'] as const

  test('is asked about what is wrong, and may overlook it', async () => {
    const state = expect.any(Function)
    expect(answering(true)(event)).toEqual(['valid', state])
    expect(asked.splice(0)).toEqual([[event]])
    expect(answering(false)(event)).toEqual(['fail', event])
    expect(await answering(Promise.resolve(true))(event)).toEqual(['valid', state])
    expect(await answering(Promise.resolve(false))(event)).toEqual(['fail', event])
    expect(answering('yes')(event)).toEqual(['fail', event])
    asked.length = 0
  })

  test('is asked about nothing else', () => {
    const ask = answering(false)
    const extension = ['extension', { extnID: '1.2.3', critical: true, extnValue: der }]
    expect([ask('valid'), ask('valid_peer'), ask(extension)].map(([answer]: Term) => answer)).toEqual([
      'valid',
      'valid',
      'unknown',
    ])
    expect(asked).toEqual([])
  })

  test('comes to the same function and state each time', () => {
    const one = ssl_of('client', { verify_fun: fun }).verify_fun!
    const same = ssl_of('client', { verify_fun: fun }).verify_fun!
    expect(one[0]).toBe(same[0])
    expect([one[1], same[1]]).toEqual([fun, fun])
  })
})

describe('several certificates with their keys', () => {
  const none = { cert: undefined, certfile: undefined, key: undefined, keyfile: undefined, password: '' }
  const certs_keys = (list: Term) => ssl_of('server', { certs_keys: list }).certs_keys

  test('come to what each of them would alone', () => {
    expect(certs_keys([])).toEqual([])
    expect(
      certs_keys([
        { cert: der, key: ['rsa', der] },
        { certfile: 'a.pem', password: fun },
        { certfile: Buffer.from('b.pem'), keyfile: 'b.key', cert: undefined },
      ]),
    ).toEqual([
      { ...none, cert: [der], key: ['RSAPrivateKey', der] },
      { ...none, certfile: 'a.pem', keyfile: 'a.pem', password: fun },
      { ...none, certfile: 'b.pem', keyfile: 'b.key' },
    ])
  })

  test.each<[string, Term, told?: Term]>([
    ['cert', 'own.pem'],
    ['certfile', 5],
    ['key', der, not_told],
    ['keyfile', ''],
    ['password', 5, not_told],
    ['depth', 1, not_told],
    ['toString', 1, not_told],
  ])('are refused for %s: %p', (name, given, told = given) => {
    const list = [{ certfile: 'a.pem' }, { certfile: 'b.pem', [name]: given }]
    expect(handle_options('server', { certs_keys: list })).toEqual(refused(name, told))
  })
})
