// What is used of xstate's actors, spelled as xstate spells it: what is public there, and three things that are not,
// since a system of actors has no other place at which processes could come in. test/runtime/otp holds them to it.

import type { Term } from '../erlang/term.ts'

/** An event of a machine. */
export interface ChartEvent {
  readonly type: string
  readonly [key: string]: Term
}

/** The state of an actor at one moment; `value` and `children` are those of a machine. */
export interface ChartSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  readonly output?: Term
  readonly error?: Term
  readonly context?: Term
  readonly value?: Term
  readonly historyValue?: Term
  readonly children?: Readonly<Record<string, Actor | undefined>>
}

/** What an actor does: a machine, a promise, a callback, an observable. */
export interface Logic {
  readonly id?: string
  resolveState?(config: Partial<ChartSnapshot>): ChartSnapshot
}

/** An actor, as xstate has it: a machine, or what one has invoked or spawned. */
export interface Actor {
  readonly id: string
  readonly system: System
  logic: Logic
  /** @internal in xstate */
  readonly _parent?: Actor
  /** @internal in xstate */
  _snapshot: ChartSnapshot
  start(): Actor
  getSnapshot(): ChartSnapshot
  getPersistedSnapshot(): Term
  subscribe(observer: { readonly complete: () => void; readonly error: () => void }): Term
  on(type: '*', handler: (event: ChartEvent) => void): Term
}

/** What the actors of one machine, of all depths, have in common. */
export interface System {
  /** @internal in xstate: by this goes every event from one actor to another, and every delayed one */
  _relay(source: Actor | undefined, target: Actor, event: ChartEvent): void
}

/** What has an actor stop, when it comes as an event. */
export const stop_event: ChartEvent = { type: 'xstate.stop' }

/** What a machine gets from a child of its that failed. */
export const error_event = (id: string, error: Term): ChartEvent => ({
  type: `xstate.error.actor.${id}`,
  error,
  actorId: id,
})

/** State and data, as a `gen_statem` has them: value and context; of what is no machine, the status and the context. */
export const state_of = ({ value, status, context }: ChartSnapshot): [Term, Term] => [
  value ?? status,
  context,
]

/** The same snapshot with another state and other data, which has to be one of the machine. */
export function with_state(
  logic: Logic,
  snapshot: ChartSnapshot,
  [value, context]: [Term, Term],
): ChartSnapshot {
  if (logic.resolveState === undefined) return { ...snapshot, context }
  const { historyValue, children } = snapshot
  return { ...logic.resolveState({ value, context, historyValue }), children: children ?? {} }
}
