// Takes connections, one after the other, and gives each to a process of its own.

import { ok, type Pid, proc_lib, self, send, supervisor } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { listener } from './status_listener.ts'

export const start_link = () => proc_lib.start_link(status_acceptor)

async function status_acceptor() {
  const listening = await listener()
  proc_lib.init_ack(['ok', self()])
  for (;;) {
    const socket = ok(await ssl.transport_accept(listening))
    const connection = ok(await supervisor.start_child('status_connection_sup', [])) as Pid
    await ssl.controlling_process(socket, connection)
    send(connection, ['socket', socket])
  }
}
