// Makes revocation lists: RFC 5280 §5.

import { sign } from '../crypto/crypto.ts'
import { decode_certificate } from './otp_certificate.ts'
import type { CrlReason, IssuingDistributionPoint } from './pubkey_crl_extensions.ts'
import { crl_reasons, enumerated } from './pubkey_crl_extensions.ts'
import * as write from './pubkey_crl_writer.ts'
import { context, context_constructed } from './pubkey_der.ts'
import { bit_string, element, integer, null_value, object_identifier, sequence } from './pubkey_der_writer.ts'
import { type DistributionPoint, select_extension } from './pubkey_extensions.ts'
import { decode_private_key } from './pubkey_keys.ts'
import type { GeneralName, Name } from './pubkey_names.ts'
import type { Oid } from './pubkey_oids.ts'
import * as oids from './pubkey_oids.ts'
import { signature_scheme } from './pubkey_signature.ts'
import type { Issuer, KeyAlgorithm } from './x509.ts'

/** An extension to write; the value is the DER inside the octet string. */
export interface ExtensionToWrite {
  readonly extnID: Oid
  readonly critical: boolean
  readonly extnValue: Uint8Array
}

/** A certificate that is revoked. */
export interface EntryToWrite {
  readonly serial_number: bigint
  /** Milliseconds since 1970. */
  readonly revocation_date: number
  readonly reason?: CrlReason
  /** Milliseconds since 1970. */
  readonly invalidity_date?: number
  /** In an indirect list: who issued this certificate, and those that follow. */
  readonly certificate_issuer?: readonly GeneralName[]
  readonly extensions?: readonly ExtensionToWrite[]
}

/** What a revocation list that is made says. */
export interface CrlOptions {
  /** Milliseconds since 1970; lists keep whole seconds. */
  readonly this_update: number
  /** Default: it does not say */
  readonly next_update?: number
  readonly revoked: readonly EntryToWrite[]
  readonly crl_number?: bigint
  /** Makes it a delta: the number of the list that it adds to. */
  readonly delta_crl_indicator?: bigint
  /** What is not given is false. */
  readonly issuing_distribution_point?: Partial<IssuingDistributionPoint>
  readonly freshest_crl?: readonly DistributionPoint[]
  readonly issuer_alt_names?: readonly GeneralName[]
  /** Any others. */
  readonly extensions?: readonly ExtensionToWrite[]
  /** Default: the subject of the issuer's certificate */
  readonly issuer?: Name
  /** What is hashed with, before an RSA or ECDSA signature. Default: SHA-256 */
  readonly hash?: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
}

/**
 * A revocation list. With the key identifier of the issuer's certificate, if that has one.
 *
 * @returns its DER
 */
export function make_crl({ cert, key }: Issuer, options: CrlOptions): Uint8Array {
  const algorithm = signature_algorithm(key.algorithm, options.hash ?? 'SHA-256')
  const { tbsCertificate } = decode_certificate(cert)
  const key_identifier = select_extension(oids.id_ce_subjectKeyIdentifier, tbsCertificate.extensions)
  const extensions = crl_extensions(options, key_identifier)
  const tbs = sequence(
    integer(1),
    algorithm.der,
    (options.issuer ?? tbsCertificate.subject).der,
    write.write_time(options.this_update),
    ...(options.next_update === undefined ? [] : [write.write_time(options.next_update)]),
    ...(options.revoked.length > 0 ? [sequence(Buffer.concat(options.revoked.map(write_entry)))] : []),
    ...(extensions.length > 0 ? [element(context_constructed(0), sequence(...extensions))] : []),
  )
  const signature = sign(algorithm.scheme, tbs, decode_private_key('PrivateKeyInfo', key.pkcs8))
  return sequence(tbs, algorithm.der, bit_string(signature))
}

// ---- Extensions

function crl_extensions(options: CrlOptions, key_identifier: Uint8Array | undefined): Uint8Array[] {
  const { crl_number, delta_crl_indicator, freshest_crl, issuer_alt_names } = options
  const point = options.issuing_distribution_point
  return present([
    key_identifier && [
      oids.id_ce_authorityKeyIdentifier,
      false,
      sequence(element(context(0), key_identifier)),
    ],
    issuer_alt_names && [oids.id_ce_issuerAltName, false, write.write_general_names(issuer_alt_names)],
    crl_number !== undefined && [oids.id_ce_cRLNumber, false, write.big_integer(crl_number)],
    delta_crl_indicator !== undefined && [
      oids.id_ce_deltaCRLIndicator,
      true,
      write.big_integer(delta_crl_indicator),
    ],
    point && [oids.id_ce_issuingDistributionPoint, true, write.write_issuing_distribution_point(point)],
    freshest_crl && [oids.id_ce_freshestCRL, false, write.write_distribution_points(freshest_crl)],
    ...others(options.extensions),
  ])
}

function write_entry(entry: EntryToWrite): Uint8Array {
  const { reason, invalidity_date, certificate_issuer } = entry
  const extensions = present([
    reason && [oids.id_ce_cRLReasons, false, element(enumerated, Uint8Array.of(crl_reasons.indexOf(reason)))],
    invalidity_date !== undefined && [
      oids.id_ce_invalidityDate,
      false,
      write.write_generalized_time(invalidity_date),
    ],
    certificate_issuer && [oids.id_ce_certificateIssuer, true, write.write_general_names(certificate_issuer)],
    ...others(entry.extensions),
  ])
  return sequence(
    write.big_integer(entry.serial_number),
    write.write_time(entry.revocation_date),
    ...(extensions.length > 0 ? [sequence(...extensions)] : []),
  )
}

type Written = readonly [Oid, critical: boolean, value: Uint8Array]

const others = (extensions: readonly ExtensionToWrite[] = []) =>
  extensions.map(({ extnID, critical, extnValue }): Written => [extnID, critical, extnValue])

function present(extensions: readonly (Written | false | undefined)[]): Uint8Array[] {
  return extensions.flatMap(extension => (extension ? [write.write_extension(...extension)] : []))
}

// ---- Algorithms

/** RFC 3279 §2.2, RFC 4055 §5, RFC 5758 §3 */
const hashes = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']
const rsa_algorithms = ['1.2.840.113549.1.1.5', ...['11', '12', '13'].map(arc => `1.2.840.113549.1.1.${arc}`)]
const ecdsa_algorithms = ['1.2.840.10045.4.1', ...['2', '3', '4'].map(arc => `1.2.840.10045.4.3.${arc}`)]

function signature_algorithm(key: KeyAlgorithm, hash: string) {
  const algorithm = algorithm_oid(key, hash)
  // RFC 4055 §5: with RSA the parameters are there, and NULL.
  const der = sequence(object_identifier(algorithm), ...(key === 'rsa' ? [null_value()] : []))
  return { der, scheme: signature_scheme({ algorithm })! }
}

function algorithm_oid(key: KeyAlgorithm, hash: string): Oid {
  if (key === 'ed25519') return oids.id_Ed25519
  return (key === 'rsa' ? rsa_algorithms : ecdsa_algorithms)[hashes.indexOf(hash)]!
}
