// Writes the extensions of the certificates that tests make, from what a row of a table says of them.

import { context, context_constructed, universal } from '../../apps/public_key/pubkey_der.ts'
import {
  boolean_value,
  element,
  integer,
  object_identifier,
  octet_string,
  sequence,
} from '../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import { key_identifier, type MadeKey } from './chain_maker_keys.ts'
import {
  type GeneralNameRow,
  general_name_der,
  general_names_der,
  type NameText,
  relative_name_der,
  utf8,
} from './chain_maker_names.ts'

/** An extension of which the test knows the DER. */
export type OtherExtension = readonly [oid: string, critical: boolean, value: Uint8Array]

/** A policy, perhaps with where to read it or what to tell its users. */
export type PolicyRow = string | readonly [policy: string, qualifier: 'cps' | 'notice', text: string]

/** RFC 5280 §4.2.1.13 */
export interface DistributionPointRow {
  readonly full_name?: readonly GeneralNameRow[]
  readonly relative_name?: NameText
  readonly reasons?: readonly Reason[]
  readonly crl_issuer?: NameText
}

/** What is undefined is not in the certificate. Critical are those that mostly are, unless told otherwise. */
export interface ExtensionRows {
  readonly basic_constraints?: ({ cA: boolean; path_length?: number } & Critical) | undefined
  readonly key_usage?: ({ readonly usages: readonly Usage[] } & Critical) | undefined
  readonly ext_key_usage?: readonly string[] | undefined
  readonly alt_names?: readonly GeneralNameRow[] | undefined
  readonly alt_names_critical?: boolean
  readonly permitted?: readonly GeneralNameRow[] | undefined
  readonly excluded?: readonly GeneralNameRow[] | undefined
  readonly policies?: readonly PolicyRow[] | undefined
  readonly mappings?: readonly (readonly [from: string, to: string])[] | undefined
  readonly policy_constraints?: PolicyConstraintsRow | undefined
  readonly inhibit_any_policy?: number | undefined
  readonly distribution_points?: readonly DistributionPointRow[] | undefined
  readonly freshest_crl?: readonly DistributionPointRow[] | undefined
  readonly others?: readonly OtherExtension[] | undefined
}

interface Critical {
  readonly critical?: boolean
}

interface PolicyConstraintsRow extends Critical {
  readonly require_explicit_policy?: number
  readonly inhibit_policy_mapping?: number
}

const usages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
] as const

const reasons = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const

export type Usage = (typeof usages)[number]
export type Reason = (typeof reasons)[number]

/** All extensions of a row, in one order. */
export function extensions_of(row: ExtensionRows): readonly OtherExtension[] {
  return [
    one(oids.id_ce_basicConstraints, row.basic_constraints, basic_constraints),
    one(oids.id_ce_keyUsage, row.key_usage, usage => named_bits(universal.bit_string, usages, usage.usages)),
    extended_key_usage(row.ext_key_usage),
    alternative_names(row),
    name_constraints(row),
    listed(oids.id_ce_certificatePolicies, false, row.policies, policy),
    listed(oids.id_ce_policyMappings, true, row.mappings, pair => sequence(...pair.map(object_identifier))),
    one(oids.id_ce_policyConstraints, row.policy_constraints, policy_constraints),
    skip_certs(row.inhibit_any_policy),
    listed(oids.id_ce_cRLDistributionPoints, false, row.distribution_points, distribution_point),
    listed(oids.id_ce_freshestCRL, false, row.freshest_crl, distribution_point),
    row.others ?? [],
  ].flat()
}

/** RFC 5280 §4.1.2.9 */
export function extension_der([oid, critical, value]: OtherExtension): Uint8Array {
  const flag = critical ? [boolean_value(true)] : []
  return sequence(object_identifier(oid), ...flag, octet_string(value))
}

/** RFC 5280 §4.2.1.1 */
export function authority_key_identifier(signer: MadeKey): OtherExtension {
  const value = sequence(element(context(0), key_identifier(signer)))
  return [oids.id_ce_authorityKeyIdentifier, false, value]
}

