// The process of one connection: shakes hands, and answers requests as long as the client asks.

import { _, exit, proc_lib, receive, self } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { type HttpRequest, read_request } from './http_request.ts'
import { type HttpResponse, send_response } from './http_response.ts'
import { status_of } from './status.ts'
import { as_html } from './status_html.ts'
import { as_text } from './status_text.ts'

export const start_link = () => proc_lib.start_link(status_connection)

async function status_connection() {
  proc_lib.init_ack(['ok', self()])
  const [, accepted] = await receive(['socket', _])
  const [tag, socket] = await ssl.handshake(accepted, 10_000)
  if (tag === 'error') exit(['shutdown', socket])

  let count = 1
  while (await serve(socket, count)) count++
  await ssl.close(socket)
}

/** One request. @returns whether there may be another */
async function serve(socket: ssl.SslSocket, count: number): Promise<boolean> {
  const request = await read_request(socket)
  if (request === 'none') return false
  if (request === 'malformed') {
    await send_response(socket, text('400 Bad Request', 'That is no request.'), last)
    return false
  }

  const crash = request.path === '/crash'
  const manner = { keep_alive: request.keep_alive && !crash, head_only: request.method === 'HEAD' }
  const sent = await send_response(socket, await answer(socket, request, count), manner)
  if (crash) throw new Error('somebody asked for /crash')
  return sent && manner.keep_alive
}

const last = { keep_alive: false, head_only: false }

async function answer(socket: ssl.SslSocket, request: HttpRequest, count: number): Promise<HttpResponse> {
  const { method, path, headers } = request
  if (method !== 'GET' && method !== 'HEAD') return text('405 Method Not Allowed', 'Only GET and HEAD.')
  if (path === '/crash') return text('200 OK', `${self()} crashes now; the server's terminal tells why.`)
  if (path !== '/') return text('404 Not Found', 'There are / and /crash.')

  const status = await status_of(socket, count)
  const html = headers.get('accept')?.includes('text/html')
  return html
    ? { status: '200 OK', type: 'html', body: as_html(status) }
    : { status: '200 OK', type: 'plain', body: as_text(status) }
}

const text = (status: string, line: string): HttpResponse => ({ status, type: 'plain', body: `${line}\n` })
