import { afterEach, describe, expect, test } from '@jest/globals'
import * as ets from '../../../runtime/erlang/ets.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { _, type Term } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'

afterEach(kill_everybody)

type Row = readonly ['user', string, number] | readonly ['group', string]

const rows: readonly Row[] = [
  ['user', 'joe', 62],
  ['user', 'mike', 55],
  ['group', 'admins'],
  ['user', 'robert', 58],
]

/** Runs `body` with a table of these rows, whose key is the name. */
const with_rows = (body: (table: ets.Tid<Row>) => void, type: ets.TableType = 'ordered_set') =>
  run(() => {
    const table = ets.new<Row>('people', { type, keypos: 2 })
    ets.insert_list(table, rows)
    body(table)
  })

describe('select with a clause', () => {
  test('gives what the compiler knows of the rows that match', async () => {
    await with_rows(table => {
      const names: string[] = ets.select(table, {
        match: ['user', _, _],
        when: ([, , age]) => age > 56,
        give: ([, name]) => name,
      })
      expect(names).toEqual(['joe', 'robert'])
      const users: (readonly ['user', string, number])[] = ets.select(table, { match: ['user', _, _] })
      expect(users).toHaveLength(3)
      const all: Row[] = ets.select(table, {})
      expect(all).toHaveLength(4)
    })
  })

  test('looks a key up that is bound', async () => {
    await with_rows(table => {
      let asked = 0
      const when = () => ++asked > 0
      expect(ets.select(table, { match: [_, 'mike', _], when })).toEqual([['user', 'mike', 55]])
      expect(asked).toBe(1)
      expect(ets.select(table, { match: [_, 'nobody', _], when })).toEqual([])
      expect(asked).toBe(1)
    })
  })

  test('takes strings for what they are, also those that mean something to Erlang', async () => {
    await run(() => {
      const table = ets.new<[string, number]>('t')
      ets.insert_list(table, [
        ['_', 1],
        ['$1', 2],
        ['a', 3],
      ])
      for (const [name, value] of [
        ['_', 1],
        ['$1', 2],
      ] as const) {
        expect(ets.select(table, { match: [name, _] })).toEqual([[name, value]])
      }
      expect(ets.select_delete(table, { match: ['_', _] })).toBe(1)
    })
  })

  test('takes a guard that fails for one that is false, and is passed on what fails otherwise', async () => {
    await with_rows(table => {
      const fail = () => {
        throw new Error('no')
      }
      expect(ets.select(table, { when: fail })).toEqual([])
      expect(() => ets.select(table, { give: fail })).toThrow('no')
    })
  })

  test('refuses what is no clause', async () => {
    await with_rows(table => {
      for (const spec of [{ where: 1 }, undefined, null, 'x', 5]) {
        expect(() => ets.select(table, spec as never)).toThrow('badarg')
      }
      expect(() => ets.select_delete(table, { give: () => 1 } as never)).toThrow('badarg')
      expect(() => ets.select_count(table, { give: () => 1 } as never)).toThrow('badarg')
    })
  })
})

describe('a search in pieces', () => {
  const all = (table: ets.Table<Row>, limit: number) => {
    const pieces: Term[][] = []
    let piece = ets.select(table, {}, limit)
    for (; piece !== '$end_of_table'; piece = ets.select(piece[1])) pieces.push(piece[0])
    return pieces
  }

  test('gives so many at a time as are wanted', async () => {
    await with_rows(table => {
      expect(all(table, 1).map(piece => piece.length)).toEqual([1, 1, 1, 1])
      expect(all(table, 3).map(piece => piece.length)).toEqual([3, 1])
      expect(all(table, 4).map(piece => piece.length)).toEqual([4])
      expect(all(table, 9).map(piece => piece.length)).toEqual([4])
    })
  })

  test('ends where Erlang’s does', async () => {
    await with_rows(table => {
      const four = ets.select(table, {}, 4)
      expect(four[1]).not.toBe('$end_of_table')
      expect(ets.select(table, {}, 5)[1]).toBe('$end_of_table')
      expect(ets.select(table, { match: ['nothing' as never, _] }, 5)).toBe('$end_of_table')
      expect(ets.select('$end_of_table')).toBe('$end_of_table')
    })
  })

  test('can be gone on with twice from one place', async () => {
    await with_rows(table => {
      const [, continuation] = ets.select(table, {}, 2) as [Row[], ets.Continuation<Row>]
      expect(continuation.limit).toBe(2)
      const once = ets.select(continuation)
      expect((ets.select(continuation) as Term)[0]).toEqual((once as Term)[0])
    })
  })

  test.each(['bag', 'duplicate_bag'] as const)('goes through the rows of one key of a %s', async type => {
    await run(() => {
      const table = ets.new<[string, number]>('t', { type })
      for (let value = 0; value < 5; value++)
        ets.insert_list(table, [
          ['a', value],
          ['b', value],
        ])
      const seen: number[] = []
      let piece = ets.select(table, { match: ['a', _], give: ([, value]) => value }, 2)
      while (piece !== '$end_of_table') {
        seen.push(...piece[0])
        for (const value of piece[0]) ets.delete_object(table, ['a', value])
        piece = ets.select(piece[1])
      }
      expect(seen).toEqual([0, 1, 2, 3, 4])
    })
  })

  test('is for a number of rows, and goes on from where it was', async () => {
    await with_rows(table => {
      for (const limit of [0, -1, 1.5, 'x' as never]) {
        expect(() => ets.select(table, {}, limit)).toThrow('badarg')
      }
      const [, continuation] = ets.select(table, {}, 2) as [Row[], ets.Continuation<Row>]
      expect(() => ets.select({} as never)).toThrow('badarg')
      ets.delete(table)
      expect(() => ets.select(continuation)).toThrow('badarg')
    })
  })
})

