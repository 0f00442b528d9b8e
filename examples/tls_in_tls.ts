// TLS over TLS: a tunnel in a tunnel. The one who ends the outer one sees only that somebody speaks TLS in it.
//   node dist/examples/tls_in_tls.js

import { pkix_test_data } from '../apps/public_key/public_key.ts'
import { ok, run, self, send, spawn } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

/** How long the outer handshake may take, in milliseconds. */
const patience = 5_000

const passive = { mode: 'binary', packet: 0, packet_size: 0, header: 0, active: false } as const

/** A transport that is a connection of ssl itself, with these options of clients and of servers. */
export const over_tls = (client: ssl.ConnectOptions, server: ssl.ListenOptions): ssl.CbInfo => [
  {
    ...{ send: ssl.send, recv: ssl.recv, close: ssl.close, shutdown: ssl.shutdown },
    ...{ peername: ssl.peername, sockname: ssl.sockname, controlling_process: ssl.controlling_process },
    connect: (host, port, options: object, timeout) =>
      ssl.connect(host, port, { ...client, ...options }, timeout),
    listen: (port, options) => ssl.listen(port, { ...server, ...options }),
    accept,
    setopts,
    getopts: () => ['ok', passive],
  },
  'ssl',
  'ssl_closed',
  'ssl_error',
]

async function accept(listener: ssl.TransportSocket, timeout?: number | 'infinity') {
  const accepted = await ssl.transport_accept(listener, timeout)
  return accepted[0] === 'ok' ? ssl.handshake(accepted[1], patience) : accepted
}

/** A transport's options are set at once. Here a process is asked; if it has gone, that is the end. */
function setopts(socket: ssl.TransportSocket, options: object): 'ok' {
  const owner = self()
  const closed = () => send(owner, ['ssl_closed', socket])
  ssl.setopts(socket, options).then(done => done === 'ok' || closed(), closed)
  return 'ok'
}

if (import.meta.filename === process.argv[1]) {
  const [outer, inner] = [await pkix_test_data(), await pkix_test_data()]
  const cb_info = over_tls(outer.client_config, outer.server_config)
  await run(async () => {
    ok(await ssl.start())
    const listener = ok(await ssl.listen(0, { ...inner.server_config, cb_info, active: false }))
    spawn(async () => {
      const accepted = ok(await ssl.transport_accept(listener))
      await ssl.send(ok(await ssl.handshake(accepted, patience)), 'twice as secret')
    })
    const [, port] = ok(ssl.sockname(listener))
    const options = { ...inner.client_config, cb_info, active: false }
    console.log(ok(await ssl.recv(ok(await ssl.connect('localhost', port, options)), 0)))
  })
}
