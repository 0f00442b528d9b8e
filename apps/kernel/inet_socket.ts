// The open sockets: what stands behind a port that gen_tcp opened.

import type { Port } from '../../runtime/erlang/pid.ts'
import { context, running } from '../../runtime/erlang/self.ts'
import type { Done, Result } from '../../runtime/erlang/term.ts'
import type { SocketAddress } from './inet_driver.ts'
import type { SocketOptions } from './inet_options.ts'

/** A socket is a port: it belongs to a process, is linked to it and closes with it. OTP: `inet:socket()` */
export type Socket = Port

/** Counters of a socket: octets, packets, largest, average; deviation of the received ones; still to be sent. */
export interface Statistics {
  readonly recv_oct: number
  readonly recv_cnt: number
  readonly recv_max: number
  readonly recv_avg: number
  readonly recv_dvi: number
  readonly send_oct: number
  readonly send_cnt: number
  readonly send_max: number
  readonly send_avg: number
  readonly send_pend: number
}

/** What `inet` can do with a listener as well as with a connection. */
export interface InetSocket {
  readonly options: Readonly<SocketOptions>
  setopts(options: Partial<SocketOptions>): Done
  peername(): Result<SocketAddress>
  sockname(): Result<SocketAddress>
  getstat(): Statistics
  /** What it is doing. OTP: `states` of `inet:info/1` */
  states(): readonly SocketState[]
}

/** OTP: what `inet:info/1` can say of a TCP socket. */
export type SocketState = 'accepting' | 'listen' | 'connected' | 'open' | 'closed'

const open = new Map<Port, InetSocket>()

export function enter(port: Port, socket: InetSocket): void {
  open.set(port, socket)
}

export function leave(port: Port): void {
  open.delete(port)
}

/** Every open socket, oldest first. */
export const open_sockets = (): readonly (readonly [Port, InetSocket])[] => [...open]

/**
 * The socket behind a port; undefined when it is closed, or something else.
 *
 * @throws Exit `'killed'` in a process that has ended, since it may do nothing more
 */
export function socket_of(port: Port): InetSocket | undefined {
  if (running()?.alive === false) context()
  return open.get(port)
}
