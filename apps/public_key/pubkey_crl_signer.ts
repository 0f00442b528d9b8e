// Whose list it is: the path to the certificate of the issuer of a revocation list is validated, and the list's
// signature with that certificate's key. RFC 5280 §6.3.3 (f) to (h)

import { DecodeError } from '../../runtime/binary/reader.ts'
import type { PublicKey } from '../crypto/crypto.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import { type PathChecks, validate_path } from './pubkey_cert.ts'
import { type CertificateList, is_crl_signed_by } from './pubkey_crl.ts'
import { select_extension } from './pubkey_extensions.ts'
import { certified_key } from './pubkey_keys.ts'
import { equal_bytes, is_same_name } from './pubkey_names.ts'
import { id_ce_basicConstraints, id_ce_keyUsage } from './pubkey_oids.ts'
import { signature_scheme } from './pubkey_signature.ts'

/** Who has signed a list. */
export interface CrlSigner {
  readonly certificate: OTPCertificate
  readonly key: PublicKey
}

/** The time, in milliseconds since 1970, and what signatures and keys have to be like. */
export type SignerChecks = Pick<PathChecks, 'now' | 'allowed_signatures' | 'least_key_bits'>

/**
 * The owner of the last certificate of `path`, if it is the issuer of `crl` and has signed it.
 *
 * @param anchor - is trusted; with an empty path the issuer itself
 * @param path - may begin with the anchor
 * @param checks - of the path, and of the signature of the list
 */
export function crl_signer(
  crl: CertificateList,
  anchor: OTPCertificate,
  path: readonly OTPCertificate[],
  checks: SignerChecks,
): CrlSigner | undefined {
  const rest = path[0] && equal_bytes(path[0].der, anchor.der) ? path.slice(1) : path
  const certificate = rest.at(-1) ?? anchor
  if (!is_same_name(certificate.tbsCertificate.subject, crl.tbsCertList.issuer)) return undefined
  if (!may_sign_crls(certificate, certificate === anchor)) return undefined
  const key = certified_key(certificate)
  if (!key || !is_signature_allowed(crl, checks) || !has_signed(crl, key)) return undefined
  if (!is_path_valid(anchor, rest, checks)) return undefined
  return { certificate, key }
}

/** Whether the owner of the key has signed the list. What is malformed in it is a signature of nobody. */
export function has_signed(crl: CertificateList, key: PublicKey): boolean {
  return no_decode_error(() => is_crl_signed_by(crl, key))
}

/** Whether it signs lists only: then nobody has found out yet whether it is revoked itself. */
export function signs_crls_only({ tbsCertificate }: OTPCertificate): boolean {
  const usages = select_extension(id_ce_keyUsage, tbsCertificate.extensions)
  return usages !== undefined && !usages.includes('keyCertSign')
}

/**
 * Who is no authority needs a certificate that says so. RFC 5280 §4.2.1.3 has all say so; else anybody who chose the
 * name of an authority when asking for a certificate could take back what that authority has revoked.
 */
function may_sign_crls({ tbsCertificate: { extensions } }: OTPCertificate, is_anchor: boolean): boolean {
  const usages = select_extension(id_ce_keyUsage, extensions)
  if (usages) return usages.includes('cRLSign')
  return is_anchor || select_extension(id_ce_basicConstraints, extensions)?.cA === true
}

/** How lists are signed is as much to be minded as how certificates are. */
export function is_signature_allowed(
  { signatureAlgorithm }: CertificateList,
  { allowed_signatures }: SignerChecks,
): boolean {
  if (!allowed_signatures) return true
  return no_decode_error(() => {
    const scheme = signature_scheme(signatureAlgorithm)
    return allowed_signatures.some(
      ({ algorithm, digest }) => scheme?.algorithm === algorithm && scheme.digest === digest,
    )
  })
}

function is_path_valid(
  anchor: OTPCertificate,
  path: readonly OTPCertificate[],
  { now, allowed_signatures, least_key_bits }: SignerChecks,
): boolean {
  const checks = { now, allowed_signatures, least_key_bits }
  return path.length === 0 || no_decode_error(() => validate_path(anchor, path, checks)[0] === 'ok')
}

function no_decode_error(check: () => boolean): boolean {
  try {
    return check()
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}
