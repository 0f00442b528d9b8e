// From key to key and from row to row, while the table changes.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as ets from '../../../runtime/erlang/ets.ts'
import { members } from '../../../runtime/erlang/few.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { current } from '../../../runtime/erlang/process.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import { pause } from '../../support/behaviours.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const types = ['set', 'ordered_set', 'bag', 'duplicate_bag'] as const
const unordered = ['set', 'bag', 'duplicate_bag'] as const

function filled(type: ets.TableType, ...keys: number[]): ets.Tid<[number, string]> {
  const table = ets.new<[number, string]>('t', { type })
  for (const key of keys) ets.insert(table, [key, `row ${key}`])
  return table
}

describe.each(types)('in a %s', type => {
  test('an empty table ends where it begins', async () => {
    await run(() => {
      const table = filled(type)
      for (const step of [ets.first, ets.last, ets.first_lookup, ets.last_lookup]) {
        expect(step(table)).toBe('$end_of_table')
      }
      expect(ets.tab2list(table)).toEqual([])
      expect(ets.foldl(() => 1, 0, table)).toBe(0)
    })
  })

  test('a key is followed by another, with its rows if wanted', async () => {
    await run(() => {
      const table = filled(type, 1, 2, 3)
      expect(ets.first_lookup(table)).toEqual([1, [[1, 'row 1']]])
      expect(ets.next_lookup(table, 1)).toEqual([2, [[2, 'row 2']]])
      expect(ets.next_lookup(table, 3)).toBe('$end_of_table')
      expect(ets.next(table, 2)).toBe(3)
    })
  })

  test('who holds it still comes once to each key, whatever is deleted', async () => {
    await run(() => {
      const table = filled(type, ...Array(100).keys())
      ets.safe_fixtable(table, true)
      const seen: Term[] = []
      for (let key: Term = ets.first(table); key !== '$end_of_table'; key = ets.next(table, key)) {
        seen.push(key)
        ets.delete(table, key)
        if (key % 10 === 0) ets.delete(table, key + 1)
        if (key % 10 === 5) ets.insert(table, [key, 'back again'])
      }
      ets.safe_fixtable(table, false)
      expect(seen).toHaveLength(90)
      expect(new Set(seen).size).toBe(90)
      expect(ets.info(table, 'size')).toBe(10)
      expect(ets.tab2list(table).every(([, text]) => text === 'back again')).toBe(true)
    })
  })

  test('a fold sees what is there and stays, and not what comes', async () => {
    await run(() => {
      const table = filled(type, 1, 2, 3, 4)
      const visit = ([key]: readonly [number, string], seen: readonly number[]) => {
        ets.insert(table, [key + 100, 'new'])
        ets.delete(table, key + 1)
        return [...seen, key]
      }
      expect(ets.foldl(visit, [] as readonly number[], table)).toEqual([1, 3])
    })
  })

  test('what is emptied while it is held still can be gone on with', async () => {
    await run(() => {
      const table = filled(type, 1, 2, 3)
      ets.safe_fixtable(table, true)
      expect(ets.delete_all_objects(table)).toBe(true)
      expect(ets.info(table, 'size')).toBe(0)
      expect(ets.next(table, 1)).toBe('$end_of_table')
      ets.insert(table, [2, 'back'])
      ets.insert(table, [4, 'new'])
      expect(ets.next(table, 1)).toBe(2)
      ets.safe_fixtable(table, false)
      expect(ets.tab2list(table)).toEqual([
        [2, 'back'],
        [4, 'new'],
      ])
      expect(ets.member(table, 1)).toBe(false)
    })
  })

  test('a search in pieces goes on behind what was deleted', async () => {
    await run(async () => {
      const table = filled(type, ...Array(20).keys())
      const seen: number[] = []
      let piece = ets.select(table, { give: ([key]) => key }, 3)
      while (piece !== '$end_of_table') {
        const [found, continuation] = piece
        seen.push(...found)
        for (const key of found) ets.delete(table, key)
        ets.delete(table, found.at(-1)! + 1)
        await Promise.resolve()
        piece = ets.select(continuation)
      }
      expect(seen).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18])
    })
  })
})