/** RFC 5280 §4.2.1.13 */
export function distribution_point(row: DistributionPointRow): Uint8Array {
  const { reasons: only, crl_issuer } = row
  const name = distribution_point_name(row)
  return sequence(
    ...(name ? [element(context_constructed(0), name)] : []),
    ...(only ? [named_bits(context(1), reasons, only)] : []),
    ...(crl_issuer ? [general_names_der(context_constructed(2), [['directoryName', crl_issuer]])] : []),
  )
}

/** Undefined where the row has no name. */
export function distribution_point_name(row: DistributionPointRow): Uint8Array | undefined {
  if (row.full_name) return general_names_der(context_constructed(0), row.full_name)
  return row.relative_name ? relative_name_der(context_constructed(1), row.relative_name) : undefined
}

export function reason_flags(tag: number, only: readonly Reason[]): Uint8Array {
  return named_bits(tag, reasons, only)
}

function one<Row extends Critical>(
  oid: string,
  row: Row | undefined,
  write: (row: Row) => Uint8Array,
): OtherExtension[] {
  return row ? [[oid, row.critical ?? true, write(row)]] : []
}

function listed<Row>(
  oid: string,
  critical: boolean,
  rows: readonly Row[] | undefined,
  write: (row: Row) => Uint8Array,
): OtherExtension[] {
  return rows ? [[oid, critical, sequence(...rows.map(write))]] : []
}

function basic_constraints(row: NonNullable<ExtensionRows['basic_constraints']>): Uint8Array {
  const length = row.path_length === undefined ? [] : [integer(row.path_length)]
  return sequence(...(row.cA ? [boolean_value(true)] : []), ...length)
}

function extended_key_usage(purposes: readonly string[] | undefined): OtherExtension[] {
  return listed(oids.id_ce_extKeyUsage, false, purposes, object_identifier)
}

function alternative_names({ alt_names, alt_names_critical }: ExtensionRows): OtherExtension[] {
  return listed(oids.id_ce_subjectAltName, alt_names_critical ?? false, alt_names, general_name_der)
}

function name_constraints({ permitted, excluded }: ExtensionRows): OtherExtension[] {
  if (!permitted && !excluded) return []
  const value = sequence(...subtrees(0, permitted), ...subtrees(1, excluded))
  return [[oids.id_ce_nameConstraints, true, value]]
}

function subtrees(number: number, names: readonly GeneralNameRow[] | undefined): Uint8Array[] {
  if (!names) return []
  return [element(context_constructed(number), ...names.map(name => sequence(general_name_der(name))))]
}

function policy(row: PolicyRow): Uint8Array {
  if (typeof row === 'string') return sequence(object_identifier(row))
  const [oid, kind, text] = row
  const qualifier = kind === 'cps' ? cps(text) : user_notice(text)
  return sequence(object_identifier(oid), sequence(qualifier))
}

function cps(uri: string): Uint8Array {
  return sequence(object_identifier(oids.id_qt_cps), element(universal.ia5_string, utf8(uri)))
}

function user_notice(text: string): Uint8Array {
  const notice = sequence(element(universal.visible_string, utf8(text)))
  return sequence(object_identifier(oids.id_qt_unotice), notice)
}

function policy_constraints(row: PolicyConstraintsRow): Uint8Array {
  return sequence(
    ...skip(context(0), row.require_explicit_policy),
    ...skip(context(1), row.inhibit_policy_mapping),
  )
}

function skip(tag: number, certificates: number | undefined): Uint8Array[] {
  return certificates === undefined ? [] : [element(tag, integer(certificates).subarray(2))]
}

function skip_certs(certificates: number | undefined): OtherExtension[] {
  return certificates === undefined ? [] : [[oids.id_ce_inhibitAnyPolicy, true, integer(certificates)]]
}

/** X.690 §11.2.2: without the zeros at the end. */
function named_bits(tag: number, names: readonly string[], set: readonly string[]): Uint8Array {
  const last = Math.max(-1, ...set.map(name => names.indexOf(name)))
  const octets = new Uint8Array(Math.ceil((last + 1) / 8))
  for (const name of set) {
    const bit = names.indexOf(name)
    octets[bit >> 3] = octets[bit >> 3]! | (0x80 >> (bit & 7))
  }
  return element(tag, Uint8Array.of(octets.length * 8 - (last + 1)), octets)
}
