import { afterEach, describe, expect, test } from '@jest/globals'
import * as global from '../../../apps/kernel/global.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit, node } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { reports_during } from '../../support/reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const idle = () => spawn(() => receive('stop'))
const here = [node()]

describe('a global name', () => {
  test('is any term, and stands for its bearer until it is taken away', async () => {
    await in_virtual_time(async () => {
      const pid = idle()
      expect(global.register_name(['room', 1], pid)).toBe('yes')
      expect(global.whereis_name(['room', 1])).toBe(pid)
      expect(global.registered_names()).toEqual([['room', 1]])
      global.unregister_name(['room', 1])
      global.unregister_name(['room', 1])
      expect(global.whereis_name(['room', 1])).toBeUndefined()
      expect(global.registered_names()).toEqual([])
    })
  })

  test('is borne by one, who bears no other', async () => {
    await in_virtual_time(async () => {
      const [one, other] = [idle(), idle()]
      global.register_name('n', one)
      expect(global.register_name('n', other)).toBe('no')
      const told = await reports_during(async () => {
        expect(global.register_name('m', one)).toBe('no')
        expect(global.re_register_name('m', one)).toBe('no')
      })
      expect(told.map(({ label }) => label)).toEqual(['error global', 'error global'])
      expect(global.registered_names()).toEqual(['n'])
    })
  })

  test('can be taken over', async () => {
    await in_virtual_time(async () => {
      const [one, other] = [idle(), idle()]
      global.register_name('n', one)
      expect(global.re_register_name('n', other)).toBe('yes')
      expect(global.re_register_name('n', other)).toBe('yes')
      expect(global.re_register_name('m', one)).toBe('yes')
      exit(one, 'kill')
      expect(global.whereis_name('n')).toBe(other)
      expect(global.registered_names()).toEqual(['n'])
    })
  })

  test('goes with its bearer, and the dead get none', async () => {
    await in_virtual_time(async () => {
      const pid = idle()
      global.register_name('n', pid)
      exit(pid, 'kill')
      expect(global.whereis_name('n')).toBeUndefined()
      expect(global.register_name('n', pid)).toBe('yes')
      expect(global.whereis_name('n')).toBeUndefined()
    })
  })

  test('is for processes, and what resolves conflicts is a function', async () => {
    await in_virtual_time(async () => {
      expect(() => global.register_name('n', 'me' as never)).toThrow('badarg')
      expect(() => global.register_name('n', self(), 'me' as never)).toThrow('badarg')
      expect(() => global.re_register_name('n', 'me' as never)).toThrow('badarg')
      expect(global.register_name('n', self(), global.notify_all_name)).toBe('yes')
    })
  })

  test('can be sent to', async () => {
    await in_virtual_time(async () => {
      global.register_name('me', self())
      expect(global.send('me', 'hello')).toBe(self())
      expect(await receive()).toBe('hello')
      const failure = expect.objectContaining({ reason: ['badarg', ['nobody', 'hello']] })
      expect(() => global.send('nobody', 'hello')).toThrow(failure as never)
      expect(global.sync()).toBe('ok')
    })
  })

  test('is the name of a server', async () => {
    await in_virtual_time(async () => {
      const callbacks: gen_server.Callbacks<number> = {
        init: () => ['ok', 1],
        handle_call: (_request, _from, state) => ['reply', state, state],
      }
      const pid = ok(await gen_server.start_link(['global', ['server', 1]], callbacks))
      expect(global.whereis_name(['server', 1])).toBe(pid)
      expect(await gen_server.call(['global', ['server', 1]], 'what')).toBe(1)
      const again = await gen_server.start_link(['global', ['server', 1]], callbacks)
      expect(again).toEqual(['error', ['already_started', pid]])
      await gen_server.stop(['global', ['server', 1]])
      expect(global.whereis_name(['server', 1])).toBeUndefined()
    })
  })
})

describe('of two that have one name', () => {
  test('random_exit_name kills one', async () => {
    await in_virtual_time(async () => {
      const pids = [idle(), idle()] as const
      const kept = global.random_exit_name('n', ...pids)
      expect(pids.filter(is_process_alive)).toEqual([kept])
    })
  })

  test('random_notify_name tells one', async () => {
    await in_virtual_time(async () => {
      const pids = [idle(), idle()] as const
      const kept = global.random_notify_name('n', ...pids)
      const dropped = pids.find(pid => pid !== kept) as Pid
      expect(mailbox(dropped)).toEqual([['global_name_conflict', 'n']])
      expect(mailbox(kept)).toEqual([])
    })
  })

  test('notify_all_name tells both', async () => {
    await in_virtual_time(async () => {
      const [one, other] = [idle(), idle()]
      expect(global.notify_all_name('n', one, other)).toBe('none')
      expect(mailbox(one)).toEqual([['global_name_conflict', 'n', other]])
      expect(mailbox(other)).toEqual([['global_name_conflict', 'n', one]])
    })
  })
})

