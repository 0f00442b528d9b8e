import { afterEach, describe, expect, test } from '@jest/globals'
import { exit, link, monitor } from '../../../runtime/erlang/links.ts'
import { is_pid, is_reference, make_ref, type Pid } from '../../../runtime/erlang/pid.ts'
import { current, process_count } from '../../../runtime/erlang/process.ts'
import {
  erase,
  erase_all,
  get,
  get_all,
  get_keys,
  group_leader,
  is_process_alive,
  process_flag,
  process_info,
  processes,
  put,
} from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const idle = () => receive('never')

describe('process_flag', () => {
  test('gives the value that the flag had', async () => {
    await run(() => {
      expect(process_flag('trap_exit', true)).toBe(false)
      expect(process_flag('trap_exit', true)).toBe(true)
      expect(process_flag('trap_exit', false)).toBe(true)
    })
  })

  test.each([
    ['colour', true, 'badarg'],
    ['toString', true, 'badarg'],
    ['trap_exit', 'yes', 'badarg'],
    ['priority', 'urgent', 'badarg'],
    ['message_queue_data', 'nowhere', 'badarg'],
    ['message_queue_data', 'on_heap', ['not_supported', 'message_queue_data', 'on_heap']],
    ['max_heap_size', 1_000, ['not_supported', 'max_heap_size']],
    ['min_heap_size', 1_000, ['not_supported', 'min_heap_size']],
    ['save_calls', 10, ['not_supported', 'save_calls']],
  ])('refuses %p %p', async (flag, value, reason) => {
    await run(() => {
      const set = () => process_flag(flag as 'trap_exit', value as never)
      expect(set).toThrow(expect.objectContaining({ reason }))
    })
  })

  test('sets a priority, which others see', async () => {
    await run(() => {
      expect(process_flag('priority', 'max')).toBe('normal')
      expect(process_info(self(), 'priority')).toEqual(['priority', 'max'])
      expect(process_flag('priority', 'normal')).toBe('max')
      expect(process_flag('message_queue_data', 'off_heap')).toBe('off_heap')
    })
  })
})

describe('processes', () => {
  test('are those that live, oldest first', async () => {
    await run(async () => {
      const one = spawn(idle)
      const two = spawn(idle)
      expect(processes()).toEqual([self(), one, two])
      exit(one, 'kill')
      expect(processes()).toEqual([self(), two])
      expect(process_count()).toBe(2)
      expect([is_process_alive(one), is_process_alive(two)]).toEqual([false, true])
    })
  })
})

describe('process_info', () => {
  test('tells what there is to tell of a process', async () => {
    await run(async () => {
      const linked = spawn(idle)
      const watched = spawn(idle)
      const pid = spawn(async function busy_bee() {
        process_flag('trap_exit', true)
        link(linked)
        monitor('process', watched)
        put('colour', 'yellow')
        await idle()
      })
      monitor('process', pid)
      register('bee', pid)
      await quiet()
      send(pid, 'honey')
      const info = process_info(pid)!
      expect(info).toMatchObject({
        registered_name: 'bee',
        initial_call: ['spawn', 'busy_bee'],
        status: 'waiting',
        message_queue_len: 1,
        messages: ['honey'],
        links: [linked],
        monitors: [['process', watched]],
        monitored_by: [self()],
        trap_exit: true,
        parent: self(),
      })
      expect([...info.dictionary]).toEqual([['colour', 'yellow']])
    })
  })

  test('tells one item with its name', async () => {
    await run(() => {
      send(self(), 'x')
      expect(process_info(self(), 'message_queue_len')).toEqual(['message_queue_len', 1])
      expect(process_info(self(), 'status')).toEqual(['status', 'running'])
    })
  })

  test('tells a process that is ready from one that waits', async () => {
    await run(async () => {
      const pid = spawn(idle)
      expect(process_info(pid, 'status')).toEqual(['status', 'runnable'])
      await quiet()
      expect(process_info(pid, 'status')).toEqual(['status', 'waiting'])
    })
  })

  test('counts reductions', async () => {
    await run(async () => {
      const before = process_info(self(), 'reductions')![1]
      for (let count = 0; count < 10; count++) {
        send(self(), count)
        await receive()
      }
      expect(process_info(self(), 'reductions')![1] - before).toBe(10)
    })
  })

  test('is undefined of a process that has ended', async () => {
    await run(() => {
      const pid = spawn(idle)
      exit(pid, 'kill')
      expect(process_info(pid)).toBeUndefined()
      expect(process_info(pid, 'links')).toBeUndefined()
    })
  })

  test.each(['unknown', 'toString'])('knows no item %p', async item => {
    await run(() => expect(() => process_info(self(), item as 'links')).toThrow('badarg'))
  })
})

describe('process_info of several items', () => {
  test('tells each as often as it is asked for, in that order', async () => {
    await run(() => {
      const info = process_info(self(), ['trap_exit', 'links', 'trap_exit'])
      expect(info).toEqual([
        ['trap_exit', false],
        ['links', []],
        ['trap_exit', false],
      ])
      expect(process_info(self(), [])).toEqual([])
    })
  })

  test('refuses one that there is not, and is undefined of one who is gone', async () => {
    await run(() => {
      const pid = spawn(idle)
      exit(pid, 'kill')
      expect(() => process_info(pid, ['links', 'size' as 'links'])).toThrow('badarg')
      expect(process_info(pid, ['links'])).toBeUndefined()
    })
  })
})

