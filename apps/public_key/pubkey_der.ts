// Reads DER (X.690), the encoding of certificates and keys, off the front of some bytes. What a peer sent is
// hostile: every length is checked against what encloses it, and only the grammar that is read decides how deep
// it goes. What X.690 allows in BER only, such as indefinite lengths, is refused.

import { DecodeError } from '../../runtime/binary/reader.ts'
import type { Oid } from './pubkey_oids.ts'

/** Identifier octets of the universal types, X.680 §8.4. */
export const universal = {
  boolean: 0x01,
  integer: 0x02,
  bit_string: 0x03,
  octet_string: 0x04,
  null: 0x05,
  object_identifier: 0x06,
  utf8_string: 0x0c,
  sequence: 0x30,
  set: 0x31,
  numeric_string: 0x12,
  printable_string: 0x13,
  teletex_string: 0x14,
  ia5_string: 0x16,
  utc_time: 0x17,
  generalized_time: 0x18,
  visible_string: 0x1a,
  universal_string: 0x1c,
  bmp_string: 0x1e,
} as const

/** The identifier octet of `[number]` around a primitive value. */
export const context = (number: number) => 0x80 | number

/** The identifier octet of `[number]` around a constructed value, and of every EXPLICIT one. */
export const context_constructed = (number: number) => 0xa0 | number

/** One element: its identifier octet, what is in it, and all of it. */
export interface Element {
  readonly tag: number
  readonly content: Uint8Array
  readonly der: Uint8Array
}

/** Longest number and object identifier that is read: their text grows with the square of their length. */
const max_number_size = 128

/**
 * A position in DER, moved by reading. Byte strings that come out are views, not copies. Whatever is not there, or
 * is not what was asked for, throws {@link DecodeError}.
 */
export class DerReader {
  readonly #bytes: Uint8Array
  #at = 0
  #end: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  /** Whether all of the innermost entered element has been read. */
  get at_end(): boolean {
    return this.#at === this.#end
  }

  /** Whether the next element has this identifier octet. */
  next_is(tag: number): boolean {
    return this.#at < this.#end && this.#bytes[this.#at] === tag
  }

  /** Whatever comes next. */
  element(): Element {
    const from = this.#at
    const tag = this.#tag()
    const size = this.#size()
    const content = this.#bytes.subarray(this.#at, this.#at + size)
    this.#at += size
    return { tag, content, der: this.#bytes.subarray(from, this.#at) }
  }

  /** What is in the next element. */
  content(tag: number): Uint8Array {
    const size = this.#header(tag)
    this.#at += size
    return this.#bytes.subarray(this.#at - size, this.#at)
  }

  /** What `read` makes of the inside of the next element; it must read all of it. */
  enter<Value>(tag: number, read: (inside: DerReader) => Value): Value {
    const size = this.#header(tag)
    const outer = this.#end
    this.#end = this.#at + size
    const value = read(this)
    this.expect_end()
    this.#end = outer
    return value
  }

  /** As {@link DerReader.enter}, if the element is there. */
  optional<Value>(tag: number, read: (inside: DerReader) => Value): Value | undefined {
    return this.next_is(tag) ? this.enter(tag, read) : undefined
  }

  /** All elements inside the next one, each read by `read`. */
  list<Value>(tag: number, read: (inside: DerReader) => Value): Value[] {
    return this.enter(tag, inside => inside.until_end(read))
  }

  /** What `read` makes of the rest, again and again. */
  until_end<Value>(read: (inside: DerReader) => Value): Value[] {
    const values: Value[] = []
    while (!this.at_end) values.push(read(this))
    return values
  }

  /** What `read` makes of what comes next, and the bytes that it read. */
  with_der<Value>(read: (from: DerReader) => Value): readonly [value: Value, der: Uint8Array] {
    const from = this.#at
    const value = read(this)
    return [value, this.#bytes.subarray(from, this.#at)]
  }

  /** @throws {@link DecodeError} when anything is left */
  expect_end(): void {
    if (!this.at_end) throw new DecodeError(`${this.#end - this.#at} bytes too many`)
  }

  boolean(tag: number = universal.boolean): boolean {
    const content = this.content(tag)
    if (content.length === 1 && content[0] === 0) return false
    if (content.length === 1 && content[0] === 0xff) return true
    throw new DecodeError('not a boolean')
  }

  /** Two's complement. */
  integer(tag: number = universal.integer): bigint {
    const content = this.integer_bytes(tag)
    if (content.length > max_number_size) throw new DecodeError(`an integer of ${content.length} bytes`)

    let digits = '0x'
    for (const byte of content) digits += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16)
    const value = BigInt(digits)
    return content[0]! < 0x80 ? value : value - (1n << BigInt(8 * content.length))
  }

  /** An integer of 0 to 2^31 - 1. */
  small_integer(tag: number = universal.integer): number {
    const content = this.integer_bytes(tag)
    if (content.length > 4 || content[0]! >= 0x80) throw new DecodeError('an integer out of its range')
    return content.reduce((value, byte) => value * 0x100 + byte, 0)
  }

  /** The shortest two's complement of an integer, big-endian. */
  integer_bytes(tag: number = universal.integer): Uint8Array {
    const content = this.content(tag)
    if (content.length === 0) throw new DecodeError('an integer of no bytes')
    const redundant = content.length > 1 && (content[0] === 0x00 || content[0] === 0xff)
    if (redundant && content[0]! >> 7 === content[1]! >> 7)
      throw new DecodeError('an integer not in its shortest form')
    return content
  }

  object_identifier(tag: number = universal.object_identifier): Oid {
    return oid_text(this.content(tag))
  }

  octet_string(tag: number = universal.octet_string): Uint8Array {
    return this.content(tag)
  }

  /** A bit string that holds whole bytes, as keys and signatures do. */
  bit_string_bytes(tag: number = universal.bit_string): Uint8Array {
    const content = this.content(tag)
    if (content[0] !== 0) throw new DecodeError('a bit string not of whole bytes')
    return content.subarray(1)
  }

  /** The numbers of the bits that are set; bit 0 is the first. */
  named_bits(tag: number = universal.bit_string): number[] {
    const content = this.content(tag)
    const unused = content[0]
    if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0)) {
      throw new DecodeError('not a bit string')
    }
    if (content.length > 1 + max_number_size) throw new DecodeError('too many bits')

