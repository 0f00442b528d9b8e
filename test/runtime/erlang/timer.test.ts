import { afterEach, describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { freeze_messages } from '../../../runtime/erlang/debug.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'
import { open_port, port_close } from '../../../runtime/erlang/port.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register, unregister } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_link, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as timer from '../../../runtime/erlang/timer.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_manual_time } from '../../support/manual_time.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const idle = () => spawn(() => receive('stop'))

describe('apply_after', () => {
  test('calls a function once, in a process of its own', async () => {
    await in_virtual_time(async () => {
      const me = self()
      ok(timer.apply_after(100, (a: number, b: string) => send(me, [self() === me, a, b]), [1, 'b']))
      expect(await receive()).toEqual([false, 1, 'b'])
      expect(monotonic_time()).toBe(100)
      await pause(1_000)
      expect(mailbox()).toEqual([])
    })
  })

  test('calls it without arguments, and also when who asked has ended', async () => {
    await in_virtual_time(async () => {
      const me = self()
      spawn(() => timer.apply_after(100, () => send(me, 'done')))
      expect(await receive()).toBe('done')
    })
  })
})

describe('send_after', () => {
  test('sends to the running process, to a pid, or to who bears the name then', async () => {
    await in_virtual_time(async () => {
      ok(timer.send_after(10, 'mine'))
      ok(timer.send_after(20, self(), 'by pid'))
      ok(timer.send_after(30, 'me', 'by name'))
      ok(timer.send_after(40, 'nobody', 'lost'))
      register('me', self())
      await pause(100)
      expect(mailbox()).toEqual(['mine', 'by pid', 'by name'])
    })
  })

  test('goes with the process it is for, and is not begun for one that has ended', async () => {
    await in_virtual_time(async () => {
      const pid = idle()
      timer.send_after(1_000, pid, 'x')
      expect(timer_count()).toBe(1)
      exit(pid, 'kill')
      expect(timer_count()).toBe(0)
      expect(timer.send_after(1_000, pid, 'x')[0]).toBe('ok')
      expect(timer_count()).toBe(0)
    })
  })

  test('freezes the message if messages are frozen', async () => {
    await in_virtual_time(async () => {
      freeze_messages(true)
      try {
        timer.send_after(10, ['x', []])
        timer.send_interval(10, ['y', []])
      } finally {
        freeze_messages(false)
      }
      expect(Object.isFrozen(await receive(['x', _]))).toBe(true)
      expect(Object.isFrozen(await receive(['y', _]))).toBe(true)
    })
  })
})

describe('exit_after and kill_after', () => {
  test('send an exit signal', async () => {
    await in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const [one, other] = [spawn_link(() => receive('stop')), spawn_link(() => receive('stop'))]
      register('other', other)
      timer.exit_after(10, one, 'late')
      timer.kill_after(20, 'other')
      timer.exit_after(20, 'nobody', 'late')
      expect(await receive()).toEqual(['EXIT', one, 'late'])
      expect(await receive()).toEqual(['EXIT', other, 'killed'])
      timer.exit_after(10, 'mine')
      expect(await receive()).toMatchObject({ 0: 'EXIT', 2: 'mine' })
    })
  })

  test('end the running process if no other is named', async () => {
    await in_virtual_time(async () => {
      const [, ref] = spawn_monitor(() => {
        timer.kill_after(10)
        return receive('stop')
      })
      expect((await receive(['DOWN', ref, _, _, _]))[4]).toBe('killed')
    })
  })
})

