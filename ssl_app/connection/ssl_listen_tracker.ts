// The process that keeps the options of one listener, for the connections that it accepts.

import { link } from '../../runtime/erlang/links.ts'
import { is_port, type Pid } from '../../runtime/erlang/pid.ts'
import { process_flag } from '../../runtime/erlang/process_flags.ts'
import type { Done, Reason, Result, Term } from '../../runtime/erlang/term.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import type { SslOptions } from './connection_options.ts'
import { get_options, set_options } from './connection_opts.ts'
import type { TransportSocket } from './ssl_socket.ts'
import type { EmulatedOptions } from './user_data.ts'

/** What a listener's connections start with. */
export interface Listening {
  readonly options: SslOptions
  readonly emulated: EmulatedOptions
}

interface State extends Listening {
  readonly transport_socket: TransportSocket
}

type Cast = 'closed'
type Call = 'get' | readonly ['setopts', Term] | readonly ['getopts', Term]

// ---- API

/**
 * Starts a tracker; when it is shut down the listener is closed. It ends with a listener that is a port; of others it
 * is to be told.
 */
export const start_link = (state: State) => gen_server.start_link(callbacks, state)

/** The listener was closed. */
export const closed = (tracker: Pid): 'ok' => gen_server.cast(tracker, 'closed' satisfies Cast)

export const get = (tracker: Pid): Promise<Listening> => gen_server.call(tracker, 'get', 'infinity')

export const setopts = (tracker: Pid, options: Term): Promise<Done<Reason>> =>
  gen_server.call(tracker, ['setopts', options], 'infinity')

export const getopts = (tracker: Pid, names: Term): Promise<Result<Record<string, Term>>> =>
  gen_server.call(tracker, ['getopts', names], 'infinity')

// ---- Callbacks

const callbacks: gen_server.Callbacks<State, Call, Cast, State> = {
  module: 'ssl_listen_tracker',

  init(state) {
    process_flag('trap_exit', true)
    if (is_port(state.transport_socket)) link(state.transport_socket)
    return ['ok', state]
  },

  handle_call(request, _from, state) {
    if (request === 'get') return ['reply', { options: state.options, emulated: state.emulated }, state]
    const [name, argument] = request
    return name === 'setopts' ? set(argument, state) : ['reply', tell(argument, state), state]
  },

  handle_cast: (_closed, state) => ['stop', 'normal', state],

  handle_info(info, state) {
    const gone = Array.isArray(info) && info[0] === 'EXIT' && info[1] === state.transport_socket
    return gone ? ['stop', 'normal', state] : ['noreply', state]
  },

  terminate(_reason, { options, transport_socket }) {
    if (!is_port(transport_socket)) options.cb_info[0].close(transport_socket)
  },

  /** The options hold keys and passwords. */
  format_status: ({ state }) => ({
    state: { transport_socket: state.transport_socket, emulated: state.emulated },
  }),
}

// ---- Internals

function set(options: Term, state: State): gen_server.Reply<State> {
  let { emulated } = state
  const done = set_options(
    {
      transport: state.options.cb_info[0],
      transport_socket: state.transport_socket,
      own: state.emulated,
      change: changes => {
        emulated = { ...emulated, ...changes }
      },
    },
    options,
  )
  return ['reply', done, { ...state, emulated }]
}

const tell = (names: Term, { options, emulated, transport_socket }: State) =>
  get_options(emulated, options.cb_info[0], transport_socket, names)
