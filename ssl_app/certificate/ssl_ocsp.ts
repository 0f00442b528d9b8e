// OCSP stapling, for clients: what the server's answer of a responder means for its certificate. RFC 6066 §8, RFC 7633.

import type { SignatureScheme } from '../../apps/crypto/crypto.ts'
import type { OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import type { LeastKeyBits } from '../../apps/public_key/pubkey_cert.ts'
import { select_extension } from '../../apps/public_key/pubkey_extensions.ts'
import { type OcspDetail, validate_ocsp } from '../../apps/public_key/pubkey_ocsp.ts'
import { id_pe_tlsfeature } from '../../apps/public_key/pubkey_oids.ts'
import type { BadCert } from '../../apps/public_key/verify_fun.ts'
import type { TrustStore } from './ssl_pkix_db.ts'

/** What came of asking the server for an answer of its OCSP responder. */
export interface Staple {
  /** DER of an `OCSPResponse`. Undefined: asked for, and none came */
  readonly response: Uint8Array | undefined
  /** What was sent along with the question. Undefined: nothing */
  readonly nonce: Uint8Array | undefined
}

/** Against what a staple is checked. */
export interface StapleContext {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Certificates that are believed as responders, whomever they answer for. Default: none */
  readonly trusted?: TrustStore | undefined
  /** How answers may be signed. Default: in every way that is known */
  readonly allowed_signatures?: readonly SignatureScheme[] | undefined
  /** How long the keys of responders must be at least. Default: any length */
  readonly least_key_bits?: LeastKeyBits | undefined
}

/** What a client asked for and did not get, and puts up with. */
export type StapleLack = OcspDetail | readonly ['missing', 'stapling_response']

/** `valid`, and what was lacking; or why the certificate is refused. */
export type StapleVerdict = readonly ['valid', lacks: readonly StapleLack[]] | BadCert

/** The extension `status_request`: RFC 6066 §8. */
const status_request = 5

/**
 * Whether the server's certificate is known not to be revoked. A server need not staple, unless its certificate says
 * that it will (RFC 7633 §4.2.3); but an answer that has come is believed or refused.
 *
 * @param issuer - who issued `certificate`, by the path that is being validated
 * @returns `['bad_cert', ['revocation_status_undetermined', 'not_stapled']]` when nothing came that had to; all other
 *   reasons are those of {@link validate_ocsp}
 * @see OTP: the option `stapling` of `ssl:connect/3`
 */
export function staple_check(
  certificate: OTPCertificate,
  issuer: OTPCertificate,
  staple: Staple,
  context: StapleContext,
): StapleVerdict {
  const { response, nonce } = staple
  if (response === undefined)
    return must_staple(certificate) ? not_stapled : ['valid', [['missing', 'stapling_response']]]
  const { now, trusted, allowed_signatures, least_key_bits } = context
  const [tag, answer] = validate_ocsp(certificate, issuer, response, {
    now,
    nonce,
    is_trusted_responder: responder => trusted?.has(responder) === true,
    allowed_signatures,
    least_key_bits,
  })
  return tag === 'ok' ? ['valid', answer] : answer
}

const not_stapled: BadCert = ['bad_cert', ['revocation_status_undetermined', 'not_stapled']]

function must_staple({ tbsCertificate }: OTPCertificate): boolean {
  return select_extension(id_pe_tlsfeature, tbsCertificate.extensions)?.includes(status_request) === true
}
