// The loop of a gen_statem: takes one event at a time to the state, and makes the transition its result asks for.

import type { Pid } from '../erlang/pid.ts'
import { type Loop, type Process, reason_of } from '../erlang/process.ts'
import { report } from '../erlang/report.ts'
import { Exit, matches, type Reason, type Term } from '../erlang/term.ts'
import { is_orderly, name_or_pid } from './crash_report.ts'
import { format_status } from './format_status.ts'
import { asked_to_terminate, client_info, is_promise, module_of } from './gen.ts'
import { type Event, Gathered, type ModuleStack, send_replies } from './gen_statem_actions.ts'
import type { Actions, Callbacks, EventType, Status } from './gen_statem_callbacks.ts'
import { type Mode, mode_of, mode_term } from './gen_statem_mode.ts'
import { Running, Timeouts } from './gen_statem_timeouts.ts'
import { leave } from './proc_lib.ts'

type Parked = undefined | PromiseLike<void>

export class Machine implements Loop, ModuleStack {
  pending = false
  readonly #process: Process
  #callbacks: Callbacks
  readonly #parent: Pid | undefined
  #mode: Mode
  /** Callbacks that others were pushed over, the last one first. */
  #kept: readonly Callbacks[] | undefined = undefined
  #state: Term
  #data: Term
  /** The event that is handled, or undefined while the first state is entered. */
  #type: EventType | undefined = undefined
  #content: Term = undefined
  /** While a state is entered: whether it is another than before. */
  #entering: undefined | 'same' | 'changed' = undefined
  #state_before: Term = undefined
  #gathered: Gathered | undefined = undefined
  /** Events that come before any message: a stack, since new ones come first. */
  #queue: Event[] | undefined = undefined
  /** Events that wait for another state, the oldest first. */
  #postponed: Event[] | undefined = undefined
  #timeouts: Timeouts | undefined = undefined

  constructor(process: Process, callbacks: Callbacks, mode: Mode, parent: Pid | undefined) {
    this.#process = process
    this.#callbacks = callbacks
    this.#mode = mode
    this.#parent = parent
  }

  /** Enters the first state. */
  begin(state: Term, data: Term, actions: Actions | undefined): Parked {
    this.#state = state
    this.#data = data
    return this.#transit(state, actions, true)
  }

  // ---- Events

  handle(message: Term): Parked {
    if (!Array.isArray(message)) return this.#event('info', message)
    switch (message[0]) {
      case '$gen_call':
        return this.#event(['call', message[1]], message[2])
      case '$gen_cast':
        return this.#event('cast', message[1])
      case 'timeout':
        return message[1] instanceof Running ? this.#fired(message[1]) : this.#event('info', message)
      case 'EXIT':
        return message[1] === this.#parent ? this.#terminate(message[2]) : this.#event('info', message)
      case 'system': {
        const asked = asked_to_terminate(message)
        return asked ? this.#terminate(asked[0]) : this.#event('info', message)
      }
      default:
        return this.#event('info', message)
    }
  }

  go_on(): Parked {
    const next = this.#queue?.pop() ?? this.#timeouts?.take_due()
    if (next !== undefined) return this.#event(next.type, next.content)
    this.pending = false
    return undefined
  }

  drop(): void {
    this.#timeouts?.clear()
  }