describe('apply_interval', () => {
  test('calls a function again and again until who asked for it ends', async () => {
    await in_virtual_time(async () => {
      const times: number[] = []
      const asking = spawn(() => {
        timer.apply_interval(100, (unit: number) => times.push(monotonic_time() / unit), [10])
        return receive('stop')
      })
      await pause(350)
      exit(asking, 'kill')
      await pause(1_000)
      expect(times).toEqual([10, 20, 30])
      expect(timer_count()).toBe(0)
    })
  })

  test('calls it whether the call before is done or not', async () => {
    await in_virtual_time(async () => {
      const me = self()
      const { 1: ref } = timer.apply_interval(100, async () => {
        send(me, ['in', monotonic_time()])
        await pause(250)
        send(me, ['out', monotonic_time()])
      })
      await pause(360)
      expect(mailbox()).toEqual([
        ['in', 100],
        ['in', 200],
        ['in', 300],
        ['out', 350],
      ])
      timer.cancel(ref as timer.TRef)
    })
  })

  test('does not drift when it is called late', async () => {
    await in_manual_time(async clock => {
      const times: number[] = []
      timer.send_interval(10, 'tick')
      clock.now = 14
      for (const moment of [0, 6, 10, 10]) {
        clock.pass(moment)
        times.push(mailbox().length)
      }
      expect(times).toEqual([1, 2, 3, 4])
      expect(clock.now).toBe(40)
    })
  })

  test('of no time at all lets others have theirs', async () => {
    await in_virtual_time(async () => {
      const ref = ok(timer.send_interval(0, 'tick'))
      await pause(10)
      timer.cancel(ref)
      expect(mailbox().length).toBeGreaterThanOrEqual(9)
      expect(mailbox().length).toBeLessThanOrEqual(10)
    })
  })
})

describe('apply_repeatedly', () => {
  test('waits until the call before is done, and makes up for it', async () => {
    await in_virtual_time(async () => {
      const times: Term[] = []
      const durations = [10, 250, 10, 10, 10]
      const asking = spawn(() => {
        timer.apply_repeatedly(
          100,
          async (name: string) => {
            times.push([name, monotonic_time()])
            await pause(durations[times.length - 1] ?? 1)
          },
          ['call'],
        )
        return receive('stop')
      })
      await pause(610)
      expect(times.map(([, time]) => Math.round(time / 10) * 10)).toEqual([100, 200, 450, 460, 500, 600])
      exit(asking, 'kill')
      await pause(1_000)
      expect(times).toHaveLength(6)
      expect(timer_count()).toBe(0)
    })
  })

  test('goes on after a call that is ended, and not after it is cancelled in a call', async () => {
    await in_virtual_time(async () => {
      const calls: number[] = []
      const ref = ok(
        timer.apply_repeatedly(100, () => {
          calls.push(monotonic_time())
          if (calls.length === 3) timer.cancel(ref)
          exit('normal')
        }),
      )
      await pause(1_000)
      expect(calls).toEqual([100, 200, 300])
    })
  })
})

describe('send_interval', () => {
  test('sends to the running process, or to who bears the name now', async () => {
    await in_virtual_time(async () => {
      register('me', self())
      const mine = ok(timer.send_interval(10, 'mine'))
      const named = ok(timer.send_interval(10, 'me', 'named'))
      unregister('me')
      await pause(25)
      expect(mailbox()).toEqual(['mine', 'named', 'mine', 'named'])
      expect(timer.cancel(mine)).toEqual(['ok', 'cancel'])
      expect(timer.cancel(named)).toEqual(['ok', 'cancel'])
      await pause(100)
      expect(mailbox()).toHaveLength(4)
    })
  })

  test('goes with the process it is for, and is nothing for nobody', async () => {
    await in_virtual_time(async () => {
      const pid = idle()
      timer.send_interval(10, pid, 'x')
      await pause(25)
      expect(mailbox(pid)).toEqual(['x', 'x'])
      exit(pid, 'kill')
      expect(timer_count()).toBe(0)
      expect(timer.send_interval(10, pid, 'x')[0]).toBe('ok')
      expect(timer.send_interval(10, 'nobody', 'x')[0]).toBe('ok')
      const { port } = open_port({ close: () => {} })
      register('port', port)
      expect(timer.send_interval(10, 'port', 'x')[0]).toBe('ok')
      expect(timer_count()).toBe(0)
      port_close(port)
    })
  })
})

