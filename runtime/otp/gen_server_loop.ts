// The loop of a gen_server: takes one message at a time to the right callback, and does what its result says.

import { clear_timer, set_timer, type Timer } from '../erlang/alarm.ts'
import { monotonic_time } from '../erlang/clock.ts'
import { lie_down } from '../erlang/drowsiness.ts'
import type { Pid } from '../erlang/pid.ts'
import type { Loop, Process } from '../erlang/process.ts'
import { report } from '../erlang/report.ts'
import { Exit, is_a, type Reason, reason_of, type Term } from '../erlang/term.ts'
import { max_delay } from '../erlang/timer_wheel.ts'
import { is_orderly } from './crash_report.ts'
import { format_status } from './format_status.ts'
import { client_info, type From, is_promise, module_of, reply } from './gen.ts'
import type { Callbacks, Status } from './gen_server_callbacks.ts'
import { format_event } from './gen_server_events.ts'
import { leave } from './proc_lib.ts'
import { type Extras, name_text, type SystemEvent } from './sys_debug.ts'
import {
  get_log,
  handle_debug,
  handle_system_msg,
  type InCallback,
  is_system_msg,
  name_of,
  type Special,
  type SysState,
  status_items,
} from './sys_loop.ts'

type Parked = undefined | PromiseLike<void>

/** A timeout, until the next message comes. */
interface Countdown {
  readonly time: number
  timer: Timer | undefined
}

/** What is to be done before the next message, or in its absence; or what has to be done before there is one. */
type Plan = undefined | Countdown | readonly ['continue', Term] | InCallback

/** A server as the scheduler sees it: one callback for each message, with the state from the one before. */
export class Server implements Loop, Special {
  pending = false
  extras: Extras | undefined
  readonly parent: Pid | undefined
  readonly #process: Process
  #callbacks: Callbacks
  #state: Term
  #plan: Plan = undefined

  constructor(process: Process, callbacks: Callbacks, parent: Pid | undefined, extras: Extras | undefined) {
    this.#process = process
    this.#callbacks = callbacks
    this.parent = parent
    this.extras = extras
  }

  /** Begins with a state. @returns false when `next` is nothing that can come next */
  begin(state: Term, next: Term): boolean {
    this.#state = state
    return this.#next(next)
  }

  // ---- Events

  handle(message: Term): Parked {
    const plan = this.#plan
    if (plan !== undefined) this.#forget_plan()
    if (this.extras !== undefined && !this.#is_for_system(message)) handle_debug(this, ['in', message])
    if (!Array.isArray(message)) return this.#handle_info(message)
    switch (message[0]) {
      case '$gen_cast':
        return this.#handle_cast(message)
      case '$gen_call':
        return this.#handle_call(message)
      case 'EXIT':
        if (message[1] === this.parent) return this.#terminate(message[2], message)
        return this.#handle_info(message)
      case 'system':
        return is_system_msg(message) ? this.#handle_system(message, plan) : this.#handle_info(message)
      default:
        return this.#handle_info(message)
    }
  }

  go_on(): Parked {
    const plan = this.#plan
    if (Array.isArray(plan)) {
      this.#forget_plan()
      if (this.extras !== undefined) handle_debug(this, plan)
      return this.#handle_continue(plan as readonly ['continue', Term])
    }
    this.pending = false
    // A message that came in time cancels the timeout, and is next.
    if (this.#process.mailbox.length > 0) return undefined
    this.#forget_plan()
    if (this.extras !== undefined) handle_debug(this, ['in', 'timeout'])
    return this.#handle_info('timeout')
  }

  drop(): void {
    this.#forget_plan()
  }

  #is_for_system(message: Term): boolean {
    if (!Array.isArray(message)) return false
    if (message[0] === 'system') return is_system_msg(message)
    return message[0] === 'EXIT' && message[1] === this.parent
  }

  // ---- Callbacks

  #handle_cast(message: Term): Parked {
    let result: Term
    try {
      result = this.#callbacks.handle_cast!(message[1], this.#state)
    } catch (thrown) {
      return this.#caught(thrown, message)
    }
    return is_promise(result) ? this.#wait('handle_cast', result, message) : this.#obey(result, message)
  }

