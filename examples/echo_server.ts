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

const start = () => proc_lib.start_link(echo)

const echo_sup: supervisor.Callbacks = {
  init: () => ['ok', [{ strategy: 'simple_one_for_one' }, [{ id: 'echo', start, restart: 'temporary' }]]],
}

/** Accepts connections for ever, and gives each to a process of its own. */
async function serve(port: number, options: ssl.ListenOptions) {
  const listener = ok(await ssl.listen(port, { ...options, mode: 'binary', active: false }))
  const sup = ok(await supervisor.start_link(echo_sup))
  proc_lib.init_ack(['ok', self(), ok(ssl.sockname(listener))[1]])

  for (;;) {
    const socket = ok(await ssl.transport_accept(listener))
    const connection = ok(await supervisor.start_child(sup, [])) as Pid
    await ssl.controlling_process(socket, connection)
    send(connection, ['socket', socket])
  }
}

/** @returns `['ok', server, port]`; the server ends with the running process */
export const start_link = (
  port: number,
  options: ssl.ListenOptions,
): Promise<readonly ['ok', Pid, port: number]> => proc_lib.start_link(serve, [port, options])

if (import.meta.filename === process.argv[1]) {
  const { server_config } = await pkix_test_data()
  await run(async () => {
    ok(await ssl.start())
    const [, , port] = await start_link(4433, server_config)
    console.log(`Try: openssl s_client -quiet -connect localhost:${port}`)
    await receive('stop')
  })
}
