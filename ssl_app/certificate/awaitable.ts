// Answers that come at once or after a while. What has to wait in a few places only is written as a generator that
// yields what it waits for: where nothing takes time, it is run like any other function.

/** At once, or after a while. */
export type Awaitable<Value> = Value | PromiseLike<Value>

/** A computation that may have to wait: it yields what it waits for, and is resumed with what came of that. */
export type Steps<Value> = Generator<Awaitable<unknown>, Value, unknown>

/** Whether somebody takes time to answer. */
export const is_pending = <Value>(value: Awaitable<Value>): value is PromiseLike<Value> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** Goes on with what comes of `value`: at once, if it is there. */
export function and_then<Value, Result>(
  value: Awaitable<Value>,
  go_on: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return is_pending(value) ? value.then(go_on) : go_on(value)
}

/**
 * Waits within {@link Steps}, if there is anything to wait for: `const answer = yield* wait(ask())`.
 *
 * @throws what the promise was rejected with
 */
export function* wait<Value>(value: Awaitable<Value>): Steps<Value> {
  return is_pending(value) ? ((yield value) as Value) : value
}

/**
 * Takes all steps.
 *
 * @returns a promise only where something had to be waited for
 * @throws what the steps throw before they first wait; after that, the promise is rejected with it
 */
export function run<Value>(steps: Steps<Value>): Awaitable<Value> {
  const [done, value] = advance(steps, steps.next())
  return done ? value : go_on(steps, value)
}

type Advance<Value> = readonly [done: true, Value] | readonly [done: false, awaited: PromiseLike<unknown>]

/** As far as nothing has to be waited for. */
function advance<Value>(
  steps: Steps<Value>,
  from: IteratorResult<Awaitable<unknown>, Value>,
): Advance<Value> {
  let step = from
  while (!step.done) {
    if (is_pending(step.value)) return [false, step.value]
    step = steps.next(step.value)
  }
  return [true, step.value]
}

async function go_on<Value>(steps: Steps<Value>, first: PromiseLike<unknown>): Promise<Value> {
  let awaited = first
  for (;;) {
    const [done, value] = advance(steps, await resume(steps, awaited))
    if (done) return value
    awaited = value
  }
}

async function resume<Value>(
  steps: Steps<Value>,
  awaited: PromiseLike<unknown>,
): Promise<IteratorResult<Awaitable<unknown>, Value>> {
  let value: unknown
  try {
    value = await awaited
  } catch (error) {
    return steps.throw(error)
  }
  return steps.next(value)
}
