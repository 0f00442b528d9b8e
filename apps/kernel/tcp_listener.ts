// A listening TCP socket as a port. Node takes connections whether somebody accepts them or not, so they wait here,
// unread, until a process does; those for which there is no room are closed.

import type { Port } from '../../runtime/erlang/pid.ts'
import { type Driver, OpenPort } from '../../runtime/erlang/port.ts'
import type { Process } from '../../runtime/erlang/process.ts'
import type { Done, Result, Timeout } from '../../runtime/erlang/term.ts'
import type { InetListener, InetStream, SocketAddress } from './inet_driver.ts'
import { assign_options, next_active, type SocketOptions } from './inet_options.ts'
import { Request } from './inet_request.ts'
import {
  enter,
  type InetSocket,
  leave,
  type Socket,
  type SocketState,
  type Statistics,
} from './inet_socket.ts'
import { Connection } from './tcp_connection.ts'

/** The port of a listening socket: connections that have arrived, and who waits for one. */
export class Listener implements Driver, InetSocket {
  /** What the connections that are accepted start with. */
  readonly options: SocketOptions
  readonly port: Port
  readonly #server: InetListener
  readonly #backlog: number
  readonly #sockname: SocketAddress | undefined
  readonly #acceptors = new Set<Request<Result<Socket>>>()
  #arrived: InetStream[] = []

  /** @param backlog - how many connections may wait for somebody to accept them */
  constructor(owner: Process, server: InetListener, options: SocketOptions, backlog: number) {
    this.options = options
    this.#server = server
    this.#backlog = backlog
    this.#sockname = server.sockname
    this.port = new OpenPort(owner, this).port
    enter(this.port, this)
  }

  /** The socket belongs to who accepts it, whoever owns the listener. */
  accept(timeout: Timeout): Promise<Result<Socket>> {
    const request = new Request<Result<Socket>>(timeout, ['error', 'timeout'], () => {
      this.#acceptors.delete(request)
    })
    this.#acceptors.add(request)
    const stream = this.#arrived.shift()
    if (stream !== undefined) this.arrived(stream)
    return request.answer
  }

  /** A connection has come: the acceptor that has waited longest gets it. */
  arrived(stream: InetStream): void {
    if (this.port.entity === undefined) {
      stream.destroy()
      return
    }
    const acceptor = this.#next_acceptor()
    if (acceptor === undefined) {
      if (this.#arrived.length < this.#backlog) this.#arrived.push(stream)
      else stream.destroy()
      return
    }
    const connection = new Connection(acceptor.process, stream, { ...this.options })
    acceptor.settle(['ok', connection.port])
  }

  /** The system would not hand a connection over, because there are too many files for instance. */
  failed(reason: string): void {
    this.#next_acceptor()?.settle(['error', reason])
  }

  setopts(options: Partial<SocketOptions>): Done {
    const active =
      options.active === undefined ? this.options.active : next_active(this.options.active, options.active)
    if (active === undefined) return ['error', 'einval']
    assign_options(this.options, options)
    this.options.active = active
    return 'ok'
  }

  peername(): Result<SocketAddress> {
    return ['error', 'enotconn']
  }

  sockname(): Result<SocketAddress> {
    return this.#sockname === undefined ? ['error', 'ebadf'] : ['ok', this.#sockname]
  }

  getstat(): Statistics {
    return nothing_counted
  }

  states(): readonly SocketState[] {
    return this.#acceptors.size > 0 ? ['accepting', 'listen', 'open'] : ['listen', 'open']
  }

  /** For `port_info`. */
  info(): { name: string; input: number; output: number } {
    return { name: 'tcp_inet', input: 0, output: 0 }
  }

  /** The port is closed, by `close` or because its owner has ended. */
  close(): void {
    leave(this.port)
    this.#server.close()
    for (const stream of this.#arrived) stream.destroy()
    this.#arrived = []
    for (const acceptor of this.#acceptors) acceptor.settle(['error', 'closed'])
    this.#acceptors.clear()
  }

  #next_acceptor(): Request<Result<Socket>> | undefined {
    for (const acceptor of this.#acceptors) {
      this.#acceptors.delete(acceptor)
      return acceptor
    }
    return undefined
  }
}

const nothing_counted: Statistics = {
  recv_oct: 0,
  recv_cnt: 0,
  recv_max: 0,
  recv_avg: 0,
  recv_dvi: 0,
  send_oct: 0,
  send_cnt: 0,
  send_max: 0,
  send_avg: 0,
  send_pend: 0,
}