describe.each(unordered)('in a %s', type => {
  test('the last key is the first, and the one before the one behind', async () => {
    await run(() => {
      const table = filled(type, 1, 2)
      expect(ets.last(table)).toBe(1)
      expect(ets.last_lookup(table)).toEqual(ets.first_lookup(table))
      expect(ets.prev(table, 1)).toBe(2)
      expect(ets.prev_lookup(table, 1)).toEqual([2, [[2, 'row 2']]])
      expect(ets.foldr(([key], seen: number[]) => [...seen, key], [], table)).toEqual([2, 1])
    })
  })

  test('nothing follows a key that is not there, unless the table is held still', async () => {
    await run(() => {
      const table = filled(type, 1, 2)
      expect(() => ets.next(table, 5)).toThrow('badarg')
      expect(() => ets.prev(table, 5)).toThrow('badarg')
      ets.delete(table, 1)
      expect(() => ets.next(table, 1)).toThrow('badarg')
      ets.safe_fixtable(table, true)
      ets.delete(table, 2)
      expect(ets.next(table, 2)).toBe('$end_of_table')
      ets.safe_fixtable(table, false)
      expect(() => ets.next(table, 2)).toThrow('badarg')
    })
  })
})

test('an ordered_set is gone through either way, from any key', async () => {
  await run(() => {
    const table = filled('ordered_set', 3, 1, 2)
    expect(ets.last(table)).toBe(3)
    expect(ets.prev(table, 2.5)).toBe(2)
    expect(ets.next(table, 2.5)).toBe(3)
    expect(ets.prev(table, 1)).toBe('$end_of_table')
    expect(ets.prev_lookup(table, 3)).toEqual([2, [[2, 'row 2']]])
    expect(ets.last_lookup(table)).toEqual([3, [[3, 'row 3']]])
    expect(ets.foldr(([key], seen: number[]) => [...seen, key], [], table)).toEqual([3, 2, 1])
  })
})

describe('a table that is held still', () => {
  test('is so until each holder has let go as often as it took hold', async () => {
    await in_virtual_time(async () => {
      const table = filled('set', 1)
      const other = spawn(() => {
        ets.safe_fixtable(table, true)
        return receive('stop')
      })
      await pause(5)
      ets.safe_fixtable(table, true)
      ets.safe_fixtable(table, true)
      expect(ets.info(table, 'fixed')).toBe(true)
      expect(ets.info(table, 'safe_fixed_monotonic_time')).toEqual([
        0,
        [
          [other, 1],
          [self(), 2],
        ],
      ])
      expect(ets.info(table, 'safe_fixed')).toEqual([[1767, 225600, 0], expect.anything()])
      ets.safe_fixtable(table, false)
      ets.safe_fixtable(table, false)
      ets.safe_fixtable(table, false)
      expect(ets.info(table, 'fixed')).toBe(true)
      exit(other, 'kill')
      expect(ets.info(table, 'fixed')).toBe(false)
      expect(ets.info(table, 'safe_fixed')).toBe(false)
      expect(ets.info(table, 'safe_fixed_monotonic_time')).toBe(false)
      expect(() => ets.safe_fixtable(table, 'yes' as never)).toThrow('badarg')
    })
  })

  test('and is deleted leaves nothing with its holders', async () => {
    await run(() => {
      const before = members(current().owned)
      const table = filled('set', 1)
      ets.safe_fixtable(table, true)
      ets.delete(table)
      expect(members(current().owned)).toEqual(before)
    })
  })
})

describe('a fold over a table that goes meanwhile', () => {
  test.each([
    ['foldl', ets.foldl],
    ['foldr', ets.foldr],
  ] as const)('is badarg: %s', async (_name, fold) => {
    await run(async () => {
      const own = ets.new<[number]>('own')
      ets.insert_list(own, [[1], [2], [3]])
      const seen: number[] = []
      const delete_it = ([key]: [number]) => {
        seen.push(key)
        ets.delete(own)
      }
      expect(() => fold(delete_it, undefined, own)).toThrow('badarg')
      expect(seen).toHaveLength(1)

      const me = self()
      const owner = spawn(async () => {
        send(me, ets.insert_list(send(me, ets.new<[number]>('other')), [[1], [2]]))
        await receive()
      })
      const other: ets.Tid<[number]> = await receive()
      await receive()
      expect(() => fold(() => void exit(owner, 'kill'), undefined, other)).toThrow('badarg')
    })
  })
})
