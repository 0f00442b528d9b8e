// A TLS server that gives back what it gets; each connection is a process under a supervisor:
//   node dist/examples/echo_server.js
//   openssl s_client -quiet -connect localhost:4433

import { pkix_test_data } from '../apps/public_key/public_key.ts'
import { _, exit, ok, type Pid, proc_lib, receive, run, self, send, supervisor } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

/** One connection: gives back what comes, until the peer closes. */
async function echo() {
  proc_lib.init_ack(['ok', self()])
  const [, accepted] = await receive(['socket', _])
  const [tag, socket] = await ssl.handshake(accepted, 5_000)
  if (tag === 'error') exit(['shutdown', socket])

  for (;;) {
    const [tag, data] = await ssl.recv(socket, 0)
    if (tag === 'error') return
    ok(await ssl.send(socket, data))
  }
}

const start_echo = () => proc_lib.start_link(echo)

const echo_sup: supervisor.Callbacks = {
  module: 'echo_sup',
  init: () => [
    'ok',
    [{ strategy: 'simple_one_for_one' }, [{ id: 'echo', start: start_echo, restart: 'temporary' }]],
  ],
}

/** Gives each connection of a passive listener to a process of its own, until the listener is closed. */
export async function serve(listener: ssl.SslListenSocket): Promise<void> {
  const sup = ok(await supervisor.start_link(echo_sup))
  for (;;) {
    const [tag, socket] = await ssl.transport_accept(listener)
    if (tag === 'error') return
    const connection = ok(await supervisor.start_child(sup, [])) as Pid
    await ssl.controlling_process(socket, connection)
    send(connection, ['socket', socket])
  }
}

if (import.meta.filename === process.argv[1]) {
  const { server_config } = await pkix_test_data()
  await run(async () => {
    ok(await ssl.start())
    await serve(ok(await ssl.listen(4433, { ...server_config, active: false })))
  })
}
