// Gets a page by HTTPS, from a server that proves who it is:
//   node dist/examples/https_get.js https://example.org/

import { ok, run } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

/** What came back. */
export interface Answer {
  readonly status: string
  readonly headers: readonly string[]
  readonly body: string
}

/**
 * @param options - whom to trust, if not the authorities of the platform
 * @throws Exit `['badmatch', ['error', reason]]` when there is no connection, or no trust
 */
export async function https_get(url: string, options: ssl.ConnectOptions = {}): Promise<Answer> {
  const { host, hostname, port, pathname, search } = new URL(url)
  const by_line = { ...options, active: false, packet: 'line' } as const
  const socket = ok(await ssl.connect(hostname, Number(port || 443), by_line, 10_000))
  ok(await ssl.send(socket, `GET ${pathname}${search} HTTP/1.0\r\nHost: ${host}\r\n\r\n`))

  const status = await line(socket)
  const headers: string[] = []
  for (let header = await line(socket); header !== ''; header = await line(socket)) headers.push(header)

  ok(await ssl.setopts(socket, { packet: 'raw', mode: 'binary' }))
  return { status, headers, body: await rest(socket) }
}

const line = async (socket: ssl.SslSocket): Promise<string> =>
  String(ok(await ssl.recv(socket, 0, 10_000))).trimEnd()

/** All that comes until the server closes. */
async function rest(socket: ssl.SslSocket): Promise<string> {
  const pieces: Buffer[] = []
  for (;;) {
    const [tag, data] = await ssl.recv(socket, 0, 10_000)
    if (tag === 'ok') pieces.push(data as Buffer)
    else if (data === 'closed') return Buffer.concat(pieces).toString()
    else throw new Error(ssl.format_error(data))
  }
}

if (import.meta.filename === process.argv[1]) {
  const { status, body } = await run(async () => {
    ok(await ssl.start())
    return https_get(process.argv[2] ?? 'https://example.org/')
  })
  console.log(`${status}\n\n${body}`)
}
