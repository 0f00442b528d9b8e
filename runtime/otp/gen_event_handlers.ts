// The handlers of an event manager: added, told of events, asked, swapped, removed, and reported when they fail. All
// of it happens at once as long as no callback gives a promise.

import { lie_down } from '../erlang/drowsiness.ts'
import { link, unlink } from '../erlang/links.ts'
import type { Pid } from '../erlang/pid.ts'
import type { Process } from '../erlang/process.ts'
import { report } from '../erlang/report.ts'
import { send } from '../erlang/send.ts'
import { Exit, is_a, matches, type Reason, type Term } from '../erlang/term.ts'
import { format_status } from './format_status.ts'
import { is_promise, module_of, type Promised } from './gen.ts'
import { type Callbacks, type Handler, type Installed, parts_of, type Status } from './gen_event_callbacks.ts'
import type { SystemEvent } from './sys_debug.ts'

type Parked = undefined | PromiseLike<void>

/** What the handlers have to know of their manager. */
export interface Manager {
  readonly process: Process
  readonly parent: Pid | undefined
  /** The name of the manager, for reports. */
  readonly name: Term
  readonly log: readonly SystemEvent[]
  /** A callback has given a promise, and is being waited for; undefined, once that has settled. */
  waits_in(callback: string | undefined, message?: Term): void
}

/** One handler is to take the place of another. */
interface Swap {
  readonly args1: Term
  readonly handler2: Handler
  readonly args2: Term
}

export class Handlers {
  /** The one that was added last is the first. Never changed, but replaced. */
  installed: readonly Installed[] = []
  readonly #manager: Manager

  constructor(manager: Manager) {
    this.#manager = manager
  }

  find(handler: Handler): Installed | undefined {
    const [callbacks, id] = parts_of(handler)
    return this.installed.find(one => one.callbacks === callbacks && matches(one.id, id))
  }

  // ---- Coming

