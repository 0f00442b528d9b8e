import { afterEach, describe, expect, test } from '@jest/globals'
import { freeze_messages } from '../../../runtime/erlang/debug.ts'
import * as ets from '../../../runtime/erlang/ets.ts'
import { is_reference, make_ref } from '../../../runtime/erlang/pid.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { kill_everybody } from '../../support/clean_slate.ts'

afterEach(kill_everybody)

const types = ['set', 'ordered_set', 'bag', 'duplicate_bag'] as const
const unique = ['set', 'ordered_set'] as const
const bags = ['bag', 'duplicate_bag'] as const

describe('a new table', () => {
  test('is a protected set with its key first, and is known by its identifier', async () => {
    await run(() => {
      const table = ets.new('t')
      expect(is_reference(table)).toBe(true)
      expect(ets.info(table)).toMatchObject({ type: 'set', protection: 'protected', keypos: 1, name: 't' })
      expect(ets.whereis('t')).toBeUndefined()
      expect(ets.all()).toEqual([table])
    })
  })

  test('is known by its name, if that is wanted, and by its identifier, too', async () => {
    await run(() => {
      expect(ets.new('named', { named_table: true })).toBe('named')
      ets.insert('named', ['a', 1])
      expect(ets.lookup(ets.whereis('named')!, 'a')).toEqual([['a', 1]])
      expect(ets.all()).toEqual(['named'])
      expect(() => ets.new('named', { named_table: true })).toThrow('badarg')
      expect(is_reference(ets.new('named'))).toBe(true)
    })
  })

  test.each([
    [{ type: 'heap' }],
    [{ access: 'secret' }],
    [{ keypos: 0 }],
    [{ keypos: 1.5 }],
    [{ named_table: 1 }],
    [{ heir: 'me' }],
    [{ write_concurrency: true }],
  ])('refuses %j', async options => {
    await run(() => expect(() => ets.new('t', options as never)).toThrow('badarg'))
  })

  test('has a name', async () => {
    await run(() => {
      expect(() => ets.new(5 as never)).toThrow('badarg')
      expect(() => ets.new('undefined', { named_table: true })).toThrow('badarg')
      expect(() => ets.new('', { named_table: true })).toThrow('badarg')
    })
  })
})

describe('a table that is gone, or was never there', () => {
  test('cannot be read or written', async () => {
    await run(() => {
      const table = ets.new('t')
      expect(ets.delete(table)).toBe(true)
      for (const none of [table, 'no such name', make_ref() as never]) {
        expect(() => ets.lookup(none, 1)).toThrow('badarg')
        expect(() => ets.insert(none, [1])).toThrow('badarg')
        expect(() => ets.delete(none)).toThrow('badarg')
        expect(ets.info(none)).toBeUndefined()
        expect(ets.info(none, 'size')).toBeUndefined()
      }
    })
  })
})

describe('rename', () => {
  test('gives a named table another name, and frees the old one', async () => {
    await run(() => {
      ets.new('one', { named_table: true })
      ets.new('two', { named_table: true })
      expect(ets.rename('one', 'three')).toBe('three')
      expect(ets.info('one')).toBeUndefined()
      expect(ets.info('three', 'name')).toBe('three')
      expect(() => ets.rename('two', 'three')).toThrow('badarg')
      expect(() => ets.rename('two', '')).toThrow('badarg')
    })
  })

  test('changes what a table without a name is called', async () => {
    await run(() => {
      const table = ets.new('one')
      ets.rename(table, 'two')
      expect(ets.info(table, 'name')).toBe('two')
      expect(ets.whereis('two')).toBeUndefined()
      expect(() => ets.rename(table, 5 as never)).toThrow('badarg')
    })
  })
})

