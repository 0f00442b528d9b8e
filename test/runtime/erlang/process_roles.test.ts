import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  drop_all,
  listed,
  type Waiter,
  with_waiter,
  without_waiter,
} from '../../../runtime/erlang/process_roles.ts'

class Idle implements Waiter {
  next: Waiter | undefined = undefined
  previous: Waiter | undefined = undefined
  dropped = 0
  wants(): boolean {
    return false
  }
  take(): void {}
  drop(): void {
    this.dropped++
  }
  run(): void {}
}

describe('a list of waiters', () => {
  test('behaves as an array does, whoever comes and goes, and whether they are in it or not', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(5)))
    fc.assert(
      fc.property(steps, given => {
        const waiters = Array.from({ length: 6 }, () => new Idle())
        let first: Waiter | undefined
        let model: Waiter[] = []
        for (const [comes, index] of given) {
          const waiter = waiters[index]!
          if (!comes) {
            first = without_waiter(first, waiter)
            model = model.filter(other => other !== waiter)
          } else if (!model.includes(waiter)) {
            first = with_waiter(first, waiter)
            model.push(waiter)
          }
          expect(listed(first)).toEqual(model)
        }
      }),
    )
  })

  test('takes no longer to come to or to leave when it is long', () => {
    const waiters = Array.from({ length: 100_000 }, () => new Idle())
    let first: Waiter | undefined
    for (const waiter of waiters) first = with_waiter(first, waiter)
    for (const waiter of waiters.toReversed()) first = without_waiter(first, waiter)
    expect(first).toBeUndefined()
  })

  test('can be dropped, each once, and then none is in it', () => {
    const [one, two] = [new Idle(), new Idle()]
    drop_all(with_waiter(with_waiter(undefined, one), two))
    expect([one.dropped, two.dropped]).toEqual([1, 1])
    const other = new Idle()
    const first = with_waiter(undefined, other)
    expect(without_waiter(first, two)).toBe(other)
    expect(listed(first)).toEqual([other])
  })
})
