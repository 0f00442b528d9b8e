// The only door to node:net: the machine's own network as a driver. Whatever Node calls back is called outside any
// process, reading starts only when it is asked for and stops after each chunk, and no error of a socket is ever left
// without a handler.

import { createServer, type Server, Socket } from 'node:net'
import { run_outside } from '../../runtime/erlang/self.ts'
import type {
  Destination,
  Endpoint,
  InetListener,
  InetStream,
  ListenHandlers,
  SocketAddress,
  StreamHandlers,
} from './inet_driver.ts'
import { type IpAddress, ntoa, parse_address } from './inet_parse.ts'
import { posix_code } from './inet_posix.ts'

/** A water mark of 0 makes Node read one chunk when it is asked to, and nothing ahead. */
const stream_options = { allowHalfOpen: true, highWaterMark: 0 }

/** Opens a connection of the machine. See {@link InetDriver.connect}. */
export function connect(destination: Destination, done: (reason?: string) => void): InetStream {
  return run_outside(() => {
    const socket = new Socket(stream_options)
    let settled = false
    const settle = (reason?: string) => {
      if (settled) return
      settled = true
      done(reason)
    }
    socket.on('error', error => settle(posix_code(error)))
    socket.once('connect', () => settle())
    socket.pause()
    const { to, from_ip, from_port } = destination
    if (to[0] === 'local') socket.connect({ path: to[1] as string })
    else {
      socket.connect({
        ...host_and_port(to),
        ...(from_ip !== undefined && { localAddress: ntoa(from_ip) as string }),
        ...(from_port !== undefined && { localPort: from_port }),
      })
    }
    return new NodeStream(socket, to, 'client')
  })
}

/** Listens on the machine. See {@link InetDriver.listen}. */
export function listen(endpoint: Endpoint, handlers: ListenHandlers): InetListener {
  return run_outside(() => {
    const server = createServer({ ...stream_options, pauseOnConnect: true })
    server.on('error', error => handlers.failed(posix_code(error)))
    server.on('listening', () => handlers.listening())
    const { at, backlog, ipv6_v6only, keeps_alive } = endpoint
    server.on('connection', socket => {
      if (!keeps_alive) socket.unref()
      handlers.connection(new NodeStream(socket, at, 'server'))
    })
    if (!keeps_alive) server.unref()
    if (at[0] === 'local') server.listen({ path: at[1] as string, backlog })
    else server.listen({ ...host_and_port(at), backlog, ipv6Only: ipv6_v6only })
    return new NodeListener(server, at)
  })
}

/** Node polls its sockets between timers and this. See {@link InetDriver.poll}. */
export const poll = (done: () => void): void => {
  run_outside(() => setImmediate(done))
}

class NodeListener implements InetListener {
  readonly #server: Server
  readonly #at: SocketAddress

  constructor(server: Server, at: SocketAddress) {
    this.#server = server
    this.#at = at
  }

  get sockname(): SocketAddress | undefined {
    const bound = this.#server.address()
    if (bound === null) return undefined
    return typeof bound === 'string' ? this.#at : address_of(bound.address, bound.port)
  }

  close(): void {
    this.#server.close()
  }
}

class NodeStream implements InetStream {
  readonly #socket: Socket
  /** Where the listener is, and on which side of it this end; Node does not tell for a unix domain socket. */
  readonly #listener: SocketAddress
  readonly #side: 'client' | 'server'
  #handlers: StreamHandlers | undefined
  #watching = false

  constructor(socket: Socket, listener: SocketAddress, side: 'client' | 'server') {
    this.#socket = socket
    this.#listener = listener
    this.#side = side
    socket.on('error', error => this.#handlers?.failed(posix_code(error)))
  }

  get sockname(): SocketAddress | undefined {
    if (this.#listener[0] === 'local') return this.#side === 'server' ? this.#listener : unnamed
    return address_of(this.#socket.localAddress, this.#socket.localPort)
  }

  get peername(): SocketAddress | undefined {
    if (this.#listener[0] === 'local') return this.#side === 'client' ? this.#listener : unnamed
    return address_of(this.#socket.remoteAddress, this.#socket.remotePort)
  }

  get pending(): number {
    return this.#socket.writableLength
  }

  get destroyed(): boolean {
    return this.#socket.destroyed
  }

  attach(handlers: StreamHandlers): void {
    this.#handlers = handlers
    this.#socket.on('end', () => this.#handlers?.ended())
  }

  read(): Uint8Array | undefined {
    if (!this.#watching) {
      this.#watching = true
      this.#socket.on('readable', () => this.#handlers?.readable())
    }
    return (this.#socket.read() as Buffer | null) ?? undefined
  }

  write(pieces: readonly Uint8Array[]): boolean {
    const last = pieces.length - 1
    if (last > 0) this.#socket.cork()
    for (let index = 0; index < last; index++) this.#socket.write(pieces[index]!)
    this.#socket.write(pieces[last]!, this.#written)
    if (last > 0) this.#socket.uncork()
    return this.#socket.errored === null
  }

  end(): void {
    this.#socket.end()
  }

  finish(gone: () => void): void {
    this.#handlers = undefined
    this.#socket.once('close', gone)
    this.#socket.destroySoon()
  }

  destroy(): void {
    this.#handlers = undefined
    this.#socket.destroy()
  }

  reset(): void {
    this.#handlers = undefined
    if (this.#listener[0] === 'local') this.#socket.destroy()
    else this.#socket.resetAndDestroy()
  }

  set_nodelay(on: boolean): void {
    this.#socket.setNoDelay(on)
  }

  set_keepalive(on: boolean): void {
    this.#socket.setKeepAlive(on)
  }

  readonly #written = (error?: Error | null): void => {
    if (!error) this.#handlers?.written()
  }
}

/** The end of a unix domain connection that nobody bound to a path. */
const unnamed: SocketAddress = ['local', '']

const host_and_port = ([ip, port]: SocketAddress): { host: string; port: number } => ({
  host: ntoa(ip as IpAddress) as string,
  port: port as number,
})

/** Node's name for one end of a connection, as OTP writes it; undefined when Node has none. */
function address_of(ip: string | undefined, port: number | undefined): SocketAddress | undefined {
  if (ip === undefined || port === undefined) return undefined
  const [tag, parsed] = parse_address(ip)
  return tag === 'ok' ? [parsed, port] : undefined
}