test('select_reverse goes through an ordered_set from its end', async () => {
  await with_rows(table => {
    const names = ets.select_reverse(table, { give: row => row[1] })
    expect(names).toEqual(['robert', 'mike', 'joe', 'admins'])
    const [found, continuation] = ets.select_reverse(table, { give: row => row[1] }, 3) as Term
    expect(found).toEqual(['robert', 'mike', 'joe'])
    expect(ets.select_reverse(continuation)).toEqual([['admins'], '$end_of_table'])
  })
})

describe('select_count and select_delete', () => {
  test('are about the rows of a condition', async () => {
    await with_rows(table => {
      expect(ets.select_count(table, { match: ['user', _, _], when: ([, , age]) => age < 60 })).toBe(2)
      expect(ets.select_delete(table, { match: ['user', _, _], when: ([, , age]) => age < 60 })).toBe(2)
      expect(ets.tab2list(table).map(row => row[1])).toEqual(['admins', 'joe'])
    })
  })

  test('are about the rows for which a specification gives true, and nothing else', async () => {
    await with_rows(table => {
      const older: ets.MatchSpec = [[['user', '_', '$1'], [], [['>', '$1', 56]]]]
      expect(ets.select_count(table, older)).toBe(2)
      expect(ets.select_count(table, [['_', [], [1]]])).toBe(0)
      expect(ets.select_delete(table, [['_', [], ['$_']]])).toBe(0)
      expect(ets.select_delete(table, older)).toBe(2)
      expect(ets.info(table, 'size')).toBe(2)
    })
  })

  test('count a row once that the guard itself deletes', async () => {
    await with_rows(table => {
      const when = () => ets.delete_all_objects(table)
      expect(ets.select_delete(table, { when })).toBe(0)
      expect(ets.info(table, 'size')).toBe(0)
    }, 'set')
  })
})

describe('select_replace', () => {
  test('puts other rows in their place', async () => {
    await with_rows(table => {
      const replaced = ets.select_replace(table, {
        match: ['user', _, _],
        when: ([, , age]) => age < 60,
        give: ([tag, name, age]): Row => [tag, name, age + 1],
      })
      expect(replaced).toBe(2)
      expect(ets.match(table, ['user', '$1', '$2'])).toEqual([
        ['joe', 62],
        ['mike', 56],
        ['robert', 59],
      ])
    })
  })

  test('changes nothing if one row would have another key, or be none', async () => {
    await with_rows(table => {
      let count = 0
      const give = (row: Row): Row => (++count < 3 ? row : ['group', 'other'])
      expect(() => ets.select_replace(table, { give })).toThrow('badarg')
      expect(() => ets.select_replace(table, [['_', [], [['+', 'a', 1]]]])).toThrow('badarg')
      expect(() => ets.select_replace(table, [['_', [], [[['user']]]]])).toThrow('badarg')
      expect(ets.tab2list(table)).toHaveLength(4)
    })
  })

  test('is for tables in which rows have a place: no bag', async () => {
    await with_rows(table => {
      expect(() => ets.select_replace(table, {})).toThrow('badarg')
    }, 'bag')
    await with_rows(table => {
      expect(ets.select_replace(table, {})).toBe(4)
    }, 'duplicate_bag')
  })

  test('takes a number and a bigint of one value for one key in an ordered_set', async () => {
    await run(() => {
      for (const type of ['set', 'ordered_set'] as const) {
        const table = ets.new('t', { type })
        ets.insert(table, [1, 'a'])
        const replace = () => ets.select_replace(table, { give: () => [1n, 'b'] })
        if (type === 'set') expect(replace).toThrow('badarg')
        else expect(replace()).toBe(1)
      }
    })
  })
})

describe('match, match_object and match_delete', () => {
  test('take patterns as Erlang writes them', async () => {
    await with_rows(table => {
      expect(ets.match(table, ['user', '$2', '$1'])).toEqual([
        [62, 'joe'],
        [55, 'mike'],
        [58, 'robert'],
      ])
      expect(ets.match(table, ['group', '_'])).toEqual([[]])
      expect(ets.match(table, ['group', _])).toEqual([[]])
      expect(ets.match_object(table, ['user', '_', 55])).toEqual([['user', 'mike', 55]])
      expect(ets.match_object(table, ['user', 'joe', '$1'])).toEqual([['user', 'joe', 62]])
      expect(ets.match_delete(table, ['user', '_', '_'])).toBe(true)
      expect(ets.match(table, '$1')).toEqual([[['group', 'admins']]])
    })
  })

  test('go on in pieces', async () => {
    await with_rows(table => {
      const [found, continuation] = ets.match(table, ['user', '$1', '_'], 2) as Term
      expect(found).toEqual([['joe'], ['mike']])
      expect(ets.match(continuation)).toEqual([[['robert']], '$end_of_table'])
      const [objects, more] = ets.match_object(table, '_', 3) as Term
      expect(objects).toHaveLength(3)
      expect(ets.match_object(more)).toEqual([[['user', 'robert', 58]], '$end_of_table'])
    })
  })

  test('find nothing by what is no pattern of a row, as in Erlang', async () => {
    await with_rows(table => {
      for (const pattern of ['joe', 5]) {
        expect(ets.match(table, pattern)).toEqual([])
        expect(ets.match_object(table, pattern)).toEqual([])
        expect(ets.match_delete(table, pattern)).toBe(true)
      }
      expect(ets.match_object(table, '_')).not.toEqual([])
    })
  })
})
