// A system of xstate's actors as processes: each actor that a machine invokes or spawns gets one, linked to that of
// the machine, and what they send each other goes through mailboxes.

import type { Pid } from '../erlang/pid.ts'
import { current, type Process } from '../erlang/process.ts'
import { run_as } from '../erlang/self.ts'
import * as proc_lib from './proc_lib.ts'
import {
  type Actor,
  type ChartEvent,
  type ChartSnapshot,
  type System,
  stop_event,
} from './statechart_actor.ts'
import type { Alarm } from './statechart_clock.ts'
import { ActorLoop, type Household } from './statechart_loop.ts'
import type { Extras } from './sys_debug.ts'

export class ChartSystem implements Household {
  readonly #loops = new WeakMap<Actor, ActorLoop>()
  #relay: System['_relay'] = () => {}
  /** The actor that is about to get an event which has waited in its mailbox already. */
  #at_once: Actor | undefined = undefined

  /** xstate tells of each actor that is made: the first is the root, all others are to start as processes. */
  made(actor: Actor): void {
    if (actor._parent === undefined) this.#take_over(actor.system)
    else this.#start_as_process(actor)
  }

  /** From now on, events for the actor go to the process; and the actor stops when that ends. */
  house(
    actor: Actor,
    process: Process,
    { parent, extras }: { readonly parent: Pid | undefined; readonly extras?: Extras | undefined },
  ): ActorLoop {
    const loop = new ActorLoop(process, actor, this)
    loop.parent = parent
    loop.extras = extras
    this.#loops.set(actor, loop)
    process.own({ release: () => this.stop(actor) })
    return loop
  }

  deliver(actor: Actor, event: ChartEvent): void {
    this.#relay(undefined, actor, event)
  }

  ring(actor: Actor, alarm: Alarm): void {
    if (alarm.cancelled) return
    this.#at_once = actor
    alarm.ring()
    this.#at_once = undefined
  }

  stop(actor: Actor): void {
    if (actor.getSnapshot().status === 'active') this.#relay(undefined, actor, stop_event)
  }

  children({ children = {} }: ChartSnapshot): [id: string, Pid][] {
    return Object.entries(children).flatMap(([id, actor]) => {
      const loop = actor && this.#loops.get(actor)
      return loop === undefined ? [] : [[id, loop.pid] as [string, Pid]]
    })
  }

  /** The process of an actor, or undefined when it has not started. */
  pid_of(actor: Actor): Pid | undefined {
    return this.#loops.get(actor)?.pid
  }

  #take_over(system: System): void {
    systems.set(system, this)
    this.#relay = system._relay
    system._relay = (source, target, event) => {
      const loop = this.#loops.get(target)
      const at_once = this.#at_once === target
      if (at_once) this.#at_once = undefined
      if (loop === undefined || at_once) this.#relay(source, target, event)
      else loop.deliver(event)
    }
  }

  /** What xstate does when it starts the actor is done by a process of its own, at once, so that the order stays. */
  #start_as_process(actor: Actor): void {
    const start = actor.start.bind(actor)
    actor.start = () => {
      if (this.#loops.has(actor)) return actor
      const parent = current().pid
      const pid = proc_lib.spawn_link(() => loop.live())
      const process = pid.entity as Process
      process.initial_call = [actor.id, 'init', 1]
      const loop = this.house(actor, process, { parent })
      run_as(process, () => loop.begin(start))
      return actor
    }
  }
}

const systems = new WeakMap<System, ChartSystem>()

/** The process of an actor of any machine here, or undefined when it has none. */
export const process_of_actor = (actor: Actor): Pid | undefined => systems.get(actor.system)?.pid_of(actor)
