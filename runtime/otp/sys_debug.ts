// What a process under debugging keeps: which of its events are printed, logged, counted, or given to functions.

import { system_time } from '../erlang/clock.ts'
import { format_term } from '../erlang/io_lib.ts'
import { Pid } from '../erlang/pid.ts'
import { Exit, type Term } from '../erlang/term.ts'

/**
 * What happened in a process: `['in', message]`, `['out', message, to]`, and with the state that follows
 * `['out', message, to, state]`; anything else is an event of the behaviour's own. OTP: `sys:system_event()`.
 */
export type SystemEvent = Term

/**
 * Is given each event, with its own state and the name of the process; gives its next state, or `'done'` to be
 * removed, as it is too when it fails. It is called at once and inside the process. OTP: `sys:dbg_fun()`.
 */
export type DebugFunction<State = Term> = (state: State, event: SystemEvent, name: Term) => State | 'done'

/** A function for events with its first state; `id` tells it from others, else the function itself does. */
export type Install<State = Term> =
  | readonly [DebugFunction<State>, State]
  | readonly [id: Term, DebugFunction<State>, State]

/** Takes lines of text, without their ends. */
export type Sink = (line: string) => void

/** With what a process is debugged from its start on. OTP: `sys:debug_option()`. */
export type DebugOption =
  | 'trace'
  | 'log'
  | readonly ['log', size: number]
  | 'statistics'
  | readonly ['log_to_file', Sink]
  | readonly ['install', Install]

/** What is counted. Times are in milliseconds since 1970, `reductions` those since the start. */
export interface Statistics {
  readonly start_time: number
  readonly current_time: number
  readonly reductions: number
  readonly messages_in: number
  readonly messages_out: number
}

/** An event as text. OTP: `sys:format_fun()`. */
export type FormatEvent = (event: SystemEvent, name: Term) => string

/**
 * What few behaviours have, made when it is needed, so that the others need no room for it; a loop keeps it in one
 * field.
 */
export interface Extras {
  debug?: Debug | undefined
  /** The name that it was started with, when that is not a local one. */
  readonly name?: Term
}

const events_logged = 10

/** The debugging of one process. */
export class Debug {
  trace = false
  sink: Sink | undefined = undefined
  log: { readonly size: number; readonly events: (readonly [SystemEvent, Term, FormatEvent])[] } | undefined
  counted: { start_time: number; reductions: number; in: number; out: number } | undefined
  installed: { readonly id: Term; readonly call: DebugFunction; state: Term }[] = []

  /** Whether nobody asks for anything any more. */
  get idle(): boolean {
    return (
      !this.trace &&
      this.sink === undefined &&
      this.log === undefined &&
      this.counted === undefined &&
      this.installed.length === 0
    )
  }

  /** Tells whoever asked of an event. OTP: `sys:handle_debug/4`. */
  handle(event: SystemEvent, name: Term, format: FormatEvent): void {
    if (this.trace) print(format(event, name))
    if (this.sink !== undefined) this.#write(this.sink, format(event, name))
    if (this.log !== undefined) {
      if (this.log.events.push([event, name, format]) > this.log.size) this.log.events.shift()
    }
    if (this.counted !== undefined && Array.isArray(event)) {
      if (event[0] === 'in') this.counted.in++
      else if (event[0] === 'out') this.counted.out++
    }
    if (this.installed.length > 0) this.installed = this.installed.filter(one => survives(one, event, name))
  }

  /** The last events, oldest first. */
  get events(): SystemEvent[] {
    return (this.log?.events ?? []).map(([event]) => event)
  }

  print_log(): void {
    for (const [event, name, format] of this.log?.events ?? []) print(format(event, name))
  }

  set_log(size: number | false): void {
    this.log = size === false ? undefined : { size, events: this.log?.events.slice(-size) ?? [] }
  }

  set_statistics(on: boolean, reductions: number): void {
    this.counted = on ? { start_time: system_time(), reductions, in: 0, out: 0 } : undefined
  }

  statistics(reductions: number): Statistics | 'no_statistics' {
    if (this.counted === undefined) return 'no_statistics'
    return {
      start_time: this.counted.start_time,
      current_time: system_time(),
      reductions: reductions - this.counted.reductions,
      messages_in: this.counted.in,
      messages_out: this.counted.out,
    }
  }

  /** A function whose id is there already stays as it is. */
  install(what: Install): void {
    const [id, call, state] = what.length === 3 ? what : [what[0], ...what]
    if (this.installed.every(one => one.id !== id)) this.installed.push({ id, call, state })
  }

  remove(id: Term): void {
    this.installed = this.installed.filter(one => one.id !== id && one.call !== id)
  }

