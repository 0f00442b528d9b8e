// The extensions of a certificate, RFC 5280 §4.2: those that path validation, TLS and revocation need are decoded,
// the value of any other stays the bytes it is.

import { DecodeError } from '../../runtime/binary/reader.ts'
import { context, context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import {
  type GeneralName,
  type RelativeDistinguishedName,
  read_general_name,
  read_general_names,
  read_rdn,
} from './pubkey_names.ts'
import type { Oid } from './pubkey_oids.ts'
import * as oids from './pubkey_oids.ts'

/** RFC 5280 §4.2.1.9 */
export interface BasicConstraints {
  readonly cA: boolean
  /** How many more CA certificates may follow. Absent: any number. */
  readonly pathLenConstraint?: number
}

/** RFC 5280 §4.2.1.3, in the order of its bits. */
export const key_usages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

/** What a key may be used for: RFC 5280 §4.2.1.3. */
export type KeyUsage = (typeof key_usages)[number]

/** RFC 5280 §4.2.1.13, in the order of its bits. */
export const reason_flags = [
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

/** Why a certificate may be revoked: RFC 5280 §4.2.1.13. */
export type ReasonFlag = (typeof reason_flags)[number]

/** A name and all below it: RFC 5280 §4.2.1.10. */
export interface GeneralSubtree {
  readonly base: GeneralName
  /** 0 in every certificate of the Internet profile. */
  readonly minimum: number
  readonly maximum?: number
}

/** RFC 5280 §4.2.1.10 */
export interface NameConstraints {
  readonly permittedSubtrees?: readonly GeneralSubtree[]
  readonly excludedSubtrees?: readonly GeneralSubtree[]
}

/** RFC 5280 §4.2.1.1 */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array
  readonly authorityCertIssuer?: readonly GeneralName[]
  readonly authorityCertSerialNumber?: bigint
}

/** Where a CRL is, for which reasons, and whose it is: RFC 5280 §4.2.1.13. */
export interface DistributionPoint {
  readonly distributionPoint?: DistributionPointName
  readonly reasons?: readonly ReasonFlag[]
  readonly cRLIssuer?: readonly GeneralName[]
}

/** RFC 5280 §4.2.1.13 */
export type DistributionPointName =
  | readonly ['fullName', readonly GeneralName[]]
  | readonly ['nameRelativeToCRLIssuer', RelativeDistinguishedName]

/** A policy that a certificate was issued under: RFC 5280 §4.2.1.4. */
export interface PolicyInformation {
  readonly policyIdentifier: Oid
  readonly policyQualifiers?: readonly PolicyQualifierInfo[]
}

/** Where a policy can be read: RFC 5280 §4.2.1.4. */
export interface PolicyQualifierInfo {
  readonly policyQualifierId: Oid
  /** DER */
  readonly qualifier: Uint8Array
}

/** Which policy of the issuer is as good as which of the subject: RFC 5280 §4.2.1.5. */
export interface PolicyMapping {
  readonly issuerDomainPolicy: Oid
  readonly subjectDomainPolicy: Oid
}

/** After how many more certificates a policy must hold, and mappings count no more: RFC 5280 §4.2.1.11. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy?: number
  readonly inhibitPolicyMapping?: number
}

/** Where something can be had, such as the issuer's certificate: RFC 5280 §4.2.2. */
export interface AccessDescription {
  readonly accessMethod: Oid
  readonly accessLocation: GeneralName
}

/** What the value of each extension is that is decoded. */
export interface ExtensionValues {
  readonly [oids.id_ce_subjectKeyIdentifier]: Uint8Array
  readonly [oids.id_ce_keyUsage]: readonly KeyUsage[]
  readonly [oids.id_ce_subjectAltName]: readonly GeneralName[]
  readonly [oids.id_ce_issuerAltName]: readonly GeneralName[]
  readonly [oids.id_ce_basicConstraints]: BasicConstraints
  readonly [oids.id_ce_nameConstraints]: NameConstraints
  readonly [oids.id_ce_cRLDistributionPoints]: readonly DistributionPoint[]
  readonly [oids.id_ce_authorityKeyIdentifier]: AuthorityKeyIdentifier
  readonly [oids.id_ce_extKeyUsage]: readonly Oid[]
  readonly [oids.id_ce_freshestCRL]: readonly DistributionPoint[]
  readonly [oids.id_ce_certificatePolicies]: readonly PolicyInformation[]
  readonly [oids.id_ce_policyMappings]: readonly PolicyMapping[]
  readonly [oids.id_ce_policyConstraints]: PolicyConstraints
  /** After how many more certificates `anyPolicy` counts no more: RFC 5280 §4.2.1.14. */
  readonly [oids.id_ce_inhibitAnyPolicy]: number
  readonly [oids.id_pe_authorityInfoAccess]: readonly AccessDescription[]
  readonly [oids.id_pe_subjectInfoAccess]: readonly AccessDescription[]
  /** TLS extensions that the server must answer, by their numbers; 5 asks for a stapled status: RFC 7633 §4. */
  readonly [oids.id_pe_tlsfeature]: readonly number[]
}

/** An extension as `verify_fun` gets it. OTP: `#'Extension'{}`. */
export interface Extension {
  readonly extnID: Oid
  readonly critical: boolean
  /** Of the type that {@link ExtensionValues} has for `extnID`; of any other the bytes in its octet string. */
  readonly extnValue: ExtensionValues[keyof ExtensionValues] | Uint8Array
}

/** The value of the extension `id`, if it is among `extensions`. OTP: `pubkey_cert:select_extension/2`. */
export function select_extension<Id extends keyof ExtensionValues>(
  id: Id,
  extensions: readonly Extension[],
): ExtensionValues[Id] | undefined {
  const found = extensions.find(extension => extension.extnID === id)
  return found?.extnValue as ExtensionValues[Id] | undefined
}

/** Of certificates, CRLs and their entries. More than this nobody has, and a verify_fun is asked about each. */
const max_extensions = 256

/** @throws {@link DecodeError}, also when one extension comes twice, and when there are more than 256 */
export function read_extensions(from: DerReader): readonly Extension[] {
  const extensions = read_some(from, read_extension)
  if (extensions.length > max_extensions) throw new DecodeError(`${extensions.length} extensions`)
  const ids = new Set(extensions.map(extension => extension.extnID))
  if (ids.size < extensions.length) throw new DecodeError('an extension twice')
  return extensions
}

function read_extension(from: DerReader): Extension {
  return from.enter(universal.sequence, extension => {
    const extnID = extension.object_identifier()
    const critical = extension.next_is(universal.boolean) ? extension.boolean() : false
    const bytes = extension.octet_string()
    const read = Object.hasOwn(readers, extnID) ? readers[extnID as keyof ExtensionValues] : undefined
    return { extnID, critical, extnValue: read ? read_der<Extension['extnValue']>(bytes, read) : bytes }
  })
}

const readers: { readonly [Id in keyof ExtensionValues]: (from: DerReader) => ExtensionValues[Id] } = {
  [oids.id_ce_subjectKeyIdentifier]: from => from.octet_string(),
  [oids.id_ce_keyUsage]: from => names_of(from.named_bits(), key_usages),
  [oids.id_ce_subjectAltName]: from => read_general_names(from),
  [oids.id_ce_issuerAltName]: from => read_general_names(from),
  [oids.id_ce_basicConstraints]: read_basic_constraints,
  [oids.id_ce_nameConstraints]: read_name_constraints,
  [oids.id_ce_cRLDistributionPoints]: from => read_some(from, read_distribution_point),
  [oids.id_ce_authorityKeyIdentifier]: read_authority_key_identifier,
  [oids.id_ce_extKeyUsage]: from => read_some(from, purpose => purpose.object_identifier()),
  [oids.id_ce_freshestCRL]: from => read_some(from, read_distribution_point),
  [oids.id_ce_certificatePolicies]: from => read_some(from, read_policy_information),
  [oids.id_ce_policyMappings]: from => read_some(from, read_policy_mapping),
  [oids.id_ce_policyConstraints]: read_policy_constraints,
  [oids.id_ce_inhibitAnyPolicy]: from => from.small_integer(),
  [oids.id_pe_authorityInfoAccess]: from => read_some(from, read_access_description),
  [oids.id_pe_subjectInfoAccess]: from => read_some(from, read_access_description),
  [oids.id_pe_tlsfeature]: from => from.list(universal.sequence, feature => feature.small_integer()),
}

/** A list of which RFC 5280 says that it is not empty. */
function read_some<Value>(from: DerReader, read: (inside: DerReader) => Value): Value[] {
  const values = from.list(universal.sequence, read)
  if (values.length === 0) throw new DecodeError('an empty list')
  return values
}

function read_basic_constraints(from: DerReader): BasicConstraints {
  return from.enter(universal.sequence, inside => {
    const cA = inside.next_is(universal.boolean) ? inside.boolean() : false
    if (inside.at_end) return { cA }
    return { cA, pathLenConstraint: inside.small_integer() }
  })
}

function read_name_constraints(from: DerReader): NameConstraints {
  return from.enter(universal.sequence, inside => {
    const permittedSubtrees = inside.optional(context_constructed(0), read_subtrees)
    const excludedSubtrees = inside.optional(context_constructed(1), read_subtrees)
    return { ...(permittedSubtrees && { permittedSubtrees }), ...(excludedSubtrees && { excludedSubtrees }) }
  })
}

function read_subtrees(from: DerReader): GeneralSubtree[] {
  return from.until_end(subtree => subtree.enter(universal.sequence, read_subtree))
}

function read_subtree(from: DerReader): GeneralSubtree {
  const base = read_general_name(from)
  const minimum = from.next_is(context(0)) ? from.small_integer(context(0)) : 0
  if (from.at_end) return { base, minimum }
  return { base, minimum, maximum: from.small_integer(context(1)) }
}

function read_authority_key_identifier(from: DerReader): AuthorityKeyIdentifier {
  return from.enter(universal.sequence, inside => ({
    ...(inside.next_is(context(0)) && { keyIdentifier: inside.octet_string(context(0)) }),
    ...(inside.next_is(context_constructed(1)) && {
      authorityCertIssuer: read_general_names(inside, context_constructed(1)),
    }),
    ...(inside.next_is(context(2)) && { authorityCertSerialNumber: inside.integer(context(2)) }),
  }))
}

/** RFC 5280 §4.2.1.13 */
export function read_distribution_point(from: DerReader): DistributionPoint {
  return from.enter(universal.sequence, inside => {
    const distributionPoint = inside.optional(context_constructed(0), read_distribution_point_name)
    return {
      ...(distributionPoint && { distributionPoint }),
      ...(inside.next_is(context(1)) && { reasons: read_reason_flags(inside, context(1)) }),
      ...(inside.next_is(context_constructed(2)) && {
        cRLIssuer: read_general_names(inside, context_constructed(2)),
      }),
    }
  })
}

/** RFC 5280 §4.2.1.13: what is in the `[0]` around it. */
export function read_distribution_point_name(from: DerReader): DistributionPointName {
  if (from.next_is(context_constructed(0)))
    return ['fullName', read_general_names(from, context_constructed(0))]
  return ['nameRelativeToCRLIssuer', read_rdn(from, context_constructed(1))]
}

/** RFC 5280 §4.2.1.13 */
export function read_reason_flags(from: DerReader, tag: number): readonly ReasonFlag[] {
  return names_of(from.named_bits(tag), reason_flags)
}

function read_policy_information(from: DerReader): PolicyInformation {
  return from.enter(universal.sequence, inside => {
    const policyIdentifier = inside.object_identifier()
    if (inside.at_end) return { policyIdentifier }
    return { policyIdentifier, policyQualifiers: read_some(inside, read_policy_qualifier) }
  })
}

function read_policy_qualifier(from: DerReader): PolicyQualifierInfo {
  return from.enter(universal.sequence, inside => ({
    policyQualifierId: inside.object_identifier(),
    qualifier: inside.element().der,
  }))
}

function read_policy_mapping(from: DerReader): PolicyMapping {
  return from.enter(universal.sequence, inside => ({
    issuerDomainPolicy: inside.object_identifier(),
    subjectDomainPolicy: inside.object_identifier(),
  }))
}

function read_policy_constraints(from: DerReader): PolicyConstraints {
  return from.enter(universal.sequence, inside => ({
    ...(inside.next_is(context(0)) && { requireExplicitPolicy: inside.small_integer(context(0)) }),
    ...(inside.next_is(context(1)) && { inhibitPolicyMapping: inside.small_integer(context(1)) }),
  }))
}

function read_access_description(from: DerReader): AccessDescription {
  return from.enter(universal.sequence, inside => ({
    accessMethod: inside.object_identifier(),
    accessLocation: read_general_name(inside),
  }))
}

/** Bits that have no name mean nothing to anybody. */
function names_of<Flag extends string>(bits: readonly number[], flags: readonly Flag[]): Flag[] {
  return bits.flatMap(bit => flags[bit] ?? [])
}
