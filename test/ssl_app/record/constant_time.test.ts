import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytes_at, is_zero, less, same, same_bytes, select } from '../../../ssl_app/record/constant_time.ts'

const number = fc.oneof(fc.nat(3), fc.nat(0x7fffffff), fc.constant(0x7fffffff))
const mask = (yes: boolean) => (yes ? -1 : 0)

describe('masks', () => {
  test('say whether a number is less than, or the same as, another one', () => {
    fc.assert(
      fc.property(number, number, (left, right) => {
        expect(less(left, right)).toBe(mask(left < right))
        expect(same(left, right)).toBe(mask(left === right))
      }),
    )
  })

  test('say whether a number is zero, negative ones too', () => {
    fc.assert(
      fc.property(fc.integer(), value => {
        expect(is_zero(value)).toBe(mask(value === 0))
      }),
      { examples: [[0], [-1], [-0x80000000]] },
    )
  })

  test('select one of two numbers', () => {
    fc.assert(
      fc.property(fc.boolean(), number, number, (yes, left, right) => {
        expect(select(mask(yes), left, right)).toBe(yes ? left : right)
      }),
    )
  })

  test('say whether two byte strings are the same', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 4, max: 2 })
    fc.assert(
      fc.property(bytes, bytes, (left, right) => {
        fc.pre(left.length === right.length)
        expect(same_bytes(left, right)).toBe(mask(Buffer.compare(left, right) === 0))
      }),
    )
  })
})

test('bytes are copied from wherever the secret place is', () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, index) => index * 7)
  for (const size of [1, 16, 20, 32, 48]) {
    for (const earliest of [0, 1, 90]) {
      for (let start = earliest; start + size <= bytes.length; start++) {
        expect(bytes_at(bytes, start, size, earliest)).toEqual(bytes.slice(start, start + size))
      }
    }
  }
})