    const size = 8 * (content.length - 1) - unused
    const set: number[] = []
    for (let bit = 0; bit < size; bit++) {
      if (content[1 + (bit >> 3)]! & (0x80 >> (bit & 7))) set.push(bit)
    }
    return set
  }

  /** UTCTime or GeneralizedTime in the forms of RFC 5280 §4.1.2.5, in milliseconds since 1970. */
  time(): number {
    if (this.next_is(universal.utc_time)) return utc_time(this.content(universal.utc_time))
    return generalized_time(this.content(universal.generalized_time))
  }

  #header(expected: number): number {
    const tag = this.#tag()
    if (tag !== expected) throw new DecodeError(`expected tag ${expected}, got ${tag}`)
    return this.#size()
  }

  #tag(): number {
    const tag = this.#octet()
    if ((tag & 0x1f) === 0x1f) throw new DecodeError('a tag of several bytes')
    return tag
  }

  #size(): number {
    const size = this.#length()
    if (size > this.#end - this.#at) throw new DecodeError(`needs ${size} bytes, has ${this.#end - this.#at}`)
    return size
  }

  #length(): number {
    const first = this.#octet()
    if (first < 0x80) return first
    const octets = first & 0x7f
    if (octets === 0 || octets > 4) throw new DecodeError('a length of no or too many bytes')

    let length = 0
    for (let index = 0; index < octets; index++) length = length * 0x100 + this.#octet()
    if (length < 0x80 || length < 0x100 ** (octets - 1))
      throw new DecodeError('a length not in its shortest form')
    return length
  }

  #octet(): number {
    if (this.#at >= this.#end) throw new DecodeError('ends too early')
    return this.#bytes[this.#at++]!
  }
}

/** What `read` makes of `bytes`; it must read all of them. */
export function read_der<Value>(bytes: Uint8Array, read: (from: DerReader) => Value): Value {
  const from = new DerReader(bytes)
  const value = read(from)
  from.expect_end()
  return value
}

function oid_text(content: Uint8Array): Oid {
  if (content.length === 0 || content.length > max_number_size)
    throw new DecodeError('not an object identifier')
  if (content[content.length - 1]! >= 0x80) throw new DecodeError('an object identifier cut off')

  let text = ''
  for (let at = 0; at < content.length; ) {
    if (content[at] === 0x80) throw new DecodeError('an object identifier not in its shortest form')
    let end = at
    while (content[end]! >= 0x80) end++
    const arc = end - at < 6 ? small_arc(content, at, end) : large_arc(content, at, end)
    text += text === '' ? first_arcs(arc) : `.${arc}`
    at = end + 1
  }
  return text
}

function small_arc(content: Uint8Array, from: number, last: number): number {
  let arc = 0
  for (let at = from; at <= last; at++) arc = arc * 0x80 + (content[at]! & 0x7f)
  return arc
}

function large_arc(content: Uint8Array, from: number, last: number): bigint {
  let arc = 0n
  for (let at = from; at <= last; at++) arc = (arc << 7n) | BigInt(content[at]! & 0x7f)
  return arc
}

function first_arcs(value: number | bigint): string {
  if (typeof value === 'bigint') return `2.${value - 80n}`
  const first = Math.min(Math.floor(value / 40), 2)
  return `${first}.${value - 40 * first}`
}

function utc_time(content: Uint8Array): number {
  const [century, ...rest] = decimal_pairs(content, 6)
  return instant([century! < 50 ? 2000 + century! : 1900 + century!, ...rest])
}

function generalized_time(content: Uint8Array): number {
  const [century, year, ...rest] = decimal_pairs(content, 7)
  return instant([century! * 100 + year!, ...rest])
}

/** `count` numbers of two digits, closed by `Z`. */
function decimal_pairs(content: Uint8Array, count: number): number[] {
  if (content.length !== 2 * count + 1 || content[2 * count] !== 0x5a) throw new DecodeError('not a time')
  const numbers: number[] = []
  for (let at = 0; at < 2 * count; at += 2) numbers.push(digit(content[at]!) * 10 + digit(content[at + 1]!))
  return numbers
}

function digit(character: number): number {
  if (character < 0x30 || character > 0x39) throw new DecodeError('not a digit')
  return character - 0x30
}

function instant([year, month, day, hour, minute, second]: readonly number[]): number {
  const date = new Date(0)
  date.setUTCFullYear(year!, month! - 1, day!)
  // The calendar carries a 31st of February over into March, which tells that there is none.
  const exists = date.getUTCMonth() === month! - 1 && date.getUTCDate() === day
  if (!exists || hour! > 23 || minute! > 59 || second! > 59) throw new DecodeError('no such time')
  return date.getTime() + ((hour! * 60 + minute!) * 60 + second!) * 1000
}
