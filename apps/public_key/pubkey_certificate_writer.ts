// Writes certificates, RFC 5280 §4.1: from the form in which OTP's public_key has them decoded, and signs them.

import { Exit } from '../../runtime/erlang/term.ts'
import type { PrivateKey, PublicKey } from '../crypto/crypto.ts'
import { sign } from '../crypto/crypto.ts'
import type {
  AlgorithmIdentifier,
  OTPCertificate,
  OTPSubjectPublicKeyInfo,
  OTPTBSCertificate,
} from './otp_certificate.ts'
import { big_integer, write_rdn, write_time } from './pubkey_crl_writer.ts'
import { context_constructed, universal } from './pubkey_der.ts'
import { bit_string, element, integer, object_identifier, sequence } from './pubkey_der_writer.ts'
import { write_decoded_extension } from './pubkey_extension_writer.ts'
import type { Name } from './pubkey_names.ts'
import { signature_scheme } from './pubkey_signature.ts'

/** A name before it is encoded. */
export type NameToEncode = Pick<Name, 'rdnSequence'>

/** What is signed, before it is encoded: `der` fields of it and in it are not looked at. OTP: `#'OTPTBSCertificate'{}`. */
export interface TbsToEncode
  extends Omit<OTPTBSCertificate, 'der' | 'issuer' | 'subject' | 'subjectPublicKeyInfo'> {
  readonly issuer: NameToEncode
  readonly subject: NameToEncode
  readonly subjectPublicKeyInfo: Omit<OTPSubjectPublicKeyInfo, 'der'> | PublicKey
}

/** A certificate before it is encoded, as {@link TbsToEncode}. OTP: `#'OTPCertificate'{}`. */
export interface CertificateToEncode extends Omit<OTPCertificate, 'der' | 'tbsCertificate'> {
  readonly tbsCertificate: TbsToEncode
}

const versions = ['v1', 'v2', 'v3'] as const

/** The DER of a certificate, whoever signed it. */
export function write_certificate(certificate: CertificateToEncode): Uint8Array {
  const { tbsCertificate, signatureAlgorithm, signature } = certificate
  return sequence(write_tbs(tbsCertificate), write_algorithm(signatureAlgorithm), bit_string(signature))
}

/** The DER of what is signed. */
export function write_tbs(tbs: TbsToEncode): Uint8Array {
  const version = versions.indexOf(tbs.version)
  const { notBefore, notAfter } = tbs.validity
  return sequence(
    ...(version === 0 ? [] : [element(context_constructed(0), integer(version))]),
    big_integer(tbs.serialNumber),
    write_algorithm(tbs.signature),
    write_name(tbs.issuer),
    sequence(write_time(notBefore), write_time(notAfter)),
    write_name(tbs.subject),
    write_public_key_info(tbs.subjectPublicKeyInfo),
    ...(tbs.extensions.length === 0
      ? []
      : [element(context_constructed(3), sequence(...tbs.extensions.map(write_decoded_extension)))]),
  )
}

/**
 * Signs what a certificate says, as its field `signature` tells.
 *
 * @returns the DER of the certificate
 * @throws {@link Exit} `['badarg', …]` when `signature` is no algorithm, or none of the key's
 */
export function sign_certificate(tbs: TbsToEncode, key: PrivateKey): Uint8Array {
  const scheme = signature_scheme(tbs.signature)
  if (!scheme) throw new Exit(['badarg', ['signature', tbs.signature.algorithm]])
  const der = write_tbs(tbs)
  return sequence(der, write_algorithm(tbs.signature), bit_string(sign(scheme, der, key)))
}

/** RFC 5280 §4.1.1.2 */
export function write_algorithm({ algorithm, parameters }: AlgorithmIdentifier): Uint8Array {
  return sequence(object_identifier(algorithm), ...(parameters ? [parameters] : []))
}

/** RFC 5280 §4.1.2.7 */
export function write_public_key_info(
  info: Pick<OTPSubjectPublicKeyInfo, 'algorithm' | 'subjectPublicKey'> | PublicKey,
): Uint8Array {
  if ('spki' in info) return info.spki
  return sequence(write_algorithm(info.algorithm), bit_string(info.subjectPublicKey))
}

/** RFC 5280 §4.1.2.4 */
export function write_name({ rdnSequence }: NameToEncode): Uint8Array {
  return sequence(...rdnSequence.map(rdn => write_rdn(rdn, universal.set)))
}