describe.each(types)('a %s', type => {
  test('finds rows by a key that is a tuple or a binary', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      ets.insert(table, [['a', 1], 'tuple'])
      ets.insert(table, [Uint8Array.of(1, 2), 'binary'])
      expect(ets.lookup(table, ['a', 1])).toEqual([[['a', 1], 'tuple']])
      expect(ets.member(table, Buffer.of(1, 2))).toBe(true)
      expect(ets.member(table, ['a', 2])).toBe(false)
    })
  })

  test('has its key where it is said to be, and refuses rows that are too short', async () => {
    await run(() => {
      const table = ets.new<[number, string] | [number]>('t', { type, keypos: 2 })
      ets.insert(table, [1, 'key'])
      expect(ets.lookup(table, 'key')).toEqual([[1, 'key']])
      expect(() => ets.insert(table, [1])).toThrow('badarg')
      expect(() => ets.insert(table, 'row' as never)).toThrow('badarg')
      expect(() => ets.insert_list(table, [[2, 'b'], [1]])).toThrow('badarg')
      expect(() => ets.insert_list(table, 'rows' as never)).toThrow('badarg')
      expect(() => ets.delete_object(table, [1])).toThrow('badarg')
      expect(ets.tab2list(table)).toEqual([[1, 'key']])
    })
  })

  test('inserts a row only if its key is new', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      expect(ets.insert_new(table, ['a', 1])).toBe(true)
      expect(ets.insert_new(table, ['a', 2])).toBe(false)
      expect(
        ets.insert_new_list(table, [
          ['b', 1],
          ['a', 2],
        ]),
      ).toBe(false)
      expect(ets.tab2list(table)).toEqual([['a', 1]])
    })
  })

  test('gives the rows that it takes out', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      ets.insert(table, ['a', 1])
      expect(ets.take(table, 'a')).toEqual([['a', 1]])
      expect(ets.take(table, 'a')).toEqual([])
      expect(ets.info(table, 'size')).toBe(0)
    })
  })

  test('deletes a key, even undefined, and what is not there', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      ets.insert(table, [undefined, 1])
      ets.insert(table, ['b', 1])
      expect(ets.first(table)).toBe(type === 'ordered_set' ? 'b' : undefined)
      expect(ets.delete(table, undefined)).toBe(true)
      expect(ets.delete(table, 'nothing')).toBe(true)
      expect(ets.tab2list(table)).toEqual([['b', 1]])
    })
  })

  test('deletes a row that is given whole', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      ets.insert(table, ['a', [1]])
      ets.delete_object(table, ['a', [2]])
      expect(ets.info(table, 'size')).toBe(1)
      ets.delete_object(table, ['a', [1]])
      expect(ets.info(table, 'size')).toBe(0)
    })
  })

  test('can be emptied, and filled again', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      for (let key = 0; key < 100; key++) ets.insert(table, [key])
      expect(ets.delete_all_objects(table)).toBe(true)
      expect(ets.tab2list(table)).toEqual([])
      expect(ets.member(table, 1)).toBe(false)
      ets.insert(table, [1])
      expect(ets.tab2list(table)).toEqual([[1]])
    })
  })

  test('freezes rows if messages are frozen', async () => {
    await run(() => {
      freeze_messages(true)
      try {
        const table = ets.new('t', { type })
        ets.insert(table, ['a', ['b']])
        const [row] = ets.lookup(table, 'a')
        expect(Object.isFrozen(row)).toBe(true)
        expect(Object.isFrozen(row![1])).toBe(true)
      } finally {
        freeze_messages(false)
      }
    })
  })
})

describe.each(unique)('a %s', type => {
  test('has one row for a key, the last', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      ets.insert_list(table, [
        ['a', 1],
        ['a', 2],
      ])
      expect(ets.tab2list(table)).toEqual([['a', 2]])
    })
  })

  test('gives one element of a row', async () => {
    await run(() => {
      const table = ets.new<[string, number]>('t', { type })
      ets.insert(table, ['a', 1])
      expect(ets.lookup_element(table, 'a', 2)).toBe(1)
      expect(ets.lookup_element(table, 'b', 2, 'none')).toBe('none')
      expect(ets.lookup_element(table, 'b', 2, undefined)).toBeUndefined()
      for (const position of [0, 3, 1.5]) {
        expect(() => ets.lookup_element(table, 'a', position)).toThrow('badarg')
      }
      expect(() => ets.lookup_element(table, 'b', 2)).toThrow('badarg')
    })
  })
})

test('an ordered_set takes a number and a bigint of one value for one key, a set does not', async () => {
  await run(() => {
    const [set, ordered] = [ets.new('s'), ets.new('o', { type: 'ordered_set' })]
    for (const table of [set, ordered]) {
      ets.insert(table, [1, 'number'])
      ets.insert(table, [1n, 'bigint'])
    }
    expect(ets.info(set, 'size')).toBe(2)
    expect(ets.lookup(ordered, 1)).toEqual([[1n, 'bigint']])
    ets.delete_object(ordered, [1, 'bigint'])
    expect(ets.info(ordered, 'size')).toBe(1)
  })
})

describe.each(bags)('a %s', type => {
  test('has many rows for a key, the oldest first', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      for (const row of [
        ['a', 1],
        ['b', 1],
        ['a', 2],
        ['a', 1],
      ])
        ets.insert(table, row)
      const again = type === 'bag' ? [] : [['a', 1]]
      expect(ets.lookup(table, 'a')).toEqual([['a', 1], ['a', 2], ...again])
      expect(ets.lookup_element(table, 'a', 2)).toEqual([1, 2, ...again.map(([, value]) => value)])
      expect(ets.lookup_element(table, 'c', 2, [])).toEqual([])
      ets.delete_object(table, ['a', 1])
      expect(ets.lookup(table, 'a')).toEqual([['a', 2]])
    })
  })

  test('keeps the rows of a key together', async () => {
    await run(() => {
      const table = ets.new('t', { type })
      for (const row of [
        ['a', 1],
        ['b', 1],
        ['a', 2],
        ['c', 1],
        ['b', 2],
      ])
        ets.insert(table, row)
      const keys = ets.tab2list(table).map(([key]) => key)
      expect(keys).toEqual(['a', 'a', 'b', 'b', 'c'])
    })
  })
})

test('a table of a hundred thousand rows is as quick at its end as at its beginning', async () => {
  await run(() => {
    for (const type of types) {
      const table = ets.new<[number, number]>('large', { type })
      for (let key = 0; key < 100_000; key++) ets.insert(table, [key, key])
      for (let key = 0; key < 100_000; key += 2) ets.delete(table, key)
      expect(ets.info(table, 'size')).toBe(50_000)
      expect(ets.foldl(([key], sum) => sum + key, 0, table)).toBe(2_500_000_000)
      ets.delete(table)
    }
  })
})
