// Who owns a table, who may use it, who inherits it.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as ets from '../../../runtime/erlang/ets.ts'
import { members } from '../../../runtime/erlang/few.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { current } from '../../../runtime/erlang/process.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

/** What a call in another process gives, or the reason why it fails. */
const elsewhere = (call: () => Term): Promise<Term> =>
  run(() => {
    try {
      return call()
    } catch (error) {
      return (error as { reason: Term }).reason
    }
  })

/** A process with a table. */
async function owner_of(options: ets.TableOptions): Promise<[owner: Pid, table: ets.Table]> {
  let table: ets.Table | undefined
  const owner = spawn(() => {
    table = ets.new('theirs', options)
    ets.insert(table, ['a', 1])
    return receive('stop')
  })
  await pause()
  return [owner, table!]
}

const reads: Record<string, (table: ets.Table) => Term> = {
  lookup: table => ets.lookup(table, 'a'),
  lookup_element: table => ets.lookup_element(table, 'a', 2),
  member: table => ets.member(table, 'a'),
  first: table => ets.first(table),
  last: table => ets.last(table),
  next: table => ets.next(table, 'a'),
  first_lookup: table => ets.first_lookup(table),
  tab2list: table => ets.tab2list(table),
  foldl: table => ets.foldl((_row, count) => count + 1, 0, table),
  foldr: table => ets.foldr((_row, count) => count + 1, 0, table),
  select: table => ets.select(table, {}),
  select_count: table => ets.select_count(table, {}),
  match: table => ets.match(table, '$1'),
  match_object: table => ets.match_object(table, '_'),
  safe_fixtable: table => ets.safe_fixtable(table, true),
}

const writes: Record<string, (table: ets.Table) => Term> = {
  insert: table => ets.insert(table, ['b', 1]),
  insert_list: table => ets.insert_list(table, [['b', 1]]),
  insert_new: table => ets.insert_new(table, ['c', 1]),
  update_element: table => ets.update_element(table, 'a', [2, 2]),
  update_counter: table => ets.update_counter(table, 'a', 1),
  select_replace: table => ets.select_replace(table, {}),
  delete_object: table => ets.delete_object(table, ['b', 1]),
  take: table => ets.take(table, 'b'),
  select_delete: table => ets.select_delete(table, { match: ['b', 1] }),
  match_delete: table => ets.match_delete(table, ['b', '_']),
  rename: table => ets.rename(table, 'other'),
  delete_all_objects: table => ets.delete_all_objects(table),
  'delete of a key': table => ets.delete(table, 'a'),
  delete: table => ets.delete(table),
}

describe('another process', () => {
  test.each(Object.keys(reads))('may read by %s what is not private', async name => {
    await in_virtual_time(async () => {
      for (const access of ['public', 'protected'] as const) {
        const [, table] = await owner_of({ access })
        expect(await elsewhere(() => reads[name]!(table))).not.toBe('badarg')
      }
      const [, table] = await owner_of({ access: 'private' })
      expect(await elsewhere(() => reads[name]!(table))).toBe('badarg')
      expect(ets.info(table, 'size')).toBe(1)
    })
  })

  test.each(Object.keys(writes))('may write by %s only what is public', async name => {
    await in_virtual_time(async () => {
      for (const access of ['private', 'protected'] as const) {
        const [, table] = await owner_of({ access })
        expect(await elsewhere(() => writes[name]!(table))).toBe('badarg')
      }
      const [, table] = await owner_of({ access: 'public' })
      expect(await elsewhere(() => writes[name]!(table))).not.toBe('badarg')
    })
  })

  test('may neither give a table away nor say who inherits it', async () => {
    await in_virtual_time(async () => {
      const [, table] = await owner_of({ access: 'public' })
      expect(() => ets.give_away(table, self(), 'x')).toThrow('badarg')
      expect(() => ets.setopts(table, { heir: 'none' })).toThrow('badarg')
    })
  })
})