describe('cancel', () => {
  test('stops a timer, once or more, before or after it has run out', async () => {
    await in_virtual_time(async () => {
      const running = ok(timer.send_after(100, 'x'))
      const done = ok(timer.apply_after(1, () => {}))
      await pause(10)
      for (const ref of [running, running, done]) expect(timer.cancel(ref)).toEqual(['ok', 'cancel'])
      await pause(200)
      expect(mailbox()).toEqual([])
    })
  })

  test('refuses what is no timer', () => {
    expect(timer.cancel(make_ref() as timer.TRef)).toEqual(['error', 'badarg'])
    expect(timer.cancel('x' as never)).toEqual(['error', 'badarg'])
  })
})

describe('times and functions that are none', () => {
  const starts: Record<string, (time: number) => Term> = {
    apply_after: time => timer.apply_after(time, () => {}),
    apply_interval: time => timer.apply_interval(time, () => {}),
    apply_repeatedly: time => timer.apply_repeatedly(time, () => {}),
    send_after: time => timer.send_after(time, 'x'),
    send_interval: time => timer.send_interval(time, 'x'),
    exit_after: time => timer.exit_after(time, 'x'),
    kill_after: time => timer.kill_after(time),
  }

  test.each(Object.keys(starts))('are refused by %s', async name => {
    await in_virtual_time(async () => {
      for (const time of [-1, 1.5, Number.NaN, 2 ** 32, 'x' as never]) {
        expect(starts[name]!(time)).toEqual(['error', 'badarg'])
      }
      expect(timer_count()).toBe(0)
    })
  })

  test('are refused by all', async () => {
    await in_virtual_time(async () => {
      const refused = ['error', 'badarg']
      expect(timer.apply_after(1, 'f' as never)).toEqual(refused)
      expect(timer.apply_after(1, () => {}, 'args' as never)).toEqual(refused)
      expect(timer.apply_interval(1, 'f' as never)).toEqual(refused)
      expect(timer.apply_interval(1, () => {}, 5 as never)).toEqual(refused)
      expect(timer.apply_repeatedly(1, 'f' as never)).toEqual(refused)
      expect(timer.send_after(1, 5 as never, 'x')).toEqual(refused)
      expect(timer.send_interval(1, 5 as never, 'x')).toEqual(refused)
      expect(timer.exit_after(1, 5 as never, 'x')).toEqual(refused)
    })
  })
})

test('a process that has ended starts none', async () => {
  await in_virtual_time(async () => {
    let failure: unknown
    const body = spawn(async () => {
      await new Promise(resolve => setImmediate(resolve))
      try {
        timer.apply_after(10, () => {})
      } catch (error) {
        failure = error
      }
    })
    await pause(0)
    exit(body, 'kill')
    await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setImmediate(resolve))
    expect(failure).toMatchObject({ reason: 'killed' })
  })
})

test('sleep waits', async () => {
  await in_virtual_time(async () => {
    expect(await timer.sleep(500)).toBe('ok')
    expect(monotonic_time()).toBe(500)
    const sleeper = spawn(() => timer.sleep('infinity'))
    await pause(10_000)
    expect(sleeper.entity).toBeDefined()
    await expect(timer.sleep(-1)).rejects.toThrow(RangeError)
  })
})

test('tc tells how long a call took, of one that gives a promise, too', async () => {
  await in_manual_time(async clock => {
    const work = (a: number, b: number) => {
      clock.now += 1.5
      return a + b
    }
    expect(timer.tc(work, [1, 2])).toEqual([1_500, 3])
    expect(timer.tc(work, [1, 2], 'nanosecond')).toEqual([1_500_000, 3])
    expect(timer.tc(() => work(1, 2), [], 'millisecond')).toEqual([2, 3])
    const later = timer.tc(
      async () => {
        clock.now += 2_000
        return 'done'
      },
      [],
      'second',
    )
    expect(await later).toEqual([2, 'done'])
  })
})

test('times are reckoned in milliseconds, and timestamps differ in microseconds', () => {
  expect(timer.seconds(1.5)).toBe(1_500)
  expect(timer.minutes(3)).toBe(180_000)
  expect(timer.hours(2)).toBe(7_200_000)
  expect(timer.hms(1, 2, 3)).toBe(3_723_000)
  expect(timer.now_diff([2, 3, 4], [1, 2, 3])).toBe(1_000_001_000_001)
  expect(timer.start()).toBe('ok')
})