  /** @returns `'ok'`, or what else `init` gave */
  add(handler: Handler, args: Term, supervisor: Pid | undefined): Promised<Term> {
    return this.#init(handler, args, supervisor, added => {
      this.installed = [added, ...this.installed]
    })
  }

  #init(
    handler: Handler,
    args: Term,
    supervisor: Pid | undefined,
    place: (added: Installed) => void,
  ): Promised<Term> {
    const [callbacks, id] = parts_of(handler)
    // As in OTP, they stay linked whatever comes of it.
    if (supervisor !== undefined) link(supervisor)
    return this.#call(
      'init',
      args,
      () => callbacks.init(args),
      result => {
        if (is_next(result)) {
          this.#rest(result)
          place({ handler, callbacks, id, supervisor, state: result[1] })
          return 'ok'
        }
        return result
      },
    )
  }

  // ---- Working

  /** Tells every handler of an event or of another message, one after the other. */
  tell(callback: 'handle_event' | 'handle_info', message: Term): Parked {
    return this.#tell_from(0, this.installed, callback, message)
  }

  #tell_from(
    first: number,
    all: readonly Installed[],
    callback: 'handle_event' | 'handle_info',
    message: Term,
  ): Parked {
    for (let index = first; index < all.length; index++) {
      const told = this.#tell_one(all[index]!, callback, message)
      if (told !== undefined) return told.then(() => this.#tell_from(index + 1, all, callback, message))
    }
    return undefined
  }

  #tell_one(one: Installed, callback: 'handle_event' | 'handle_info', message: Term): Parked {
    const { callbacks } = one
    if (callback === 'handle_info' && callbacks.handle_info === undefined) {
      const module = module_of(callbacks)
      report('warning', { label: ['gen_event', 'no_handle_info'], report: { module, message } })
      return undefined
    }
    const body = () => callbacks[callback]!(message, one.state)
    return this.#call(callback, message, body, result => this.#obey(one, result, message)) as Parked
  }

  /** @returns the answer of the handler, or `['error', reason]` */
  ask(handler: Handler, request: Term): Promised<Term> {
    const one = this.find(handler)
    if (one === undefined) return ['error', 'bad_module']
    const body = () => one.callbacks.handle_call!(request, one.state)
    return this.#call('handle_call', request, body, result => {
      const [next, answer] = without_answer(result)
      if (next === undefined) return then(this.#fail(one, result, request), () => ['error', result])
      return then(this.#obey(one, next, request), () => answer)
    })
  }

  #obey(one: Installed, next: Term, message: Term): Promised<void> {
    if (is_next(next)) {
      one.state = next[1]
      this.#rest(next)
      return undefined
    }
    if (next === 'remove_handler') return then(this.#remove(one, next, 'normal'), () => undefined)
    if (!Array.isArray(next) || next[0] !== 'swap_handler' || next.length !== 5) {
      return this.#fail(one, next, message)
    }
    const [, args1, state, handler2, args2] = next
    one.state = state
    return this.#swap_in_place(one, { args1, handler2, args2 }, message)
  }

  /** One handler that says so is enough, as in OTP. */
  #rest([, , hibernate]: Term): void {
    if (hibernate !== undefined) lie_down(this.#manager.process)
  }

  // ---- Swapping

  /**
   * @param supervisor - of the new handler; undefined where it is to be that of the old one
   * @returns `'ok'`, or `['error', given]` with what else `init` of the new one gave
   */
  swap(handler1: Handler, { args1, handler2, args2 }: Swap, supervisor: Pid | undefined): Promised<Term> {
    const one = this.find(handler1)
    const heir = supervisor ?? one?.supervisor
    const removed = one === undefined ? 'error' : this.#remove(one, args1, ['swapped', handler2, heir])
    const added = then(removed, result => this.add(handler2, [args2, result], heir))
    return then(added, given => (given === 'ok' ? given : ['error', given]))
  }

  /** The new handler gets the place of the old one among the others. */
  #swap_in_place(one: Installed, { args1, handler2, args2 }: Swap, message: Term): Promised<void> {
    const { supervisor } = one
    const place = this.installed.indexOf(one)
    const removed = this.#remove(one, args1, ['swapped', handler2, supervisor])
    const added = then(removed, result =>
      this.#init(handler2, [args2, result], supervisor, two => {
        this.installed = this.installed.toSpliced(place, 0, two)
      }),
    )
    return then(added, result => {
      if (result === 'ok') return
      const [callbacks, id] = parts_of(handler2)
      const two: Installed = { handler: handler2, callbacks, id, supervisor, state: undefined }
      this.#report(two, result, message)
      tell_supervisor(two, result)
    })
  }

  /** Goes on with other callbacks, and the state that these have made. */
  change(one: Installed, callbacks: Callbacks, state: Term): void {
    const handler = one.id === undefined ? callbacks : ([callbacks, one.id] as const)
    const changed = { ...one, handler: callbacks === one.callbacks ? one.handler : handler, callbacks, state }
    this.installed = this.installed.map(other => (other === one ? changed : other))
  }

  // ---- Going

  /** @returns what its `terminate` gave, or `['error', 'module_not_found']` */
  delete(handler: Handler, args: Term): Promised<Term> {
    const one = this.find(handler)
    return one === undefined ? ['error', 'module_not_found'] : this.#remove(one, args, 'normal')
  }

  /** Removes the handlers that were added for a process that has ended. */
  supervisor_ended(pid: Pid, reason: Reason): Parked {
    const concerned = this.installed.filter(({ supervisor }) => supervisor === pid)
    return this.#remove_each(concerned, ['stop', reason])
  }

  /** Removes all of them, as the manager ends. */
  stop(): Parked {
    const all = this.installed
    const done = this.#remove_each(all, 'stop')
    const unlink_all = () => {
      for (const { supervisor } of all) {
        if (supervisor !== undefined && supervisor !== this.#manager.parent) unlink(supervisor)
      }
    }
    return then(done as Promised<void>, unlink_all) as Parked
  }

  #remove_each(all: readonly Installed[], args: Term, first = 0): Parked {
    for (let index = first; index < all.length; index++) {
      const removed = this.#remove(all[index]!, args, 'shutdown')
      if (is_promise(removed)) return removed.then(() => this.#remove_each(all, args, index + 1))
    }
    return undefined
  }

  #fail(one: Installed, why: Term, message: Term): Promised<void> {
    return then(this.#terminate(one, ['error', why]), () => {
      this.#report(one, why, message)
      tell_supervisor(one, why)
    })
  }

  /** @returns what its `terminate` gave */
  #remove(one: Installed, args: Term, reason: Reason): Promised<Term> {
    return then(this.#terminate(one, args), result => {
      tell_supervisor(one, reason)
      return result
    })
  }

  #terminate(one: Installed, args: Term): Promised<Term> {
    this.installed = this.installed.filter(other => other !== one)
    if (one.callbacks.terminate === undefined) return 'ok'
    const body = () => one.callbacks.terminate!(args, one.state)
    return this.#call('terminate', args, body, result => result)
  }

  #report(one: Installed, reason: Reason, last_message: Term): void {
    const { name, log } = this.#manager
    const status = { state: one.state, message: last_message, reason, log }
    const told = format_status<Status>(one.callbacks, status)
    report('error', {
      label: ['gen_event', 'terminate'],
      report: {
        handler: name_of_handler(one),
        name,
        last_message: told.message,
        state: told.state,
        log: told.log,
        reason: told.reason,
      },
    })
  }

  // ---- Callbacks

  /** Calls a callback, and goes on with what it gives: `['EXIT', reason]`, if it crashes. */
  #call<Outcome>(
    callback: string,
    message: Term,
    body: () => unknown,
    next: (result: Term) => Promised<Outcome>,
  ): Promised<Outcome> {
    let result: Term
    try {
      result = body()
    } catch (thrown) {
      result = failure(thrown)
    }
    if (!is_promise(result)) return next(result)
    this.#manager.waits_in(callback, message)
    const go_on = (settled: Term) => {
      // One that was killed meanwhile does nothing more.
      if (!this.#manager.process.alive) return new Promise<Outcome>(() => {})
      this.#manager.waits_in(undefined)
      return next(settled)
    }
    return result.then(go_on, thrown => go_on(failure(thrown)))
  }
}

