// Receiving: any message, one that fits a pattern, or the first clause that fits; with or without a time limit.

import { clear_timer, set_timer, type Timer } from './alarm.ts'
import { named_in, nothing } from './mailbox.ts'
import { current, type Process, type Waiter } from './process.ts'
import { long_mailbox } from './rarities.ts'
import { enqueue, spend, type Task } from './scheduler.ts'
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

/** Erlang's `after`, of a {@link receive} with clauses. `timeout` is in milliseconds; 0 looks only at what is there. */
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
  if (asked.length === 0) return wait(_)
  if (asked[0] instanceof TheClause || asked[0] instanceof TheAfter) return receive_clauses(asked)
  return wait(asked[0], asked[1])
}

/**
 * Lets others that are ready have their turn before the running process goes on. `yield` is a word of JavaScript's.
 *
 * @see OTP: `erlang:yield/0`
 */
export function yield_(): Promise<true> {
  const process = current()
  return new Promise(resolve => enqueue(new Later(process, () => resolve(true)), process.priority))
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
    try {
      if (!matches(this.pattern, message)) return false
      return when === undefined || run_as(receiver, () => when(message))
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

/** The clauses of one `receive`. */
class Clauses {
  chosen: TheClause | undefined
  readonly #receiver = context()
  readonly #clauses: readonly TheClause[]

  constructor(clauses: readonly TheClause[]) {
    this.#clauses = clauses
  }

  /** The number of the newest reference that all of them name, or 0. */
  get since(): number {
    return this.#clauses.length === 0 ? 0 : Math.min(...this.#clauses.map(({ pattern }) => named_in(pattern)))
  }

  choose(message: Term): boolean {
    this.chosen = this.#clauses.find(clause => clause.fits(message, this.#receiver))
    return this.chosen !== undefined
  }
}

async function receive_clauses(asked: readonly (TheClause | TheAfter)[]): Promise<Term> {
  const clauses = new Clauses(asked.filter(clause => clause instanceof TheClause))
  const limit = asked.find(clause => clause instanceof TheAfter)
  const message = await wait(clauses, limit?.after, nothing)
  return message === nothing ? limit!.body() : clauses.chosen!.body(message)
}

/** What a `receive` takes: what fits a pattern, or the first of some clauses. */
type Asked = Term | Clauses

const fits = (asked: Asked, message: Term): boolean =>
  asked instanceof Clauses ? asked.choose(message) : matches(asked, message)

function wait(asked: Asked, timeout: Timeout = 'infinity', if_late?: Term): Promise<Term> {
  let process: Process
  try {
    process = current()
  } catch (error) {
    return Promise.reject(error)
  }
  const message = find(process, asked)
  if (message !== nothing) return in_turn(process, message)
  if (timeout === 0 && !process.suspended) return in_turn(process, if_late === nothing ? nothing : late)
  if (timeout === 'infinity') {
    return new Promise(resolve => process.park(new Receiver(process, asked, resolve)))
  }
  return new Promise((resolve, reject) => {
    new Receiver(process, asked, resolve).limit(timeout, if_late === nothing ? undefined : reject)
  })
}

/** Takes out of the mailbox what is asked for. A process that is suspended finds nothing there. */
function find(process: Process, asked: Asked): Term | typeof nothing {
  const { mailbox } = process
  if (mailbox.length === 0 || process.suspended) return nothing
  if (asked === _) return mailbox.shift()
  const since = asked instanceof Clauses ? asked.since : named_in(asked)
  return mailbox.take(message => fits(asked, message), since)
}

/** Stands for having come to nothing in time. */
const late = Symbol('late')

/** What is known already: at once, or in its turn when this one is over. */
function in_turn(process: Process, message: Term): Promise<Term> {
  process.reductions++
  if (process.rarities?.long_queue) long_mailbox.look(process)
  if (spend() && process.priority !== 'low') {
    return message === late ? Promise.reject(new Exit('timeout')) : Promise.resolve(message)
  }
  return new Promise((resolve, reject) => {
    const go_on = () => (message === late ? reject(new Exit('timeout')) : resolve(message))
    enqueue(new Later(process, go_on), process.priority)
  })
}

/** The rest of a `receive` that has found what it asked for. */
class Later implements Task {
  readonly process: Process
  readonly #go_on: () => void

  constructor(process: Process, go_on: () => void) {
    this.process = process
    this.#go_on = go_on
  }

  run(): void {
    if (this.process.alive && !this.process.hold(this)) this.#go_on()
  }
}

class Receiver implements Waiter {
  readonly process: Process
  next: Waiter | undefined = undefined
  previous: Waiter | undefined = undefined
  readonly #asked: Asked
  readonly #resolve: (message: Term) => void
  #message: Term = nothing
  #timer: Timer | undefined = undefined

  constructor(process: Process, asked: Asked, resolve: (message: Term) => void) {
    this.process = process
    this.#asked = asked
    this.#resolve = resolve
  }

  /** Parks with a time limit. @param reject - undefined: it resolves with {@link nothing} when nothing has come */
  limit(timeout: number, reject: ((error: Exit) => void) | undefined): void {
    const run_out = {
      process: this.process,
      destination: this.process.pid,
      run: () => {
        // A process that is suspended looks into its mailbox before it finds that its time is over.
        if (this.#message !== nothing || this.process.hold(run_out)) return
        this.process.unpark(this)
        if (reject === undefined) this.#resolve(nothing)
        else reject(new Exit('timeout'))
      },
    }
    this.#timer = set_timer(timeout, run_out.run, true, run_out)
    this.process.park(this)
  }

  wants(message: Term): boolean {
    return this.#asked === _ || fits(this.#asked, message)
  }

  take(message: Term): void {
    this.#message = message
    this.drop()
  }

  drop(): void {
    if (this.#timer !== undefined) clear_timer(this.#timer)
  }

  run(): void {
    if (this.process.alive && !this.process.hold(this)) this.#resolve(this.#message)
  }
}
