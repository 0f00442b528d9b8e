// The loop of a gen_event, the event manager: takes one message at a time, and has its handlers do what it says.

import { monotonic_time } from '../erlang/clock.ts'
import { format_term } from '../erlang/io_lib.ts'
import type { Pid } from '../erlang/pid.ts'
import type { Loop, Process } from '../erlang/process.ts'
import { Exit, is_a, matches, type Reason, type Term } from '../erlang/term.ts'
import { format_status } from './format_status.ts'
import { is_promise, module_of, type Promised, reply } from './gen.ts'
import type { Callbacks, Installed, Status } from './gen_event_callbacks.ts'
import { Handlers, type Manager, name_of_handler } from './gen_event_handlers.ts'
import { leave } from './proc_lib.ts'
import { type Extras, message_text, name_text, type SystemEvent } from './sys_debug.ts'
import {
  get_log,
  handle_debug,
  handle_system_msg,
  type InCallback,
  name_of,
  type Special,
  type SysState,
  status_items,
} from './sys_loop.ts'

type Parked = undefined | PromiseLike<void>

export class EventManager implements Loop, Special, Manager {
  extras: Extras | undefined
  readonly parent: Pid | undefined
  readonly process: Process
  readonly #handlers = new Handlers(this)
  #in_callback: InCallback | undefined = undefined

  constructor(process: Process, parent: Pid | undefined, extras: Extras | undefined) {
    this.process = process
    this.parent = parent
    this.extras = extras
  }

  // ---- Messages

  handle(message: Term): Parked {
    if (this.extras !== undefined && !this.#is_for_system(message)) handle_debug(this, ['in', message])
    if (!Array.isArray(message)) return this.#handlers.tell('handle_info', message)
    switch (message[0]) {
      case 'notify':
        if (message.length === 2) return this.#handlers.tell('handle_event', message[1])
        break
      case '$gen_call':
        return this.#answer(message)
      case 'EXIT':
        return this.#handle_exit(message)
      case 'system':
        if (message.length === 3) return handle_system_msg(message, this)
    }
    return this.#handlers.tell('handle_info', message)
  }

  #is_for_system(message: Term): boolean {
    if (!Array.isArray(message)) return false
    if (message[0] === 'system') return message.length === 3
    return message[0] === 'EXIT' && message[1] === this.parent
  }

  #handle_exit(message: Term): Parked {
    const [, from, reason] = message
    if (from === this.parent) return this.system_terminate(reason)
    const told = this.#handlers.supervisor_ended(from, reason)
    if (told === undefined) return this.#handlers.tell('handle_info', message)
    return told.then(() => this.#handlers.tell('handle_info', message))
  }

  // ---- Requests

  #answer(message: Term): Parked {
    const [, from, request] = message
    const answer = this.#obey(request)
    if (answer === unknown_request) return this.#handlers.tell('handle_info', message)
    if (is_promise(answer)) return answer.then(settled => void reply(from, settled))
    reply(from, answer)
    return undefined
  }

  #obey(request: Term): Promised<Term> {
    const handlers = this.#handlers
    if (request === 'which_handlers') return handlers.installed.map(({ handler }) => handler)
    if (!Array.isArray(request)) return unknown_request
    const [what, first, second, third, fourth, fifth] = request
    switch (what) {
      case 'sync_notify':
        return handlers.tell('handle_event', first)?.then(() => 'ok') ?? 'ok'
      case 'call':
        return handlers.ask(first, second)
      case 'add_handler':
        return handlers.add(first, second, undefined)
      case 'add_sup_handler':
        return handlers.add(first, second, third)
      case 'delete_handler':
        return handlers.delete(first, second)
      case 'swap_handler':
        return handlers.swap(first, { args1: second, handler2: third, args2: fourth }, fifth)
      default:
        return unknown_request
    }
  }

  // ---- For its handlers

  get name(): Term {
    return name_of(this)
  }

  get log(): readonly SystemEvent[] {
    return get_log(this)
  }

  waits_in(callback: string | undefined, message?: Term): void {
    this.#in_callback = callback === undefined ? undefined : { callback, message, since: monotonic_time() }
  }

  // ---- The system

  get behaviour(): string {
    return 'gen_event'
  }

  in_callback(): InCallback | undefined {
    return this.#in_callback
  }

  format_event(event: SystemEvent, name: Term): string {
    return `*DBG* ${name_text(name)} ${event_text(event)}`
  }

  system_get_state(): readonly HandlerState[] {
    return this.#handlers.installed.map(state_of)
  }

  /** As in OTP, a handler whose state cannot be replaced keeps the one it has. */
  system_replace_state(replace: (state: HandlerState) => Term): readonly HandlerState[] {
    for (const one of this.#handlers.installed) {
      try {
        const [callbacks, id, state] = replace(state_of(one))
        if (callbacks === one.callbacks && matches(id, one.id ?? false)) one.state = state
      } catch {
        // It keeps the one it has.
      }
    }
    return this.system_get_state()
  }

  async system_code_change(module: Term, old_vsn: Term, extra: Term): Promise<Term> {
    const name = typeof module === 'string' ? module : module_of(module)
    for (const one of this.#handlers.installed) {
      if (module_of(one.callbacks) !== name) continue
      const callbacks: Callbacks = typeof module === 'object' ? module : one.callbacks
      if (callbacks.code_change === undefined) throw new Exit(['undef', [name, 'code_change', 3]])
      const result: Term = await callbacks.code_change(old_vsn, one.state, extra)
      if (!Array.isArray(result) || result[0] !== 'ok' || result.length !== 2) return result
      this.#handlers.change(one, callbacks, result[1])
    }
    return 'ok'
  }

  system_terminate(reason: Reason): Parked {
    const end = () => leave(this.process, is_a(reason, Error) ? reason : new Exit(reason))
    const stopped = this.#handlers.stop()
    if (stopped !== undefined) return stopped.then(end)
    end()
    return undefined
  }

  system_status(sys_state: SysState, log: readonly SystemEvent[]): Term {
    const told = this.#handlers.installed.map(one => {
      const { state } = format_status<Status>(one.callbacks, { state: one.state, log })
      return [name_of_handler(one), state, one.supervisor ?? false]
    })
    const header = `Status for event handler ${name_text(this.name)}`
    const { parent } = this
    return status_items(header, sys_state, { parent, log, data: [['Installed handlers', told]] })
  }
}

/** A handler in what `sys.get_state` gives; the id of one that has none is false. OTP: `{Module, Id, State}`. */
export type HandlerState = readonly [Callbacks, id: Term, state: Term]

const state_of = ({ callbacks, id, state }: Installed): HandlerState => [callbacks, id ?? false, state]

const unknown_request = Symbol('unknown_request')

function event_text(event: SystemEvent): string {
  if (event[0] !== 'in') return `dbg  ${format_term(event)}`
  const [, message] = event
  const is_event = Array.isArray(message) && message[0] === 'notify' && message.length === 2
  return `got ${is_event ? `event ${format_term(message[1])}` : message_text(message)}`
}
