// The only door to node:net. Whatever Node calls back is called outside any process, reading starts only when it is
// asked for and stops after each chunk, and no error of a socket is ever left without a handler.

import { createServer, type Server, Socket } from 'node:net'
import { run_outside } from '../../runtime/erlang/self.ts'

/** A connection, as Node has it. */
export type Stream = Socket
export type { Server }

/** Where to connect to, and from. */
export interface Destination {
  readonly host: string
  readonly port: number
  readonly local_host: string | undefined
  readonly local_port: number | undefined
}

/** Where to listen. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** How many connections the system may hold that Node has not taken yet. */
  readonly backlog: number
  readonly ipv6_v6only: boolean
}

/** A water mark of 0 makes Node read one chunk when it is asked to, and nothing ahead. */
const stream_options = { allowHalfOpen: true, highWaterMark: 0 }

/**
 * Opens a connection.
 *
 * @param done - called once: with the error when it fails; when it is open, with nothing
 */
export function connect(destination: Destination, done: (error?: Error) => void): Stream {
  return run_outside(() => {
    const stream = new Socket(stream_options)
    let settled = false
    const settle = (error?: Error) => {
      if (settled) return
      settled = true
      done(error)
    }
    stream.on('error', settle)
    stream.once('connect', () => settle())
    stream.pause()
    stream.connect({
      host: destination.host,
      port: destination.port,
      ...(destination.local_host !== undefined && { localAddress: destination.local_host }),
      ...(destination.local_port !== undefined && { localPort: destination.local_port }),
    })
    return stream
  })
}

/** What a listener is told. */
export interface ListenHandlers {
  listening(): void
  /** A connection has come; nothing is read from it yet. */
  connection(stream: Stream): void
  /** Listening failed, or later, accepting one connection did. */
  error(error: Error): void
}

export function listen(endpoint: Endpoint, handlers: ListenHandlers): Server {
  return run_outside(() => {
    const server = createServer({ ...stream_options, pauseOnConnect: true })
    server.on('error', error => handlers.error(error))
    server.on('listening', () => handlers.listening())
    server.on('connection', stream => {
      stream.on('error', ignore)
      handlers.connection(stream)
    })
    const { host, port, backlog, ipv6_v6only } = endpoint
    server.listen({ host, port, backlog, ipv6Only: ipv6_v6only })
    return server
  })
}

const ignore = (): void => {}
