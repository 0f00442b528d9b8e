// Writes the revocation lists that tests make, from rows of tables: RFC 5280 §5.

import { context, context_constructed, universal } from '../../apps/public_key/pubkey_der.ts'
import { boolean_value, element, integer, sequence } from '../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import { big_integer, signed, time } from './chain_maker_der.ts'
import {
  authority_key_identifier,
  type DistributionPointRow,
  distribution_point,
  distribution_point_name,
  extension_der,
  type OtherExtension,
  type Reason,
  reason_flags,
} from './chain_maker_extensions.ts'
import type { MadeKey } from './chain_maker_keys.ts'
import { general_names_der, type NameText, name_der } from './chain_maker_names.ts'

const reason_codes = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const

/** RFC 5280 §5.3 */
export interface EntryRow {
  readonly serial: bigint
  readonly reason?: keyof typeof reason_codes
  readonly certificate_issuer?: NameText
  readonly others?: readonly OtherExtension[]
}

/** RFC 5280 §5.2.5 */
export interface IssuingDistributionPointRow extends DistributionPointRow {
  readonly only?: 'user' | 'authority' | 'attribute'
  readonly only_some_reasons?: readonly Reason[]
  readonly indirect?: boolean
}

/** A list, as a row of a table. Times are as ASN.1 writes them: UTCTime with 13 characters, GeneralizedTime with 15. */
export interface CrlRow {
  /** The row of the certificate whose key signs. */
  readonly signed_by: string
  /** Default: the subject of `signed_by` */
  readonly issuer?: NameText
  /** Default: `'200101000000Z'` */
  readonly this_update?: string
  /** Default: `'340101000000Z'` */
  readonly next_update?: string | undefined
  readonly entries?: readonly EntryRow[]
  /** Default: 1 */
  readonly number?: number
  /** The number of the list that this one adds to: it is a delta CRL. */
  readonly delta_base?: number
  readonly issuing_distribution_point?: IssuingDistributionPointRow
  readonly freshest_crl?: readonly DistributionPointRow[]
  readonly others?: readonly OtherExtension[]
  /** One bit of the signature is wrong. */
  readonly damaged?: boolean
}

/** @returns DER */
export function crl_der(row: CrlRow, issuer: NameText, key: MadeKey): Uint8Array {
  const extensions = sequence(...crl_extensions(row, key).map(extension_der))
  const tbs = (algorithm: Uint8Array) =>
    sequence(
      integer(1),
      algorithm,
      name_der(issuer),
      time(row.this_update ?? '200101000000Z'),
      ...('next_update' in row && row.next_update === undefined
        ? []
        : [time(row.next_update ?? '340101000000Z')]),
      ...(row.entries ? [sequence(...row.entries.map(entry_der))] : []),
      element(context_constructed(0), extensions),
    )
  return signed(tbs, key, row.damaged ?? false)
}

function crl_extensions(row: CrlRow, key: MadeKey): OtherExtension[] {
  const { delta_base, issuing_distribution_point: point, freshest_crl, others } = row
  const extensions: OtherExtension[] = [
    authority_key_identifier(key),
    [oids.id_ce_cRLNumber, false, integer(row.number ?? 1)],
  ]
  if (delta_base !== undefined) extensions.push([oids.id_ce_deltaCRLIndicator, true, integer(delta_base)])
  if (point) extensions.push([oids.id_ce_issuingDistributionPoint, true, issuing_distribution_point(point)])
  if (freshest_crl) {
    extensions.push([oids.id_ce_freshestCRL, false, sequence(...freshest_crl.map(distribution_point))])
  }
  return [...extensions, ...(others ?? [])]
}

function issuing_distribution_point(row: IssuingDistributionPointRow): Uint8Array {
  const { only, only_some_reasons, indirect } = row
  const name = distribution_point_name(row)
  return sequence(
    ...(name ? [element(context_constructed(0), name)] : []),
    ...(only === 'user' ? [flag(1)] : []),
    ...(only === 'authority' ? [flag(2)] : []),
    ...(only_some_reasons ? [reason_flags(context(3), only_some_reasons)] : []),
    ...(indirect ? [flag(4)] : []),
    ...(only === 'attribute' ? [flag(5)] : []),
  )
}

function flag(number: number): Uint8Array {
  return element(context(number), boolean_value(true).subarray(2))
}

function entry_der({ serial, reason, certificate_issuer, others }: EntryRow): Uint8Array {
  const extensions: OtherExtension[] = []
  if (reason) {
    const code = element(enumerated, Uint8Array.of(reason_codes[reason]))
    extensions.push([oids.id_ce_cRLReasons, false, code])
  }
  if (certificate_issuer) {
    const names = general_names_der(universal.sequence, [['directoryName', certificate_issuer]])
    extensions.push([oids.id_ce_certificateIssuer, true, names])
  }
  const all = [...extensions, ...(others ?? [])]
  return sequence(
    big_integer(serial),
    time('200101000000Z'),
    ...(all.length > 0 ? [sequence(...all.map(extension_der))] : []),
  )
}

const enumerated = 0x0a
