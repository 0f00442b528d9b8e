import { beforeAll, describe, expect, test } from '@jest/globals'
import { ok } from '../../../runtime/erlang/term.ts'
import * as ssl_crl_cache from '../../../ssl_app/certificate/ssl_crl_cache.ts'
import { empty_trust_store, TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import { session_policy } from '../../../ssl_app/connection/session_policy.ts'
import { handle_options } from '../../../ssl_app/ssl_options.ts'
import { make_ca, type TestCertificate } from '../../support/certificates.ts'

let ca: TestCertificate
let other: TestCertificate

beforeAll(async () => {
  ca = await make_ca()
  other = await make_ca()
})

const options = (given: object) =>
  ok(handle_options('client', { verify: 'verify_none', ...given }, 'example.com')).ssl

const policy = (given: object, ders: readonly Uint8Array[] = []) =>
  session_policy(options(given), ders.length === 0 ? empty_trust_store : new TrustStore(ders))

const lookup = () => 'error'
const other_lookup = () => 'error'
const state = { secret: 'open sesame' }

const http = (timeout: number) => ['internal', [['http', timeout]]]
const other_cache = { lookup, select: lookup, fresh_crl: lookup }
const crls_of = (module: object, place: unknown) => ({ crl_check: true, crl_cache: [module, place] })
const policies = (cert_policy_opts: object) => ({ cert_policy_opts })

describe('a policy', () => {
  test.each<[string, object, object]>([
    ['verification', {}, { depth: 3 }],
    ['the name asked for', {}, { server_name_indication: 'example.org' }],
    ['verify_fun', { verify_fun: [lookup, 1] }, { verify_fun: [other_lookup, 1] }],
    ['the state of verify_fun', { verify_fun: [lookup, 1] }, { verify_fun: [lookup, 2] }],
    ['partial_chain', {}, { partial_chain: lookup }],
    ['a verify_fun of the older form', { verify_fun: lookup }, { verify_fun: other_lookup }],
    ['revocation', {}, { crl_check: true }],
    ['how much of it', { crl_check: 'peer' }, { crl_check: 'best_effort' }],
    ['where lists are', { crl_check: true }, { crl_check: true, crl_cache: [ssl_crl_cache, http(5)] }],
    ['for how long', crls_of(ssl_crl_cache, http(5)), crls_of(ssl_crl_cache, http(6))],
    ['whose lists count', crls_of(ssl_crl_cache, http(5)), crls_of(other_cache, http(5))],
    ['which lists count', crls_of(other_cache, [state, []]), crls_of(other_cache, [{}, []])],
    ['stapling', {}, { stapling: { ocsp_nonce: false } }],
    ['a nonce', { stapling: 'staple' }, { stapling: { ocsp_nonce: false } }],
    ['policies', {}, policies({ policy_set: ['1.2.3'] })],
    ['other policies', policies({ policy_set: ['1.2.3'] }), policies({ policy_set: ['1.2.4'] })],
    ['explicit policies', {}, policies({ explicit_policy: true })],
    ['mapped policies', {}, policies({ inhibit_policy_mapping: true })],
    ['any policy', {}, policies({ inhibit_any_policy: true })],
    ['purposes', {}, { allow_any_ca_purpose: true }],
    ['signatures', {}, { signature_algs_cert: ['rsa_pkcs1_sha1'] }],
    ['signatures that also handshakes have', {}, { signature_algs: ['ed25519'] }],
    ['sizes of keys', {}, { least_key_bits: { ec: 256 } }],
    ['match_fun', {}, { customize_hostname_check: { match_fun: lookup } }],
    ['fail_callback', {}, { customize_hostname_check: { fail_callback: lookup } }],
    ['having somebody to ask for secrets', {}, { user_lookup_fun: [lookup, state] }],
    ['whom to ask', { user_lookup_fun: [lookup, state] }, { user_lookup_fun: [other_lookup, state] }],
    ['what is behind him', { user_lookup_fun: [lookup, 'a'] }, { user_lookup_fun: [lookup, 'b'] }],
    ['what kind it is', { user_lookup_fun: [lookup, 1] }, { user_lookup_fun: [lookup, '1'] }],
    ['the user', { srp_identity: ['a', 'p'] }, { srp_identity: ['b', 'p'] }],
    ['the password', { srp_identity: ['a', 'p'] }, { srp_identity: ['a', 'q'] }],
    ['where the user ends', { srp_identity: ['a', 'bc'] }, { srp_identity: ['ab', 'c'] }],
  ])('depends on %s', (_what, one, another) => {
    expect(policy(one)).toBe(policy(one))
    expect(policy(one)).not.toBe(policy(another))
  })

  test('depends on who is trusted, not on how it was said', () => {
    expect(policy({}, [ca.cert_der])).toBe(policy({}, [Buffer.from(ca.cert_der)]))
    expect(policy({}, [ca.cert_der])).not.toBe(policy({}, [other.cert_der]))
    expect(policy({}, [ca.cert_der])).not.toBe(policy({}, [ca.cert_der, other.cert_der]))
    expect(policy({}, [ca.cert_der])).not.toBe(policy({}))
  })

  test('does not depend on what is negotiated, or concerns this side alone', () => {
    const unsaid = policy({})
    for (const given of [
      { reuse_sessions: false },
      { log_alert: false },
      { ciphers: 'AES128-SHA' },
      { crl_cache: [other_cache, http(5)] },
      policies({ explicit_policy: false }),
      { customize_hostname_check: {} },
      { least_key_bits: { rsa: 1024 } },
    ]) {
      expect(policy(given)).toBe(unsaid)
    }
  })

  test('holds no secrets', () => {
    const told = policy({ srp_identity: ['alice', 'open sesame'], user_lookup_fun: [lookup, 'a shared key'] })
    for (const secret of ['open sesame', 'a shared key', 'alice']) {
      expect(told).not.toContain(secret)
      expect(told).not.toContain(Buffer.from(secret).toString('base64').slice(0, 4))
    }
  })
})
