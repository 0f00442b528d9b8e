import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Random } from '../../simulation/random.ts'

const first = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next())

describe('Random numbers', () => {
  test('are the same for the same seed, on every machine', () => {
    expect(first(new Random(1), 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
    expect(first(new Random(2), 50)).not.toEqual(first(new Random(1), 50))
  })

  test('stay within their limits', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1_000 }), (seed, limit) => {
        const random = new Random(seed)
        for (let count = 0; count < 20; count++) {
          expect(random.below(limit)).toBeLessThan(limit)
          const number = random.between(-limit, limit)
          expect(number >= -limit && number <= limit && Number.isInteger(number)).toBe(true)
        }
      }),
    )
  })

  test('spread evenly', () => {
    const random = new Random(7)
    const counts = new Array(10).fill(0)
    for (let count = 0; count < 10_000; count++) counts[random.below(10)]++
    expect(Math.min(...counts)).toBeGreaterThan(900)
    expect(Math.max(...counts)).toBeLessThan(1_100)
  })

  test('never and always are what they say', () => {
    const random = new Random(3)
    expect(Array.from({ length: 100 }, () => [random.chance(0), random.chance(1)])).toEqual(
      Array.from({ length: 100 }, () => [false, true]),
    )
  })

  test('pick and shuffle what they are given, and leave it as it is', () => {
    const items = ['a', 'b', 'c', 'd', 'e']
    const random = new Random(4)
    expect(items).toContain(random.pick(items))
    const shuffled = random.shuffle(items)
    expect(shuffled).not.toEqual(items)
    expect(shuffled.toSorted()).toEqual(items)
    expect(items).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(() => random.pick([])).toThrow(RangeError)
  })

  test('of a fork take nothing from where they came from but the seed', () => {
    const [one, two] = [new Random(5), new Random(5)]
    first(one.fork(), 100)
    two.fork()
    expect(first(one, 5)).toEqual(first(two, 5))
  })
})
