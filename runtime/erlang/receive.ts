// Receiving: any message, one that fits a pattern, or the first clause that fits; with or without a time limit.

import { clear_timer, set_timer, type Timer } from './alarm.ts'
import { nothing } from './mailbox.ts'
import { current, type Process, type Waiter } from './process.ts'
import { enqueue, spend } from './scheduler.ts'
import { type Context, context, run_as, running } from './self.ts'
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
export function receive<Values extends readonly [Term, ...Term[]]>(
  ...clauses: { readonly [Index in keyof Values]: Clause<Values[Index]> | After<Values[Index]> }
): Promise<Values[number]>
export function receive<const Pattern>(pattern: Pattern, timeout?: Timeout): Promise<Matched<Pattern>>
export function receive(...asked: Term[]): Promise<Term> {
  if (running()?.alive === false) return new Promise(() => {})
  if (asked.length === 0) return wait(anything)
  if (asked[0] instanceof TheClause || asked[0] instanceof TheAfter) return receive_clauses(asked)
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

  /**
   * Whether the receiving process takes the message; it is that process's guard, whoever sends. As in Erlang, a
   * guard that fails in any way is a guard that is false.
   */
  fits(message: Term, receiver: Context): boolean {
    const { when } = this
    if (!matches(this.pattern, message)) return false
    if (when === undefined) return true
    try {
      return run_as(receiver, () => when(message))
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
  const receiver = context()
  const clauses = asked.filter(clause => clause instanceof TheClause)
  const limit = asked.find(clause => clause instanceof TheAfter)
  let chosen: TheClause | undefined
  const choose = (message: Term): boolean => {
    chosen = clauses.find(clause => clause.fits(message, receiver))
    return chosen !== undefined
  }
  const message = await wait(choose, limit?.after, nothing)
  return message === nothing ? limit!.body() : chosen!.body(message)
}

function wait(
  wants: (message: Term) => boolean,
  timeout: Timeout = 'infinity',
  if_late?: Term,
): Promise<Term> {
  let process: Process
  try {
    process = current()
  } catch (error) {
    return Promise.reject(error)
  }
  const message = wants === anything ? process.mailbox.shift() : process.mailbox.take(wants)
  if (message !== nothing) return in_turn(process, message)
  if (timeout === 0) return in_turn(process, if_late === nothing ? nothing : late)
  return new Promise((resolve, reject) => {
    new Receiver(process, wants, resolve).park(timeout, if_late, reject)
  })
}

/** Stands for having come to nothing in time. */
const late = Symbol('late')

/** What is known already: at once, or in its turn when this one is over. */
function in_turn(process: Process, message: Term): Promise<Term> {
  process.reductions++
  if (spend()) return message === late ? Promise.reject(new Exit('timeout')) : Promise.resolve(message)
  return new Promise((resolve, reject) => {
    const go_on = () => (message === late ? reject(new Exit('timeout')) : resolve(message))
    enqueue({ process, run: () => process.alive && go_on() })
  })
}

class Receiver implements Waiter {
  readonly wants: (message: Term) => boolean
  next: Waiter | undefined = undefined
  readonly process: Process
  readonly #resolve: (message: Term) => void
  #message: Term = undefined
  #timer: Timer | undefined = undefined

  constructor(process: Process, wants: (message: Term) => boolean, resolve: (message: Term) => void) {
    this.process = process
    this.wants = wants
    this.#resolve = resolve
  }

  park(timeout: Timeout, if_late: Term, reject: (error: Exit) => void): void {
    if (timeout !== 'infinity') {
      this.#timer = set_timer(timeout, () => {
        this.process.unpark(this)
        if (if_late === nothing) this.#resolve(nothing)
        else reject(new Exit('timeout'))
      })
    }
    this.process.park(this)
  }

  take(message: Term): void {
    this.#message = message
    this.drop()
  }

  drop(): void {
    if (this.#timer !== undefined) clear_timer(this.#timer)
  }

  run(): void {
    if (this.process.alive) this.#resolve(this.#message)
  }
}
