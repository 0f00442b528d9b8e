// A socket that is a process: it keeps what a line has brought until its owner asks for it, and ends with its owner.

import { demonitor, gen_server, monitor, type Pid, type Ref, self, send } from '../runtime/index.ts'

/** Whatever carries bytes both ways, whole and in order. */
export interface Line {
  /** A promise means that the other side does not keep up. */
  send(bytes: Uint8Array): 'ok' | readonly ['error', string] | PromiseLike<'ok' | readonly ['error', string]>
  /** All that it has brought was taken: there may be more. */
  resume(): void
  /** Nothing more is sent. */
  end(): void
  /** Nothing more is taken, either. */
  close(): void
}

interface State {
  readonly line: Line
  readonly owner: Pid
  readonly watch: Ref
  readonly arrived: readonly Uint8Array[]
  readonly ended: boolean
  /** Whether the owner is to be sent what comes next, or who else waits for it. */
  readonly wanted: boolean | gen_server.From
}

const state_of = (line: Line, owner: Pid): State => {
  return { line, owner, watch: monitor('process', owner), arrived: [], ended: false, wanted: false }
}

export const line_socket: gen_server.Callbacks<State> = {
  module: 'line_socket',
  init: ([line, owner]) => ['ok', state_of(line, owner)],
  handle_call(new_owner, from, state) {
    if (new_owner === 'recv') return ['noreply', give({ ...state, wanted: from })]
    if (from[0] !== state.owner) return ['reply', ['error', 'not_owner'], state]
    demonitor(state.watch, { flush: true })
    return ['reply', 'ok', { ...state, owner: new_owner, watch: monitor('process', new_owner) }]
  },
  handle_cast: ([what, value], state) => {
    if (what === 'close') return ['stop', 'normal', state]
    const news = what === 'arrived' ? [...state.arrived, value] : value
    return ['noreply', give({ ...state, [what]: news })]
  },
  handle_info: (_down, state) => ['stop', 'normal', state],
  terminate: (_reason, { line }) => line.close(),
}

/** Gives the next bytes, or the end, to who wants them. */
function give(state: State): State {
  const [bytes, ...rest] = state.arrived
  if (state.wanted === false || (bytes === undefined && !state.ended)) return state
  if (state.wanted !== true) gen_server.reply(state.wanted, bytes ? ['ok', bytes] : ['error', 'closed'])
  else send(state.owner, bytes ? ['line', self(), bytes] : ['line_closed', self()])
  if (bytes !== undefined && rest.length === 0) state.line.resume()
  return { ...state, arrived: rest, wanted: false }
}
