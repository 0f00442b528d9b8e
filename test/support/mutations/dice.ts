// Choices that fast-check makes and can make smaller: numbers, which are used up one after the other.

import fc from 'fast-check'

const most = 0xffff

/** Mutable. When there are no numbers left, it throws nothing but zeros. */
export class Dice {
  readonly #throws: readonly number[]
  #at = 0

  constructor(throws: readonly number[]) {
    this.#throws = throws
  }

  /** A whole number from 0 to `count - 1`. */
  below(count: number): number {
    return (this.#throws[this.#at++] ?? 0) % count
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  bytes(size: number): Uint8Array {
    const seed = this.below(most)
    return Uint8Array.from({ length: size }, (_, at) => (seed * (at + 1) + (seed >> 8)) & 0xff)
  }
}

/** As many as a case needs. */
export const throws: fc.Arbitrary<readonly number[]> = fc.noBias(
  fc.array(fc.integer({ min: 0, max: most }), { minLength: 16, maxLength: 16 }),
)
