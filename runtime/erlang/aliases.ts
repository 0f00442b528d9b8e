// Aliases: references that a process can be reached by for as long as it wants to. Monitors can be aliases too.

import { type Addressee, Ref } from './pid.ts'
import { add_monitor, current, Monitor, type Monitored, type Process, stop_monitor } from './process.ts'
import { Exit, type Reason, type Term } from './term.ts'

/** OTP: the options of `erlang:monitor/3`. */
export interface MonitorOptions {
  /**
   * Makes the monitor's reference an alias of the running process as well, until
   *
   * - `'explicit_unalias'`: {@link unalias} is called
   * - `'demonitor'`: the monitor is gone, by `demonitor` or because its message has come
   * - `'reply_demonitor'`: that, or the first message sent to the alias, which takes the monitor away too
   */
  readonly alias?: 'explicit_unalias' | 'demonitor' | 'reply_demonitor'
  /** What the message begins with instead of `'DOWN'`. */
  readonly tag?: Term
}

/** OTP: the options of `erlang:alias/1`. */
export interface AliasOptions {
  /** The first message sent to the alias is the last. */
  readonly reply?: boolean
  /** Only {@link unalias} ends it, which is the default. */
  readonly explicit_unalias?: boolean
}

/**
 * A reference that messages can be sent to: they reach the running process until {@link unalias} is called, and
 * are dropped afterwards.
 *
 * @throws {@link Exit} `'badarg'` for an option that is not known, or two that contradict each other
 * @see OTP: `erlang:alias/1`
 */
export function alias(options: AliasOptions = {}): Ref {
  const { reply = false, explicit_unalias = false, ...unknown } = options
  if (Object.keys(unknown).length > 0 || (reply && explicit_unalias)) throw new Exit('badarg')
  const process = current()
  const ref = new Ref()
  ref.alias = reply ? new ReplyAlias(ref, process) : process
  return ref
}

/**
 * Ends an alias of the running process: what is sent to it from now on is dropped.
 *
 * @returns false when it is no alias of this process, or not any more
 * @throws {@link Exit} `'badarg'` when it is no reference
 * @see OTP: `erlang:unalias/1`
 */
export function unalias(ref: Ref): boolean {
  if (!(ref instanceof Ref)) throw new Exit('badarg')
  const process = current()
  const mine = ref.alias === process || (ref.alias instanceof ReplyAlias && ref.alias.process === process)
  if (mine) ref.alias = undefined
  return mine
}

/** Lets one message through. */
class ReplyAlias implements Addressee {
  readonly process: Process
  readonly #ref: Ref

  constructor(ref: Ref, process: Process) {
    this.#ref = ref
    this.process = process
  }

  deliver(message: Term): void {
    this.#ref.alias = undefined
    if (this.#ref instanceof Monitor) stop_monitor(this.#ref)
    this.process.deliver(message)
  }
}

type Kind = { readonly type: Monitor['type'] }

/** A monitor with options. */
export class TaggedMonitor extends Monitor {
  readonly #options: MonitorOptions & Kind

  constructor(
    watcher: Process,
    target: Monitored,
    object: Monitor['object'],
    options: MonitorOptions & Kind,
  ) {
    super(watcher, target, object)
    this.#options = options
    if (options.alias === 'reply_demonitor') this.alias = new ReplyAlias(this, watcher)
    else if (options.alias !== undefined) this.alias = watcher
  }

  override get type(): Monitor['type'] {
    return this.#options.type
  }

  override down(reason: Reason): void {
    this.stopped()
    const tag = Object.hasOwn(this.#options, 'tag') ? this.#options.tag : 'DOWN'
    this.watcher.deliver([tag, this, this.type, this.object, reason])
  }

  /** The monitor is gone, and with it mostly the alias. */
  stopped(): void {
    if (this.#options.alias !== 'explicit_unalias') this.alias = undefined
  }
}

/** Starts a monitor with options; of what is not there it tells at once. */
export function start_tagged_monitor(
  watcher: Process,
  target: Monitored | undefined,
  object: Monitor['object'],
  options: MonitorOptions & Kind,
): Ref {
  const monitor = new TaggedMonitor(watcher, target ?? { monitored_by: undefined }, object, options)
  if (target === undefined) monitor.down('noproc')
  else add_monitor(monitor)
  return monitor
}

/** Whether a term is a set of options for a monitor. */
export function are_monitor_options(options: Term): options is MonitorOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return false
  const { alias, tag: _tag, ...unknown } = options
  return (alias === undefined || alias_modes.has(alias)) && Object.keys(unknown).length === 0
}

const alias_modes: ReadonlySet<string> = new Set(['explicit_unalias', 'demonitor', 'reply_demonitor'])
