// An HTTP server of which each byte is said by the test, so that it can be slow, endless and wrong.

import { createServer, type Socket } from 'node:net'

/** What is done with a request once its head has come. */
export type Answer = (socket: Socket, path: string) => void

export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  /** The heads of the requests so far. */
  readonly requests: readonly string[]
  /** Connections that are open now. */
  open(): number
}

/** On a port of its own; closes with all its connections when it is disposed of. */
export async function http_server(answer: Answer): Promise<HttpServer> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let head = ''
    socket.on('data', bytes => {
      head += bytes.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      requests.push(head)
      const [, path] = /^GET (\S*)/.exec(head) ?? []
      head = ''
      answer(socket, path ?? '')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** An answer with that body and these lines in its head. */
export const whole =
  (body: string | Uint8Array, ...fields: readonly string[]): Answer =>
  socket => {
    socket.write(['HTTP/1.1 200 OK', `Content-Length: ${body.length}`, ...fields, '', ''].join('\r\n'))
    socket.end(body)
  }

/** These very bytes, and then the end. */
export const bytes_only =
  (text: string | Uint8Array): Answer =>
  socket =>
    socket.end(text)
