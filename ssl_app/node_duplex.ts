// From sockets of `ssl` to what JavaScript has for data that comes bit by bit: streams and iterators.

import { type IoData, iolist_to_iovec } from '../apps/kernel/iodata.ts'
import { after, on, receive } from '../runtime/erlang/receive.ts'
import { _, Exit, type Reason, type Result, type Term, type Timeout } from '../runtime/erlang/term.ts'
import type { SslSocket } from './connection/ssl_socket.ts'
import { facts_of } from './node_facts.ts'
import { Host } from './node_host.ts'
import { type StreamOptions, TlsStream } from './node_stream.ts'
import * as ssl from './ssl.ts'

/**
 * Makes a stream of a connection that the running process owns and whose handshake is done. From then on the stream owns
 * it, and nobody else should receive from it; it is read as fast as the stream is. What has come to the mailbox already
 * is in the stream, too. The stream is linked to the process, so that it is destroyed if the process crashes.
 *
 * Bytes count, not packets: what is still to come is taken as it stands on the wire, with the headers of packets in it.
 *
 * @returns `['ok', stream]`; `['error', reason]`: `'closed'`, `'enotconn'` for a listener
 * @throws Error outside any process
 *
 * @example
 * const stream = ok(await to_duplex(socket))
 * await pipeline(createReadStream('film.mkv'), stream)
 */
export async function to_duplex(
  socket: SslSocket,
  options: StreamOptions = {},
): Promise<Result<TlsStream, Reason>> {
  if (!(socket instanceof ssl.SslSocket)) return ['error', 'enotconn']
  const facts = await facts_of(socket)
  if (facts[0] === 'error') return facts
  const ready = await ssl.setopts(socket, { active: false, mode: 'binary', packet: 'raw', header: 0 })
  if (ready !== 'ok') return ready
  // Other transports than TCP may not know it.
  await ssl.setopts(socket, { exit_on_close: false })
  const host = new Host(true)
  const handed = await ssl.controlling_process(socket, host.pid)
  if (handed !== 'ok') {
    host.leave()
    return handed
  }
  const early = await received_already(socket)
  const stream = new TlsStream(host, async () => ['ok', { socket, facts: facts[1], early }], options)
  await new Promise(resolve => stream.once('secure', resolve).once('close', resolve))
  return ['ok', stream]
}

/** What has come as messages before the socket became passive. */
async function received_already(socket: SslSocket): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  const take = () =>
    receive(
      on(['ssl', socket, _], ([, , data]) => pieces.push(...iolist_to_iovec(data as IoData))),
      on(['ssl_passive', socket], () => true),
      after(0, () => false as const),
    )
  while ((await take()) !== false);
  return pieces
}

/**
 * The data of a connection that the running process owns, in the form that its options `mode` and `packet` say: for
 * `for await`. It asks for one message at a time, with `active: 'once'`, so that a peer that sends too fast has to wait;
 * what has come to the mailbox already is first. It ends when the peer has closed. Who leaves the loop before that has a
 * passive socket.
 *
 * @throws {@link Exit} `['ssl_error', reason]` when the connection fails
 *
 * @example
 * for await (const line of messages(socket)) console.log(String(line))
 */
export async function* messages(socket: SslSocket): AsyncGenerator<ssl.Delivered, void, void> {
  try {
    for (;;) {
      const there = await next(socket, 0)
      const heard = there === 'none' ? await ask(socket) : there
      if (heard === 'ssl_closed') return
      if (heard !== 'none') yield heard[1]
    }
  } finally {
    await ssl.setopts(socket, { active: false })
  }
}

/** `'none'`: nothing has come in time, or nothing to be handed on. */
type Heard = readonly ['data', ssl.Delivered] | 'ssl_closed' | 'none'

async function ask(socket: SslSocket): Promise<Heard> {
  const asked = await ssl.setopts(socket, { active: 'once' })
  return asked === 'ok' ? next(socket, 'infinity') : 'ssl_closed'
}

const next = (socket: SslSocket, timeout: Timeout): Promise<Heard> =>
  receive<[Heard, Heard, Heard, Heard, Heard]>(
    on(['ssl', socket, _], ([, , data]) => ['data', data as Term]),
    on(['ssl_passive', socket], () => 'none'),
    on(['ssl_closed', socket], () => 'ssl_closed'),
    on(['ssl_error', socket, _], ([tag, , reason]) => {
      throw new Exit([tag, reason])
    }),
    after(timeout, () => 'none'),
  )
