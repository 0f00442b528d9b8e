// Receiving: any message, one that fits a pattern, or the first clause that fits; with or without a time limit.

import { clear_timer, set_timer, type Timer } from './alarm.ts'
import { nothing } from './mailbox.ts'
import { current, type Process, type Waiter } from './process.ts'
import { enqueue, spend } from './scheduler.ts'
import { running } from './self.ts'
import { _, Exit, type Matched, matches, type Term, type Timeout } from './term.ts'

/** One clause of a `receive`: made by {@link on}. */
export interface Clause<Value> {
  readonly pattern: Term
  readonly when: ((message: Term) => boolean) | undefined
  readonly body: (message: Term) => Value | PromiseLike<Value>
}

/** What a `receive` with clauses does when nothing has come in time: made by {@link after}. */
export interface After<Value> {
  readonly after: Timeout
  readonly body: () => Value | PromiseLike<Value>
}

/**
 * A clause for {@link receive}: `body` gets the first message that fits `pattern` and for which `when`, if given,
 * is true.
 */
export function on<const Pattern, Value>(
  pattern: Pattern,
  body: (message: Matched<Pattern>) => Value | PromiseLike<Value>,
  when?: (message: Matched<Pattern>) => boolean,
): Clause<Value> {
  return new TheClause(pattern, when as Clause<Value>['when'], body as Clause<Value>['body'])
}

/** The `after` of a {@link receive} with clauses. `timeout` is in milliseconds; 0 looks only at what is there. */
export function after<Value>(timeout: Timeout, body: () => Value | PromiseLike<Value>): After<Value> {
  return new TheAfter(timeout, body)
}

/**
 * Waits for a message and takes it out of the mailbox.
 *
 * - `receive()`: the next message, whatever it is
 * - `receive(pattern, timeout?)`: the oldest message that fits; `_` in a pattern stands for anything
 * - `receive(on(pattern, body), …, after(ms, body))`: as Erlang's `receive … after … end`; gives what the body gives
 *
 * @param timeout - milliseconds; 0 looks only at what is there. Default: no limit
 * @throws {@link Exit} `'timeout'` when nothing fitting came in time (the form with `after` calls that instead)
 * @see Erlang: the `receive` expression
 */
export function receive(): Promise<Term>
export function receive<Value>(
  ...clauses: [Clause<Value>, ...(Clause<Value> | After<Value>)[]]
): Promise<Value>
export function receive<const Pattern>(pattern: Pattern, timeout?: Timeout): Promise<Matched<Pattern>>
export function receive(...asked: Term[]): Promise<Term> {
  if (running()?.alive === false) return new Promise(() => {})
  if (asked.length === 0) return wait(anything)
  if (asked[0] instanceof TheClause) return receive_clauses(asked)
  const [pattern, timeout = 'infinity'] = asked
  return wait(pattern === _ ? anything : message => matches(pattern, message), timeout)
}

class TheClause implements Clause<Term> {
  readonly pattern: Term
  readonly when: Clause<Term>['when']
  readonly body: Clause<Term>['body']

  constructor(pattern: Term, when: Clause<Term>['when'], body: Clause<Term>['body']) {
    this.pattern = pattern
    this.when = when
    this.body = body
  }

  /** As in Erlang, a guard that fails in any way is a guard that is false. */
  fits(message: Term): boolean {
    if (!matches(this.pattern, message)) return false
    try {
      return this.when === undefined || this.when(message)
    } catch {
      return false
    }
  }
}

class TheAfter implements After<Term> {
  readonly after: Timeout
  readonly body: After<Term>['body']

  constructor(timeout: Timeout, body: After<Term>['body']) {
    this.after = timeout
    this.body = body
  }
}

const anything = (): boolean => true

async function receive_clauses(asked: readonly (TheClause | TheAfter)[]): Promise<Term> {
  const clauses = asked.filter(clause => clause instanceof TheClause)
  const limit = asked.find(clause => clause instanceof TheAfter)
  const in_time = wait(message => clauses.some(clause => clause.fits(message)), limit?.after, nothing)
  const message = await in_time
  if (message === nothing) return limit!.body()
  return clauses.find(clause => clause.fits(message))!.body(message)
}

function wait(
  wants: (message: Term) => boolean,
  timeout: Timeout = 'infinity',
  if_late?: Term,
): Promise<Term> {
  let process: Process
  try {
    process = current()
    const message = wants === anything ? process.mailbox.shift() : process.mailbox.take(wants)
    if (message !== nothing) return handed(process, message)
    if (timeout === 0)
      return if_late === nothing ? Promise.resolve(nothing) : Promise.reject(new Exit('timeout'))
    return new Promise((resolve, reject) =>
      new Receiver(process, wants, resolve).park(timeout, if_late, reject),
    )
  } catch (error) {
    return Promise.reject(error)
  }
}

/** A message that was there already: at once, or in its turn when this one is over. */
function handed(process: Process, message: Term): Promise<Term> {
  process.reductions++
  if (spend()) return Promise.resolve(message)
  return new Promise(resolve => enqueue({ run: () => process.alive && resolve(message) }))
}

class Receiver implements Waiter {
  readonly wants: (message: Term) => boolean
  next: Waiter | undefined = undefined
  readonly #process: Process
  readonly #resolve: (message: Term) => void
  #message: Term = undefined
  #timer: Timer | undefined = undefined

  constructor(process: Process, wants: (message: Term) => boolean, resolve: (message: Term) => void) {
    this.#process = process
    this.wants = wants
    this.#resolve = resolve
  }

  park(timeout: Timeout, if_late: Term, reject: (error: Exit) => void): void {
    if (timeout !== 'infinity') {
      this.#timer = set_timer(timeout, () => {
        this.#process.unpark(this)
        if (if_late === nothing) this.#resolve(nothing)
        else reject(new Exit('timeout'))
      })
    }
    this.#process.park(this)
  }

  take(message: Term): void {
    this.#message = message
    this.drop()
  }

  drop(): void {
    if (this.#timer !== undefined) clear_timer(this.#timer)
  }

  run(): void {
    if (this.#process.alive) this.#resolve(this.#message)
  }
}
