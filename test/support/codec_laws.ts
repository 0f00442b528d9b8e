// What holds for every codec, tried on arbitrary values, on their prefixes and on damaged bytes.

import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Codec, decode, encode } from '../../runtime/binary/codec.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'

interface Exceptions {
  /** Errors other than DecodeError that the codec says it throws. */
  readonly also_throws?: readonly (abstract new (
    ...args: never[]
  ) => Error)[]
  /** Some prefixes are values as well, because what ends the bytes can be absent. */
  readonly has_legal_prefixes?: boolean
}

/** Registers one test per law for `codec`, which writes every one of `values`. */
export function test_codec_laws<T>(
  codec: Codec<T>,
  values: fc.Arbitrary<T>,
  { also_throws = [], has_legal_prefixes = false }: Exceptions = {},
): void {
  const errors = [DecodeError, ...also_throws]

  test('what is written is read again', () => {
    fc.assert(
      fc.property(values, value => {
        expect(decode(codec, encode(codec, value))).toEqual(value)
      }),
    )
  })

  test('a byte too many is refused', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 255 }), (value, extra) => {
        const bytes = Uint8Array.of(...encode(codec, value), extra)
        expect(outcome(codec, bytes)).toBeInstanceOf(DecodeError)
      }),
    )
  })

  if (!has_legal_prefixes) {
    test('every shorter prefix is refused', () => {
      fc.assert(
        fc.property(values, value => {
          const bytes = encode(codec, value)
          for (let length = 0; length < bytes.length; length++) {
            expect(outcome(codec, bytes.subarray(0, length))).toBeInstanceOf(DecodeError)
          }
        }),
        { numRuns: 25 },
      )
    })
  }

  test('noise and damaged bytes are refused, or read as what is written as the same bytes', () => {
    const damage = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) })
    fc.assert(
      fc.property(values, fc.array(damage, { maxLength: 3 }), fc.uint8Array(), (value, damages, noise) => {
        const damaged = encode(codec, value).slice()
        for (const { at, by } of damages) if (damaged.length > 0) damaged[at % damaged.length]! ^= by
        for (const bytes of [noise, damaged]) {
          const result = outcome(codec, bytes)
          if (result instanceof Error) expect(errors.some(kind => result instanceof kind)).toBe(true)
          else expect(encode(codec, result)).toEqual(bytes)
        }
      }),
      { numRuns: 300 },
    )
  })
}

function outcome<T>(codec: Codec<T>, bytes: Uint8Array): T | Error {
  try {
    return decode(codec, bytes)
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}
