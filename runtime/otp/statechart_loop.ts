// The process of one of xstate's actors: its messages are the actor's events, and it ends as the actor does.

import type { Pid } from '../erlang/pid.ts'
import type { Loop, Process } from '../erlang/process.ts'
import { report } from '../erlang/report.ts'
import { Exit, type Reason, reason_of, type Term } from '../erlang/term.ts'
import { is_orderly } from './crash_report.ts'
import { type From, reply } from './gen.ts'
import { leave } from './proc_lib.ts'
import {
  type Actor,
  type ChartEvent,
  type ChartSnapshot,
  error_event,
  type Logic,
  state_of,
  with_state,
} from './statechart_actor.ts'
import { Alarm } from './statechart_clock.ts'
import { event_of, format_event } from './statechart_events.ts'
import { Watchers } from './statechart_watchers.ts'
import { type Extras, name_text, type SystemEvent } from './sys_debug.ts'
import {
  get_log,
  handle_debug,
  handle_system_msg,
  name_of,
  type Special,
  type SysState,
  status_items,
} from './sys_loop.ts'

type Parked = undefined | PromiseLike<void>

/** The system that an actor belongs to, as its process sees it. */
export interface Household {
  /** Gives an actor an event here and now. */
  deliver(actor: Actor, event: ChartEvent): void
  /** Lets what an alarm was set for happen to an actor, unless the alarm was cancelled. */
  ring(actor: Actor, alarm: Alarm): void
  /** Stops an actor with all that it has started, unless it has ended: timers, callbacks, promises. */
  stop(actor: Actor): void
  /** The actors that a machine has started, by their ids, with their processes. */
  children(snapshot: ChartSnapshot): [id: string, Pid][]
}

/** How an API function's request is marked. */
export const request_label = '$statechart'

/** What machines have given that have come to their end, for as long as somebody knows their pids. */
export const outputs = new WeakMap<Pid, { readonly output: Term }>()

export class ActorLoop implements Loop, Special {
  extras: Extras | undefined = undefined
  parent: Pid | undefined = undefined
  readonly #process: Process
  readonly #actor: Actor
  readonly #household: Household
  #watchers: Watchers | undefined = undefined
  #last_event: Term = undefined
  /** While the actor is at work, it ends only after that. */
  #working = false

  constructor(process: Process, actor: Actor, household: Household) {
    this.#process = process
    this.#actor = actor
    this.#household = household
  }

  get pid(): Pid {
    return this.#process.pid
  }

  // ---- Beginning

  /** Starts the actor, in this process. */
  begin(start: () => unknown): void {
    this.#actor.subscribe({ complete: () => this.#stopped(), error: () => {} })
    this.#actor.on('*', event => this.#watchers?.tell(['emitted', this.pid, event]))
    this.#working = true
    start()
    this.#working = false
  }

  /** From now on the process handles messages, unless the actor has come to its end already. */
  live(): void {
    this.#settle(this.#actor.getSnapshot())
    if (this.#process.alive) this.#process.become(this)
  }

  // ---- Messages

  deliver(event: ChartEvent): void {
    this.#process.deliver(event)
  }

  handle(message: Term): Parked {
    if (message instanceof Alarm) return this.#work(() => this.#household.ring(this.#actor, message))
    if (!Array.isArray(message)) return this.#event(event_of(message))
    switch (message[0]) {
      case '$gen_call':
        return this.#event({ type: 'call', from: message[1], request: message[2] })
      case '$gen_cast':
        return this.#event(event_of(message[1]))
      case request_label:
        return this.#request(message[1], message[2])
      case 'system':
        return message.length === 3 ? handle_system_msg(message, this) : this.#event(event_of(message))
      case 'EXIT':
        return this.#exit_of(message[1], message[2], message)
      default:
        return this.#event(event_of(message))
    }
  }

  /** Of a machine that traps exits: its parent's ends it, a child's is an error of that child. */
  #exit_of(who: Pid, reason: Reason, message: Term): Parked {
    if (who === this.parent) return this.#leave(reason)
    const child = this.#household.children(this.#actor.getSnapshot()).find(([, pid]) => pid === who)
    return this.#event(child === undefined ? event_of(message) : error_event(child[0], reason))
  }

  #event(event: ChartEvent): Parked {
    this.#last_event = event
    if (this.extras === undefined) return this.#work(() => this.#household.deliver(this.#actor, event))
    const [before] = this.system_get_state()
    handle_debug(this, ['in', event, before])
    const parked = this.#work(() => this.#household.deliver(this.#actor, event))
    if (this.#process.alive) handle_debug(this, ['consume', event, before, this.system_get_state()[0]])
    return parked
  }

