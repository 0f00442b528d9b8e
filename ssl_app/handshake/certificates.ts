// The messages in which both sides show who they are. What is in a certificate is not looked at here.

import {
  type Codec,
  type Decoded,
  names,
  opaque,
  struct,
  uint8,
  uint16,
  uint24,
  vector,
} from '../../runtime/binary/codec.ts'
import { is_at_least } from '../record/tls_version.ts'
import { by_version } from './by_version.ts'
import { type SignatureAndHashAlgorithm, signature_scheme } from './hash_signs.ts'

/** RFC 5246 §7.4.2: DER encoded, the sender's own certificate first. */
export const certificate = struct({
  certificate_list: vector(uint24, opaque(uint24, 1)),
})

export type Certificate = Decoded<typeof certificate>

/** RFC 5246 §7.4.4, RFC 4492 §5.5 */
const client_certificate_type = names(uint8, {
  rsa_sign: 1,
  dss_sign: 2,
  rsa_fixed_dh: 3,
  dss_fixed_dh: 4,
  ecdsa_sign: 64,
  rsa_fixed_ecdh: 65,
  ecdsa_fixed_ecdh: 66,
})

export type ClientCertificateType = Decoded<typeof client_certificate_type>

/** Before TLS 1.2 it does not tell signature algorithms. RFC 5246 §7.4.4, RFC 4346 §7.4.4, RFC 6101 §5.6.4 */
export interface CertificateRequest {
  readonly certificate_types: readonly ClientCertificateType[]
  readonly supported_signature_algorithms?: readonly SignatureAndHashAlgorithm[]
  /** DER encoded distinguished names. */
  readonly certificate_authorities: readonly Uint8Array[]
}

const certificate_types = vector(uint8, client_certificate_type, 1)
const certificate_authorities = vector(uint16, opaque(uint16, 1))

export const certificate_request = by_version<Codec<CertificateRequest>>(version =>
  is_at_least(version, 'tlsv1.2')
    ? struct({
        certificate_types,
        supported_signature_algorithms: vector(uint16, signature_scheme, 2, 0xfffe),
        certificate_authorities,
      })
    : struct({ certificate_types, certificate_authorities }),
)
