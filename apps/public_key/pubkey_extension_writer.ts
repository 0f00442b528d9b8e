// Writes the extensions of a certificate as pubkey_extensions reads them: RFC 5280 §4.2.

import {
  big_integer,
  write_distribution_points,
  write_extension,
  write_general_names,
} from './pubkey_crl_writer.ts'
import { context, context_constructed, universal } from './pubkey_der.ts'
import {
  bit_string,
  boolean_value,
  element,
  integer,
  object_identifier,
  octet_string,
  sequence,
} from './pubkey_der_writer.ts'
import {
  type AccessDescription,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  type Extension,
  type ExtensionValues,
  type GeneralSubtree,
  type KeyUsage,
  key_usages,
  type NameConstraints,
  type PolicyConstraints,
  type PolicyInformation,
  type PolicyMapping,
} from './pubkey_extensions.ts'
import type { Oid } from './pubkey_oids.ts'
import * as oids from './pubkey_oids.ts'

/** One extension, its value encoded if it is not bytes already. */
export function write_decoded_extension({ extnID, critical, extnValue }: Extension): Uint8Array {
  return write_extension(extnID, critical, write_extension_value(extnID, extnValue))
}

/** What is in the octet string of an extension. */
export function write_extension_value(id: Oid, value: Extension['extnValue']): Uint8Array {
  if (!is_known(id)) return value as Uint8Array
  // A value has the type that its extension has: see Extension.
  return (writers[id] as (value: Extension['extnValue']) => Uint8Array)(value)
}

function is_known(id: Oid): id is keyof ExtensionValues {
  return Object.hasOwn(writers, id)
}

const writers: { readonly [Id in keyof ExtensionValues]: (value: ExtensionValues[Id]) => Uint8Array } = {
  [oids.id_ce_subjectKeyIdentifier]: octet_string,
  [oids.id_ce_keyUsage]: write_key_usage,
  [oids.id_ce_subjectAltName]: names => write_general_names(names),
  [oids.id_ce_issuerAltName]: names => write_general_names(names),
  [oids.id_ce_basicConstraints]: write_basic_constraints,
  [oids.id_ce_nameConstraints]: write_name_constraints,
  [oids.id_ce_cRLDistributionPoints]: write_distribution_points,
  [oids.id_ce_authorityKeyIdentifier]: write_authority_key_identifier,
  [oids.id_ce_extKeyUsage]: purposes => sequence(...purposes.map(object_identifier)),
  [oids.id_ce_freshestCRL]: write_distribution_points,
  [oids.id_ce_certificatePolicies]: policies => sequence(...policies.map(write_policy)),
  [oids.id_ce_policyMappings]: mappings => sequence(...mappings.map(write_mapping)),
  [oids.id_ce_policyConstraints]: write_policy_constraints,
  [oids.id_ce_inhibitAnyPolicy]: integer,
  [oids.id_pe_authorityInfoAccess]: write_access,
  [oids.id_pe_subjectInfoAccess]: write_access,
  [oids.id_pe_tlsfeature]: features => sequence(...features.map(integer)),
}

/** Without zeros at its end: X.690 §11.2.2. */
function write_key_usage(usages: readonly KeyUsage[]): Uint8Array {
  const bits = usages.map(usage => key_usages.indexOf(usage))
  const size = Math.max(-1, ...bits) + 1
  const octets = new Uint8Array(Math.ceil(size / 8))
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7)
  if (octets.length === 0) return bit_string(octets)
  return element(universal.bit_string, Uint8Array.of(octets.length * 8 - size), octets)
}

function write_basic_constraints({ cA, pathLenConstraint }: BasicConstraints): Uint8Array {
  return sequence(
    ...(cA ? [boolean_value(true)] : []),
    ...(pathLenConstraint === undefined ? [] : [integer(pathLenConstraint)]),
  )
}

function write_name_constraints({ permittedSubtrees, excludedSubtrees }: NameConstraints): Uint8Array {
  return sequence(...write_subtrees(0, permittedSubtrees), ...write_subtrees(1, excludedSubtrees))
}

function write_subtrees(number: number, subtrees: readonly GeneralSubtree[] | undefined): Uint8Array[] {
  return subtrees ? [element(context_constructed(number), ...subtrees.map(write_subtree))] : []
}

function write_subtree({ base, minimum, maximum }: GeneralSubtree): Uint8Array {
  return sequence(
    contents(write_general_names([base])),
    ...(minimum === 0 ? [] : [tagged(0, integer(minimum))]),
    ...(maximum === undefined ? [] : [tagged(1, integer(maximum))]),
  )
}

function write_authority_key_identifier(value: AuthorityKeyIdentifier): Uint8Array {
  const { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber: serial } = value
  return sequence(
    ...(keyIdentifier ? [element(context(0), keyIdentifier)] : []),
    ...(authorityCertIssuer ? [write_general_names(authorityCertIssuer, context_constructed(1))] : []),
    ...(serial === undefined ? [] : [tagged(2, big_integer(serial))]),
  )
}

function write_policy({ policyIdentifier, policyQualifiers }: PolicyInformation): Uint8Array {
  const qualifiers = policyQualifiers?.map(({ policyQualifierId, qualifier }) =>
    sequence(object_identifier(policyQualifierId), qualifier),
  )
  return sequence(object_identifier(policyIdentifier), ...(qualifiers ? [sequence(...qualifiers)] : []))
}

function write_mapping({ issuerDomainPolicy, subjectDomainPolicy }: PolicyMapping): Uint8Array {
  return sequence(object_identifier(issuerDomainPolicy), object_identifier(subjectDomainPolicy))
}

function write_policy_constraints(value: PolicyConstraints): Uint8Array {
  const { requireExplicitPolicy, inhibitPolicyMapping } = value
  return sequence(
    ...(requireExplicitPolicy === undefined ? [] : [tagged(0, integer(requireExplicitPolicy))]),
    ...(inhibitPolicyMapping === undefined ? [] : [tagged(1, integer(inhibitPolicyMapping))]),
  )
}

function write_access(descriptions: readonly AccessDescription[]): Uint8Array {
  return sequence(
    ...descriptions.map(({ accessMethod, accessLocation }) =>
      sequence(object_identifier(accessMethod), contents(write_general_names([accessLocation]))),
    ),
  )
}

/** The IMPLICIT tag in place of the element's own. */
function tagged(number: number, primitive: Uint8Array): Uint8Array {
  return Uint8Array.of(context(number), ...primitive.subarray(1))
}

/** What is in an element. */
function contents(der: Uint8Array): Uint8Array {
  const first = der[1]!
  return der.subarray(2 + (first < 0x80 ? 0 : first & 0x7f))
}