  #handle_call(message: Term): Parked {
    let result: Term
    try {
      result = this.#callbacks.handle_call!(message[2], message[1], this.#state)
    } catch (thrown) {
      return this.#caught(thrown, message)
    }
    return is_promise(result) ? this.#wait('handle_call', result, message) : this.#obey(result, message)
  }

  #handle_continue(plan: readonly ['continue', Term]): Parked {
    let result: Term
    try {
      result = this.#callbacks.handle_continue!(plan[1], this.#state)
    } catch (thrown) {
      return this.#caught(thrown, plan)
    }
    return is_promise(result) ? this.#wait('handle_continue', result, plan) : this.#obey(result, plan)
  }

  #handle_info(message: Term): Parked {
    if (this.#callbacks.handle_info === undefined) return this.#nobody_handles(message)
    let result: Term
    try {
      result = this.#callbacks.handle_info(message, this.#state)
    } catch (thrown) {
      return this.#caught(thrown, message)
    }
    return is_promise(result) ? this.#wait('handle_info', result, message) : this.#obey(result, message)
  }

  #nobody_handles(message: Term): undefined {
    const module = module_of(this.#callbacks)
    report('warning', {
      label: ['gen_server', 'no_handle_info'],
      report: { module, name: name_of(this), message },
    })
  }

  // ---- Results

  #wait(callback: string, result: PromiseLike<Term>, message: Term): PromiseLike<void> {
    this.#plan = { callback, message, since: monotonic_time() }
    return result.then(
      settled => {
        this.#plan = undefined
        return this.#obey(settled, message)
      },
      thrown => {
        this.#plan = undefined
        return this.#caught(thrown, message)
      },
    ) as PromiseLike<void>
  }

  #obey(result: Term, message: Term): Parked {
    if (!this.#process.alive) return undefined
    if (!Array.isArray(result)) return this.#bad_return(result, message)
    const [tag, first, second] = result
    const { length } = result
    if (tag === 'noreply' && (length === 2 || (length === 3 && this.#next(second)))) {
      this.#state = first
      if (this.extras !== undefined) handle_debug(this, ['noreply', first])
      return undefined
    }
    if (tag === 'stop' && length === 3) {
      this.#state = second
      return this.#terminate(first, message)
    }
    return message[0] === '$gen_call' ? this.#obey_reply(result, message) : this.#bad_return(result, message)
  }

  #obey_reply(result: readonly Term[], message: Term): Parked {
    const from: From = message[1]
    const [tag, first, second, third] = result
    const { length } = result
    if (tag === 'reply' && (length === 3 || (length === 4 && this.#next(third)))) {
      this.#state = second
      reply(from, first)
      if (this.extras !== undefined) handle_debug(this, ['out', first, from, second])
      return undefined
    }
    if (tag === 'stop' && length === 4) {
      this.#state = third
      return this.#terminate(first, message, [from, second])
    }
    return this.#bad_return(result, message)
  }

  // ---- What comes next

  #next(next: Term): boolean {
    if (next === 'infinity') return true
    if (next === 'hibernate') {
      lie_down(this.#process)
      return true
    }
    if (Array.isArray(next) && next[0] === 'continue' && next.length === 2) {
      this.#plan = next as ['continue', Term]
      this.pending = true
      return true
    }
    if (typeof next !== 'number' || !(next >= 0 && next <= max_delay)) return false
    this.#count_down(next)
    return true
  }

  #count_down(time: number): void {
    const countdown: Countdown = { time, timer: undefined }
    this.#plan = countdown
    if (time === 0) this.pending = true
    else countdown.timer = set_timer(time, () => this.#ring())
  }

  /** A server that is busy has got a message meanwhile, and that cancels the timeout. */
  #ring(): void {
    if (this.#process.busy) return
    this.pending = true
    this.#process.wake()
  }

  #forget_plan(): void {
    const plan = this.#plan as Countdown | undefined
    if (plan?.timer !== undefined) clear_timer(plan.timer)
    this.#plan = undefined
    this.pending = false
  }

  // ---- The system

  /** A timeout begins anew after it. */
  #handle_system(message: readonly Term[], plan: Plan): Parked {
    const go_on = () => {
      if (this.#process.alive && plan !== undefined) this.#count_down((plan as Countdown).time)
    }
    const parked = handle_system_msg(message, this)
    if (parked !== undefined) return parked.then(go_on)
    go_on()
    return undefined
  }

  get behaviour(): string {
    return 'gen_server'
  }

  format_event(event: SystemEvent, name: Term): string {
    return format_event(event, name)
  }

  in_callback(): InCallback | undefined {
    const plan = this.#plan
    return plan !== undefined && 'since' in plan ? plan : undefined
  }

  system_get_state(): Term {
    return this.#state
  }

  system_replace_state(replace: (state: Term) => Term): Term {
    this.#state = replace(this.#state)
    return this.#state
  }

  async system_code_change(module: Term, old_vsn: Term, extra: Term): Promise<Term> {
    const callbacks: Callbacks = typeof module === 'object' ? module : this.#callbacks
    if (callbacks.code_change === undefined)
      throw new Exit(['undef', [module_of(callbacks), 'code_change', 3]])
    const result: Term = await callbacks.code_change(old_vsn, this.#state, extra)
    if (!Array.isArray(result) || result[0] !== 'ok' || result.length !== 2) return result
    this.#callbacks = callbacks
    this.#state = result[1]
    return 'ok'
  }

  system_terminate(reason: Reason): Parked {
    return this.#terminate(reason, [])
  }

  system_status(sys_state: SysState, log: readonly SystemEvent[]): Term {
    const told = format_status<Status>(this.#callbacks, { state: this.#state, log })
    const header = `Status for generic server ${name_text(name_of(this))}`
    return status_items(header, sys_state, {
      parent: this.parent,
      log: told.log,
      data: [['State', told.state]],
    })
  }

  // ---- The end

  #bad_return(result: Term, message: Term): Parked {
    return this.#terminate(['bad_return_value', result], message)
  }

  #caught(thrown: unknown, message: Term): Parked {
    if (!this.#process.alive) return undefined
    if (is_a(thrown, Exit) || is_a(thrown, Error)) return this.#terminate(thrown, message)
    return this.#obey(thrown, message)
  }

  /** @param why - an exit reason, or what was thrown */
  #terminate(why: Term, message: Term, answer?: readonly [From, Term]): Parked {
    const thrown = is_a(why, Error) ? why : new Exit(why)
    const end = (cause: unknown) => {
      if (!this.#process.alive) return undefined
      this.#report(reason_of(cause), message)
      if (answer !== undefined) this.#last_answer(...answer)
      leave(this.#process, cause)
    }
    let result: Term
    try {
      result = this.#callbacks.terminate?.(reason_of(thrown), this.#state)
    } catch (again) {
      return end(again)
    }
    if (!is_promise(result)) return end(thrown)
    this.#plan = { callback: 'terminate', message, since: monotonic_time() }
    return result.then(() => end(thrown), end)
  }

  #last_answer(from: From, answer: Term): void {
    reply(from, answer)
    if (this.extras !== undefined) handle_debug(this, ['out', answer, from, this.#state])
  }

  #report(reason: Reason, last_message: Term): void {
    if (is_orderly(reason)) return
    const status = { state: this.#state, message: last_message, reason, log: get_log(this) }
    const told = format_status<Status>(this.#callbacks, status)
    report('error', {
      label: ['gen_server', 'terminate'],
      report: {
        name: name_of(this),
        last_message: told.message,
        state: told.state,
        log: told.log,
        reason: told.reason,
        client_info: is_call(last_message) ? client_info(last_message[1]) : undefined,
      },
    })
  }
}

const is_call = (message: Term): boolean => Array.isArray(message) && message[0] === '$gen_call'
