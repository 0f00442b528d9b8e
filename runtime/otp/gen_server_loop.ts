// The loop of a gen_server: takes one message at a time to the right callback, and does what its result says.

import { clear_timer, set_timer, type Timer } from '../erlang/alarm.ts'
import type { Pid } from '../erlang/pid.ts'
import { type Loop, type Process, reason_of } from '../erlang/process.ts'
import { report } from '../erlang/report.ts'
import { Exit, type Reason, type Term } from '../erlang/term.ts'
import { is_orderly, name_or_pid } from './crash_report.ts'
import { format_status } from './format_status.ts'
import { asked_to_terminate, client_info, type From, is_promise, module_of, reply } from './gen.ts'
import type { Callbacks } from './gen_server_callbacks.ts'
import { leave } from './proc_lib.ts'

/** What is to be done before the next message, or in its absence. */
type Plan = undefined | 'timeout' | readonly ['continue', Term] | Timer

export class Server implements Loop {
  pending = false
  readonly #process: Process
  readonly #callbacks: Callbacks
  readonly #parent: Pid | undefined
  #state: Term
  #plan: Plan = undefined

  constructor(process: Process, callbacks: Callbacks, state: Term, parent: Pid | undefined) {
    this.#process = process
    this.#callbacks = callbacks
    this.#state = state
    this.#parent = parent
  }

  // ---- Events

  handle(message: Term): undefined | PromiseLike<void> {
    if (this.#plan !== undefined) this.#forget_plan()
    if (!Array.isArray(message)) return this.#handle_info(message)
    switch (message[0]) {
      case '$gen_cast':
        return this.#handle_cast(message)
      case '$gen_call':
        return this.#handle_call(message)
      case 'EXIT':
        if (message[1] === this.#parent) return this.#terminate(message[2], message)
        return this.#handle_info(message)
      case 'system': {
        const asked = asked_to_terminate(message)
        return asked ? this.#terminate(asked[0], message) : this.#handle_info(message)
      }
      default:
        return this.#handle_info(message)
    }
  }

  go_on(): undefined | PromiseLike<void> {
    const plan = this.#plan
    this.#forget_plan()
    if (Array.isArray(plan)) return this.#handle_continue(plan as readonly ['continue', Term])
    // A message that came in time cancels the timeout, and is next.
    if (this.#process.mailbox.length === 0) return this.#handle_info('timeout')
    return undefined
  }

  drop(): void {
    this.#forget_plan()
  }

  // ---- Callbacks

  #handle_cast(message: Term): undefined | PromiseLike<void> {
    let result: Term
    try {
      result = this.#callbacks.handle_cast!(message[1], this.#state)
    } catch (thrown) {
      return this.#caught(thrown, message)
    }
    return this.#settle(result, message)
  }

  #handle_call(message: Term): undefined | PromiseLike<void> {
    let result: Term
    try {
      result = this.#callbacks.handle_call!(message[2], message[1], this.#state)
    } catch (thrown) {
      return this.#caught(thrown, message)
    }
    return this.#settle(result, message)
  }

  #handle_continue(plan: readonly ['continue', Term]): undefined | PromiseLike<void> {
    let result: Term
    try {
      result = this.#callbacks.handle_continue!(plan[1], this.#state)
    } catch (thrown) {
      return this.#caught(thrown, plan)
    }
    return this.#settle(result, plan)
  }

  #handle_info(message: Term): undefined | PromiseLike<void> {
    if (this.#callbacks.handle_info === undefined) return this.#nobody_handles(message)
    let result: Term
    try {
      result = this.#callbacks.handle_info(message, this.#state)
    } catch (thrown) {
      return this.#caught(thrown, message)
    }
    return this.#settle(result, message)
  }

  #nobody_handles(message: Term): undefined {
    const module = module_of(this.#callbacks)
    const name = name_or_pid(this.#process.pid)
    report('warning', { label: ['gen_server', 'no_handle_info'], report: { module, name, message } })
  }

  // ---- Results

  #settle(result: Term, message: Term): undefined | PromiseLike<void> {
    if (!is_promise(result)) return this.#obey(result, message)
    return result.then(
      settled => this.#obey(settled, message),
      thrown => this.#caught(thrown, message),
    ) as PromiseLike<void>
  }

