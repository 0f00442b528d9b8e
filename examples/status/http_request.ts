// Reads what a browser or curl asks: enough of HTTP/1.1 (RFC 9112) for pages that take no data, within limits.

import { monotonic_time } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'

export interface HttpRequest {
  readonly method: string
  readonly path: string
  /** By lower-case names. */
  readonly headers: ReadonlyMap<string, string>
  /** Whether the client may ask again on the same connection. */
  readonly keep_alive: boolean
}

/** Socket options of a connection on which requests are read: line by line, none of them longer than 8 KiB. */
export const by_line = { packet: 'line', packet_size: 8_192, mode: 'list', active: false } as const

const most_headers = 100
/** Milliseconds that a client may be idle between requests, and may take for one of them. */
const idle_time = 60_000
const request_time = 10_000

/** The next request; `'malformed'`; or `'none'`, when the client closes, is idle, or takes too long over it. */
export async function read_request(socket: ssl.SslSocket): Promise<HttpRequest | 'malformed' | 'none'> {
  const [tag, first] = await ssl.recv(socket, 0, idle_time)
  if (tag === 'error') return 'none'
  const [, method, target, minor] = /^([A-Z]+) (\/\S*) HTTP\/1\.([01])\r?\n$/.exec(String(first)) ?? []
  if (method === undefined || target === undefined) return 'malformed'

  const headers = await read_headers(socket)
  if (typeof headers === 'string') return headers
  // A request that brings data with it is the last one: the data is not read.
  const brings_data = headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0'
  const connection = headers.get('connection')?.toLowerCase() ?? (minor === '1' ? 'keep-alive' : 'close')
  const [path] = target.split('?', 1)
  return { method, path: path!, headers, keep_alive: connection !== 'close' && !brings_data }
}

async function read_headers(socket: ssl.SslSocket): Promise<HttpRequest['headers'] | 'malformed' | 'none'> {
  const until = monotonic_time() + request_time
  const headers = new Map<string, string>()
  for (let count = 0; count <= most_headers; count++) {
    const time_left = Math.max(0, Math.ceil(until - monotonic_time()))
    const [tag, header] = await ssl.recv(socket, 0, time_left)
    if (tag === 'error') return 'none'
    const line = String(header).replace(/\r?\n$/, '')
    if (line === '') return headers
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined || value === undefined) return 'malformed'
    headers.set(name.toLowerCase(), value)
  }
  return 'malformed'
}
