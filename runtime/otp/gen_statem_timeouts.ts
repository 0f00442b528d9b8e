// The timeouts of one gen_statem: which of them run, and those of no time that wait for the queue to be empty.

import { clear_timer, set_timer, type Timer } from '../erlang/alarm.ts'
import { monotonic_time } from '../erlang/clock.ts'
import type { Process } from '../erlang/process.ts'
import { matches, type Term, type Timeout } from '../erlang/term.ts'
import { max_delay } from '../erlang/timer_wheel.ts'
import type { TimeoutAction, TimeoutType } from './gen_statem_callbacks.ts'

/** A timeout that runs. When it fires, it goes through the mailbox, like any message. */
export class Running {
  readonly type: TimeoutType
  content: Term
  /** None if it is of no time. */
  timer: Timer | undefined = undefined

  constructor(type: TimeoutType, content: Term) {
    this.type = type
    this.content = content
  }
}

/** The timeouts of one machine, each known by its type or name, of which each has one. */
export class Timeouts {
  readonly #process: Process
  readonly #running = new Map<Term, Running>()
  /** Those of no time, in the order in which they were started. */
  #due: Running[] = []

  constructor(process: Process) {
    this.#process = process
  }

  /** Whether one is to be handled before the next message. */
  get due(): boolean {
    return this.#due.length > 0
  }

  /** Those that run, for reports. */
  list(): [TimeoutType, Term][] {
    return Array.from(this.#running.values(), ({ type, content }) => [type, content])
  }

  /** Does what an action asks for. */
  apply([type, time, content, options]: TimeoutAction): void {
    if (time === 'cancel' || time === 'infinity') this.cancel(type)
    else if (time === 'update') this.#update(type, content)
    else this.#start(type, options?.abs ? Math.max(0, time - monotonic_time()) : time, content)
  }

  cancel(type: TimeoutType): void {
    if (this.#running.size === 0) return
    const key = this.#key(type)
    const running = this.#running.get(key)
    if (running === undefined) return
    this.#running.delete(key)
    if (running.timer !== undefined) clear_timer(running.timer)
    else this.#due = this.#due.filter(other => other !== running)
  }

  /** Takes the one of no time that was started first. */
  take_due(): Running | undefined {
    const running = this.#due.shift()
    if (running !== undefined) this.#running.delete(this.#key(running.type))
    return running
  }

  /** Takes one that has fired. @returns false when it was cancelled after that */
  take_fired(running: Running): boolean {
    const key = this.#key(running.type)
    return this.#running.get(key) === running && this.#running.delete(key)
  }

  clear(): void {
    for (const { timer } of this.#running.values()) if (timer !== undefined) clear_timer(timer)
    this.#running.clear()
    this.#due = []
  }

  #start(type: TimeoutType, time: number, content: Term): void {
    this.cancel(type)
    const running = new Running(type, content)
    this.#running.set(this.#key(type), running)
    if (time === 0) this.#due.push(running)
    else running.timer = set_timer(time, () => this.#process.deliver(['timeout', running, type]))
  }

  #update(type: TimeoutType, content: Term): void {
    const running = this.#running.get(this.#key(type))
    if (running === undefined) this.#start(type, 0, content)
    else running.content = content
  }

  /** Names of generic timeouts that are tuples are the same when what is in them is. */
  #key(type: TimeoutType): Term {
    if (!Array.isArray(type)) return type
    const [, name] = type
    if (typeof name === 'string') return `name ${name}`
    if (!Array.isArray(name)) return name
    for (const key of this.#running.keys()) if (matches(name, key)) return key
    return name
  }
}

/** Whether an action is a timeout, and right. */
export function is_timeout_action(action: readonly Term[]): boolean {
  const [type, time, , options = {}] = action
  if (!is_timeout_type(type)) return false
  if (time === 'cancel') return action.length === 2
  if (time === 'update') return action.length === 3
  if (action.length !== 3 && action.length !== 4) return false
  return is_time(time, options?.abs) && Object.keys(options).every(option => option === 'abs')
}

function is_time(time: Timeout, absolute: boolean): boolean {
  if (time === 'infinity') return true
  if (typeof time !== 'number') return false
  return absolute ? time - monotonic_time() <= max_delay : time >= 0 && time <= max_delay
}

export const is_timeout_type = (type: Term): boolean =>
  type === 'timeout' ||
  type === 'state_timeout' ||
  (Array.isArray(type) && type.length === 2 && type[0] === 'timeout')