  /** What is asked for, as options that say so, for `get_status`. */
  list(): Term[] {
    const asked: Term[] = this.installed.map(({ id, state }) => [id, state])
    if (this.counted !== undefined) asked.push(['statistics', { ...this.counted }])
    if (this.sink !== undefined) asked.push(['log_to_file', this.sink])
    if (this.log !== undefined) asked.push(['log', this.events])
    if (this.trace) asked.push(['trace', true])
    return asked
  }

  /** A sink that fails gets nothing more. */
  #write(sink: Sink, line: string): void {
    try {
      sink(line)
    } catch {
      this.sink = undefined
    }
  }
}

function survives(one: Debug['installed'][number], event: SystemEvent, name: Term): boolean {
  try {
    one.state = one.call(one.state, event, name)
    return one.state !== 'done'
  } catch {
    return false
  }
}

/**
 * The debugging that options ask for.
 *
 * @returns undefined when they ask for nothing
 * @throws {@link Exit} `['badarg', ['debug', option]]`
 * @see OTP: `sys:debug_options/1`
 */
export function debug_options(options: readonly DebugOption[]): Debug | undefined {
  if (!Array.isArray(options)) throw new Exit(['badarg', ['debug', options]])
  if (options.length === 0) return undefined
  const debug = new Debug()
  for (const option of options) {
    if (!obey(debug, option)) throw new Exit(['badarg', ['debug', option]])
  }
  return debug
}

function obey(debug: Debug, option: DebugOption): boolean {
  const [kind, value]: readonly Term[] = Array.isArray(option) ? option : [option]
  if (kind === 'trace') debug.trace = true
  else if (kind === 'statistics') debug.set_statistics(true, 0)
  else if (kind === 'log' && is_size(value ?? events_logged)) debug.set_log(value ?? events_logged)
  else if (kind === 'log_to_file' && typeof value === 'function') debug.sink = value
  else if (kind === 'install' && is_install(value)) debug.install(value)
  else return false
  return true
}

const is_size = (size: Term): size is number => Number.isInteger(size) && size > 0
const is_install = (what: Term): what is Install =>
  Array.isArray(what) && (what.length === 2 || what.length === 3) && typeof what.at(-2) === 'function'

/**
 * What a message `['system', from, ['debug', what]]` asks for: done, and answered as OTP does.
 *
 * @param reductions - those of the process so far
 */
export function debug_command(debug: Debug, what: Term, reductions: number): Term {
  const [command, value]: readonly Term[] = Array.isArray(what) ? what : [what]
  if (command === 'trace' && typeof value === 'boolean') debug.trace = value
  else if (command === 'log') return log_command(debug, value)
  else if (command === 'statistics') return statistics_command(debug, value, reductions)
  else if (command === 'log_to_file' && value === false) debug.sink = undefined
  else if (command === 'log_to_file' && typeof value === 'function') debug.sink = value
  else if (command === 'install' && is_install(value)) debug.install(value)
  else if (command === 'remove') debug.remove(value)
  else if (command === 'no_debug') Object.assign(debug, new Debug())
  else return 'unknown_debug'
  return 'ok'
}

function log_command(debug: Debug, flag: Term): Term {
  if (flag === 'get') return ['ok', debug.events]
  if (flag === 'print') debug.print_log()
  else if (flag === false) debug.set_log(false)
  else if (flag === true) debug.set_log(events_logged)
  else if (Array.isArray(flag) && flag[0] === true && is_size(flag[1])) debug.set_log(flag[1])
  else return 'unknown_debug'
  return 'ok'
}

function statistics_command(debug: Debug, flag: Term, reductions: number): Term {
  if (flag === 'get') return ['ok', debug.statistics(reductions)]
  if (typeof flag !== 'boolean') return 'unknown_debug'
  debug.set_statistics(flag, reductions)
  return 'ok'
}

// ---- Printing

let print: Sink = line => console.log(line)

/** Has what is traced printed by `sink` from now on. @returns by what it was printed before */
export function use_sink(sink: Sink): Sink {
  const before = print
  print = sink
  return before
}

/** A name as it is printed: atoms and pids as they are. */
export const name_text = (name: Term): string =>
  typeof name === 'string' || name instanceof Pid ? `${name}` : format_term(name)

/** How the events that every behaviour has are printed: calls, casts, and any other message. */
export const message_text = (message: Term): string => {
  if (!Array.isArray(message)) return format_term(message)
  if (message[0] === '$gen_call') return `call ${format_term(message[2])} from ${message[1][0]}`
  return message[0] === '$gen_cast' ? `cast ${format_term(message[1])}` : format_term(message)
}
