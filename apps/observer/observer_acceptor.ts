// Gives each connection of one who watches the node a process of its own.

import type { Pid } from '../../runtime/erlang/pid.ts'
import { after, receive } from '../../runtime/erlang/receive.ts'
import { self } from '../../runtime/erlang/self.ts'
import { ok } from '../../runtime/erlang/term.ts'
import * as proc_lib from '../../runtime/otp/proc_lib.ts'
import * as supervisor from '../../runtime/otp/supervisor.ts'
import * as gen_tcp from '../kernel/gen_tcp.ts'
import * as observer_connection from './observer_connection.ts'
import * as observer_listener from './observer_listener.ts'

/** How many may watch at once. */
const most_watchers = 16
/** Milliseconds until the next attempt, when a connection could not be taken. */
const pause = 1_000

export const start_link = () => proc_lib.start_link(init)

async function init(): Promise<void> {
  proc_lib.set_label('observer_acceptor')
  const listener = await observer_listener.socket()
  proc_lib.init_ack(['ok', self()])
  for (;;) {
    const [tag, socket] = await gen_tcp.accept(listener)
    if (tag === 'ok') await serve(socket)
    else await receive(after(pause, () => 'ok'))
  }
}

async function serve(socket: gen_tcp.Socket): Promise<void> {
  const { active } = await supervisor.count_children(observer_connection.sup)
  if (active >= most_watchers) {
    gen_tcp.close(socket)
    return
  }
  const connection = ok(await supervisor.start_child(observer_connection.sup, [])) as Pid
  if (gen_tcp.controlling_process(socket, connection) === 'ok') observer_connection.serve(connection, socket)
}
