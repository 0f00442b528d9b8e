import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { add_restart, strategies } from '../../../runtime/otp/restart_strategy.ts'

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
    let restarts: readonly number[] = []
    for (const time of times) {
      const [too_many, counted] = add_restart(restarts, time, { intensity, period })
      if (too_many) return time
      restarts = counted
    }
    return undefined
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
    let restarts: readonly number[] = []
    for (let time = 0; time < 100_000; time += 1_000) {
      restarts = add_restart(restarts, time, { intensity: 10, period: 5 })[1]
    }
    expect(restarts.length).toBeLessThanOrEqual(6)
  })
})
