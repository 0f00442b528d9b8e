// How a connection ends: what the peer is told, and how its last bytes and ours still get through.

import { receive } from '../../runtime/erlang/receive.ts'
import { send } from '../../runtime/erlang/send.ts'
import { spawn } from '../../runtime/erlang/spawn.ts'
import type { Reason, Timeout } from '../../runtime/erlang/term.ts'
import { is_orderly } from '../../runtime/otp/crash_report.ts'
import type { Connection } from './connection_data.ts'
import { transmit } from './connection_io.ts'
import { countdown } from './countdown.ts'
import { alert_timeout } from './ssl_environment.ts'
import type { SslSocket } from './ssl_socket.ts'

/** Why a connection ends whose transport goes on without it. OTP: the same reason */
export const handed_back = ['shutdown', 'downgrade'] as const

/** Milliseconds that it takes at most to hand the transport over. */
const handover_limit = 5_000

/** Tells the peer that no more data will come from here, unless the connection failed or never began. */
export function send_close_notify(connection: Connection): void {
  const { engine, closing } = connection
  if (!engine?.established || connection.failed || closing) return
  connection.closing = true
  transmit(connection, engine.alert({ level: 'warning', description: 'close_notify' }))
}

/**
 * Lets the transport go, and wipes the keys.
 *
 * @param reason - why the process ends: if that is not orderly, the peer is told that something went wrong here
 */
export async function close_down(connection: Connection, reason: Reason): Promise<void> {
  const { socket, engine } = connection
  try {
    if (is_orderly(reason)) send_close_notify(connection)
    else send_internal_error(connection)
  } finally {
    engine?.wipe()
    if (connection.failed) await hand_over(socket)
    else if (reason !== handed_back) socket.cb_info[0].close(socket.transport_socket)
  }
}

function send_internal_error(connection: Connection): void {
  const { engine, failed } = connection
  if (failed || !engine?.established) return
  connection.failed = true
  transmit(connection, engine.alert({ level: 'fatal', description: 'internal_error' }))
}

/**
 * Waits until the peer has closed, too, or `timeout` milliseconds have passed: closing while its data is under way
 * would reset the connection and take our own last bytes with it.
 */
export async function linger({ cb_info, transport_socket }: SslSocket, timeout: Timeout): Promise<void> {
  const [transport] = cb_info
  transport.setopts(transport_socket, { active: false })
  await transport.shutdown(transport_socket, 'write')
  const left = countdown(timeout)
  for (let limit = left(); limit !== 0; limit = left()) {
    const [tag] = await transport.recv(transport_socket, 0, limit)
    if (tag === 'error') return
  }
}

/** Lingers in a process of its own, so that the connection's can end. */
async function hand_over(socket: SslSocket): Promise<void> {
  const { cb_info, transport_socket } = socket
  const heir = spawn(async () => {
    // Not for ever, since who hands over may be killed meanwhile.
    await receive('yours', handover_limit)
    await linger(socket, alert_timeout())
    cb_info[0].close(transport_socket)
  })
  const handed = await cb_info[0].controlling_process(transport_socket, heir)
  if (handed !== 'ok') cb_info[0].close(transport_socket)
  send(heir, 'yours')
}
