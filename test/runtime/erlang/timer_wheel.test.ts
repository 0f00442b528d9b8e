import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Entry, max_delay, TimerWheel } from '../../../runtime/erlang/timer_wheel.ts'

const a_wheel = (now: number) => new TimerWheel(now, timer => timer.fire())

/** A list of timers that is searched from end to end: slow, and plainly right. */
class NaiveTimers {
  now = 0
  waiting: { due: number; id: number }[] = []

  add(due: number, id: number): void {
    this.waiting.push({ due: Math.max(due, this.now + 1), id })
  }

  advance(target: number): [id: number, tick: number][] {
    const due = this.waiting.filter(timer => timer.due <= target)
    this.waiting = this.waiting.filter(timer => timer.due > target)
    this.now = Math.max(this.now, target)
    return due.sort((one, other) => one.due - other.due || one.id - other.id).map(({ id, due }) => [id, due])
  }

  next(): number | undefined {
    return this.waiting.length === 0 ? undefined : Math.min(...this.waiting.map(timer => timer.due))
  }
}

const delay = fc.oneof(
  fc.nat(70),
  fc.nat(5_000),
  fc.nat(300_000),
  fc.integer({ min: 0, max: max_delay }),
  fc.constantFrom(0, 1, 63, 64, 65, 4_095, 4_096, 4_097, 262_144, 2 ** 30, 2 ** 31, max_delay),
)

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ add: delay }) },
  { weight: 2, arbitrary: fc.record({ add_with: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ remove: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ advance: delay }) },
  { weight: 2, arbitrary: fc.constant({ to_next_stop: true as const }) },
)

describe('a timer wheel', () => {
  test('fires what a plain list of timers would, in the same order and at the same tick', () => {
    const start = fc.constantFrom(0, 1, 63, 64, 4_000, 4_095, 10 ** 9, 2 ** 32 - 1, 2 ** 36 - 5)
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 60 }), (start, steps) => {
        const wheel = a_wheel(start)
        const model = new NaiveTimers()
        model.now = start
        const entries: Entry[] = []
        let fired: number[] = []
        const dues: number[] = []
        const start_timer = (due: number) => {
          const id = entries.length
          entries.push(wheel.add(due, () => fired.push(id)))
          model.add(due, id)
          dues.push(due)
        }
        const advance = (target: number) => {
          const expected = model.advance(target).map(([id]) => id)
          wheel.advance(target)
          expect(fired).toEqual(expected)
          fired = []
        }
        for (const each of steps) {
          if ('add' in each) {
            start_timer(model.now + each.add)
          } else if ('add_with' in each && dues.length > 0) {
            start_timer(dues[each.add_with % dues.length]!)
          } else if ('remove' in each && entries.length > 0) {
            const id = each.remove % entries.length
            const there = model.waiting.some(timer => timer.id === id)
            expect(wheel.remove(entries[id]!)).toBe(there)
            model.waiting = model.waiting.filter(timer => timer.id !== id)
          } else if ('advance' in each) {
            advance(model.now + each.advance)
          } else if ('to_next_stop' in each) {
            const stop = wheel.next_stop()
            if (stop !== undefined) advance(stop)
          }
          expect(wheel.size).toBe(model.waiting.length)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('stops never later than its next timer is due, and reaches it in a few stops', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.array(delay, { minLength: 1, maxLength: 20 }), (start, delays) => {
        const wheel = a_wheel(start)
        const model = new NaiveTimers()
        model.now = start
        for (const [id, each] of delays.entries()) {
          wheel.add(start + each, () => {})
          model.add(start + each, id)
        }
        let stops = 0
        while (wheel.size > 0) {
          const stop = wheel.next_stop()!
          expect(stop).toBeLessThanOrEqual(model.next()!)
          model.advance(stop)
          wheel.advance(stop)
          stops++
        }
        expect(stops).toBeLessThanOrEqual(delays.length * 6)
      }),
    )
  })

  test('fires timers of one tick in the order they were started, from however far they came down', () => {
    const wheel = a_wheel(0)
    const fired: string[] = []
    wheel.add(100, () => fired.push('started at 0'))
    wheel.advance(50)
    wheel.add(100, () => fired.push('started at 50'))
    wheel.advance(99)
    wheel.add(100, () => fired.push('started at 99'))
    wheel.advance(100)
    expect(fired).toEqual(['started at 0', 'started at 50', 'started at 99'])
  })

  test('has no next stop when it is empty', () => {
    const wheel = a_wheel(5)
    expect(wheel.next_stop()).toBeUndefined()
    const entry = wheel.add(9, () => {})
    expect(wheel.next_stop()).toBe(9)
    wheel.remove(entry)
    expect(wheel.next_stop()).toBeUndefined()
    expect(wheel.remove(entry)).toBe(false)
  })

  test('takes a timer that was due before now as due at the next tick', () => {
    const wheel = a_wheel(1_000)
    let fired = 0
    wheel.add(3, () => fired++)
    expect(wheel.next_stop()).toBe(1_001)
    wheel.advance(1_001)
    expect(fired).toBe(1)
  })

  test('lets a timer that fires start others and cancel its neighbours', () => {
    const wheel = a_wheel(0)
    const fired: string[] = []
    const neighbour: { entry?: Entry } = {}
    wheel.add(10, () => {
      fired.push('first')
      wheel.remove(neighbour.entry!)
      wheel.add(10, () => fired.push('started meanwhile'))
    })
    neighbour.entry = wheel.add(10, () => fired.push('neighbour'))
    wheel.advance(10)
    expect(fired).toEqual(['first'])
    wheel.advance(11)
    expect(fired).toEqual(['first', 'started meanwhile'])
  })

  test('holds ten thousand timers without searching them', () => {
    const wheel = a_wheel(0)
    const fired: number[] = []
    for (let id = 0; id < 10_000; id++) wheel.add(1 + ((id * 7_919) % 100_003), () => fired.push(id))
    wheel.advance(100_003)
    expect(fired).toHaveLength(10_000)
    expect(wheel.size).toBe(0)
  })

  test('forgets all of its timers when it is cleared, and they know', () => {
    const wheel = a_wheel(0)
    let fired = 0
    const entries = [1, 100, 10_000].map(due => wheel.add(due, () => fired++))
    wheel.clear()
    expect(wheel.size).toBe(0)
    for (const entry of entries) expect(wheel.remove(entry)).toBe(false)
    wheel.advance(20_000)
    expect(fired).toBe(0)
  })
})
