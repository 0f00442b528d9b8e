// Just enough DER (X.690) to take keys apart. Strict: what has two encodings has one here.

/** The identifier octets of what keys are made of. */
export const tag = {
  integer: 0x02,
  bit_string: 0x03,
  octet_string: 0x04,
  null: 0x05,
  object_identifier: 0x06,
  sequence: 0x30,
} as const

/** Thrown on anything that is not the DER asked for; {@link decode} turns it into undefined. */
class NotDer extends Error {}

/** The elements of one constructed value, taken off one by one. */
export class DerReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get at_end(): boolean {
    return this.#at === this.#bytes.length
  }

  /** Whether the next element has this identifier. */
  next_is(identifier: number): boolean {
    return this.#bytes[this.#at] === identifier
  }

  /** The contents of the next element, which must have this identifier; a view, not a copy. */
  element(identifier: number): Uint8Array {
    if (!this.next_is(identifier)) throw new NotDer()
    this.#at++
    const size = this.#length()
    const from = this.#at
    if (size > this.#bytes.length - from) throw new NotDer()
    this.#at = from + size
    return this.#bytes.subarray(from, this.#at)
  }

  sequence(): DerReader {
    return new DerReader(this.element(tag.sequence))
  }

  /** As {@link DerReader.sequence}, with all of its bytes. */
  sequence_and_der(): readonly [sequence: DerReader, der: Uint8Array] {
    const from = this.#at
    const sequence = this.sequence()
    return [sequence, this.#bytes.subarray(from, this.#at)]
  }

  /** A non-negative INTEGER, big endian, without leading zeros: zero has no bytes at all. */
  unsigned(): Uint8Array {
    const contents = this.element(tag.integer)
    const [first, second] = contents
    if (first === undefined || first >= 0x80) throw new NotDer()
    if (first !== 0) return contents
    if (second !== undefined && second < 0x80) throw new NotDer()
    return contents.subarray(1)
  }

  /** A non-negative INTEGER below 128. */
  small(): number {
    const contents = this.unsigned()
    if (contents.length > 1) throw new NotDer()
    return contents[0] ?? 0
  }

  /** What `read` makes of all that is in the element with the EXPLICIT tag `[number]`, if it is there. */
  explicit<Value>(number: number, read: (inside: DerReader) => Value): Value | undefined {
    const identifier = 0xa0 | number
    if (!this.next_is(identifier)) return undefined
    const inside = new DerReader(this.element(identifier))
    const value = read(inside)
    inside.end()
    return value
  }

  octet_string(): Uint8Array {
    return this.element(tag.octet_string)
  }

  /** A BIT STRING of whole bytes. */
  bit_string(): Uint8Array {
    const contents = this.element(tag.bit_string)
    if (contents[0] !== 0) throw new NotDer()
    return contents.subarray(1)
  }

  /** An OBJECT IDENTIFIER, such as `'1.2.840.113549.1.1.1'`. */
  object_identifier(): string {
    const contents = this.element(tag.object_identifier)
    const last = contents.at(-1)
    if (last === undefined || last >= 0x80) throw new NotDer()

    const arcs: number[] = []
    let arc = 0
    for (const byte of contents) {
      if (arc === 0 && byte === 0x80) throw new NotDer()
      arc = arc * 128 + (byte & 0x7f)
      if (byte >= 0x80) continue
      if (arcs.length === 0) {
        const root = Math.min(Math.floor(arc / 40), 2)
        arcs.push(root)
        arc -= root * 40
      }
      arcs.push(arc)
      arc = 0
    }
    return arcs.join('.')
  }

  /** Ends the reading: nothing may be left. */
  end(): void {
    if (!this.at_end) throw new NotDer()
  }

  #length(): number {
    const first = this.#octet()
    if (first < 0x80) return first
    const octets = first & 0x7f
    if (octets === 0 || octets > 3) throw new NotDer()
    let length = 0
    for (let index = 0; index < octets; index++) length = length * 256 + this.#octet()
    const shortest = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3
    if (octets !== shortest) throw new NotDer()
    return length
  }

  #octet(): number {
    const octet = this.#bytes[this.#at++]
    if (octet === undefined) throw new NotDer()
    return octet
  }
}

/** For a reader that finds good DER with contents it cannot accept. */
export function refuse(): never {
  throw new NotDer()
}

/** What `read` makes of all of `der`, or undefined when that is not what it asks for. */
export function decode<Value>(der: Uint8Array, read: (from: DerReader) => Value): Value | undefined {
  const from = new DerReader(der)
  try {
    const value = read(from)
    from.end()
    return value
  } catch (error) {
    if (error instanceof NotDer) return undefined
    throw error
  }
}
