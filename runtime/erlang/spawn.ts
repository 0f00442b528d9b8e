// Starting processes, and the way in for code that is not in one.

import { are_monitor_options, type MonitorOptions, start_tagged_monitor } from './aliases.ts'
import type { Pid, Ref } from './pid.ts'
import { current, type Monitor, Process, start_monitor } from './process.ts'
import { watch_rejections } from './rejections.ts'
import { is_priority, type Priority } from './run_queue.ts'
import { enqueue, spend, type Task } from './scheduler.ts'
import { run_as, running } from './self.ts'
import { Exit, reason_of, type Term } from './term.ts'

/** What a process does: it ends when the promise does. */
export type Body<Arguments extends readonly Term[] = readonly Term[], Value = unknown> = (
  ...args: Arguments
) => Value | PromiseLike<Value>

/**
 * OTP: the options of `erlang:spawn_opt/4`. Those about the heap and the garbage collection of a single process
 * (`max_heap_size`, `min_heap_size`, `min_bin_vheap_size`, `fullsweep_after`) are not supported: all processes
 * share one heap.
 */
export interface SpawnOptions {
  /** Links the new process to the one that starts it. */
  readonly link?: boolean
  /** Monitors it, with options or without: `spawn_opt` then gives `[pid, ref]`. */
  readonly monitor?: boolean | MonitorOptions
  /** As the flag of that name. Default: `'normal'` */
  readonly priority?: Priority
  /** As the flag of that name, which has but one value. */
  readonly message_queue_data?: 'off_heap'
}

/**
 * Starts a process that runs `body(...args)`; it starts soon, not before this returns. It ends with reason
 * `'normal'` when `body` is done, else with what was thrown: the reason of an {@link Exit}, an `Error` itself,
 * `['nocatch', term]` for anything else.
 *
 * @see OTP: `erlang:spawn/1`
 */
export function spawn<Arguments extends readonly Term[]>(body: Body<Arguments>, ...args: Arguments): Pid {
  return start(body, args, {}).pid
}

/** As {@link spawn}, and links the two. OTP: `erlang:spawn_link/1`. */
export function spawn_link<Arguments extends readonly Term[]>(
  body: Body<Arguments>,
  ...args: Arguments
): Pid {
  return start(body, args, { link: true }).pid
}

/** As {@link spawn}, and monitors it. OTP: `erlang:spawn_monitor/1`. */
export function spawn_monitor<Arguments extends readonly Term[]>(
  body: Body<Arguments>,
  ...args: Arguments
): [pid: Pid, ref: Ref] {
  const process = start(body, args, { monitor: true })
  return [process.pid, process.monitored_by as Monitor]
}

/**
 * As {@link spawn}, with options.
 *
 * @returns the pid, or `[pid, ref]` with `monitor`
 * @throws {@link Exit} `['badarg', option]` for one that is not known, or a value that it cannot have;
 *   `['not_supported', option]` for one of OTP's that has no meaning here
 * @see OTP: `erlang:spawn_opt/2`
 */
export function spawn_opt(
  body: Body<[]>,
  options: SpawnOptions & { readonly monitor: true | MonitorOptions },
): [Pid, Ref]
export function spawn_opt(body: Body<[]>, options: SpawnOptions): Pid
export function spawn_opt(body: Body<[]>, options: SpawnOptions): Pid | [Pid, Ref] {
  check_spawn_options(options)
  const process = start(body, [], options)
  return options.monitor ? [process.pid, process.monitored_by as Monitor] : process.pid
}

/** @throws Exit as {@link spawn_opt} does */
export function check_spawn_options(options: SpawnOptions): void {
  for (const [option, value] of Object.entries(options)) {
    if (is_not_supported(option)) throw new Exit(['not_supported', option])
    const check = Object.hasOwn(checks, option) ? checks[option as keyof SpawnOptions] : undefined
    if (!check?.(value)) throw new Exit(['badarg', option])
  }
}

const is_flag = (value: Term): boolean => typeof value === 'boolean' || value === undefined

const checks: { readonly [Option in keyof SpawnOptions]-?: (value: Term) => boolean } = {
  link: is_flag,
  monitor: value => is_flag(value) || are_monitor_options(value),
  priority: value => value === undefined || is_priority(value),
  message_queue_data: value => value === undefined || value === 'off_heap',
}

/**
 * The way in for plain asynchronous code: runs `body` in a process of its own.
 *
 * @returns what `body` gives; rejects with what `body` threw, or with {@link Exit} when the process was ended
 *   from outside
 *
 * @example
 * const answer = await run(async () => {
 *   const pid = spawn(async () => { const from = await receive(); send(from, 'hello') })
 *   send(pid, self())
 *   return receive()
 * })
 */
export function run<Value>(body: Body<[], Value>): Promise<Value> {
  watch_rejections(globalThis.process)
  return new Promise((resolve, reject) => {
    const process = new Process()
    let settle = () => reject(new Exit(process.exit_reason))
    process.own({ release: () => settle() })
    process.initial_call = ['run', body.name]
    const observed = async () => {
      try {
        const value = await body()
        settle = () => resolve(value)
      } catch (error) {
        settle = () => reject(error)
        throw new Exit(reason_of(error))
      }
    }
    enqueue(new Birth(process, observed, []))
  })
}

/** Starts a process, and the links and monitors with it, before anything else can happen. */
export function start(body: Body<Term>, args: readonly Term[], options: SpawnOptions): Process {
  const starter = running() === undefined ? undefined : current()
  if (starter === undefined) {
    if (options.link || options.monitor) current()
    watch_rejections(globalThis.process)
  }
  const process = new Process()
  process.initial_call = body
  process.parent = starter?.pid
  process.group_leader = starter?.group_leader
  if (options.link) {
    starter!.link(process.pid)
    process.link(starter!.pid)
  }
  if (options.monitor === true) start_monitor(starter!, process)
  else if (options.monitor) {
    start_tagged_monitor(starter!, process, process.pid, { ...options.monitor, type: 'process' })
  }
  if (options.priority !== undefined) process.rare.priority = options.priority
  enqueue(new Birth(process, body, args), options.priority)
  return process
}

/** A process that is about to begin, or to begin anew. */
export class Birth implements Task {
  readonly process: Process
  readonly #body: Body<Term>
  readonly #args: readonly Term[]

  constructor(process: Process, body: Body<Term>, args: readonly Term[]) {
    this.process = process
    this.#body = body
    this.#args = args
  }

  run(): void {
    if (!this.process.alive || this.process.hold(this)) return
    spend()
    run_as(this.process, process => live(process, this.#body, this.#args))
  }
}

function live(process: Process, body: Body<Term>, args: readonly Term[]): void {
  try {
    const value = body(...args)
    // What is called when a promise of the platform settles is called as this process, and needs no closures.
    if (value instanceof Promise) value.then(i_returned, i_threw)
    else if (is_promise(value))
      value.then(
        () => returned(process),
        error => process.crash(error),
      )
    else returned(process)
  } catch (error) {
    process.crash(error)
  }
}

const i_returned = (): void => returned(running() as Process)
const i_threw = (error: unknown): void => (running() as Process).crash(error)

function returned(process: Process): void {
  if (process.loop === undefined) process.end('normal')
}

const is_promise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** Whether it is an option or a flag of OTP's about what a process of JavaScript does not have: a heap of its own. */
export const is_not_supported = (name: string): boolean => of_heaps.has(name)

const of_heaps: ReadonlySet<string> = new Set([
  'max_heap_size',
  'min_heap_size',
  'min_bin_vheap_size',
  'fullsweep_after',
])