/** What reports call a handler: the name of its callbacks, with its id if it has one. */
export const name_of_handler = ({ callbacks, id }: Pick<Installed, 'callbacks' | 'id'>): Term =>
  id === undefined ? module_of(callbacks) : [module_of(callbacks), id]

const is_next = (result: Term): boolean =>
  Array.isArray(result) &&
  result[0] === 'ok' &&
  (result.length === 2 || (result.length === 3 && result[2] === 'hibernate'))

/** Takes the result of `handle_call` apart. */
function without_answer(result: Term): readonly [next: Term, answer?: Term] {
  if (!Array.isArray(result)) return [undefined]
  const [tag, answer, ...rest] = result
  if (tag === 'ok' && is_next(['ok', ...rest])) return [['ok', ...rest], answer]
  if (tag === 'swap_handler' && rest.length === 4) return [[tag, ...rest], answer]
  return tag === 'remove_handler' && result.length === 2 ? [tag, answer] : [undefined]
}

function failure(thrown: unknown): Term {
  if (is_a(thrown, Exit)) return ['EXIT', thrown.reason]
  return is_a(thrown, Error) ? ['EXIT', thrown] : thrown
}

function tell_supervisor({ supervisor, handler }: Installed, reason: Reason): void {
  if (supervisor !== undefined) send(supervisor, ['gen_event_EXIT', handler, reason])
}

function then<Value, Outcome>(
  value: Promised<Value>,
  next: (value: Value) => Promised<Outcome>,
): Promised<Outcome> {
  return is_promise(value) ? value.then(next as (value: Term) => Outcome) : next(value as Value)
}
