import { afterEach, describe, expect, jest, test } from '@jest/globals'
import {
  clear_timer,
  reset_timers,
  set_timer,
  time_left,
  timer_count,
} from '../../../runtime/erlang/alarm.ts'
import { monotonic_time, real_clock, system_time, use_clock } from '../../../runtime/erlang/clock.ts'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { running } from '../../../runtime/erlang/self.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { max_delay } from '../../../runtime/erlang/timer_wheel.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

/** A clock that says what is asked of it, and rings when the test says so. */
function recording_clock() {
  const calls: string[] = []
  const clock = {
    now: 0,
    ring: () => {},
    calls,
    monotonic_time: () => clock.now,
    system_time: () => clock.now,
    set_alarm(delay: number, ring: () => void) {
      calls.push(`alarm in ${delay}`)
      clock.ring = ring
    },
    clear_alarm: () => calls.push('no alarm'),
    keep_alive: (wanted: boolean) => calls.push(wanted ? 'stay' : 'may end'),
  }
  use_clock(clock)
  reset_timers()
  calls.length = 0
  return clock
}

afterEach(() => {
  use_clock(real_clock)
  reset_timers()
  use_report_handler()
  kill_everybody()
})

describe('a timer', () => {
  test('fires when its time has come, and not before', async () => {
    await in_virtual_time(async () => {
      const fired = await new Promise<number>(resolve => set_timer(250, () => resolve(monotonic_time())))
      expect(fired).toBe(250)
    })
  })

  test('never fires early when the clock stands between two milliseconds', () => {
    const clock = recording_clock()
    clock.now = 10.7
    let fired = false
    set_timer(5, () => {
      fired = true
    })
    clock.now = 15.6
    clock.ring()
    expect(fired).toBe(false)
    clock.now = 16
    clock.ring()
    expect(fired).toBe(true)
  })

  test('waits for the longest delay there is', async () => {
    await in_virtual_time(async () => {
      await new Promise<void>(resolve => set_timer(max_delay, resolve))
      expect(monotonic_time()).toBe(max_delay)
    })
  })

  test('tells how long it still has to run, and whether it was stopped in time', async () => {
    await in_virtual_time(async () => {
      const timer = set_timer(100, () => {})
      await new Promise<void>(resolve => set_timer(30, resolve))
      expect(time_left(timer)).toBe(70)
      expect(clear_timer(timer)).toBe(70)
      expect(time_left(timer)).toBe(false)
      expect(clear_timer(timer)).toBe(false)
      const short = set_timer(10, () => {})
      await new Promise<void>(resolve => set_timer(20, resolve))
      expect(time_left(short)).toBe(false)
      expect(clear_timer(short)).toBe(false)
      expect(timer_count()).toBe(0)
    })
  })

  test.each([-1, max_delay + 1, Number.NaN, Number.POSITIVE_INFINITY])('cannot run for %p ms', delay => {
    expect(() => set_timer(delay, () => {})).toThrow(RangeError)
    expect(timer_count()).toBe(0)
  })

  test('fires outside any process, even when a process has set it', async () => {
    const who = await run(() => new Promise(resolve => set_timer(2, () => resolve(running()))))
    expect(who).toBeUndefined()
  })

  test('that fails does not hold up the others', async () => {
    const reports: Report[] = []
    use_report_handler((_level, report) => reports.push(report))
    await in_virtual_time(async () => {
      const fired: string[] = []
      set_timer(10, () => fired.push('before'))
      set_timer(10, () => {
        throw new Error('out of order')
      })
      set_timer(10, () => fired.push('after'))
      set_timer(11, () => fired.push('later'))
      await new Promise<void>(resolve => set_timer(20, resolve))
      expect(fired).toEqual(['before', 'after', 'later'])
      expect(monotonic_time()).toBe(20)
    })
    expect(reports).toHaveLength(1)
    expect(reports[0]!.report.reason).toEqual(new Error('out of order'))
  })

  test('set before the timers were reset is no timer any more', () => {
    const timer = set_timer(1_000, () => {})
    reset_timers()
    expect(clear_timer(timer)).toBe(false)
    expect(timer_count()).toBe(0)
  })
})

describe('the alarm of the clock', () => {
  test('is set once for many timers that are due later', () => {
    const clock = recording_clock()
    set_timer(10, () => {})
    for (let more = 0; more < 100; more++) set_timer(20, () => {})
    expect(clock.calls.filter(call => call.startsWith('alarm'))).toEqual(['alarm in 10'])
  })

  test('is moved up for a timer that is due earlier', () => {
    const clock = recording_clock()
    set_timer(50, () => {})
    set_timer(10, () => {})
    expect(clock.calls.filter(call => call.startsWith('alarm'))).toEqual(['alarm in 50', 'alarm in 10'])
  })

  test('is set again after it rang, for what is left', () => {
    const clock = recording_clock()
    set_timer(10, () => {})
    set_timer(30, () => {})
    clock.now = 10
    clock.ring()
    expect(clock.calls.at(-2)).toBe('alarm in 20')
    clock.now = 30
    clock.ring()
    expect(clock.calls.at(-1)).toBe('no alarm')
  })

  test('keeps the program alive just as long as a timer runs that wants it', () => {
    const clock = recording_clock()
    set_timer(10, () => {}, false)
    expect(clock.calls.at(-1)).toBe('may end')
    const timer = set_timer(20, () => {})
    expect(clock.calls.at(-1)).toBe('stay')
    clear_timer(timer)
    expect(clock.calls.at(-1)).toBe('may end')
    set_timer(5, () => {})
    clock.now = 5
    clock.ring()
    expect(clock.calls.at(-1)).toBe('may end')
  })
})

describe("the machine's clock", () => {
  test('goes forward, and knows the wall clock', () => {
    const before = monotonic_time()
    expect(monotonic_time()).toBeGreaterThanOrEqual(before)
    expect(Math.abs(system_time() - Date.now())).toBeLessThan(1_000)
  })

  test('rings when it should, though Node counts from the start of its turn', async () => {
    const early: number[] = []
    for (let round = 0; round < 10; round++) {
      const due = performance.now() + 3
      await new Promise<void>(resolve => set_timer(3, resolve))
      early.push(due - performance.now())
    }
    expect(Math.max(...early)).toBeLessThanOrEqual(0)
  })

  test('can wait longer than Node can', async () => {
    jest.useFakeTimers()
    try {
      let rang = false
      real_clock.set_alarm(2 ** 32, () => {
        rang = true
      })
      jest.advanceTimersByTime(2 ** 31 - 2)
      expect(rang).toBe(false)
      jest.advanceTimersByTime(1)
      expect(rang).toBe(true)
      real_clock.clear_alarm()
    } finally {
      jest.useRealTimers()
    }
  })
})