  #obey(result: Term, message: Term): undefined | PromiseLike<void> {
    if (!this.#process.alive) return undefined
    if (!Array.isArray(result)) return this.#bad_return(result, message)
    const [tag, first, second] = result
    const { length } = result
    if (tag === 'noreply' && (length === 2 || (length === 3 && this.plan(second)))) {
      this.#state = first
      return undefined
    }
    if (tag === 'stop' && length === 3) {
      this.#state = second
      return this.#terminate(first, message)
    }
    return message[0] === '$gen_call' ? this.#obey_reply(result, message) : this.#bad_return(result, message)
  }

  #obey_reply(result: readonly Term[], message: Term): undefined | PromiseLike<void> {
    const from: From = message[1]
    const [tag, first, second, third] = result
    const { length } = result
    if (tag === 'reply' && (length === 3 || (length === 4 && this.plan(third)))) {
      this.#state = second
      reply(from, first)
      return undefined
    }
    if (tag === 'stop' && length === 4) {
      this.#state = third
      return this.#terminate(first, message, [from, second])
    }
    return this.#bad_return(result, message)
  }

  /** Plans what comes next. @returns false when `next` is nothing that can come next */
  plan(next: Term): boolean {
    if (next === 'infinity' || next === 'hibernate') return true
    if (Array.isArray(next) && next[0] === 'continue' && next.length === 2) {
      this.#plan = next as ['continue', Term]
      this.pending = true
      return true
    }
    if (next === 0) {
      this.#plan = 'timeout'
      this.pending = true
      return true
    }
    if (typeof next !== 'number' || !(next > 0)) return false
    this.#plan = set_timer(next, () => this.#ring())
    return true
  }

  /** A server that is busy has got a message meanwhile, and that cancels the timeout. */
  #ring(): void {
    this.#plan = undefined
    if (this.#process.busy) return
    this.#plan = 'timeout'
    this.pending = true
    this.#process.wake()
  }

  #forget_plan(): void {
    const plan = this.#plan
    if (typeof plan === 'object' && !Array.isArray(plan)) clear_timer(plan as Timer)
    this.#plan = undefined
    this.pending = false
  }

  // ---- The end

  #bad_return(result: Term, message: Term): undefined | PromiseLike<void> {
    return this.#terminate(['bad_return_value', result], message)
  }

  #caught(thrown: unknown, message: Term): undefined | PromiseLike<void> {
    if (!this.#process.alive) return undefined
    if (thrown instanceof Exit || thrown instanceof Error) return this.#terminate(thrown, message)
    return this.#obey(thrown, message)
  }

  /** @param why - an exit reason, or what was thrown */
  #terminate(why: Term, message: Term, answer?: readonly [From, Term]): undefined | PromiseLike<void> {
    const thrown = why instanceof Error ? why : new Exit(why)
    const end = (cause: unknown) => {
      if (!this.#process.alive) return undefined
      this.#report(reason_of(cause), message)
      if (answer !== undefined) reply(...answer)
      leave(this.#process, cause)
    }
    let result: Term
    try {
      result = this.#callbacks.terminate?.(reason_of(thrown), this.#state)
    } catch (again) {
      return end(again)
    }
    return is_promise(result) ? result.then(() => end(thrown), end) : end(thrown)
  }

  #report(reason: Reason, last_message: Term): void {
    if (is_orderly(reason)) return
    const { pid } = this.#process
    const told = format_status(this.#callbacks, { state: this.#state, message: last_message, reason })
    report('error', {
      label: ['gen_server', 'terminate'],
      report: {
        name: name_or_pid(pid),
        last_message: told.message,
        state: told.state,
        reason: told.reason,
        client_info: is_call(last_message) ? client_info(last_message[1]) : undefined,
      },
    })
  }
}

const is_call = (message: Term): boolean => Array.isArray(message) && message[0] === '$gen_call'
