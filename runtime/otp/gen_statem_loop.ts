// The loop of a gen_statem: takes one event at a time to the state, and makes the transition its result asks for.

import { monotonic_time } from '../erlang/clock.ts'
import type { Pid } from '../erlang/pid.ts'
import type { Loop, Process } from '../erlang/process.ts'
import { Exit, is_a, matches, type Reason, reason_of, type Term } from '../erlang/term.ts'
import { type From, is_promise, module_of } from './gen.ts'
import { type Actor, type Event, Gathered, send_replies } from './gen_statem_actions.ts'
import type { Actions, Callbacks, EventType } from './gen_statem_callbacks.ts'
import { type Mode, mode_of } from './gen_statem_mode.ts'
import { arrival, format_event, type Portrait, report_end, status_term } from './gen_statem_report.ts'
import { is_result } from './gen_statem_results.ts'
import { Running, Timeouts } from './gen_statem_timeouts.ts'
import { leave } from './proc_lib.ts'
import type { Extras, SystemEvent } from './sys_debug.ts'
import {
  get_log,
  handle_debug,
  handle_system_msg,
  type InCallback,
  name_of,
  type Special,
  type SysState,
} from './sys_loop.ts'

type Parked = undefined | PromiseLike<void>

/** What few machines have. */
interface MachineExtras extends Extras {
  /** Callbacks that others were pushed over, the last one first. */
  readonly kept?: readonly Callbacks[]
}

/** A machine as the scheduler sees it: it takes messages, and events of its own, in OTP's order. */
export class Machine implements Loop, Actor, Special {
  pending = false
  extras: MachineExtras | undefined
  readonly parent: Pid | undefined
  readonly #process: Process
  #callbacks: Callbacks
  #mode: Mode
  #state: Term
  #data: Term
  /** The event that is handled, or undefined while the first state is entered. */
  #type: EventType | undefined = undefined
  #content: Term = undefined
  #gathered: Gathered | undefined = undefined
  /** Events that come before any message: a stack, since new ones come first. */
  #queue: Event[] | undefined = undefined
  /** Events that wait for another state, the oldest first. */
  #postponed: Event[] | undefined = undefined
  #timeouts: Timeouts | undefined = undefined
  /** A callback that gave a promise which has not settled. */
  #in_callback: InCallback | undefined = undefined

  constructor(
    process: Process,
    callbacks: Callbacks,
    { parent, extras }: { parent: Pid | undefined; extras: Extras | undefined },
  ) {
    this.extras = extras
    this.#process = process
    this.#callbacks = callbacks
    this.#mode = mode_of(callbacks)
    this.parent = parent
  }

  /** Enters the first state. */
  begin(state: Term, data: Term, actions: Actions | undefined): Parked {
    this.#state = state
    this.#data = data
    if (this.extras !== undefined) handle_debug(this, ['enter', module_of(this.#callbacks), state])
    return this.#transit(state, data, actions, true)
  }

  // ---- Events

  handle(message: Term): Parked {
    if (!Array.isArray(message)) return this.#receive('info', message)
    switch (message[0]) {
      case '$gen_call':
        return this.#receive(['call', message[1]], message[2])
      case '$gen_cast':
        return this.#receive('cast', message[1])
      case 'timeout':
        return message[1] instanceof Running ? this.#fired(message[1]) : this.#receive('info', message)
      case 'EXIT':
        return message[1] === this.parent ? this.#terminate(message[2]) : this.#receive('info', message)
      case 'system':
        return message.length === 3 ? handle_system_msg(message, this) : this.#receive('info', message)
      default:
        return this.#receive('info', message)
    }
  }

  go_on(): Parked {
    const next = this.#queue?.pop()
    if (next !== undefined) return this.#event(next.type, next.content)
    const due = this.#timeouts?.take_due()
    if (due !== undefined) return this.#receive(due.type, due.content)
    this.pending = false
    return undefined
  }

  drop(): void {
    this.#timeouts?.clear()
  }

  #fired(running: Running): Parked {
    return this.#timeouts?.take_fired(running) ? this.#receive(running.type, running.content) : undefined
  }

  #receive(type: EventType, content: Term): Parked {
    if (this.extras !== undefined) this.tell_in(type, content)
    return this.#event(type, content)
  }

  #event(type: EventType, content: Term): Parked {
    this.#type = type
    this.#content = content
    return this.#call(type, content)
  }

