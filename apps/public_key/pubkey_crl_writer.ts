// Writes what revocation lists are made of, and what points to them from certificates: RFC 5280 §4.2.1.13 and §5.

import { Exit } from '../../runtime/erlang/term.ts'
import { integer_octets } from './pubkey_crl_entries.ts'
import type { IssuingDistributionPoint } from './pubkey_crl_extensions.ts'
import { all_reasons } from './pubkey_crl_scope.ts'
import { context, context_constructed, universal } from './pubkey_der.ts'
import { boolean_value, element, object_identifier, octet_string, sequence } from './pubkey_der_writer.ts'
import type { DistributionPoint, DistributionPointName, ReasonFlag } from './pubkey_extensions.ts'
import type {
  AttributeTypeAndValue,
  AttributeValue,
  GeneralName,
  RelativeDistinguishedName,
  StringType,
} from './pubkey_names.ts'
import type { Oid } from './pubkey_oids.ts'

/** The value of the extension cRLDistributionPoints or freshestCRL: RFC 5280 §4.2.1.13. */
export function write_distribution_points(points: readonly DistributionPoint[]): Uint8Array {
  return sequence(...points.map(write_distribution_point))
}

/** RFC 5280 §5.2.5; what is false is left out. */
export function write_issuing_distribution_point(point: Partial<IssuingDistributionPoint>): Uint8Array {
  return sequence(
    ...(point.distributionPoint ? [point_name(point.distributionPoint)] : []),
    ...flag(1, point.onlyContainsUserCerts),
    ...flag(2, point.onlyContainsCACerts),
    ...(point.onlySomeReasons ? [write_reason_flags(context(3), point.onlySomeReasons)] : []),
    ...flag(4, point.indirectCRL),
    ...flag(5, point.onlyContainsAttributeCerts),
  )
}

/** RFC 5280 §4.2 */
export function write_extension(extnID: Oid, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(object_identifier(extnID), ...(critical ? [boolean_value(true)] : []), octet_string(value))
}

/** @param tag - of the element around the names */
export function write_general_names(
  names: readonly GeneralName[],
  tag: number = universal.sequence,
): Uint8Array {
  return element(tag, ...names.map(write_general_name))
}

/**
 * One step of a name, in the order of DER: X.690 §11.6.
 *
 * @param tag - of the element around the attributes
 */
export function write_rdn(rdn: RelativeDistinguishedName, tag: number = universal.set): Uint8Array {
  return element(tag, ...rdn.map(write_attribute).sort(in_der_order))
}

/** An integer of any size. */
export const big_integer = (value: bigint) => element(universal.integer, integer_octets(value))

/**
 * UTCTime until 2049, then GeneralizedTime: RFC 5280 §5.1.2.4.
 *
 * @param instant - milliseconds since 1970, of a year from 1950 to 9999; what is less than a second is left out
 * @throws {@link Exit} `['badarg', …]` for what is no time, as decoded certificates can have it
 */
export function write_time(instant: number): Uint8Array {
  if (Number.isNaN(new Date(instant).getTime())) throw new Exit(['badarg', ['time', instant]])
  const digits = new Date(instant).toISOString().replace(/[-:T]|\.\d+/g, '')
  const is_short = digits >= '1950' && digits < '2050'
  return is_short
    ? element(universal.utc_time, utf8(digits.slice(2)))
    : element(universal.generalized_time, utf8(digits))
}

/** GeneralizedTime: RFC 5280 §5.3.2. */
export function write_generalized_time(instant: number): Uint8Array {
  return element(
    universal.generalized_time,
    utf8(new Date(instant).toISOString().replace(/[-:T]|\.\d+/g, '')),
  )
}

function write_distribution_point({ distributionPoint, reasons, cRLIssuer }: DistributionPoint): Uint8Array {
  return sequence(
    ...(distributionPoint ? [point_name(distributionPoint)] : []),
    ...(reasons ? [write_reason_flags(context(1), reasons)] : []),
    ...(cRLIssuer ? [write_general_names(cRLIssuer, context_constructed(2))] : []),
  )
}

function point_name(name: DistributionPointName): Uint8Array {
  const inside =
    name[0] === 'fullName'
      ? write_general_names(name[1], context_constructed(0))
      : write_rdn(name[1], context_constructed(1))
  return element(context_constructed(0), inside)
}

const in_der_order = (left: Uint8Array, right: Uint8Array) => {
  const at = left.findIndex((byte, index) => byte !== right[index])
  return at === -1 ? left.length - right.length : left[at]! - (right[at] ?? -1)
}

function write_attribute({ type, value }: AttributeTypeAndValue): Uint8Array {
  return sequence(object_identifier(type), write_text(value))
}

function write_general_name([kind, name]: GeneralName): Uint8Array {
  switch (kind) {
    case 'otherName':
    case 'x400Address':
    case 'ediPartyName':
      return name
    case 'rfc822Name':
      return element(context(1), utf8(name))
    case 'dNSName':
      return element(context(2), utf8(name))
    case 'directoryName':
      return element(context_constructed(4), name.der)
    case 'uniformResourceIdentifier':
      return element(context(6), utf8(name))
    case 'iPAddress':
      return element(context(7), name)
    case 'registeredID':
      return element(context(8), object_identifier(name).subarray(2))
  }
}

/** A named bit list, of which the bit 0 has no use, without zeros at its end: X.690 §11.2.2. */
function write_reason_flags(tag: number, reasons: readonly ReasonFlag[]): Uint8Array {
  const bits = reasons.map(reason => all_reasons.indexOf(reason) + 1)
  const size = bits.length === 0 ? 0 : Math.max(...bits) + 1
  const octets = new Uint8Array(Math.ceil(size / 8))
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7)
  return element(tag, Uint8Array.of(octets.length * 8 - size), octets)
}

function flag(number: number, value: boolean | undefined): Uint8Array[] {
  return value ? [element(context(number), Uint8Array.of(0xff))] : []
}

const utf8 = (text: string) => new TextEncoder().encode(text)

/** The tag of each type of text, and how many bytes a character takes; 0: as UTF-8 has it. */
const text_forms: { readonly [Type in StringType]: readonly [tag: number, size: number] } = {
  utf8String: [universal.utf8_string, 0],
  printableString: [universal.printable_string, 1],
  ia5String: [universal.ia5_string, 1],
  numericString: [universal.numeric_string, 1],
  visibleString: [universal.visible_string, 1],
  teletexString: [universal.teletex_string, 1],
  bmpString: [universal.bmp_string, 2],
  universalString: [universal.universal_string, 4],
}

function write_text(value: AttributeValue): Uint8Array {
  if (value[0] === 'any') return value[1]
  const [tag, size] = text_forms[value[0]]
  return element(tag, size === 0 ? utf8(value[1]) : characters(value[1], size))
}

function characters(text: string, size: number): Uint8Array {
  const octets = [...text].flatMap(character => {
    const code = character.codePointAt(0)!
    return [24, 16, 8, 0].slice(-size).map(shift => (code >> shift) & 0xff)
  })
  return Uint8Array.from(octets)
}
