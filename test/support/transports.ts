// Pairs of TLS sockets over TCP and over each transport that the examples show.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket, WebSocketServer } from 'ws'
import { cb_info as over_line } from '../../examples/line_transport.ts'
import { pair } from '../../examples/memory_line.ts'
import { over_tls } from '../../examples/tls_in_tls.ts'
import { over_unix } from '../../examples/tls_over_unix.ts'
import { over } from '../../examples/tls_over_websocket.ts'
import { ok, type Pid } from '../../runtime/index.ts'
import { tcp } from '../../ssl_app/connection/tcp_transport.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import type { TestPki } from './tls_pair.ts'

/** What came of the handshake on both sides. */
export type Outcomes = readonly [client: Outcome, server: Outcome]
type Outcome = Awaited<ReturnType<typeof ssl.handshake>>

/** Connects the running process, or whoever calls, to itself. */
export type ConnectBoth = (client: ssl.ConnectOptions, server: ssl.ListenOptions) => Promise<Outcomes>

const limit = 10_000

/** Each way, by name. */
export const transports = (pki: () => TestPki): Readonly<Record<string, ConnectBoth>> => ({
  TCP: by_listener(() => tcp),
  'a unix domain socket': by_listener(() => over_unix(unused_path())),
  TLS: by_listener(() => over_tls(pki().client, pki().server)),
  memory: by_sockets(pair),
  'a WebSocket': by_sockets(websockets),
})

let paths = 0
const unused_path = (): string => join(tmpdir(), `kista-${process.pid}-${++paths}.sock`)

const by_listener =
  (transport: () => ssl.CbInfo): ConnectBoth =>
  async (client, server) => {
    const cb_info = transport()
    const listener = ok(await ssl.listen(0, { ...server, cb_info }))
    const [, port] = ok(ssl.sockname(listener))
    const connecting = ssl.connect(
      'localhost',
      Number.isInteger(port) ? port : 0,
      { ...client, cb_info },
      limit,
    )
    const shaking = ssl.transport_accept(listener, limit).then(ok).then(shake_hands)
    const outcomes = await Promise.all([connecting, shaking])
    await ssl.close(listener)
    return outcomes
  }

const shake_hands = (accepted: ssl.SslSocket): Promise<Outcome> => ssl.handshake(accepted, limit)

const by_sockets =
  (open: () => Promise<readonly [Pid, Pid]>): ConnectBoth =>
  async (client, server) => {
    const [near, far] = await open()
    const named = { server_name_indication: 'localhost', ...client, cb_info: over_line }
    return Promise.all([
      ssl.connect(near, named, limit),
      ssl.handshake(far, { ...server, cb_info: over_line }, limit),
    ])
  }

/** Both ends of a WebSocket, as sockets to be secured. */
export async function websockets(): Promise<readonly [Pid, Pid]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const near = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const [[far]] = await Promise.all([once(server, 'connection'), once(near, 'open')])
  server.close()
  return Promise.all([over(near), over(far)])
}
