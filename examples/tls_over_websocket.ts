// TLS in the messages of a WebSocket: what is between its ends carries it, and cannot read it.
//   node dist/examples/tls_over_websocket.js

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { pkix_test_data } from '../apps/public_key/public_key.ts'
import { ok, type Pid, run, spawn } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'
import type { Line } from './line_socket.ts'
import { arrived, cb_info, ended, open } from './line_transport.ts'

/** A WebSocket knows no half-close: its end is the end of both directions. */
const line_of = (socket: WebSocket): Line => ({
  send: bytes =>
    new Promise(resolve => socket.send(bytes, error => resolve(error ? ['error', 'closed'] : 'ok'))),
  resume: () => socket.resume(),
  end() {},
  close() {
    socket.resume()
    socket.close()
  },
})

/** A socket to be secured. Its WebSocket waits while nobody takes what it has brought. */
export function over(socket: WebSocket): Promise<Pid> {
  const opening = open(line_of(socket))
  socket.on('message', bytes => {
    socket.pause()
    opening.then(line => arrived(line, bytes as Buffer))
  })
  socket.on('close', () => opening.then(ended))
  socket.on('error', () => {})
  return opening
}

if (import.meta.filename === process.argv[1]) {
  const { server_config, client_config } = await pkix_test_data()
  const server = new WebSocketServer({ port: 0 })
  await run(async () => {
    ok(await ssl.start())
    server.on('connection', socket =>
      spawn(async () => {
        const options = { ...server_config, cb_info, active: false }
        const secured = ok(await ssl.handshake(await over(socket), options, 5_000))
        await ssl.send(secured, 'the proxy has seen only noise')
        await ssl.close(secured)
      }),
    )
    const socket = new WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}`)
    await once(socket, 'open')
    const options = { ...client_config, cb_info, active: false, server_name_indication: 'localhost' }
    const secured = ok(await ssl.connect(await over(socket), options, 5_000))
    console.log(String(ok(await ssl.recv(secured, 0))))
  })
  server.close()
}