  #fired(running: Running): Parked {
    return this.#timeouts?.take_fired(running) ? this.#event(running.type, running.content) : undefined
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
    return result.then(
      settled => this.#obey(settled),
      thrown => this.#caught(thrown),
    ) as PromiseLike<void>
  }

  #state_function() {
    const found = this.#callbacks.states![this.#state]
    if (found !== undefined) return found
    throw new Exit(['undef', [module_of(this.#callbacks), this.#state, 3]])
  }

  // ---- Results

  #obey(result: Term): Parked {
    if (!this.#process.alive) return undefined
    if (result === 'keep_state_and_data') return this.#transit(this.#state, undefined, false)
    if (!is_result(result)) return this.#bad_return(result)
    const [tag, first, second, third] = typeof result === 'string' ? [result] : result
    switch (tag) {
      case 'keep_state':
        this.#data = first
        return this.#transit(this.#state, second, false)
      case 'next_state':
        if (this.#entering !== undefined && !is_same(first, this.#state)) return this.#bad_return(result)
        this.#data = second
        return this.#transit(first, third, false)
      case 'keep_state_and_data':
        return this.#transit(this.#state, first, false)
      case 'repeat_state':
        this.#data = first
        return this.#transit(this.#state, second, true)
      case 'repeat_state_and_data':
        return this.#transit(this.#state, first, true)
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
      send_replies(replies)
    } catch (thrown) {
      return this.#terminate(thrown)
    }
    return this.#terminate(reason)
  }

  /** @param enter - whether a state is entered even if it is the same */
  #transit(state: Term, actions: Actions | undefined, enter: boolean): Parked {
    const changed = !is_same(this.#state, state)
    if (this.#entering === undefined) this.#state_before = this.#state
    this.#state = state
    if (actions !== undefined) {
      this.#gathered ??= new Gathered(this)
      try {
        this.#gathered.add(actions, this.#entering !== undefined)
      } catch (thrown) {
        return this.#terminate(thrown)
      }
    }
    if (this.#mode.state_enter && (changed || enter)) {
      if (changed) this.#entering = 'changed'
      else this.#entering ??= 'same'
      return this.#call('enter', this.#state_before)
    }
    this.#arrive(changed || this.#entering === 'changed')
    return undefined
  }

  /** The state is what it is to be: now the rest follows, in OTP's order. */
  #arrive(changed: boolean): void {
    this.#entering = undefined
    const gathered = this.#gathered
    this.#gathered = undefined
    this.#timeouts?.cancel('timeout')
    if (gathered?.postpone && this.#type !== undefined) {
      this.#postponed ??= []
      this.#postponed.push({ type: this.#type, content: this.#content })
    }
    if (changed) this.#leave_state()
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
  }

  push_callback_module(callbacks: Callbacks): void {
    const before = this.#callbacks
    this.change_callback_module(callbacks)
    this.#kept = [before, ...(this.#kept ?? [])]
  }

  pop_callback_module(entering: boolean): boolean {
    const [callbacks, ...kept] = this.#kept ?? []
    if (callbacks === undefined) return false
    if (entering) return true
    this.change_callback_module(callbacks)
    this.#kept = kept
    return true
  }

  // ---- The end

  #bad_return(result: Term): Parked {
    const kind = this.#entering === undefined ? 'bad_return' : 'bad_state_enter_return'
    return this.#terminate([`${kind}_from_state_function`, result])
  }

  #caught(thrown: unknown): Parked {
    if (!this.#process.alive) return undefined
    return thrown instanceof Error ? this.#terminate(thrown) : this.#obey(thrown)
  }

  /** @param why - an exit reason, or what was thrown */
  #terminate(why: Term): Parked {
    const thrown = why instanceof Error ? why : new Exit(why)
    const end = (cause: unknown) => {
      if (!this.#process.alive) return
      this.#report(reason_of(cause))
      leave(this.#process, cause)
    }
    let result: Term
    try {
      result = this.#callbacks.terminate?.(reason_of(thrown), this.#state, this.#data)
    } catch (again) {
      end(again)
      return undefined
    }
    if (is_promise(result)) return result.then(() => end(thrown), end)
    end(thrown)
    return undefined
  }

  #report(reason: Reason): void {
    if (is_orderly(reason)) return
    const current = this.#type === undefined ? [] : [[this.#type, this.#content] as const]
    const told = format_status<Status>(this.#callbacks, {
      state: this.#state,
      data: this.#data,
      queue: [...current, ...as_pairs(this.#queue).reverse()],
      postponed: as_pairs(this.#postponed),
      timeouts: this.#timeouts?.list() ?? [],
      reason,
    })
    const facts = {
      name: name_or_pid(this.#process.pid),
      queue: told.queue,
      postponed: told.postponed,
      modules: [this.#callbacks, ...(this.#kept ?? [])].map(module_of),
      callback_mode: mode_term(this.#mode),
      state: [told.state, told.data],
      timeouts: told.timeouts,
      reason: told.reason,
      client_info:
        Array.isArray(this.#type) && this.#type[0] === 'call' ? client_info(this.#type[1]) : undefined,
    }
    report('error', { label: ['gen_statem', 'terminate'], report: facts })
  }
}

/** How long each result may be; an atom is as long as a tuple of it. */
const lengths = new Map<Term, readonly [least: number, most: number]>([
  ['next_state', [3, 4]],
  ['keep_state', [2, 3]],
  ['keep_state_and_data', [1, 2]],
  ['repeat_state', [2, 3]],
  ['repeat_state_and_data', [1, 2]],
  ['stop', [1, 3]],
  ['stop_and_reply', [3, 4]],
])

function is_result(result: Term): boolean {
  if (typeof result === 'string') return lengths.get(result)?.[0] === 1
  if (!Array.isArray(result)) return false
  const [least, most] = lengths.get(result[0]) ?? [0, -1]
  return result.length >= least && result.length <= most
}

const is_same = (one: Term, other: Term): boolean => one === other || matches(one, other)

const as_pairs = (events: readonly Event[] | undefined): [EventType, Term][] =>
  (events ?? []).map(({ type, content }) => [type, content])
