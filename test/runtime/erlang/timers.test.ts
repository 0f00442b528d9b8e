import { afterEach, describe, expect, test } from '@jest/globals'
import { running_timers, timer_count } from '../../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { members } from '../../../runtime/erlang/few.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'
import { current } from '../../../runtime/erlang/process.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _ } from '../../../runtime/erlang/term.ts'
import { max_delay } from '../../../runtime/erlang/timer_wheel.ts'
import { cancel_timer, read_timer, send_after, start_timer } from '../../../runtime/erlang/timers.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_manual_time } from '../../support/manual_time.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

describe('send_after', () => {
  test('sends its message after the time, to a pid', async () => {
    await in_virtual_time(async () => {
      send_after(1_000, self(), 'tick')
      expect(await receive()).toBe('tick')
      expect(monotonic_time()).toBe(1_000)
    })
  })

  test('sends to who bears the name when the time has come', async () => {
    await in_virtual_time(async () => {
      const ref = send_after(1_000, 'late_comer', 'hello')
      expect(read_timer(ref)).toBe(1_000)
      register('late_comer', self())
      expect(await receive()).toBe('hello')
    })
  })

  test('sends nowhere when nobody bears the name by then', async () => {
    await in_virtual_time(async () => {
      const ref = send_after(1_000, 'nobody', 'hello')
      await expect(receive(_, 2_000)).rejects.toMatchObject({ reason: 'timeout' })
      expect(read_timer(ref)).toBe(false)
    })
  })

  test('sends messages of one moment in the order they were asked for', async () => {
    await in_virtual_time(async () => {
      for (let number = 0; number < 5; number++) send_after(100, self(), number)
      const received: unknown[] = []
      for (let number = 0; number < 5; number++) received.push(await receive())
      expect(received).toEqual([0, 1, 2, 3, 4])
    })
  })

  test.each([-1, max_delay + 1, Number.NaN])('refuses %p ms, and leaves nothing behind', async time => {
    await in_virtual_time(async () => {
      expect(() => send_after(time, self(), 'x')).toThrow(RangeError)
      expect(timer_count()).toBe(0)
      const [pid, ref] = spawn_monitor(() => expect(() => send_after(time, self(), 'x')).toThrow())
      expect(await receive(['DOWN', ref, _, pid, _])).toMatchObject({ 4: 'normal' })
    })
  })
})

describe('start_timer', () => {
  test('sends the reference along with the message', async () => {
    await in_virtual_time(async () => {
      const ref = start_timer(50, self(), 'work')
      expect(await receive()).toEqual(['timeout', ref, 'work'])
    })
  })
})

describe('cancel_timer', () => {
  test('gives the time that was left, and then nothing comes', async () => {
    await in_virtual_time(async () => {
      const ref = send_after(1_000, self(), 'tick')
      await expect(receive(_, 400)).rejects.toMatchObject({ reason: 'timeout' })
      expect(read_timer(ref)).toBe(600)
      expect(cancel_timer(ref)).toBe(600)
      await expect(receive(_, 5_000)).rejects.toMatchObject({ reason: 'timeout' })
    })
  })

  test('gives false for a timer that has fired, one that was cancelled, and a plain reference', async () => {
    await in_virtual_time(async () => {
      const fired = send_after(1, self(), 'tick')
      await receive('tick')
      expect(cancel_timer(fired)).toBe(false)
      const cancelled = send_after(1, self(), 'tick')
      cancel_timer(cancelled)
      expect(cancel_timer(cancelled)).toBe(false)
      expect(read_timer(cancelled)).toBe(false)
      expect(cancel_timer(make_ref())).toBe(false)
      expect(read_timer(make_ref())).toBe(false)
    })
  })

  test('may be called by another process', async () => {
    await in_virtual_time(async () => {
      const owner = self()
      const ref = send_after(1_000, owner, 'tick')
      spawn(() => send(owner, ['left', cancel_timer(ref)]))
      expect(await receive()).toEqual(['left', 1_000])
    })
  })
})

test('a program waits for a timer unless it is told not to', async () => {
  await in_manual_time(async clock => {
    send_after(1_000, self(), 'housekeeping', { keeps_alive: false })
    start_timer(1_000, self(), 'housekeeping', { keeps_alive: false })
    expect(clock.kept_alive).toBe(false)
    send_after(500, self(), 'work', {})
    expect(clock.kept_alive).toBe(true)
    clock.pass(500)
    expect(clock.kept_alive).toBe(false)
    start_timer(200, self(), 'work')
    expect(clock.kept_alive).toBe(true)
    clock.pass(500)
    expect(await receive('housekeeping')).toBe('housekeeping')
  })
})

