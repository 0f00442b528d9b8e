import { afterEach, describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import * as pg from '../../../apps/kernel/pg.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { make_ref, type Pid } from '../../../runtime/erlang/pid.ts'
import { process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { with_applications } from '../../support/applications.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const member = () => spawn(() => receive('stop'))

/** Runs `body` with three processes and the default scope. */
const with_members = (body: (a: Pid, b: Pid, c: Pid) => Promise<void>) =>
  in_virtual_time(async () => {
    ok(await pg.start_link())
    await body(member(), member(), member())
  })

/** What has come, and is taken out. */
async function told(): Promise<Term[]> {
  await pause()
  const messages = [...mailbox()]
  for (const _ of messages) await receive()
  return messages
}

describe('a group', () => {
  test('has its members, the last that joined first', async () => {
    await with_members(async (a, b, c) => {
      expect(await pg.join('g', a)).toBe('ok')
      expect(await pg.join('g', [b, c])).toBe('ok')
      expect(pg.get_members('g')).toEqual([b, c, a])
      expect(pg.get_local_members('g')).toEqual([b, c, a])
      expect(pg.get_members('other')).toEqual([])
    })
  })

  test('has a process as often as that has joined', async () => {
    await with_members(async (a, b) => {
      await pg.join('g', [a, b, a])
      expect(await pg.leave('g', a)).toBe('ok')
      expect(pg.get_members('g')).toEqual([b, a])
      expect(await pg.leave('g', [a, b])).toBe('ok')
      expect(pg.get_members('g')).toEqual([])
      expect(await pg.leave('g', a)).toBe('not_joined')
      expect(await pg.leave('nobody is there', a)).toBe('not_joined')
    })
  })

  test('is known as long as it has members, by any term', async () => {
    await with_members(async (a, b) => {
      await pg.join(['room', 1], a)
      await pg.join(['room', 1], b)
      await pg.join('hall', a)
      expect(pg.get_members(['room', 1])).toEqual([b, a])
      expect(pg.which_groups()).toEqual([['room', 1], 'hall'])
      expect(pg.which_local_groups()).toEqual([['room', 1], 'hall'])
      await pg.leave('hall', a)
      expect(pg.which_groups()).toEqual([['room', 1]])
    })
  })

  test('loses a member that ends, as often as that had joined', async () => {
    await with_members(async (a, b) => {
      await pg.join('g', [a, b, a])
      await pg.join('h', a)
      exit(a, 'kill')
      await pause()
      expect(pg.get_members('g')).toEqual([b])
      expect(pg.which_groups()).toEqual(['g'])
    })
  })

  test('lets one in that has ended, and at once out again', async () => {
    await with_members(async a => {
      exit(a, 'kill')
      expect(await pg.join('g', a)).toBe('ok')
      await pause()
      expect(pg.get_members('g')).toEqual([])
    })
  })

  test('is for processes', async () => {
    await with_members(async a => {
      await expect(pg.join('g', [a, 'a name'] as never)).rejects.toMatchObject({ reason: 'badarg' })
      await expect(pg.leave('g', undefined as never)).rejects.toMatchObject({ reason: 'badarg' })
    })
  })

  test('that a process has left costs the scope nothing any more', async () => {
    await with_members(async a => {
      await pg.join('g', [a, a])
      const monitored = () => process_info(a, 'monitored_by')![1]
      expect(monitored()).toEqual([whereis('pg')])
      await pg.leave('g', a)
      expect(monitored()).toEqual([whereis('pg')])
      await pg.leave('g', a)
      expect(monitored()).toEqual([])
    })
  })
})

describe('who monitors', () => {
  test('a scope is told of all groups', async () => {
    await with_members(async (a, b) => {
      await pg.join('before', a)
      const [ref, groups] = await pg.monitor_scope()
      expect(groups).toEqual(new Map([['before', [a]]]))
      await pg.join('g', [a, b])
      await pg.leave('g', a)
      exit(b, 'kill')
      expect(await told()).toEqual([
        [ref, 'join', 'g', [a, b]],
        [ref, 'leave', 'g', [a]],
        [ref, 'leave', 'g', [b]],
      ])
    })
  })

  test('a group is told of that group alone', async () => {
    await with_members(async (a, b) => {
      await pg.join(['g'], a)
      const [ref, members] = await pg.monitor(['g'])
      expect(members).toEqual([a])
      await pg.join('other', a)
      await pg.join(['g'], b)
      expect(await told()).toEqual([[ref, 'join', ['g'], [b]]])
      expect((await pg.monitor('empty'))[1]).toEqual([])
    })
  })

  test('is told no more when it does not want to be', async () => {
    await with_members(async a => {
      const [scope_ref] = await pg.monitor_scope()
      const [group_ref] = await pg.monitor('g')
      await pg.join('g', a)
      expect(await pg.demonitor(scope_ref)).toBe('ok')
      expect(await pg.demonitor(group_ref)).toBe('ok')
      await pg.leave('g', a)
      expect(await told()).toEqual([])
      expect(await pg.demonitor(scope_ref)).toBe(false)
      expect(await pg.demonitor(group_ref)).toBe(false)
      expect(await pg.demonitor(make_ref())).toBe(false)
      expect(process_info(self(), 'monitored_by')![1]).toEqual([])
    })
  })

  test('and ends is forgotten', async () => {
    await with_members(async a => {
      const watcher = spawn(async () => {
        await pg.monitor_scope()
        await pg.monitor('g')
        await receive('never')
      })
      await pause()
      expect(process_info(watcher, 'monitored_by')![1]).toHaveLength(2)
      exit(watcher, 'kill')
      await pg.join('g', a)
      expect(pg.get_members('g')).toEqual([a])
    })
  })
})

describe('a scope', () => {
  test('has groups of its own', async () => {
    await with_members(async a => {
      ok(await pg.start('mine'))
      await pg.join('mine', 'g', a)
      expect(pg.get_members('g')).toEqual([])
      expect(pg.get_members('mine', 'g')).toEqual([a])
      expect(pg.which_groups('mine')).toEqual(['g'])
      const [ref] = await pg.monitor('mine', 'g')
      expect(await pg.demonitor('mine', ref)).toBe('ok')
      expect(await pg.leave('mine', 'g', a)).toBe('ok')
    })
  })

  test('is there once', async () => {
    await with_members(async () => {
      expect(await pg.start()).toEqual(['error', ['already_started', whereis('pg')]])
    })
  })

  test('that is not there has no groups, and nobody joins one', async () => {
    await in_virtual_time(async () => {
      expect(pg.get_members('nowhere', 'g')).toEqual([])
      expect(() => pg.which_groups('nowhere')).toThrow('badarg')
      await expect(pg.join('nowhere', 'g', self())).rejects.toMatchObject({ reason: ['noproc', _form()] })
    })
  })

  test('goes on with other messages than its own', async () => {
    await with_members(async a => {
      const scope = whereis('pg') as Pid
      scope.entity?.deliver('nonsense')
      await pg.join('g', a)
      expect(whereis('pg')).toBe(scope)
    })
  })
})

const _form = () => expect.arrayContaining(['gen_server', 'call'])

describe('the kernel', () => {
  const children = async () => (await supervisor.which_children('kernel_sup')).map(([id]) => id)

  test('starts the default scope if it is asked to', async () => {
    application.set_env('kernel', 'start_pg', true)
    try {
      await with_applications(async () => {
        await application.ensure_all_started('kernel')
        expect(await children()).toContain('pg')
        await pg.join('g', self())
        expect(pg.get_members('g')).toEqual([self()])
      })
    } finally {
      application.set_env('kernel', 'start_pg', false)
    }
  })

  test('starts none by itself', async () => {
    await with_applications(async () => {
      await application.ensure_all_started('kernel')
      expect(await children()).not.toContain('pg')
      expect(whereis('pg')).toBeUndefined()
    })
  })
})