  #request(from: From, [name, ...args]: readonly Term[]): undefined {
    const snapshot = this.#actor.getSnapshot()
    if (name === 'snapshot') reply(from, snapshot)
    else if (name === 'persisted_snapshot') reply(from, this.#actor.getPersistedSnapshot())
    else if (name === 'children') reply(from, this.#household.children(snapshot))
    else {
      this.#watchers ??= new Watchers()
      this.#watchers.request(from, [name, ...args], snapshot)
    }
  }

  // ---- The actor at work

  #work(body: () => unknown): undefined {
    const before = this.#actor.getSnapshot()
    this.#working = true
    body()
    this.#working = false
    this.#settle(before)
  }

  #settle(before: ChartSnapshot): void {
    if (!this.#process.alive) return
    const snapshot = this.#actor.getSnapshot()
    if (snapshot !== before) this.#watchers?.see(snapshot, this.pid)
    if (snapshot.status === 'active') return
    if (snapshot.status === 'done') this.#keep_output(snapshot.output)
    if (snapshot.status !== 'error') this.#end(snapshot.status === 'done' ? 'normal' : 'shutdown')
    else if (this.#actor._parent === undefined) this.#crash(snapshot.error)
    else this.#end(reason_of(snapshot.error))
  }

  #keep_output(output: Term): void {
    outputs.set(this.pid, { output })
    this.#watchers?.done(output)
  }

  #stopped(): void {
    if (!this.#working) this.#settle(this.#actor.getSnapshot())
  }

  // ---- The end

  /** A child's end is for its machine to judge, which knows of it by an event: the link has nothing to add. */
  #end(reason: Reason): void {
    const parent =
      this.#actor._parent === undefined ? undefined : (this.parent?.entity as Process | undefined)
    if (parent !== undefined) {
      parent.unlink(this.pid)
      this.#process.unlink(parent.pid)
    }
    this.#process.end(reason)
  }

  #crash(thrown: unknown): void {
    this.#report(reason_of(thrown))
    leave(this.#process, thrown)
  }

  #leave(reason: Reason): undefined {
    this.#crash(new Exit(reason))
  }

  #report(reason: Reason): void {
    if (is_orderly(reason)) return
    const facts = {
      name: name_of(this),
      modules: [this.#actor.logic.id ?? this.#actor.id],
      last_message: this.#last_event,
      state: this.system_get_state(),
      log: get_log(this),
      reason,
    }
    report('error', { label: ['statechart', 'terminate'], report: facts })
  }

  // ---- For sys

  get behaviour(): string {
    return 'statechart'
  }

  format_event(event: SystemEvent, name: Term): string {
    return format_event(event, name)
  }

  system_get_state(): Term {
    return state_of(this.#actor.getSnapshot())
  }

  system_replace_state(replace: (state: Term) => Term): Term {
    const replaced = replace(this.system_get_state())
    if (!Array.isArray(replaced) || replaced.length !== 2) throw new Exit(['badmatch', replaced])
    const { logic } = this.#actor
    this.#take(logic, replaced as [Term, Term])
    return replaced
  }

  async system_code_change(version: Term, old_vsn: Term, extra: Term): Promise<Term> {
    const { machine, code_change } =
      typeof version?.resolveState === 'function' ? { machine: version } : version
    if (typeof machine?.resolveState !== 'function') throw new Exit(['undef', [version, 'code_change', 4]])
    const [state, data] = this.system_get_state()
    const result = (await code_change?.(old_vsn, state, data, extra)) ?? ['ok', state, data]
    if (!Array.isArray(result) || result[0] !== 'ok' || result.length !== 3) return result
    this.#take(machine, [result[1], result[2]])
    this.#actor.logic = machine
    return 'ok'
  }

  system_terminate(reason: Reason): Parked {
    return this.#leave(reason)
  }

  system_status(sys_state: SysState, log: readonly SystemEvent[]): Term {
    const data = [['State', this.system_get_state()]]
    const header = `Status for statechart ${name_text(name_of(this))}`
    return status_items(header, sys_state, { parent: this.parent, log, data })
  }

  #take(logic: Logic, state: [Term, Term]): void {
    this.#actor._snapshot = with_state(logic, this.#actor.getSnapshot(), state)
    this.#watchers?.see(this.#actor.getSnapshot(), this.pid)
  }
}
