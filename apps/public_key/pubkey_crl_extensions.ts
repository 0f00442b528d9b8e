// The extensions of revocation lists and of their entries, RFC 5280 §5.2 and §5.3: those that only they have are
// decoded here, those that certificates have as well where these are.

import { DecodeError } from '../../runtime/binary/reader.ts'
import { context, context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import {
  type AuthorityKeyIdentifier,
  type DistributionPoint,
  type DistributionPointName,
  type Extension,
  type ReasonFlag,
  read_distribution_point_name,
  read_extensions,
  read_reason_flags,
} from './pubkey_extensions.ts'
import { type GeneralName, read_general_names } from './pubkey_names.ts'
import type { Oid } from './pubkey_oids.ts'
import * as oids from './pubkey_oids.ts'

/** RFC 5280 §5.3.1, by its numbers; there is no 7. */
export const crl_reasons = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const

/** The identifier octet of an ENUMERATED, X.680 §8.4. */
export const enumerated = 0x0a

/** Why a certificate is in a revocation list: RFC 5280 §5.3.1. */
export type CrlReason = Exclude<(typeof crl_reasons)[number], undefined>

/** Which certificates a revocation list is about: RFC 5280 §5.2.5. OTP: `#'IssuingDistributionPoint'{}`. */
export interface IssuingDistributionPoint {
  readonly distributionPoint?: DistributionPointName
  readonly onlyContainsUserCerts: boolean
  readonly onlyContainsCACerts: boolean
  readonly onlySomeReasons?: readonly ReasonFlag[]
  /** Whether it has certificates of other issuers than its own. */
  readonly indirectCRL: boolean
  readonly onlyContainsAttributeCerts: boolean
}

/** What the value of each extension is that is decoded, of revocation lists and of entries in them. */
export interface CrlExtensionValues {
  readonly [oids.id_ce_authorityKeyIdentifier]: AuthorityKeyIdentifier
  readonly [oids.id_ce_issuerAltName]: readonly GeneralName[]
  readonly [oids.id_ce_cRLNumber]: bigint
  /** The number of the list that this one adds to: RFC 5280 §5.2.4. */
  readonly [oids.id_ce_deltaCRLIndicator]: bigint
  readonly [oids.id_ce_issuingDistributionPoint]: IssuingDistributionPoint
  readonly [oids.id_ce_freshestCRL]: readonly DistributionPoint[]
  readonly [oids.id_ce_cRLReasons]: CrlReason
  /** Milliseconds since 1970. */
  readonly [oids.id_ce_invalidityDate]: number
  readonly [oids.id_ce_certificateIssuer]: readonly GeneralName[]
}

/** An extension of a revocation list, or of an entry in it. OTP: `#'Extension'{}`. */
export interface CrlExtension {
  readonly extnID: Oid
  readonly critical: boolean
  /** Of the type that {@link CrlExtensionValues} has for `extnID`, or the bytes in its octet string. */
  readonly extnValue: CrlExtensionValues[keyof CrlExtensionValues] | Extension['extnValue']
}

/** The value of the extension `id`, if it is among `extensions`. */
export function select_crl_extension<Id extends keyof CrlExtensionValues>(
  id: Id,
  extensions: readonly CrlExtension[],
): CrlExtensionValues[Id] | undefined {
  const found = extensions.find(extension => extension.extnID === id)
  return found?.extnValue as CrlExtensionValues[Id] | undefined
}

/** @throws {@link DecodeError}, also when one extension comes twice */
export function read_crl_extensions(from: DerReader): readonly CrlExtension[] {
  return read_extensions(from).map(decode_crl_only)
}

/**
 * Whether there is one that must not be overlooked, and that nobody knows what to do with: RFC 5280 §5.2 and §5.3.
 */
export function has_unknown_critical_extension(extensions: readonly CrlExtension[]): boolean {
  return extensions.some(({ critical, extnID }) => critical && !processed.has(extnID))
}

const processed: ReadonlySet<Oid> = new Set([
  oids.id_ce_authorityKeyIdentifier,
  oids.id_ce_issuerAltName,
  oids.id_ce_cRLNumber,
  oids.id_ce_deltaCRLIndicator,
  oids.id_ce_issuingDistributionPoint,
  oids.id_ce_freshestCRL,
  oids.id_ce_cRLReasons,
  oids.id_ce_invalidityDate,
  oids.id_ce_certificateIssuer,
])

function decode_crl_only(extension: Extension): CrlExtension {
  const { extnID, critical, extnValue } = extension
  const read = Object.hasOwn(readers, extnID) ? readers[extnID as keyof typeof readers] : undefined
  if (!read || !(extnValue instanceof Uint8Array)) return extension
  return { extnID, critical, extnValue: read_der<CrlExtension['extnValue']>(extnValue, read) }
}

const readers = {
  [oids.id_ce_cRLNumber]: read_number,
  [oids.id_ce_deltaCRLIndicator]: read_number,
  [oids.id_ce_issuingDistributionPoint]: read_issuing_distribution_point,
  [oids.id_ce_cRLReasons]: read_reason,
  [oids.id_ce_invalidityDate]: (from: DerReader) => from.time(),
  [oids.id_ce_certificateIssuer]: (from: DerReader) => read_general_names(from),
}

function read_number(from: DerReader): bigint {
  const number = from.integer()
  if (number < 0n) throw new DecodeError('a number of a revocation list below zero')
  return number
}

/** A reason that there is not is still one: the certificate is revoked. */
export function read_reason(from: DerReader): CrlReason {
  return crl_reasons[from.small_integer(enumerated)] ?? 'unspecified'
}

function read_issuing_distribution_point(from: DerReader): IssuingDistributionPoint {
  return from.enter(universal.sequence, inside => {
    const distributionPoint = inside.optional(context_constructed(0), read_distribution_point_name)
    const onlyContainsUserCerts = read_flag(inside, 1)
    const onlyContainsCACerts = read_flag(inside, 2)
    const onlySomeReasons = inside.next_is(context(3)) ? read_reason_flags(inside, context(3)) : undefined
    return {
      ...(distributionPoint && { distributionPoint }),
      onlyContainsUserCerts,
      onlyContainsCACerts,
      ...(onlySomeReasons && { onlySomeReasons }),
      indirectCRL: read_flag(inside, 4),
      onlyContainsAttributeCerts: read_flag(inside, 5),
    }
  })
}

function read_flag(from: DerReader, number: number): boolean {
  return from.next_is(context(number)) ? from.boolean(context(number)) : false
}