  #call(type: EventType, content: Term): Parked {
    let result: Term
    try {
      result =
        this.#mode.callback_mode === 'state_functions'
          ? this.#state_function()(type, content, this.#data)
          : this.#callbacks.handle_event!(type, content, this.#state, this.#data)
    } catch (thrown) {
      return this.#caught(thrown)
    }
    if (!is_promise(result)) return this.#obey(result)
    const callback = this.#mode.callback_mode === 'state_functions' ? this.#state : 'handle_event'
    this.#in_callback = { callback, message: [type, content], since: monotonic_time() }
    return result.then(
      settled => this.#obey(settled),
      thrown => this.#caught(thrown),
    ) as PromiseLike<void>
  }

  #state_function() {
    const found = this.#callbacks.states![this.#state]
    if (found !== undefined) return found
    if (typeof this.#state !== 'string') throw new Exit('badarg')
    throw new Exit(['undef', [module_of(this.#callbacks), this.#state, 3]])
  }

  // ---- Results

  #obey(result: Term): Parked {
    this.#in_callback = undefined
    if (!this.#process.alive) return undefined
    if (result === 'keep_state_and_data') return this.#transit(this.#state, this.#data, undefined, false)
    if (!is_result(result)) return this.#terminate(['bad_return_from_state_function', result])
    const [tag, first, second, third] = typeof result === 'string' ? [result] : result
    switch (tag) {
      case 'keep_state':
        return this.#transit(this.#state, first, second, false)
      case 'next_state':
        if (this.#gathered?.entering !== undefined && !is_same(first, this.#state))
          return this.#terminate(['bad_state_enter_return_from_state_function', result])
        return this.#transit(first, second, third, false)
      case 'keep_state_and_data':
        return this.#transit(this.#state, this.#data, first, false)
      case 'repeat_state':
        return this.#transit(this.#state, first, second, true)
      case 'repeat_state_and_data':
        return this.#transit(this.#state, this.#data, first, true)
      case 'stop':
        if (result.length === 3) this.#data = second
        return this.#terminate(typeof result === 'string' ? 'normal' : first)
      default:
        if (result.length === 4) this.#data = third
        return this.#reply_and_stop(first, second)
    }
  }

  #reply_and_stop(reason: Reason, replies: Term): Parked {
    try {
      send_replies(replies, this)
    } catch (thrown) {
      return this.#terminate(thrown)
    }
    return this.#terminate(reason)
  }

  /** @param enter - whether a state is entered even if it is the same */
  #transit(state: Term, data: Term, actions: Actions | undefined, enter: boolean): Parked {
    const before = this.#state
    const data_before = this.#data
    const changed = !is_same(before, state)
    this.#state = state
    this.#data = data
    if (actions !== undefined) {
      this.#gathered ??= new Gathered(this)
      try {
        this.#gathered.add(actions)
      } catch (thrown) {
        return this.#terminate(thrown)
      }
    }
    if (this.#mode.state_enter && (changed || enter)) {
      this.#gathered ??= new Gathered(this)
      this.#gathered.enter(before, data_before, changed)
      return this.#call('enter', this.#gathered.state_before)
    }
    this.#arrive(before, changed)
    return undefined
  }

  /** The state is what it is to be: now the rest follows, in OTP's order. */
  #arrive(before: Term, changed: boolean): void {
    const gathered = this.#gathered
    this.#gathered = undefined
    if (this.extras !== undefined) this.#tell_arrival(before, gathered)
    this.#timeouts?.cancel('timeout')
    if (gathered?.postpone && this.#type !== undefined) {
      this.#postponed ??= []
      this.#postponed.push({ type: this.#type, content: this.#content })
    }
    if (changed || gathered?.entering === 'changed') this.#leave_state()
    if (gathered !== undefined) this.#follow(gathered)
    this.#type = this.#content = undefined
    this.pending = (this.#queue !== undefined && this.#queue.length > 0) || this.#timeouts?.due === true
  }

  #leave_state(): void {
    this.#timeouts?.cancel('state_timeout')
    if (this.#postponed === undefined) return
    this.#put_first(this.#postponed)
    this.#postponed = undefined
  }

  #follow({ timeouts, next_events }: Gathered): void {
    if (next_events !== undefined) this.#put_first(next_events)
    if (timeouts === undefined) return
    this.#timeouts ??= new Timeouts(this.#process)
    for (const timeout of timeouts) this.#timeouts.apply(timeout)
  }

  #put_first(events: Event[]): void {
    events.reverse()
    if (this.#queue === undefined || this.#queue.length === 0) this.#queue = events
    else for (const event of events) this.#queue.push(event)
  }

  // ---- Other callbacks

  change_callback_module(callbacks: Callbacks): void {
    this.#mode = mode_of(callbacks)
    this.#callbacks = callbacks
    if (this.extras !== undefined) handle_debug(this, ['module', module_of(callbacks), this.#state])
  }

  push_callback_module(callbacks: Callbacks): void {
    const before = this.#callbacks
    this.change_callback_module(callbacks)
    this.extras = { ...this.extras, kept: [before, ...(this.extras?.kept ?? [])] }
  }

  pop_callback_module(entering: boolean): boolean {
    const [callbacks, ...kept] = this.extras?.kept ?? []
    if (callbacks === undefined) return false
    if (entering) return true
    this.change_callback_module(callbacks)
    this.extras = { ...this.extras, kept }
    return true
  }

  // ---- The end

  #caught(thrown: unknown): Parked {
    if (!this.#process.alive) return undefined
    if (!is_a(thrown, Error)) return this.#obey(thrown)
    // As in OTP, what crashes while it enters a state has not left the one before.
    if (this.#gathered?.entering !== undefined) {
      this.#state = this.#gathered.state_before
      this.#data = this.#gathered.data_before
    }
    return this.#terminate(thrown)
  }

  /** @param why - an exit reason, or what was thrown */
  #terminate(why: Term): Parked {
    const thrown = is_a(why, Error) ? why : new Exit(why)
    const end = (cause: unknown) => {
      if (!this.#process.alive) return
      report_end(this.#portrait(), reason_of(cause))
      leave(this.#process, cause)
    }
    let result: Term
    try {
      result = this.#callbacks.terminate?.(reason_of(thrown), this.#state, this.#data)
    } catch (again) {
      end(again)
      return undefined
    }
    if (is_promise(result)) {
      const message = [this.#type, this.#content]
      this.#in_callback = { callback: 'terminate', message, since: monotonic_time() }
      return result.then(() => end(thrown), end)
    }
    end(thrown)
    return undefined
  }

  // ---- For sys

  get behaviour(): string {
    return 'gen_statem'
  }

  format_event(event: SystemEvent, name: Term): string {
    return format_event(event, name)
  }

  system_get_state(): Term {
    return [this.#state, this.#data]
  }

  system_replace_state(replace: (state: Term) => Term): Term {
    const replaced = replace(this.system_get_state())
    if (!Array.isArray(replaced) || replaced.length !== 2) throw new Exit(['badmatch', replaced])
    ;[this.#state, this.#data] = replaced
    return replaced
  }

  async system_code_change(module: Term, old_vsn: Term, extra: Term): Promise<Term> {
    const callbacks: Callbacks = typeof module === 'object' ? module : this.#callbacks
    const name = typeof module === 'object' ? module_of(module) : module
    if (callbacks.code_change === undefined || name !== module_of(callbacks)) {
      throw new Exit(['undef', [name, 'code_change', 4]])
    }
    const result: Term = await callbacks.code_change(old_vsn, this.#state, this.#data, extra)
    if (!Array.isArray(result) || result[0] !== 'ok' || result.length !== 3) return result
    this.#mode = mode_of(callbacks)
    this.#callbacks = callbacks
    ;[, this.#state, this.#data] = result
    return 'ok'
  }

  system_terminate(reason: Reason): Parked {
    return this.#terminate(reason)
  }

  system_status(sys_state: SysState): Term {
    return status_term(this.#portrait(), sys_state)
  }

  in_callback(): InCallback | undefined {
    return this.#in_callback
  }

  tell_in(type: EventType, content: Term): void {
    if (this.extras?.debug !== undefined) handle_debug(this, ['in', [type, content], this.#state])
  }

  tell_out(answer: Term, to: From): void {
    if (this.extras?.debug !== undefined) handle_debug(this, ['out', answer, to])
  }

  #tell_arrival(before: Term, gathered: Gathered | undefined): void {
    const event = this.#type === undefined ? undefined : ([this.#type, this.#content] as const)
    const first = gathered?.entering === undefined ? before : gathered.state_before
    for (const told of arrival(event, [first, this.#state], gathered)) handle_debug(this, told)
  }

  #portrait(): Portrait {
    const current = this.#type === undefined ? [] : [[this.#type, this.#content] as const]
    return {
      name: name_of(this),
      parent: this.parent ?? this.#process.pid,
      callbacks: [this.#callbacks, ...(this.extras?.kept ?? [])],
      mode: this.#mode,
      type: this.#type,
      status: {
        state: this.#state,
        data: this.#data,
        queue: [...current, ...as_pairs(this.#queue).reverse()],
        postponed: as_pairs(this.#postponed).reverse(),
        timeouts: this.#timeouts?.list() ?? [],
        log: get_log(this),
      },
    }
  }
}

const is_same = (one: Term, other: Term): boolean => one === other || matches(one, other)

const as_pairs = (events: readonly Event[] | undefined): [EventType, Term][] =>
  (events ?? []).map(({ type, content }) => [type, content])
