// One who watches the node: a process that answers requests, one at a time, until the other end closes. Whatever comes
// is answered or closes the socket.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Reason } from '../../runtime/erlang/term.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import * as supervisor from '../../runtime/otp/supervisor.ts'
import * as gen_tcp from '../kernel/gen_tcp.ts'
import * as inet from '../kernel/inet.ts'
import { decode_request, encode_answer } from './observer_protocol.ts'
import { Photographer } from './snapshot.ts'

// ---- API

/** The name of the supervisor of these processes. */
export const sup = 'observer_connection_sup'

export const start_sup = () => supervisor.start_link(['local', sup], sup_callbacks)

/** Has a process answer what comes from a socket that is now its own. */
export const serve = (connection: Pid, socket: gen_tcp.Socket): 'ok' =>
  gen_server.cast(connection, ['socket', socket])

// ---- Callbacks

const sup_callbacks: supervisor.Callbacks = {
  module: sup,
  init: () => [
    'ok',
    [
      { strategy: 'simple_one_for_one', intensity: 0 },
      [{ id: 'observer_connection', start: () => gen_server.start_link(callbacks), restart: 'temporary' }],
    ],
  ],
}

const callbacks: gen_server.Callbacks<Photographer, never, readonly ['socket', gen_tcp.Socket]> = {
  module: 'observer_connection',

  init: () => ['ok', new Photographer()],

  handle_cast: ([, socket], photographer) => wait(socket, photographer),

  async handle_info(message, photographer) {
    const [tag, socket, packet] = message
    if (tag !== 'tcp') return ['stop', 'normal', photographer]
    const sent = await gen_tcp.send(socket, await answer(packet, photographer))
    if (sent === 'ok') return wait(socket, photographer)
    return ['stop', is_gone(sent[1]) ? 'normal' : sent[1], photographer]
  },
}

// ---- Internals

/** One request at a time: as long as it is not answered, no other is read. */
function wait(socket: gen_tcp.Socket, photographer: Photographer): gen_server.NoReply<Photographer> {
  const set = inet.setopts(socket, { active: 'once' })
  return set === 'ok' ? ['noreply', photographer] : ['stop', 'normal', photographer]
}

/** Who watched has left, or does not read what was asked for. */
const is_gone = (reason: Reason): boolean => reason === 'closed' || reason === 'timeout'

async function answer(packet: Uint8Array, photographer: Photographer): Promise<Buffer> {
  const [tag, request] = decode_request(packet)
  if (tag === 'error') return encode_answer([tag, request as Reason])
  return encode_answer(['ok', await photographer.take(request)])
}
