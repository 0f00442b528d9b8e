import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Restarts, strategies } from '../../../runtime/otp/restart_strategy.ts'

describe('who is affected', () => {
  test.each([
    ['one_for_one', ['b']],
    ['one_for_all', ['a', 'b', 'c']],
    ['rest_for_one', ['b', 'c']],
    ['simple_one_for_one', ['b']],
  ] as const)('under %s when b of a, b, c ends: %j', (strategy, expected) => {
    expect(strategies[strategy].affected(['a', 'b', 'c'], 'b')).toEqual(expected)
  })

  test('is decided without a look at the others under one_for_one', () => {
    const children: Iterable<string> = {
      [Symbol.iterator]() {
        throw new Error('looked')
      },
    }
    expect(strategies.one_for_one.affected(children, 'b')).toEqual(['b'])
  })
})

describe('the count of restarts', () => {
  /** The first of `times` that is one too many. */
  const first_refused = (times: readonly number[], intensity: number, period: number) => {
    const restarts = new Restarts()
    return times.find(time => restarts.add(time, { intensity, period }))
  }

  test('bears none at intensity 0', () => {
    expect(first_refused([7], 0, 5)).toBe(7)
  })

  test('bears as many as the intensity says, and not one more', () => {
    expect(first_refused([0, 1, 2, 3], 3, 5)).toBe(3)
  })

  test('forgets those that are longer ago than the period, in seconds', () => {
    expect(first_refused([0, 5_000], 1, 5)).toBe(5_000)
    expect(first_refused([0, 5_001, 10_002], 1, 5)).toBeUndefined()
  })

  test('refuses exactly when more than the intensity fall into one period', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 30 })
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        (steps, intensity, period) => {
          let now = 0
          const times = steps.map(step => {
            now += step
            return now
          })
          const crowded = times.find(
            (time, index) =>
              times.slice(0, index + 1).filter(then => time - then <= period * 1_000).length > intensity,
          )
          expect(first_refused(times, intensity, period)).toBe(crowded)
        },
      ),
    )
  })

  test('keeps no more than what still counts', () => {
    const restarts = new Restarts()
    for (let time = 0; time < 100_000; time += 1_000) {
      expect(restarts.add(time, { intensity: 10, period: 5 })).toBe(false)
      expect(restarts.size).toBeLessThanOrEqual(12)
    }
  })

  test('takes the same time however many there were', () => {
    const restarts = new Restarts()
    const begun = performance.now()
    for (let time = 0; time < 200_000; time++) restarts.add(time, { intensity: 1_000_000, period: 1_000 })
    // A look at all of them each time would take a minute.
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})
