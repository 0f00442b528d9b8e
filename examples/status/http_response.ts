// Answers a request.

import * as ssl from '../../ssl_app/ssl.ts'

export interface HttpResponse {
  readonly status: string
  readonly type: 'plain' | 'html'
  readonly body: string
}

/** What the client may do next, and whether it wants only to know what it would get. */
export interface Manner {
  readonly keep_alive: boolean
  readonly head_only: boolean
}

/** @returns whether it was sent */
export async function send_response(
  socket: ssl.SslSocket,
  { status, type, body }: HttpResponse,
  { keep_alive, head_only }: Manner,
): Promise<boolean> {
  const content = Buffer.from(body)
  const head = [
    `HTTP/1.1 ${status}`,
    `Content-Type: text/${type}; charset=utf-8`,
    `Content-Length: ${content.length}`,
    'Cache-Control: no-store',
    `Connection: ${keep_alive ? 'keep-alive' : 'close'}`,
  ]
  const sent = await ssl.send(socket, [head.join('\r\n'), '\r\n\r\n', head_only ? '' : content])
  return sent === 'ok'
}
