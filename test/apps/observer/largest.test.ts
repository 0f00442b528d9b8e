import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { largest } from '../../../apps/observer/largest.ts'

test('The few largest are those that a sort of all would give, equal ones in the order they came', () => {
  const items = fc.array(fc.record({ size: fc.integer({ min: 0, max: 9 }), id: fc.nat() }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(items, fc.integer({ min: 0, max: 30 }), (all, most) => {
      const sorted = [...all].sort((one, other) => other.size - one.size)
      expect(largest(all, most, ({ size }) => size)).toEqual(sorted.slice(0, most))
    }),
  )
})

test('Without a limit all of them come', () => {
  expect(largest([3, 1, 2], Number.POSITIVE_INFINITY, number => number)).toEqual([3, 2, 1])
})
