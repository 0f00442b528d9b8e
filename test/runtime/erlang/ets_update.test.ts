import { afterEach, describe, expect, test } from '@jest/globals'
import * as ets from '../../../runtime/erlang/ets.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'

afterEach(kill_everybody)

const unique = ['set', 'ordered_set'] as const

describe.each(unique)('update_counter in a %s', type => {
  test('adds to the element behind the key, or to any other', async () => {
    await run(() => {
      const table = ets.new<[string, number, number]>('t', { type })
      ets.insert(table, ['a', 1, 10])
      expect(ets.update_counter(table, 'a', 5)).toBe(6)
      expect(ets.update_counter(table, 'a', [3, -1])).toBe(9)
      expect(ets.lookup(table, 'a')).toEqual([['a', 6, 9]])
    })
  })

  test('starts again at a threshold, upwards or downwards', async () => {
    await run(() => {
      const table = ets.new<[string, number]>('t', { type })
      ets.insert(table, ['c', 6])
      expect(ets.update_counter(table, 'c', [2, 5, 8, 0])).toBe(0)
      expect(ets.update_counter(table, 'c', [2, -3, 0, 8])).toBe(8)
      expect(ets.update_counter(table, 'c', [2, 1, 100, 0])).toBe(9)
      expect(ets.update_counter(table, 'c', [2, 0, -5, 0])).toBe(0)
    })
  })

  test('does several things in order, and all or none', async () => {
    await run(() => {
      const table = ets.new<[string, number, string]>('t', { type })
      ets.insert(table, ['c', 0, 'x'])
      expect(
        ets.update_counter(table, 'c', [
          [2, 1],
          [2, 1],
          [2, 10, 5, 0],
        ]),
      ).toEqual([1, 2, 0])
      expect(ets.update_counter(table, 'c', [])).toEqual([])
      expect(() =>
        ets.update_counter(table, 'c', [
          [2, 1],
          [3, 1],
        ]),
      ).toThrow('badarg')
      expect(ets.lookup(table, 'c')).toEqual([['c', 0, 'x']])
    })
  })

  test('begins with a default row if the key is not there', async () => {
    await run(() => {
      const table = ets.new<[string, string, number]>('t', { type, keypos: 2 })
      expect(ets.update_counter(table, 'k', [3, 1], ['a', 'ignored', 0])).toBe(1)
      expect(ets.update_counter(table, 'k', 1, ['b', 'ignored', 100])).toBe(2)
      expect(ets.lookup(table, 'k')).toEqual([['a', 'k', 2]])
      expect(() => ets.update_counter(table, 'l', [4, 1], ['a', 'b', 0])).toThrow('badarg')
      expect(() => ets.update_counter(table, 'l', [3, 1], ['a'] as never)).toThrow('badarg')
      expect(ets.member(table, 'l')).toBe(false)
    })
  })

  test('counts on beyond 2^53 with a bigint, and with no number', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      ets.insert(table, ['number', Number.MAX_SAFE_INTEGER])
      ets.insert(table, ['bigint', BigInt(Number.MAX_SAFE_INTEGER)])
      expect(() => ets.update_counter(table, 'number', 1)).toThrow('badarg')
      expect(ets.update_counter(table, 'bigint', 1)).toBe(2n ** 53n)
      expect(ets.update_counter(table, 'number', 1n)).toBe(2n ** 53n)
    })
  })

  test('refuses what is no counter, no position, no operation and no key', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      ets.insert(table, ['a', 1, 'text', 1.5])
      const wrong: Term[] = [
        [1, 1],
        [3, 1],
        [4, 1],
        [5, 1],
        [0, 1],
        1.5,
        [2, 1.5],
        [2, 1, 2],
        [2],
        [2, 1, 1.5, 0],
      ]
      for (const operation of [...wrong, 'x', undefined, [['x']], ['x', 1]]) {
        expect(() => ets.update_counter(table, 'a', operation)).toThrow('badarg')
      }
      expect(() => ets.update_counter(table, 'b', 1)).toThrow('badarg')
      expect(() => ets.update_counter(table, 'b', [])).toThrow('badarg')
      expect(ets.lookup(table, 'a')).toEqual([['a', 1, 'text', 1.5]])
    })
  })
})

describe.each(unique)('update_element in a %s', type => {
  test('puts values at positions, and leaves the old row as it was', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      const row = ['k', 1, 2, 3]
      ets.insert(table, row)
      expect(ets.update_element(table, 'k', [2, 'a'])).toBe(true)
      expect(
        ets.update_element(table, 'k', [
          [3, ['b']],
          [4, 'c'],
        ]),
      ).toBe(true)
      expect(ets.update_element(table, 'k', [])).toBe(true)
      expect(ets.lookup(table, 'k')).toEqual([['k', 'a', ['b'], 'c']])
      expect(row).toEqual(['k', 1, 2, 3])
    })
  })

  test('says whether the key was there, or begins with a default row', async () => {
    await run(() => {
      const table = ets.new<[string, number, number]>('t', { type })
      expect(ets.update_element(table, 'k', [2, 1])).toBe(false)
      expect(ets.update_element(table, 'k', [9, 1])).toBe(false)
      expect(ets.update_element(table, 'k', [1, 'key'])).toBe(false)
      expect(ets.update_element(table, 'k', [2, 1], ['ignored', 0, 0])).toBe(true)
      expect(ets.tab2list(table)).toEqual([['k', 1, 0]])
    })
  })

  test('changes nothing if one position is wrong', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      ets.insert(table, ['k', 1])
      const wrong: Term[] = [
        [1, 'key'],
        [3, 1],
        [0, 1],
        [1.5, 1],
        [2],
        [2, 1, 1],
        [
          [2, 'z'],
          [9, 1],
        ],
        'x',
        [['x', 1]],
      ]
      for (const changes of wrong) {
        expect(() => ets.update_element(table, 'k', changes)).toThrow('badarg')
      }
      expect(ets.lookup(table, 'k')).toEqual([['k', 1]])
    })
  })
})

test.each(['bag', 'duplicate_bag'] as const)('in a %s nothing is updated', async type => {
  await run(() => {
    const table = ets.new('t', { type })
    ets.insert(table, ['k', 1])
    expect(() => ets.update_counter(table, 'k', 1)).toThrow('badarg')
    expect(() => ets.update_element(table, 'k', [2, 1])).toThrow('badarg')
  })
})

test('info tells of a table what is asked for', async () => {
  await run(() => {
    const table = ets.new('t', { type: 'bag', keypos: 2, access: 'public' })
    const told = ets.info(table)!
    expect(told).toEqual({
      id: table,
      name: 't',
      named_table: false,
      type: 'bag',
      keypos: 2,
      protection: 'public',
      owner: ets.info(table, 'owner'),
      heir: 'none',
      size: 0,
      node: 'nonode@nohost',
    })
    expect(() => ets.info(table, 'colour' as never)).toThrow('badarg')
  })
})
