// Names in certificates: distinguished names (RFC 5280 §4.1.2.4) and general names (§4.2.1.6), read from DER, and
// when two distinguished names are the same (§7.1).

import { DecodeError } from '../../runtime/binary/reader.ts'
import { context, context_constructed, type DerReader, type Element, universal } from './pubkey_der.ts'
import type { Oid } from './pubkey_oids.ts'

/** One attribute of a name: `{ type: '2.5.4.3', value: ['utf8String', 'example.com'] }`. */
export interface AttributeTypeAndValue {
  readonly type: Oid
  readonly value: AttributeValue
}

/** Text and how it was encoded; `any` for what is not text, with its DER. */
export type AttributeValue = readonly [encoding: StringType, text: string] | readonly ['any', der: Uint8Array]

/** The ASN.1 string types that text in a name may be written in: RFC 5280 §4.1.2.4. */
export type StringType =
  | 'utf8String'
  | 'printableString'
  | 'teletexString'
  | 'universalString'
  | 'bmpString'
  | 'ia5String'
  | 'numericString'
  | 'visibleString'

/** Attributes that together are one step of a name; mostly it is one. */
export type RelativeDistinguishedName = readonly AttributeTypeAndValue[]

/** A distinguished name, from the root of the directory downwards. OTP: `{rdnSequence, _}`. */
export interface Name {
  readonly rdnSequence: readonly RelativeDistinguishedName[]
  /** As it stood in the certificate. */
  readonly der: Uint8Array
}

/** What a certificate is for besides its subject. OTP: `general_name()`. */
export type GeneralName =
  | readonly ['otherName', der: Uint8Array]
  | readonly ['rfc822Name', string]
  | readonly ['dNSName', string]
  | readonly ['x400Address', der: Uint8Array]
  | readonly ['directoryName', Name]
  | readonly ['ediPartyName', der: Uint8Array]
  | readonly ['uniformResourceIdentifier', string]
  /** 4 or 16 bytes; in name constraints 8 or 32, address and mask. */
  | readonly ['iPAddress', Uint8Array]
  | readonly ['registeredID', Oid]

// ---- Reading

export function read_name(from: DerReader): Name {
  const [rdnSequence, der] = from.with_der(name => name.list(universal.sequence, read_set))
  return { rdnSequence, der }
}

export function read_rdn(from: DerReader, tag: number): RelativeDistinguishedName {
  const attributes = from.list(tag, attribute => attribute.enter(universal.sequence, read_attribute))
  if (attributes.length === 0) throw new DecodeError('a part of a name without attributes')
  return attributes
}

export function read_general_name(from: DerReader): GeneralName {
  if (from.next_is(context_constructed(4))) {
    return ['directoryName', from.enter(context_constructed(4), read_name)]
  }
  if (from.next_is(context(8))) return ['registeredID', from.object_identifier(context(8))]

  const { tag, content, der } = from.element()
  switch (tag) {
    case context_constructed(0):
      return ['otherName', der]
    case context(1):
      return ['rfc822Name', ascii(content)]
    case context(2):
      return ['dNSName', ascii(content)]
    case context_constructed(3):
      return ['x400Address', der]
    case context_constructed(5):
      return ['ediPartyName', der]
    case context(6):
      return ['uniformResourceIdentifier', ascii(content)]
    case context(7):
      return ['iPAddress', content]
    default:
      throw new DecodeError(`no general name has the tag ${tag}`)
  }
}

/** One or more general names in the element that `tag` begins. */
export function read_general_names(from: DerReader, tag: number = universal.sequence): GeneralName[] {
  const names = from.list(tag, read_general_name)
  if (names.length === 0) throw new DecodeError('no names')
  return names
}

const read_set = (from: DerReader) => read_rdn(from, universal.set)

function read_attribute(from: DerReader): AttributeTypeAndValue {
  return { type: from.object_identifier(), value: attribute_value(from.element()) }
}

