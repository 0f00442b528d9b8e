// Any machine of xstate 5 as a process: events are its messages, `after` runs on the runtime's timers, the actors that
// it invokes or spawns are linked processes, and a crash is a crash.

import { type AnyActorLogic, createActor, type InputFrom, type Snapshot, type SnapshotFrom } from 'xstate'
import { Pid } from '../erlang/pid.ts'
import { current } from '../erlang/process.ts'
import { self } from '../erlang/self.ts'
import { Exit, type Reason, type Term, type Timeout } from '../erlang/term.ts'
import * as gen from './gen.ts'
import { whereis_server } from './gen_names.ts'
import * as proc_lib from './proc_lib.ts'
import type { Actor, ChartEvent } from './statechart_actor.ts'
import { chart_clock } from './statechart_clock.ts'
import { outputs, request_label } from './statechart_loop.ts'
import { ChartSystem, process_of_actor } from './statechart_system.ts'
import type { Extras } from './sys_debug.ts'

export type { From, ServerName, ServerRef, StartMonitorResult, StartResult } from './gen.ts'

/** How a machine is started: what xstate's `createActor` takes, and what behaviours take. */
export interface StartOptions<Machine extends AnyActorLogic = AnyActorLogic> extends gen.StartOptions {
  /** What the machine's context is made of. */
  readonly input?: InputFrom<Machine>
  /** From {@link get_persisted_snapshot}: the machine goes on from there, with the actors that it had. */
  readonly snapshot?: Snapshot<unknown>
  /** What xstate calls the actor. Default: a number of xstate's. */
  readonly id?: string
  /** Takes what the machine's `log` actions give. Default: `console.log` */
  readonly logger?: (...what: Term[]) => void
}

/** A machine, and options; before them a name, if it is to have one. */
export type StartArguments<Machine extends AnyActorLogic> =
  | readonly [machine: Machine, options?: StartOptions<Machine>]
  | readonly [name: gen.ServerName, machine: Machine, options?: StartOptions<Machine>]

// ---- Starting and stopping

/**
 * Starts a machine as a process that is linked to nobody.
 *
 * - Its messages are its events; one that is no event comes as `{ type, message }`, where the type is a tuple's tag
 *   (`'DOWN'`, `'tcp'`), a string itself, or else `'info'`. `gen_server.call` and {@link call} come as
 *   `{ type: 'call', from, request }`.
 * - It ends with reason `'normal'` in a final state, and with what was thrown when an action or a guard throws, or when
 *   what it has invoked fails and there is no `onError`.
 * - Each actor that it invokes or spawns is a process, linked to it, in which its promise or callback runs: who kills
 *   the one ends the other. When the machine stops an actor, that process ends with `'shutdown'`, so that what a
 *   promise waits for with `receive` or a call never comes.
 * - xstate makes the first snapshot of an actor where it is spawned: its initial context in the process of its machine.
 *
 * @param asked - `(machine, options?)` or `(name, machine, options?)`
 * @returns `['ok', pid]` once the initial state is entered; `['error', reason]` when that fails, or the name is taken
 */
export const start = <Machine extends AnyActorLogic>(
  ...asked: StartArguments<Machine>
): Promise<gen.StartResult> => gen.start_behaviour('nolink', init_it, arguments_of(asked))

/**
 * As {@link start}, and linked to the running process, its parent: for a supervisor's child.
 *
 * @example
 * { id: 'door', start: [statechart.start_link, [['local', 'door'], door_machine]], restart: 'transient' }
 */
export const start_link = <Machine extends AnyActorLogic>(
  ...asked: StartArguments<Machine>
): Promise<gen.StartResult> => gen.start_behaviour('link', init_it, arguments_of(asked))

/** As {@link start}, and monitored: gives `['ok', [pid, ref]]`. */
export const start_monitor = <Machine extends AnyActorLogic>(
  ...asked: StartArguments<Machine>
): Promise<gen.StartMonitorResult> => gen.start_behaviour_monitor(init_it, arguments_of(asked))

/**
 * Ends a machine, with the actors that it has started, and waits until it has. Its exit actions are not run.
 *
 * @param timeout - milliseconds. Default: no limit
 * @throws {@link Exit} `'noproc'`; `'timeout'`; or why it ended, when that is not `reason`
 */
export const stop = (machine: gen.ServerRef, reason: Reason = 'normal', timeout?: Timeout): Promise<'ok'> =>
  proc_lib.stop(machine, reason, timeout)

// ---- Events and calls

/** Sends a machine an event, if it is there. The same as `send(pid, event)` of a machine that is. */
export const send_event = (machine: gen.ServerRef, event: ChartEvent): 'ok' =>
  gen.cast(machine, '$gen_cast', event)

/**
 * Has a machine handle an event `{ type: 'call', from, request }`, and waits for the answer that one of its actions
 * gives by `reply(event.from, answer)`.
 *
 * @param timeout - milliseconds. Default: no limit
 * @throws {@link Exit} `[reason, ['statechart', 'call', [machine, request, timeout]]]`: `'noproc'`, `'timeout'`,
 *   `'calling_self'`, or why the machine ended
 */
export const call = <Answer = Term>(
  machine: gen.ServerRef,
  request: Term,
  timeout: Timeout = 'infinity',
): Promise<Answer> => {
  const form = ['statechart', 'call', [machine, request, timeout]] as const
  return gen.call(machine, ['$gen_call', request], timeout, form) as Promise<Answer>
}