describe('the current function', () => {
  const of = (pid: Pid) => process_info(pid, 'current_function')![1]

  test('of a plain process is receive, or its own one', async () => {
    await run(async () => {
      const outside = spawn(function reads_a_file() {
        return new Promise(() => {})
      })
      const waits = spawn(idle)
      await quiet()
      expect(of(waits)).toEqual(['receive'])
      expect(of(outside)).toEqual(['run', ['spawn', 'reads_a_file']])
      expect(process_info(outside, 'status')).toEqual(['status', 'runnable'])
    })
  })

  test('of a behaviour is its loop, or what it handles and since when', async () => {
    await run(async () => {
      let settle = () => {}
      const handled = new Promise<void>(resolve => {
        settle = resolve
      })
      const pid = spawn(() => current().become({ handle: () => handled }))
      await quiet()
      expect(of(pid)).toEqual(['loop'])
      send(pid, 'work')
      await quiet()
      expect(of(pid)).toEqual(['handle', 'work', expect.any(Number)])
      settle()
      await quiet()
      expect(of(pid)).toEqual(['loop'])
    })
  })

  test('of one who calls is the call', async () => {
    await run(async () => {
      const server = spawn(idle)
      const pid = spawn(() => gen_server.call(server, 'hello'))
      await quiet()
      expect(of(pid)).toEqual(['call', ['gen_server', 'call', [server, 'hello']]])
    })
  })
})

describe('a group leader', () => {
  test('is handed on to those who are started, and can be given to others', async () => {
    await run(async () => {
      expect(group_leader()).toBeUndefined()
      const pid = spawn(async () => {
        const [from] = await receive()
        send(from, ['mine', group_leader()])
        send(from, ['of my child', process_info(spawn(idle), 'group_leader')![1]])
      })
      const leader = spawn(idle)
      expect(group_leader(leader, pid)).toBe(true)
      send(pid, [self()])
      expect(await receive()).toEqual(['mine', leader])
      expect(await receive()).toEqual(['of my child', leader])
    })
  })

  test('is not given to one who is gone, nor is it anything but a pid', async () => {
    await run(() => {
      const gone = spawn(idle)
      exit(gone, 'kill')
      expect(() => group_leader(self(), gone)).toThrow('badarg')
      expect(() => group_leader('user' as never, self())).toThrow('badarg')
    })
  })
})

describe('the dictionary', () => {
  test('keeps what is put in, and gives what was there before', async () => {
    await run(() => {
      expect(put('a', 1)).toBeUndefined()
      expect(put('a', 2)).toBe(1)
      expect(get('a')).toBe(2)
      expect([...get_all()]).toEqual([['a', 2]])
      expect(erase('a')).toBe(2)
      expect(get('a')).toBeUndefined()
      expect(erase('a')).toBeUndefined()
    })
  })

  test('tells its keys, and can be emptied', async () => {
    await run(() => {
      expect(get_keys()).toEqual([])
      expect([...erase_all()]).toEqual([])
      put('a', [1])
      put('b', [1])
      put('c', 2)
      expect(get_keys()).toEqual(['a', 'b', 'c'])
      expect(get_keys([1])).toEqual(['a', 'b'])
      expect(get_keys(undefined)).toEqual([])
      expect([...erase_all().keys()]).toEqual(['a', 'b', 'c'])
      expect(get_keys()).toEqual([])
    })
  })

  test('is of one process alone', async () => {
    await run(async () => {
      put('a', 1)
      const me = self()
      spawn(() => send(me, [get('a'), put('a', 2)]))
      expect(await receive()).toEqual([undefined, undefined])
      expect(get('a')).toBe(1)
    })
  })

  test('holds, for a process of proc_lib, who started it and with what', async () => {
    await run(() => {
      const process = current()
      process.ancestors = ['a_supervisor']
      process.initial_call = ['server', 'init']
      expect(get('$ancestors')).toEqual(['a_supervisor'])
      expect(get('$initial_call')).toEqual(['server', 'init'])
      expect([...get_all().keys()]).toEqual(['$ancestors', '$initial_call'])
    })
  })
})

describe('pids and references', () => {
  test('show themselves as Erlang shows them', async () => {
    await run(() => {
      const ref = make_ref()
      expect(`${self()}`).toMatch(/^<0\.\d+\.0>$/)
      expect(`${ref}`).toMatch(/^#Ref<0\.0\.\d+>$/)
      expect([is_pid(self()), is_pid(ref), is_reference(ref), is_reference(self())]).toEqual([
        true,
        false,
        true,
        false,
      ])
    })
  })
})

test('what is no pid is badarg', () => {
  expect(() => is_process_alive('x' as never)).toThrow('badarg')
  expect(() => process_info(undefined as never)).toThrow('badarg')
})
