// Collects numbers and byte strings into one growing piece of memory.

/**
 * What has been written so far. Numbers are big-endian and unsigned.
 * A value that does not fit its place is a mistake of the program and throws RangeError.
 */
export class Writer {
  #bytes: Uint8Array
  #length = 0

  /** @param capacity - bytes to make room for at first */
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity)
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.#length
  }

  uint8(value: number): void {
    this.#uint(value, 1)
  }

  uint16(value: number): void {
    this.#uint(value, 2)
  }

  uint24(value: number): void {
    this.#uint(value, 3)
  }

  uint32(value: number): void {
    this.#uint(value, 4)
  }

  uint64(value: bigint): void {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw does_not_fit(value, 8)
    this.#uint(Number(value >> 32n), 4)
    this.#uint(Number(value & 0xffff_ffffn), 4)
  }

  /** Copies `bytes` to the end. */
  bytes(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /**
   * Leaves `size` zero bytes free, for a length that is known only later.
   *
   * @returns where they are, for {@link Writer.patch_length}
   */
  reserve(size: number): number {
    const at = this.#length
    const length = at + size
    if (length > this.#bytes.length) this.#grow(length)
    this.#length = length
    return at
  }

  /**
   * Fills the `size` bytes (1 to 4) reserved at `at` with the number of bytes written since.
   *
   * @returns that number
   */
  patch_length(at: number, size: number): number {
    const written = this.#length - at - size
    this.#put(at, written, size)
    return written
  }

  /** All that was written, as a view of the writer's own memory; write no more afterwards. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #uint(value: number, size: number): void {
    this.#put(this.reserve(size), value, size)
  }

  #put(at: number, value: number, size: number): void {
    const fits = value >>> 0 === value && (size === 4 || value >>> (8 * size) === 0)
    if (!fits) throw does_not_fit(value, size)
    let high = value
    for (let index = at + size - 1; index >= at; index--) {
      this.#bytes[index] = high
      high >>>= 8
    }
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}

function does_not_fit(value: number | bigint, size: number): RangeError {
  return new RangeError(`${value} is no unsigned number of ${size} bytes`)
}
