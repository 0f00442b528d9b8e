// Owns the socket at which a node can be watched: while this process lives it is open, and with it the socket goes.

import { ok, type Result } from '../../runtime/erlang/term.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import * as application from '../kernel/application.ts'
import * as gen_tcp from '../kernel/gen_tcp.ts'
import { make_directory, remove_socket, socket_path } from './observer_directory.ts'
import { longest_request } from './observer_protocol.ts'

// ---- API

export const start_link = () => gen_server.start_link(['local', name], callbacks)

/** The listening socket, from which any process may accept connections. */
export const socket = (): Promise<gen_tcp.Socket> => gen_server.call(name, 'socket')

// ---- Callbacks

const name = 'observer_listener'

const callbacks: gen_server.Callbacks<gen_tcp.Socket, 'socket', never> = {
  module: name,

  async init() {
    const made = make_directory()
    if (made !== 'ok') return made
    const [found, path] = socket_path(application.get_env('observer', 'name', `${process.pid}`))
    if (found === 'error') return [found, path]
    return listen(path)
  },

  handle_call: (_socket, _from, socket) => ['reply', socket, socket],
}

// ---- Internals

/** A socket that a program left behind which did not end well is taken over; one at which somebody answers is not. */
async function listen(path: string): Promise<Result<gen_tcp.Socket>> {
  const listening = await gen_tcp.listen(0, { ...options, ip: ['local', path] })
  if (listening[1] !== 'eaddrinuse' || (await is_alive(path))) return listening
  remove_socket(path)
  return gen_tcp.listen(0, { ...options, ip: ['local', path] })
}

async function is_alive(path: string): Promise<boolean> {
  const connected = await gen_tcp.connect(['local', path], 0, { active: false }, 1_000)
  if (connected[0] === 'ok') gen_tcp.close(ok(connected))
  return connected[1] !== 'econnrefused' && connected[1] !== 'enoent'
}

const options: gen_tcp.ListenOptions = {
  active: false,
  mode: 'binary',
  packet: 4,
  packet_size: longest_request,
  send_timeout: 10_000,
  send_timeout_close: true,
  keeps_alive: false,
}
