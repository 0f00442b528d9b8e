import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  convert_time_unit,
  monotonic_time,
  system_time,
  type TimeUnit,
  time_offset,
  timestamp,
} from '../../../runtime/erlang/clock.ts'
import { beginning, in_manual_time } from '../../support/manual_time.ts'

describe('times', () => {
  test('are told in any unit, as whole numbers', async () => {
    await in_manual_time(async clock => {
      clock.pass(1_999.5)
      expect(monotonic_time()).toBe(1_999.5)
      const units: TimeUnit[] = ['second', 'millisecond', 'native', 'microsecond', 'nanosecond', 2]
      const times = units.map(unit => monotonic_time(unit))
      expect(times).toEqual([1, 1_999, 1_999, 1_999_500, 1_999_500_000, 3])
      expect(system_time()).toBe(beginning + 1_999.5)
      expect(system_time('second')).toBe(beginning / 1_000 + 1)
    })
  })

  test('differ by the offset', async () => {
    await in_manual_time(async () => {
      expect(time_offset()).toBe(beginning)
      expect(monotonic_time('second') + time_offset('second')).toBe(system_time('second'))
    })
  })

  test('since 1970 come in three parts as well', async () => {
    await in_manual_time(async clock => {
      clock.pass(12.345)
      const [mega, seconds, micro] = timestamp()
      expect((mega * 1e6 + seconds) * 1e6 + micro).toBe(system_time('microsecond'))
      expect(seconds).toBeLessThan(1e6)
      expect(micro).toBe(12_345)
    })
  })
})

describe('a time in another unit', () => {
  test.each([
    [-1_999, 'millisecond', 'second', -2],
    [7, 3, 2, 4],
    [1, 'second', 'nanosecond', 1_000_000_000],
  ] as const)('of %p by %p is, by %p, %p', (time, from, to, expected) => {
    expect(convert_time_unit(time, from, to)).toBe(expected)
  })

  test('there and back is the same, where the other one is finer', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), time => {
        const finer = convert_time_unit(time, 'second', 'microsecond')
        expect(convert_time_unit(finer, 'microsecond', 'second')).toBe(time)
      }),
    )
  })

  test.each(['fortnight', 'toString', 0, -1, 1.5])('is refused for the unit %p', unit => {
    expect(() => convert_time_unit(1, 'second', unit as TimeUnit)).toThrow('badarg')
  })
})
