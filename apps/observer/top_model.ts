// How `kista top` goes on: what is shown changes with keys, answers and time. Pure.

import { most_rows } from './observer_protocol.ts'
import type { SortKey } from './process_table.ts'
import { type Plain, type Snapshot, type SnapshotRequest, views } from './snapshot.ts'
import { body, page, type Shown, type Size } from './top_screen.ts'

/** What `kista top` knows. */
export interface Model extends Shown {
  readonly sort_by: SortKey
  readonly size: Size
  /** When the node was asked for what has not come yet, in milliseconds; undefined while there is nothing to come. */
  readonly asked_at: number | undefined
  /** What was asked for is no longer what is wanted. */
  readonly outdated: boolean
}

/** What happens to it; times are in milliseconds of one clock. */
export type Event =
  | readonly ['key', key: string, now: number]
  | readonly ['answer', Plain<Snapshot>, now: number]
  | readonly ['tick', now: number]
  | readonly ['resize', Size]

/** What is to be done besides showing it. */
export type Action = 'none' | 'ask' | 'quit'

/** A node that is silent for so many milliseconds is shown to be. */
const long_silence = 2_000

/** What it starts with: the node is about to be asked. */
export const new_model = (
  name: string,
  { view, sort_by, size, now }: Pick<Model, 'view' | 'sort_by' | 'size'> & { readonly now: number },
): Model => ({
  ...{ name, view, sort_by, size },
  ...{
    snapshot: undefined,
    previous: undefined,
    silent: undefined,
    first: 0,
    asked_at: now,
    outdated: false,
  },
})

/** What to ask for: as many rows as can be seen. */
export const request_of = ({ view, sort_by, first, size }: Model): SnapshotRequest => ({
  views: [view],
  sort_by,
  limit: Math.min(most_rows, first + 2 * page(size) + 1),
})

/** What becomes of it. */
export function update(model: Model, event: Event): readonly [Model, Action] {
  switch (event[0]) {
    case 'key':
      return pressed(model, event[1], event[2])
    case 'answer':
      return answered(model, event[1], event[2])
    case 'tick':
      return ticked(model, event[1])
    case 'resize':
      return [within({ ...model, size: event[1] }, 0), 'none']
  }
}

function answered(model: Model, snapshot: Plain<Snapshot>, now: number): readonly [Model, Action] {
  const previous = model.snapshot?.system
  const shown: Model = { ...model, snapshot, previous, silent: undefined, asked_at: undefined }
  return model.outdated ? ask(shown, now) : [within(shown, 0), 'none']
}

function ticked(model: Model, now: number): readonly [Model, Action] {
  if (model.asked_at === undefined) return ask(model, now)
  const silent = now - model.asked_at
  return [{ ...model, silent: silent < long_silence ? undefined : silent }, 'none']
}

/** One question at a time; what is wanted meanwhile is asked for after the answer. */
function ask(model: Model, now: number): readonly [Model, Action] {
  if (model.asked_at !== undefined) return [{ ...model, outdated: true }, 'none']
  return [{ ...model, asked_at: now, outdated: false }, 'ask']
}

// ---- Keys

const sorts: Readonly<Record<string, SortKey>> = {
  r: 'reductions_since',
  R: 'reductions',
  m: 'message_queue_len',
  n: 'name',
  p: 'pid',
}

/** Rows, or pages, that a key moves by. */
const moves: Readonly<Record<string, readonly [rows: number, pages: number]>> = {
  up: [-1, 0],
  k: [-1, 0],
  down: [1, 0],
  j: [1, 0],
  page_up: [0, -1],
  page_down: [0, 1],
  ' ': [0, 1],
  home: [-most_rows, 0],
}

function pressed(model: Model, key: string, now: number): readonly [Model, Action] {
  if (key === 'q' || key === 'ctrl_c') return [model, 'quit']
  const sort_by = of(sorts, key)
  if (sort_by !== undefined) return ask({ ...model, sort_by, view: 'processes', first: 0 }, now)
  const view = key === 'tab' ? views[(views.indexOf(model.view) + 1) % views.length] : views[Number(key) - 1]
  if (view !== undefined) return ask({ ...model, view, first: 0 }, now)
  const move = of(moves, key)
  return move === undefined ? [model, 'none'] : ask(within(model, move[0] + move[1] * page(model.size)), now)
}

const of = <Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

/** Moved by so many rows, but not beyond the last one. */
function within(model: Model, by: number): Model {
  const rows = Math.max(0, body(model).length - 1)
  const last_first = Math.max(0, rows - page(model.size))
  return { ...model, first: Math.min(Math.max(0, model.first + by), last_first) }
}
