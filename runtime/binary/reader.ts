// Reads numbers and byte strings off the front of some bytes. Nothing is ever read past the end: what is not
// there is a DecodeError.

/** The bytes are not what their format says. Against a TLS peer this becomes the alert `decode_error`. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/**
 * A position in some bytes, moved by reading. Numbers are big-endian and unsigned. Byte strings are views of the
 * bytes read, not copies. Whatever needs more than is {@link Reader.left} throws {@link DecodeError}.
 */
export class Reader {
  readonly #bytes: Uint8Array
  #offset = 0
  #end: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  /** How many bytes are still to be read, of the section that was entered last. */
  get left(): number {
    return this.#end - this.#offset
  }

  uint8(): number {
    return this.#bytes[this.#advance(1)]!
  }

  uint16(): number {
    const at = this.#advance(2)
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!
  }

  uint24(): number {
    const at = this.#advance(3)
    return (this.#bytes[at]! << 16) | (this.#bytes[at + 1]! << 8) | this.#bytes[at + 2]!
  }

  uint32(): number {
    const high = this.uint16()
    return high * 0x10000 + this.uint16()
  }

  /** As a bigint, since not every such number is a safe integer. */
  uint64(): bigint {
    const high = BigInt(this.uint32())
    return (high << 32n) | BigInt(this.uint32())
  }

  /** The next `size` bytes, as a view. */
  take(size: number): Uint8Array {
    const at = this.#advance(size)
    return this.#bytes.subarray(at, at + size)
  }

  /** The number of `size` bytes (1 to 6) that stands `offset` bytes ahead; the position stays. */
  peek_uint(offset: number, size: number): number {
    if (offset + size > this.left) throw too_short(offset + size, this.left)
    let value = 0
    const from = this.#offset + offset
    for (let at = from; at < from + size; at++) value = value * 0x100 + this.#bytes[at]!
    return value
  }

  /**
   * Narrows what is left to the next `size` bytes, until {@link Reader.leave}.
   *
   * @returns what `leave` needs to widen it again
   */
  enter(size: number): number {
    if (size > this.left) throw too_short(size, this.left)
    const outer = this.#end
    this.#end = this.#offset + size
    return outer
  }

  /** Ends the section that {@link Reader.enter} began; all of it must have been read. */
  leave(outer: number): void {
    this.expect_end()
    this.#end = outer
  }

  /** @throws {@link DecodeError} when anything is left */
  expect_end(): void {
    if (this.left > 0) throw new DecodeError(`${this.left} bytes too many`)
  }

  #advance(size: number): number {
    if (size > this.left) throw too_short(size, this.left)
    const at = this.#offset
    this.#offset = at + size
    return at
  }
}

function too_short(needed: number, left: number): DecodeError {
  return new DecodeError(`needs ${needed} bytes, has ${left}`)
}
