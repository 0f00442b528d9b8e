import { expect, test } from '@jest/globals'
import { and_then, is_pending, run, type Steps, wait } from '../../../ssl_app/certificate/awaitable.ts'

const later = async <Value>(value: Value): Promise<Value> => value
const refused = async (): Promise<never> => {
  throw new Error('refused')
}

test('what waits for nothing is done at once', () => {
  function* steps(): Steps<number> {
    const one = yield* wait(1)
    return one + (yield* wait(2))
  }
  expect(run(steps())).toBe(3)
})

test('what waits, in whatever place, is done later', async () => {
  function* steps(): Steps<string> {
    const first = yield* wait('a')
    const second = yield* wait(later('b'))
    const third = yield* wait('c')
    return first + second + third + (yield* wait(later('d')))
  }
  const answer = run(steps())
  expect(is_pending(answer)).toBe(true)
  expect(await answer).toBe('abcd')
})

test('steps within steps wait too', async () => {
  function* inner(value: number): Steps<number> {
    return 2 * (yield* wait(later(value)))
  }
  function* outer(): Steps<number> {
    return (yield* inner(1)) + (yield* inner(10))
  }
  expect(await run(outer())).toBe(22)
})

test('what is thrown before anything was waited for is thrown at once', () => {
  function* steps(): Steps<never> {
    yield* wait(1)
    throw new Error('at once')
  }
  expect(() => run(steps())).toThrow('at once')
})

test('what is thrown after that rejects', async () => {
  function* steps(): Steps<never> {
    yield* wait(later(1))
    throw new Error('later')
  }
  await expect(run(steps())).rejects.toThrow('later')
})

test('a rejection is thrown where it was waited for, and can be caught there', async () => {
  function* steps(): Steps<string> {
    try {
      return yield* wait(refused())
    } catch (error) {
      return `caught: ${(error as Error).message}`
    }
  }
  expect(await run(steps())).toBe('caught: refused')
})

test('a rejection that nobody catches rejects', async () => {
  function* steps(): Steps<string> {
    return yield* wait(refused())
  }
  await expect(run(steps())).rejects.toThrow('refused')
})

test('a value that is yielded without need comes back', () => {
  function* steps(): Steps<unknown> {
    return yield 7
  }
  expect(run(steps())).toBe(7)
})

test('one goes on at once with what is there, and later with what is not', async () => {
  const double = (value: number) => 2 * value
  expect(and_then(4, double)).toBe(8)
  expect(and_then(4, value => and_then(value, double))).toBe(8)
  const answer = and_then(later(4), double)
  expect(is_pending(answer)).toBe(true)
  expect(await answer).toBe(8)
  expect(is_pending(and_then(4, value => later(value)))).toBe(true)
  await expect(and_then(refused(), double)).rejects.toThrow('refused')
})

test('only what has a function called then is waited for', () => {
  expect(is_pending(later(1))).toBe(true)
  expect([undefined, null, 0, 'then', ['then'], {}, { then: true }].map(is_pending)).not.toContain(true)
})