describe('a timer for a process that is gone', () => {
  test('is gone as well', async () => {
    await in_virtual_time(async () => {
      const pid = spawn(() => receive('never'))
      const ref = send_after(60_000, pid, 'tick')
      expect(timer_count()).toBe(1)
      exit(pid, 'kill')
      expect(read_timer(ref)).toBe(false)
      expect(cancel_timer(ref)).toBe(false)
      expect(timer_count()).toBe(0)
    })
  })

  test('is not even started', async () => {
    await in_virtual_time(async () => {
      const pid = spawn(() => {})
      exit(pid, 'kill')
      const ref = send_after(60_000, pid, 'tick')
      expect(read_timer(ref)).toBe(false)
      expect(timer_count()).toBe(0)
    })
  })

  test('is not kept by a process that outlives a thousand of them', async () => {
    await in_virtual_time(async () => {
      const before = members(current().owned)
      for (let count = 0; count < 1_000; count++) cancel_timer(send_after(1_000, self(), 'tick'))
      for (let count = 0; count < 1_000; count++) send_after(1, self(), 'tick')
      for (let count = 0; count < 1_000; count++) await receive('tick')
      expect(members(current().owned)).toEqual(before)
      expect(timer_count()).toBe(0)
    })
  })
})

describe('a timer for a moment', () => {
  test('fires when that has come', async () => {
    await in_virtual_time(async () => {
      await receive('never', 100).catch(() => {})
      send_after(monotonic_time() + 50, self(), 'then', { abs: true })
      const ref = start_timer(10, self(), 'long ago', { abs: true })
      expect(await receive()).toEqual(['timeout', ref, 'long ago'])
      expect(await receive()).toBe('then')
      expect(monotonic_time()).toBe(150)
    })
  })

  test('is refused for what is neither a pid nor a name, and with options that there are not', async () => {
    await in_virtual_time(() => {
      expect(() => send_after(1, undefined as never, 'x')).toThrow('badarg')
      expect(() => start_timer(1, 5 as never, 'x')).toThrow('badarg')
      expect(() => send_after(1, self(), 'x', { absolute: true } as object)).toThrow('badarg')
    })
  })
})

describe('asking a timer by message', () => {
  test('gives ok at once, and what is left by message', async () => {
    await in_virtual_time(async () => {
      const ref = send_after(1_000, self(), 'tick')
      expect(read_timer(ref, { async: true })).toBe('ok')
      expect(await receive()).toEqual(['read_timer', ref, 1_000])
      expect(cancel_timer(ref, { async: true })).toBe('ok')
      expect(await receive()).toEqual(['cancel_timer', ref, 1_000])
      expect(cancel_timer(ref, { async: true, info: true })).toBe('ok')
      expect(await receive()).toEqual(['cancel_timer', ref, false])
    })
  })

  test('that wants no answer gets none', async () => {
    await in_virtual_time(async () => {
      const [one, two] = [send_after(10, self(), 'one'), send_after(10, self(), 'two')]
      expect(cancel_timer(one, { info: false })).toBe('ok')
      expect(cancel_timer(two, { info: false, async: true })).toBe('ok')
      await expect(receive(_, 100)).rejects.toThrow('timeout')
    })
  })

  test('takes references and known options', async () => {
    await in_virtual_time(() => {
      const ref = make_ref()
      expect(() => cancel_timer('x' as never)).toThrow('badarg')
      expect(() => cancel_timer(ref, { wrong: 1 } as object)).toThrow('badarg')
      expect(() => read_timer(3 as never)).toThrow('badarg')
      expect(() => read_timer(ref, { info: false } as object)).toThrow('badarg')
    })
  })
})

test('the timers that run are told of, the next one first, with whom they are for', async () => {
  await in_virtual_time(async () => {
    const ref = start_timer(2_000, self(), 'later')
    send_after(500, 'somebody', 'soon')
    const waiter = spawn(() => receive('never', 90_000))
    await receive('never', 1).catch(() => {})
    expect(running_timers()).toEqual([
      { left: 499, destination: 'somebody', message: 'soon' },
      { left: 1_999, destination: self(), message: ['timeout', ref, 'later'] },
      { left: 89_999, destination: waiter, message: undefined },
    ])
  })
})
