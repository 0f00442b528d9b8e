// What the options of a connection say of the peer's certificates: how they are checked, and what they must be like.

import type { SignatureScheme as Scheme, SignatureAlgorithm } from '../../apps/crypto/crypto.ts'
import type { PathOptions } from '../certificate/ssl_certificate.ts'
import type { CrlCheck } from '../certificate/ssl_crl_cache_api.ts'
import { hash_sign } from '../handshake/hash_signs.ts'
import type { Role } from '../record/tls_v1.ts'
import type { SslOptions } from './connection_options.ts'

/** How the peer's certificates are checked. */
export const path_options = (options: SslOptions, role: Role): PathOptions => ({
  role,
  verify: options.verify,
  verify_fun: options.verify_fun,
  partial_chain: options.partial_chain,
  depth: options.depth,
  hostname: options.hostname,
  customize_hostname_check: options.customize_hostname_check,
  crl: crl_check(options),
  policies: options.cert_policy_opts,
  allow_any_ca_purpose: options.allow_any_ca_purpose,
  allowed_signatures: allowed_signatures(options),
  least_key_bits: options.least_key_bits,
})

/** How the certificates of a chain may be signed: who has said how handshakes may be, has said it of these too. */
export const allowed_signatures = ({ signature_algs_cert, signature_algs }: SslOptions): readonly Scheme[] =>
  (signature_algs_cert ?? signature_algs)?.map(name => hash_sign(name)!) ?? unbroken

const unbroken: readonly Scheme[] = [
  ...(['rsa', 'rsa_pss', 'ecdsa', 'dsa'] satisfies SignatureAlgorithm[]).flatMap(algorithm =>
    (['sha256', 'sha384', 'sha512', 'sha224'] as const).map(digest => ({ algorithm, digest })),
  ),
  { algorithm: 'eddsa', digest: 'none' },
]

function crl_check({ crl_check, crl_cache }: SslOptions): CrlCheck | undefined {
  return crl_check === false ? undefined : { check: crl_check, cache: crl_cache }
}
