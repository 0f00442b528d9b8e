// What TLS asks of a transport, for sockets of line_socket.ts: the option cb_info for whatever carries bytes.

import { Exit, gen_server, is_process_alive, ok, type Pid, run_outside, self } from '../runtime/index.ts'
import type { CbInfo, Transport } from '../ssl_app/ssl.ts'
import { type Line, line_socket } from './line_socket.ts'

const lines = new WeakMap<Pid, Line>()
const closed = ['error', 'closed'] as const
const passive = { mode: 'binary', packet: 0, packet_size: 0, header: 0, active: false }

/** Opens a socket on a line: it belongs to the caller. */
export async function open(line: Line): Promise<Pid> {
  const socket = ok(await gen_server.start(line_socket, [line, self()]))
  lines.set(socket, line)
  return socket
}

// A line may tell what it has brought from anywhere, even where its process has ended.
export const arrived = (socket: Pid, bytes: Uint8Array) =>
  run_outside(() => gen_server.cast(socket, ['arrived', bytes]))
export const ended = (socket: Pid) => run_outside(() => gen_server.cast(socket, ['ended', true]))

const refuse = async () => ['error', 'enotsup'] as const

/** Sockets are secured that are there already: `ssl.connect(socket, { cb_info })`, `ssl.handshake(socket, { cb_info })`. */
const transport: Transport = {
  connect: refuse,
  listen: refuse,
  accept: refuse,
  send: (socket, data) => lines.get(socket)?.send(Buffer.concat(data)) ?? closed,
  async recv(socket, _length, timeout) {
    try {
      return await gen_server.call(socket, 'recv', timeout)
    } catch (exit) {
      gen_server.cast(socket, ['wanted', false])
      return exit instanceof Exit && exit.reason[0] === 'timeout' ? ['error', 'timeout'] : closed
    }
  },
  close: socket => gen_server.cast(socket, ['close', true]),
  shutdown(socket, how) {
    if (how !== 'read') lines.get(socket)?.end()
    return 'ok'
  },
  controlling_process: (socket, owner) => gen_server.call<'ok'>(socket, owner).catch(() => closed),
  setopts(socket: Pid, { active }) {
    if (active !== undefined) gen_server.cast(socket, ['wanted', active !== false])
    return is_process_alive(socket) ? 'ok' : closed
  },
  getopts: () => ['ok', passive],
  peername: () => ['ok', ['line', 0]],
  sockname: () => ['ok', ['line', 0]],
}

export const cb_info: CbInfo = [transport, 'line', 'line_closed', 'line_error']