/** Answers a call. OTP: `gen_statem:reply/2`. */
export const reply = (from: gen.From, answer: Term): 'ok' => gen.reply(from, answer)

// ---- Watching

/**
 * The present snapshot of a machine, once it has handled what was sent to it before.
 *
 * @throws {@link Exit} `[reason, ['statechart', 'get_snapshot', [machine]]]`, as {@link call} does
 */
export const get_snapshot = <Machine extends AnyActorLogic = AnyActorLogic>(
  machine: gen.ServerRef,
): Promise<SnapshotFrom<Machine>> => ask(machine, 'get_snapshot', ['snapshot'])

/** A snapshot that can be kept as JSON and given to {@link start} as `snapshot`, with those of its actors. */
export const get_persisted_snapshot = (machine: gen.ServerRef): Promise<Snapshot<unknown>> =>
  ask(machine, 'get_persisted_snapshot', ['persisted_snapshot'])

/**
 * Waits until a snapshot fits, the present one or one to come. `predicate` is called in the machine's process.
 *
 * @param timeout - milliseconds. Default: no limit
 * @returns the snapshot
 * @throws {@link Exit} as {@link call} does: also when the machine ends before; and what `predicate` throws
 */
export async function wait_for<Machine extends AnyActorLogic = AnyActorLogic>(
  machine: gen.ServerRef,
  predicate: (snapshot: SnapshotFrom<Machine>) => boolean,
  timeout?: Timeout,
): Promise<SnapshotFrom<Machine>> {
  const [tag, value] = await ask_for(machine, 'wait_for', [predicate], timeout)
  if (tag === 'thrown') throw value
  return value
}

/**
 * What a machine gives in its final state, which may be over.
 *
 * @param timeout - milliseconds. Default: no limit
 * @throws {@link Exit} as {@link call} does: with why the machine ended, if it came to no final state
 */
export async function await_output<Output = Term>(
  machine: gen.ServerRef,
  timeout?: Timeout,
): Promise<Output> {
  const kept = machine instanceof Pid ? outputs.get(machine) : undefined
  return kept === undefined ? ask_for(machine, 'await_output', [], timeout) : kept.output
}

/**
 * From now on the running process, or `subscriber`, gets `['snapshot', pid, snapshot]` with each new snapshot of the
 * machine, the final one too, and `['emitted', pid, event]` with what it emits.
 *
 * @returns `['ok', snapshot]`: the present one
 */
export const subscribe = <Machine extends AnyActorLogic = AnyActorLogic>(
  machine: gen.ServerRef,
  subscriber: Pid = self(),
): Promise<readonly ['ok', SnapshotFrom<Machine>]> => ask(machine, 'subscribe', ['subscribe', subscriber])

/** No more of {@link subscribe}. */
export const unsubscribe = (machine: gen.ServerRef, subscriber: Pid = self()): Promise<'ok'> =>
  ask(machine, 'unsubscribe', ['unsubscribe', subscriber])

/** The actors that a machine has started and not stopped, by their ids in it: `[[id, pid], …]`. */
export const which_children = (machine: gen.ServerRef): Promise<readonly (readonly [id: string, Pid])[]> =>
  ask(machine, 'which_children', ['children'])

/** The process of an actor of a machine, such as a reference in its context; undefined when it has not started. */
export const pid_of = (actor: object): Pid | undefined => process_of_actor(actor as Actor)

// ---- Internals

function ask(machine: gen.ServerRef, name: string, request: readonly Term[], timeout: Timeout = 'infinity') {
  return gen.call(machine, [request_label, request], timeout, ['statechart', name, [machine]])
}

/** Asks for what may take its time: who does not wait any longer is forgotten. */
async function ask_for(machine: gen.ServerRef, name: string, args: readonly Term[], timeout?: Timeout) {
  const key = {}
  try {
    return await ask(machine, name, [name, key, ...args], timeout)
  } catch (failure) {
    whereis_server(machine)?.entity?.deliver([request_label, undefined, ['forget', key]])
    throw failure
  }
}

/** What `gen` starts: the machine in the place of a callback module, and its options as arguments. */
interface Module {
  readonly module: string
  readonly logic: AnyActorLogic
}

type ChartOptions = Pick<StartOptions, 'input' | 'snapshot' | 'id' | 'logger'>

function arguments_of(asked: readonly Term[]): gen.StartArguments<Module, ChartOptions> {
  const named = Array.isArray(asked[0])
  const [logic, { input, snapshot, id, logger, ...options } = {}] = named ? asked.slice(1) : asked
  if (typeof logic?.transition !== 'function') throw new Exit(['badarg', logic])
  const module: Module = { module: logic.id ?? 'statechart', logic }
  const given = { input, snapshot, id, logger }
  const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return named ? [asked[0], module, args, options] : [module, args, options]
}

async function init_it(
  { logic }: Module,
  options: ChartOptions,
  parent: Pid | undefined,
  extras: Extras | undefined,
): Promise<void> {
  const process = current()
  const system = new ChartSystem()
  const inspect = (event: Term) => {
    if (event.type === '@xstate.actor') system.made(event.actorRef)
  }
  const actor = createActor(logic, { ...options, clock: chart_clock, inspect } as Term) as unknown as Actor
  const loop = system.house(actor, process, { parent, extras })
  loop.begin(() => actor.start())
  const { status, error } = actor.getSnapshot()
  if (status === 'error') throw error
  gen.started(process)
  loop.live()
}