test('code outside any process uses tables as one that owns none', async () => {
  let table: ets.Table = ''
  const done = run(() => {
    table = ets.new('t', { access: 'public', named_table: true })
    return receive('stop')
  })
  done.catch(() => {})
  await new Promise(resolve => setImmediate(resolve))
  ets.insert(table, ['a', 1])
  expect(ets.lookup(table, 'a')).toEqual([['a', 1]])
  expect(() => ets.new('t')).toThrow('not in a process')
})

test('a process that was killed uses no table any more', async () => {
  await in_virtual_time(async () => {
    const [, table] = await owner_of({ access: 'public' })
    const reasons: Term[] = []
    const pid = spawn(async () => {
      await new Promise(resolve => setImmediate(resolve))
      for (const use of [reads.lookup!, writes.insert!]) {
        try {
          use(table)
        } catch (error) {
          reasons.push((error as { reason: Term }).reason)
        }
      }
    })
    await pause(0)
    exit(pid, 'kill')
    await pause()
    expect(reasons).toEqual(['killed', 'killed'])
  })
})

describe('when its owner ends', () => {
  test('a table goes, with its name', async () => {
    await in_virtual_time(async () => {
      const [owner, table] = await owner_of({ named_table: true })
      exit(owner, 'kill')
      expect(ets.info(table)).toBeUndefined()
      expect(ets.all()).toEqual([])
      expect(ets.new('theirs', { named_table: true })).toBe('theirs')
    })
  })

  test('the heir owns it, and is told', async () => {
    await in_virtual_time(async () => {
      const [owner, table] = await owner_of({ heir: [self(), 'data'] })
      exit(owner, 'kill')
      expect(await receive()).toEqual(['ETS-TRANSFER', table, owner, 'data'])
      expect(ets.info(table)).toMatchObject({ owner: self(), heir: self(), size: 1 })
      expect(ets.insert(table, ['b', 2])).toBe(true)
      expect(ets.setopts(table, { heir: 'none' })).toBe(true)
      expect(ets.info(table, 'heir')).toBe('none')
    })
  })

  test('and the heir has ended or is that same owner, it goes', async () => {
    await in_virtual_time(async () => {
      const heir = spawn(() => {})
      exit(heir, 'kill')
      const [owner, table] = await owner_of({ heir: [heir, 'data'] })
      exit(owner, 'kill')
      expect(ets.info(table)).toBeUndefined()

      let mine: ets.Table | undefined
      const other = spawn(() => {
        mine = ets.new('mine', { heir: [self(), 'data'] })
        return receive('stop')
      })
      await pause()
      exit(other, 'kill')
      expect(ets.info(mine!)).toBeUndefined()
    })
  })

  test('a table that it had deleted before is not in the way of another', async () => {
    await run(async () => {
      const before = members(current().owned)
      for (let count = 0; count < 100; count++) ets.delete(ets.new('t'))
      expect(members(current().owned)).toEqual(before)
    })
  })
})

describe('give_away', () => {
  test('hands a table over, and tells the new owner', async () => {
    await in_virtual_time(async () => {
      const table = ets.new('mine', { named_table: true, access: 'private' })
      const other = spawn(() => receive('stop'))
      expect(ets.give_away(table, other, ['some', 'data'])).toBe(true)
      expect(mailbox(other)).toEqual([['ETS-TRANSFER', 'mine', self(), ['some', 'data']]])
      expect(ets.info(table, 'owner')).toBe(other)
      expect(() => ets.lookup(table, 1)).toThrow('badarg')
      exit(other, 'kill')
      expect(ets.info(table)).toBeUndefined()
    })
  })

  test('is not for its owner, the dead, or what is no process', async () => {
    await in_virtual_time(async () => {
      const table = ets.new('mine')
      const dead = spawn(() => {})
      exit(dead, 'kill')
      for (const nobody of [self(), dead, 'name' as never]) {
        expect(() => ets.give_away(table, nobody, 'x')).toThrow('badarg')
      }
    })
  })
})

test.each([[{ heir: 'me' }], [{ access: 'public' }], [{}], [{ heir: ['me', 1] }]])(
  'setopts refuses %j',
  async options => {
    await run(() => expect(() => ets.setopts(ets.new('t'), options as never)).toThrow('badarg'))
  },
)
