import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { first_in_order } from '../../../apps/observer/largest.ts'

test('The first few are those that a sort of all would give, equal ones in the order they came', () => {
  const items = fc.array(fc.record({ size: fc.integer({ min: 0, max: 9 }), id: fc.nat() }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(items, fc.integer({ min: 0, max: 30 }), (all, most) => {
      const by_size = (one: { size: number }, other: { size: number }) => other.size - one.size
      expect(first_in_order(all, most, by_size)).toEqual([...all].sort(by_size).slice(0, most))
    }),
  )
})

test('Without a limit all of them come', () => {
  expect(first_in_order([3, 1, 2], Number.POSITIVE_INFINITY, (one, other) => one - other)).toEqual([1, 2, 3])
})
