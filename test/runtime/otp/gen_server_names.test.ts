// Names of servers that are not local ones, and processes that become servers.

import { afterEach, describe, expect, test } from '@jest/globals'
import { exit, monitor } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register, whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import { use_global } from '../../../runtime/otp/gen_names.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { obedient, state_of } from '../../support/obedient_server.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()
afterEach(() => {
  use_global(undefined)
})

/** Names as a program of its own keeps them: those who end are found out by looking. */
function book_of_names(): gen_server.ViaModule & { readonly left: Term[] } {
  const names = new Map<Term, Pid>()
  const left: Term[] = []
  const whereis_name = (name: Term) => {
    const pid = names.get(name)
    return pid?.entity === undefined ? undefined : pid
  }
  return {
    left,
    whereis_name,
    register_name(name, pid) {
      if (whereis_name(name) !== undefined) return 'no'
      names.set(name, pid)
      return 'yes'
    },
    unregister_name(name) {
      left.push(name)
      names.delete(name)
    },
    send(name, message) {
      const pid = whereis_name(name)
      if (pid === undefined) throw new Exit(['badarg', [name, message]])
      send(pid, message)
      return pid
    },
  }
}

describe.each<[string, (names: gen_server.ViaModule) => gen_server.ServerName & gen_server.ServerRef]>([
  ['via a module', names => ['via', names, 42]],
  [
    'in the global registry',
    names => {
      use_global(names)
      return ['global', 42]
    },
  ],
])('a server that is named %s', (_how, name_in) => {
  test('is reached by that', () =>
    in_virtual_time(async () => {
      const name = name_in(book_of_names())
      const pid = ok(await gen_server.start(name, obedient, ['state']))
      expect(await gen_server.call(name, (state: Term) => ['reply', state, state])).toEqual(['state'])
      gen_server.cast(name, () => ['noreply', 'cast'])
      expect(await sys.get_state(name)).toBe('cast')
      expect(await gen_server.wait_response(gen_server.send_request(name, () => ['reply', 1, 2]))).toEqual([
        'reply',
        1,
      ])
      expect(await gen_server.start(name, obedient)).toEqual(['error', ['already_started', pid]])
      expect(await gen_server.stop(name)).toBe('ok')
      await expect(gen_server.call(name, 'x')).rejects.toMatchObject({
        reason: ['noproc', ['gen_server', 'call', [name, 'x']]],
      })
      expect(gen_server.cast(name, 'x')).toBe('ok')
      await expect(gen_server.stop(name)).rejects.toMatchObject({ reason: 'noproc' })
    }))

  test('is called so in reports and by sys', () =>
    in_virtual_time(async () => {
      const name = name_in(book_of_names())
      ok(await gen_server.start(name, obedient))
      expect((await sys.get_status(name))[3][4][0]).toEqual(['header', 'Status for generic server 42'])
      gen_server.cast(name, () => ['stop', 'bad', 'state'])
      await pause()
      expect(told[0]!.facts.name).toBe(42)
    }))

  test('gives its name back before it fails to start', () =>
    in_virtual_time(async () => {
      const names = book_of_names()
      const name = name_in(names)
      expect(await gen_server.start(name, { init: () => ['stop', 'no'] })).toEqual(['error', 'no'])
      expect(names.left).toEqual([42])
    }))

  test('finds it taken when another one is quicker', () =>
    in_virtual_time(async () => {
      const name = name_in(book_of_names())
      const starts = [gen_server.start(name, obedient), gen_server.start(name, obedient)]
      const [first, second] = await Promise.all(starts)
      expect(second).toEqual(['error', ['already_started', ok(first!)]])
    }))
})

describe('a global name', () => {
  test("is nobody's as long as there is no global registry, and cannot be had", () =>
    in_virtual_time(async () => {
      await expect(gen_server.call(['global', 'x'], 'y')).rejects.toMatchObject({
        reason: ['noproc', ['gen_server', 'call', [['global', 'x'], 'y']]],
      })
      expect(gen_server.cast(['global', 'x'], 'y')).toBe('ok')
      expect(await gen_server.start(['global', 'x'], obedient)).toEqual([
        'error',
        ['undef', ['global', 'register_name', 2]],
      ])
    }))
})

describe('what is no server', () => {
  test('is nobody when it is undefined, as whereis gives it, and badarg when it is anything else', () =>
    in_virtual_time(async () => {
      const nobody = whereis('nobody') as never
      expect(gen_server.cast(nobody, 'lost')).toBe('ok')
      await expect(gen_server.call(nobody, 'x')).rejects.toMatchObject({
        reason: ['noproc', expect.anything()],
      })
      await expect(gen_server.call(5 as never, 'x')).rejects.toMatchObject({ reason: ['badarg', 5] })
      expect(() => gen_server.cast(5 as never, 'x')).toThrow('badarg')
    }))
})

describe('what is no name', () => {
  test.each<[Term]>([[['local', 1]], [['global']], [['via', 'module', 'x']], [[]]])('is refused: %p', name =>
    in_virtual_time(async () => {
      await expect(gen_server.start(name, obedient)).rejects.toMatchObject({ reason: ['badarg', name] })
    }),
  )
})

describe('a process that enters the loop', () => {
  const enter = (...more: Term[]) =>
    proc_lib.start_link(async () => {
      process_flag('trap_exit', true)
      proc_lib.init_ack(['ok', self()])
      await gen_server.enter_loop(
        { ...obedient, terminate: () => 'done' },
        {},
        ['state'],
        ...(more as [never]),
      )
      throw new Error('it came back')
    })

  test('is a server from then on, whose parent started it', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const [, pid] = await enter()
      expect(await state_of(pid)).toEqual(['state'])
      expect((await sys.get_status(pid))[3][2]).toBe(self())
      expect(await gen_server.stop(pid)).toBe('ok')
      expect(await receive()).toEqual(['EXIT', pid, 'normal'])
      expect(told).toEqual([])
    }))

  test('may say what comes next, and which name it has', () =>
    in_virtual_time(async () => {
      const [, pid] = await enter(10)
      await pause(20)
      expect(await state_of(pid)).toEqual(['state', 'timeout'])
      const names = book_of_names()
      const named = proc_lib.spawn(async () => {
        names.register_name('x', self())
        await gen_server.enter_loop(obedient, { debug: ['log'] }, [], ['via', names, 'x'], ['continue', 'go'])
      })
      await pause()
      expect(await state_of(named)).toEqual(['go'])
      expect((await sys.get_status(named))[3][4][0]).toEqual(['header', 'Status for generic server x'])
    }))

  test.each<[string, readonly Term[], Term]>([
    ['has not the name', [['local', 'foo']], 'process_not_registered'],
    ['has not the global name', [['global', 'foo']], 'process_not_registered_globally'],
    ['is to do what cannot be done', [['local', 'me'], -1], ['badarg', -1]],
  ])('ends when it %s', (_name, more, reason) =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn(async () => {
        register('me', self())
        await gen_server.enter_loop(obedient, {}, [], ...(more as [never]))
      })
      const ref = monitor('process', pid)
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, reason])
    }),
  )

  test('has to be started by proc_lib', () =>
    in_virtual_time(async () => {
      const [pid, ref] = spawn_monitor(() => gen_server.enter_loop(obedient, {}, []))
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'process_was_not_started_by_proc_lib'])
      exit(pid, 'kill')
      expect(mailbox()).toEqual([])
    }))
})
