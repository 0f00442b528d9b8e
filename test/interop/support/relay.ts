// Stands between a client and a server and passes on what they send: as it comes, in small pieces, or not to its end.
// It notes what passes, of which the headers of the records can be read without the keys.

import net from 'node:net'
import { afterAll } from '@jest/globals'

export type Side = 'client' | 'server'

export interface Meddling {
  /** So many bytes are passed on at a time; then the event loop turns. Default: as they come */
  readonly piece?: number
  /** After so many bytes of the client's, the relay hangs up on both. Default: never */
  readonly cut_after?: number
}

/** Mutable: it keeps noting. */
export interface Relay {
  /** On 127.0.0.1: where the client is to connect to. */
  readonly port: number
  /** All that each side has sent, on one connection after the other. */
  readonly heard: Readonly<Record<Side, Buffer[]>>
  /** Settles when nothing passes any more, in either direction. */
  quiet(): Promise<void>
}

const relays = new Set<net.Server>()
const sockets = new Set<net.Socket>()

afterAll(() => {
  for (const relay of relays) relay.close()
  for (const socket of sockets) socket.destroy()
})

export async function start_relay(server_port: number, meddling: Meddling = {}): Promise<Relay> {
  const heard: Relay['heard'] = { client: [], server: [] }
  const closed: Promise<unknown>[] = []
  const relay = net.createServer(half_open, client => {
    const server = net.connect({ ...half_open, port: server_port, host: '127.0.0.1' })
    const hang_up = () => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', hang_up)
      closed.push(new Promise(resolve => socket.once('close', resolve)))
    }
    pass(client, server, { ...meddling, heard: heard.client, hang_up })
    pass(server, client, { piece: meddling.piece, heard: heard.server, hang_up })
  })
  relays.add(relay)
  await new Promise<void>(resolve => relay.listen(0, '127.0.0.1', resolve))
  relay.unref()
  return {
    port: (relay.address() as net.AddressInfo).port,
    heard,
    quiet: async () => void (await Promise.all(closed)),
  }
}

const half_open = { allowHalfOpen: true, noDelay: true }

interface Passing {
  readonly piece?: number | undefined
  readonly cut_after?: number
  readonly heard: Buffer[]
  hang_up(): void
}

function pass(from: net.Socket, to: net.Socket, passing: Passing): void {
  const { piece = Number.POSITIVE_INFINITY, cut_after, heard, hang_up } = passing
  let left = cut_after ?? Number.POSITIVE_INFINITY
  let passed = Promise.resolve()

  const pass_on = async (chunk: Buffer) => {
    for (let rest = chunk; rest.length > 0 && left > 0; ) {
      const part = rest.subarray(0, Math.min(piece, left))
      rest = rest.subarray(part.length)
      left -= part.length
      heard.push(part)
      to.write(part)
      await new Promise(resolve => setImmediate(resolve))
    }
    if (left === 0) hang_up()
  }
  from.on('data', chunk => {
    passed = passed.then(() => pass_on(chunk))
  })
  from.on('end', () => passed.then(() => to.end()))
}

/** A record as its header shows it. */
export interface SeenRecord {
  /** RFC 5246 §6.2.1 */
  readonly type: number
  /** In bytes, with its header. */
  readonly size: number
}

/** The records in a stream that ends with one. */
export function records_in(stream: readonly Buffer[]): SeenRecord[] {
  const bytes = Buffer.concat(stream)
  const records: SeenRecord[] = []
  for (let at = 0; at < bytes.length; at += records.at(-1)!.size) {
    records.push({ type: bytes[at]!, size: 5 + bytes.readUInt16BE(at + 3) })
  }
  return records
}