function attribute_value({ tag, content, der }: Element): AttributeValue {
  switch (tag) {
    case universal.utf8_string:
      return ['utf8String', utf8(content)]
    case universal.printable_string:
      return ['printableString', ascii(content)]
    case universal.ia5_string:
      return ['ia5String', ascii(content)]
    case universal.numeric_string:
      return ['numericString', ascii(content)]
    case universal.visible_string:
      return ['visibleString', ascii(content)]
    case universal.teletex_string:
      return ['teletexString', characters(content, 1)]
    case universal.bmp_string:
      return ['bmpString', characters(content, 2)]
    case universal.universal_string:
      return ['universalString', characters(content, 4)]
    default:
      return ['any', der]
  }
}

function ascii(content: Uint8Array): string {
  let text = ''
  for (const byte of content) {
    if (byte >= 0x80) throw new DecodeError('not ASCII')
    text += String.fromCharCode(byte)
  }
  return text
}

const utf8_decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function utf8(content: Uint8Array): string {
  try {
    return utf8_decoder.decode(content)
  } catch {
    throw new DecodeError('not UTF-8')
  }
}

/** Text of which each character takes `size` bytes. */
function characters(content: Uint8Array, size: number): string {
  if (content.length % size !== 0) throw new DecodeError('text that ends within a character')
  let text = ''
  for (let at = 0; at < content.length; at += size) {
    const code = content.subarray(at, at + size).reduce((value, byte) => value * 0x100 + byte, 0)
    if (code > 0x10ffff) throw new DecodeError('not a character')
    text += String.fromCodePoint(code)
  }
  return text
}

// ---- Comparing

/**
 * The name with its text in one form: letters small, white space folded, the attributes of one step in order.
 *
 * @see OTP: `public_key:pkix_normalize_name/1`
 */
export function normalize_name(name: Name): Name {
  return { rdnSequence: name.rdnSequence.map(normalize_rdn), der: name.der }
}

const known_keys = new WeakMap<Name, string>()

/**
 * A text that two names share exactly when they are the same name: fit to be the key of a map. That of a name below
 * another begins with the other's. Made once only: a hostile chain could ask for millions of comparisons.
 */
export function name_key(name: Name): string {
  const known = known_keys.get(name)
  if (known !== undefined) return known
  const key = name.rdnSequence.map(rdn => `${rdn_key(rdn)},`).join('')
  known_keys.set(name, key)
  return key
}

/** Whether two names are the same name, RFC 5280 §7.1. */
export function is_same_name(left: Name, right: Name): boolean {
  return equal_bytes(left.der, right.der) || name_key(left) === name_key(right)
}

/** Whether `name` lies in the subtree of the directory below `base`, or is `base`. */
export function is_below(name: Name, base: Name): boolean {
  const wanted = name_key(base)
  // `startsWith` looks at one character after the other.
  return name_key(name).slice(0, wanted.length) === wanted
}

export function equal_bytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

function normalize_rdn(rdn: RelativeDistinguishedName): RelativeDistinguishedName {
  return sorted_rdn(rdn).map(([, attribute]) => attribute)
}

function rdn_key(rdn: RelativeDistinguishedName): string {
  return sorted_rdn(rdn)
    .map(([key]) => key)
    .join('+')
}

/** Its attributes in normal form and in order, each with its key. */
function sorted_rdn(rdn: RelativeDistinguishedName): (readonly [key: string, AttributeTypeAndValue])[] {
  const normalized = rdn.map(({ type, value }) => ({ type, value: normalize_value(value) }))
  return normalized
    .map(attribute => [attribute_key(attribute), attribute] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
}

/** Quoted, so that no text can be taken for two attributes. */
function attribute_key({ type, value: [encoding, value] }: AttributeTypeAndValue): string {
  return `${type}=${typeof value === 'string' ? JSON.stringify(value) : `${encoding} ${value.join(' ')}`}`
}

function normalize_value(value: AttributeValue): AttributeValue {
  if (value[0] === 'any') return value
  return ['utf8String', composed(value[1]).toLowerCase().trim().replace(/\s+/g, ' ')]
}

/** No language has so many marks on one letter (UAX 15 §13), and to put them in order takes the square of the time. */
const many_marks = /\p{M}{31}/u

const composed = (text: string): string => (many_marks.test(text) ? text : text.normalize('NFKC'))
