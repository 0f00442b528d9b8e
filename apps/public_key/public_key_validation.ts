// Certificates validated, and made on the spot to try that out. Part of the module public_key.

import type { Result } from '../../runtime/erlang/term.ts'
import { decode_certificate, type OTPCertificate } from './otp_certificate.ts'
import {
  make_test_data,
  make_test_root,
  type TestCertificateOptions,
  type TestChainOptions,
  type TestData,
  type TestRoot,
} from './pkix_test_data.ts'
import { type PathValidationOptions, type ValidPath, validate_path } from './pubkey_cert.ts'
import {
  type HostnameCheck,
  hostname_match_fun,
  type MatchFun,
  type ReferenceId,
  verify_hostname,
} from './pubkey_hostname.ts'
import { type OcspBadCert, type OcspDetail, type OcspOptions, validate_ocsp } from './pubkey_ocsp.ts'
import type { Cert } from './public_key_certificates.ts'
import type { BadCert, PathError } from './verify_fun.ts'

/**
 * Validates a certification path by RFC 5280 §6.1.
 *
 * @param anchor - the trusted certificate; or why there is none, which is then the verify_fun's first event. If
 *   that overlooks it, the first certificate of `path` is taken for the anchor.
 * @param path - from the certificate that the anchor issued to the peer's
 * @param options - `now` is by default the time of the clock
 * @returns the peer's key and the verify_fun's last state, or `['error', ['bad_cert', reason]]`
 * @throws `DecodeError` when a certificate, or the peer's key, cannot be decoded
 * @see OTP: `public_key:pkix_path_validation/3`
 */
export function pkix_path_validation<State>(
  anchor: Cert | PathError,
  path: readonly Cert[],
  options: Partial<PathValidationOptions<State>> = {},
): Result<ValidPath<State>, BadCert> {
  const trusted = typeof anchor === 'string' ? anchor : otp_cert(anchor)
  return validate_path(trusted, path.map(otp_cert), { now: Date.now(), ...options })
}

/**
 * Whether the certificate is for one of the hosts, addresses, URIs or services in `references`, by RFC 6125. Names in
 * the subject count only when there are no alternative ones. A `*` stands for one whole label, the first of three or
 * more.
 *
 * @throws `DecodeError`, and what a fun of `options` throws
 * @see OTP: `public_key:pkix_verify_hostname/3`
 */
export function pkix_verify_hostname(
  cert: Cert,
  references: readonly ReferenceId[],
  options: HostnameCheck = {},
): boolean {
  return verify_hostname(otp_cert(cert), references, options)
}

/**
 * A `match_fun` with the rules of the web: the `*` in a DNS name stands also for a part of the first label.
 *
 * @see OTP: `public_key:pkix_verify_hostname_match_fun/1`
 */
export function pkix_verify_hostname_match_fun(protocol: 'https'): MatchFun {
  return hostname_match_fun(protocol)
}

/**
 * Whether an OCSP response says that a certificate is not revoked.
 *
 * @param issuer - who issued it, itself known to be good
 * @param response - DER of an `OCSPResponse`
 * @param options - `now` is by default the time of the clock; `nonce` is what was sent with the question
 * @returns `['ok', details]`: it is good; `['error', ['bad_cert', ['revoked', why]]]`, or with
 *   `['revocation_status_undetermined', why]` for a response that is not to be believed, or does not know
 * @throws `DecodeError` when a certificate cannot be decoded
 * @see OTP: `public_key:pkix_ocsp_validate/5`; RFC 6960
 */
export function pkix_ocsp_validate(
  cert: Cert,
  issuer: Cert,
  response: Uint8Array,
  options: Partial<OcspOptions> = {},
): Result<readonly OcspDetail[], OcspBadCert> {
  return validate_ocsp(otp_cert(cert), otp_cert(issuer), response, { now: Date.now(), ...options })
}

/**
 * Certificates made on the spot, for demonstrations and tests: a chain for a server called `localhost`,
 * `127.0.0.1` and `::1`, one for a client, and each as options of `ssl.listen` and `ssl.connect`.
 *
 * @example
 * const { server_config, client_config } = await pkix_test_data()
 * ok(await ssl.listen(4433, { ...server_config }))
 *
 * @see OTP: `public_key:pkix_test_data/1`
 */
export function pkix_test_data(chains?: {
  readonly server_chain?: TestChainOptions
  readonly client_chain?: TestChainOptions
}): Promise<TestData> {
  return make_test_data(chains)
}

/**
 * A certificate signed by itself, and its key: a root for chains of one's own.
 *
 * @param name - its common name
 * @param options - whatever is not given is chosen as for the root of {@link pkix_test_data}
 * @see OTP: `public_key:pkix_test_root_cert/2`
 */
export function pkix_test_root_cert(name: string, options: TestCertificateOptions = {}): Promise<TestRoot> {
  return make_test_root(name, options)
}

function otp_cert(cert: Cert): OTPCertificate {
  return cert instanceof Uint8Array ? decode_certificate(cert) : cert
}