describe('a lock', () => {
  test('is for one requester, as often as that one asks', async () => {
    await in_virtual_time(async () => {
      expect(await global.set_lock([['x'], 'me'])).toBe(true)
      expect(await global.set_lock([['x'], 'me'])).toBe(true)
      expect(await global.set_lock([['x'], 'you'], here, 0)).toBe(false)
      expect(global.del_lock([['x'], 'you'])).toBe(true)
      expect(await global.set_lock([['x'], 'you'], here, 0)).toBe(false)
      expect(global.del_lock([['x'], 'me'])).toBe(true)
      expect(await global.set_lock([['x'], 'you'], here, 0)).toBe(true)
      global.del_lock([['x'], 'you'])
    })
  })

  test('is shared by processes that ask for the same requester, and goes with the last of them', async () => {
    await in_virtual_time(async () => {
      const other = spawn(async () => {
        await global.set_lock(['x', 'us'])
        await receive('stop')
      })
      await pause()
      expect(await global.set_lock(['x', 'us'], here, 0)).toBe(true)
      send(other, 'stop')
      await pause()
      expect(await global.set_lock(['x', 'you'], here, 0)).toBe(false)
      global.del_lock(['x', 'us'])
      expect(await global.set_lock(['x', 'you'], here, 0)).toBe(true)
    })
  })

  test('is let go by a process that ends, and whoever waits has it at once', async () => {
    await in_virtual_time(async () => {
      const other = spawn(async () => {
        await global.set_lock(['x', 'other'])
        await receive('stop')
      })
      await pause(1)
      const had = global.set_lock(['x', 'me'])
      await pause(60_000)
      exit(other, 'kill')
      expect(await had).toBe(true)
      expect(monotonic_time()).toBe(60_001)
      expect(mailbox()).toEqual([])
    })
  })

  test('is tried for again after pauses that grow', async () => {
    await in_virtual_time(async () => {
      await global.set_lock(['x', 'other'])
      expect(await global.set_lock(['x', 'me'], here, 3)).toBe(false)
      expect(monotonic_time()).toBe(125 + 250 + 500)
      expect(await global.set_lock(['x', 'me'], here, 9)).toBe(false)
      expect(monotonic_time()).toBe(875 + 125 * (1 + 2 + 4 + 8 + 16 + 32 + 64) + 2 * 8_000)
      expect(mailbox()).toEqual([])
    })
  })

  test('is for one after the other of those who wait', async () => {
    await in_virtual_time(async () => {
      const order: string[] = []
      await global.set_lock(['x', 'me'])
      for (const name of ['a', 'b', 'c']) {
        spawn(async () => {
          await global.trans(['x', self()], async () => {
            order.push(`${name} in`)
            await pause(10)
            order.push(`${name} out`)
          })
        })
      }
      await pause(5)
      global.del_lock(['x', 'me'])
      await pause(100)
      expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
    })
  })

  test('on other nodes than this one locks nothing here', async () => {
    await in_virtual_time(async () => {
      expect(await global.set_lock(['x', 'me'], ['other@host'])).toBe(true)
      expect(await global.set_lock(['x', 'you'], here, 0)).toBe(true)
      expect(global.del_lock(['x', 'you'], ['other@host'])).toBe(true)
      expect(await global.set_lock(['x', 'me'], here, 0)).toBe(false)
    })
  })

  test.each([
    ['x', here, 0],
    [['x'], here, 0],
    [['x', 'me'], 'here', 0],
    [['x', 'me'], here, -1],
    [['x', 'me'], here, 1.5],
  ])('refuses %j, %j, %j', async (id, nodes, retries) => {
    await in_virtual_time(async () => {
      const asked = global.set_lock(id as never, nodes as never, retries)
      await expect(asked).rejects.toMatchObject({ reason: 'badarg' })
    })
  })
})

describe('trans', () => {
  test('gives what is done under the lock, and lets it go', async () => {
    await in_virtual_time(async () => {
      expect(await global.trans(['x', self()], () => 42)).toBe(42)
      expect(await global.set_lock(['x', 'other'], here, 0)).toBe(true)
      expect(await global.trans(['x', self()], () => 42, here, 0)).toBe('aborted')
    })
  })

  test('lets it go when that fails', async () => {
    await in_virtual_time(async () => {
      const failing = global.trans(['x', self()], () => exit('oops'))
      await expect(failing).rejects.toMatchObject({ reason: 'oops' })
      expect(await global.set_lock(['x', 'other'], here, 0)).toBe(true)
    })
  })
})
