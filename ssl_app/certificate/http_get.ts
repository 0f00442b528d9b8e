// Gets what is at an `http` URI, for who has only so much time and room: HTTP/1.1, RFC 9112. Whoever it comes from may
// be slow, large, or lead in circles.

import * as gen_tcp from '../../apps/kernel/gen_tcp.ts'
import * as inet from '../../apps/kernel/inet.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { Exit, type Timeout } from '../../runtime/erlang/term.ts'

/** Bytes of a body. The largest revocation lists there are have some ten million. */
export const largest_body = 16 * 1024 * 1024
const most_redirects = 5
const most_fields = 100
/** Bytes */
const longest_line = 8_192
/** Answers before the answer, such as `103 Early Hints`. */
const most_interim = 5

type Fields = ReadonlyMap<string, string>
type Answer = readonly ['redirect', location: string] | readonly ['body', Uint8Array]
/** A request under way: each step of it takes from the same time. */
interface Exchange {
  readonly socket: gen_tcp.Socket
  readonly left: () => Timeout
}

/**
 * The URI in the one form that it and all that name the same have.
 *
 * @returns undefined for what is no URI of the scheme `http`
 */
export function http_uri(text: string, base?: string): URL | undefined {
  if (!URL.canParse(text, base)) return undefined
  const url = new URL(text, base)
  url.hash = ''
  return url.protocol === 'http:' ? url : undefined
}

/**
 * What is there, whatever the status is. The socket is closed at the end, and with the process.
 *
 * @param timeout - milliseconds for all of it
 * @throws {@link Exit} why there is nothing: a POSIX code, `'timeout'`, `'closed'` before the end, `'emsgsize'` for a
 *   body of more than {@link largest_body} or a line that is too long, `['bad_uri', text]`, `'too_many_redirects'`,
 *   `['bad_answer', what]` when it is not HTTP
 */
export async function http_get(uri: string, timeout: Timeout): Promise<Uint8Array> {
  const left = countdown(timeout)
  let text = uri
  let base: string | undefined
  for (let redirects = 0; redirects <= most_redirects; redirects++) {
    const url = http_uri(text, base)
    if (url === undefined) throw new Exit(['bad_uri', text])
    const [what, got] = await request(url, left)
    if (what === 'body') return got
    text = got
    base = url.href
  }
  throw new Exit('too_many_redirects')
}

function countdown(timeout: Timeout): () => Timeout {
  if (timeout === 'infinity') return () => timeout
  const deadline = monotonic_time() + timeout
  return () => Math.max(0, deadline - monotonic_time())
}

async function request(url: URL, left: () => Timeout): Promise<Answer> {
  const socket = await connect(url, left)
  const exchange = { socket, left }
  try {
    const sent = await gen_tcp.send(socket, request_text(url))
    if (sent !== 'ok') throw new Exit(sent[1])
    const [status, fields] = await read_head(exchange)
    const location = fields.get('location')
    if (is_redirect(status) && location !== undefined) return ['redirect', location]
    return ['body', await read_body(exchange, fields)]
  } finally {
    gen_tcp.close(socket)
  }
}

/** A name that has no IPv4 address may have one of IPv6. */
async function connect({ hostname, port }: URL, left: () => Timeout): Promise<gen_tcp.Socket> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const families = host.includes(':') ? ([{ inet6: true }] as const) : ([{}, { inet6: true }] as const)
  let failure: unknown
  for (const family of families) {
    const options = { mode: 'binary', active: false, packet: 'http_bin', packet_size: longest_line } as const
    const to = port === '' ? 80 : Number(port)
    const [tag, opened] = await gen_tcp.connect(host, to, { ...options, ...family }, left())
    if (tag === 'ok') return opened
    failure ??= opened
  }
  throw new Exit(failure)
}

const request_text = ({ host, pathname, search }: URL): string =>
  `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nAccept: */*\r\n\r\n`

const is_redirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

// ---- The head: RFC 9112 §4, §5

async function read_head(exchange: Exchange): Promise<readonly [status: number, Fields]> {
  for (let interim = 0; interim <= most_interim; interim++) {
    const line = await take<gen_tcp.HttpPacket>(exchange, 0)
    if (typeof line === 'string' || line[0] !== 'http_response') throw new Exit(['bad_answer', 'status'])
    const fields = await read_fields(exchange)
    if (line[2] >= 200) return [line[2], fields]
  }
  throw new Exit(['bad_answer', 'interim'])
}

/** By their names in small letters; of several of one name the first. */
async function read_fields(exchange: Exchange): Promise<Fields> {
  const fields = new Map<string, string>()
  for (let count = 0; count <= most_fields; count++) {
    const field = await take<gen_tcp.HttpPacket>(exchange, 0)
    if (field === 'http_eoh') return fields
    if (field[0] !== 'http_header') throw new Exit(['bad_answer', 'field'])
    const name = String(field[3]).toLowerCase()
    if (!fields.has(name)) fields.set(name, String(field[4]).trim())
  }
  throw new Exit(['bad_answer', 'fields'])
}

// ---- The body: RFC 9112 §6

function read_body(exchange: Exchange, fields: Fields): Promise<Uint8Array> {
  const coding = fields.get('transfer-encoding')
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw new Exit(['bad_answer', 'transfer-encoding'])
    return read_chunks(exchange)
  }
  inet.setopts(exchange.socket, { packet: 'raw' })
  const length = fields.get('content-length')
  if (length === undefined) return read_until_closed(exchange)
  if (!/^\d{1,10}$/.test(length)) throw new Exit(['bad_answer', 'content-length'])
  return take_bytes(exchange, Number(length))
}

async function read_until_closed({ socket, left }: Exchange): Promise<Uint8Array> {
  const body = new Body()
  for (;;) {
    const [tag, received] = await gen_tcp.recv<Buffer>(socket, 0, left())
    if (tag === 'ok') body.add(received)
    else if (received === 'closed') return body.bytes
    else throw new Exit(received)
  }
}

/** RFC 9112 §7.1. What stands behind the last chunk is of no interest. */
async function read_chunks(exchange: Exchange): Promise<Uint8Array> {
  const body = new Body()
  for (;;) {
    inet.setopts(exchange.socket, { packet: 'line' })
    const line = String(await take<Buffer>(exchange, 0))
    const [, size] = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?\r?\n$/i.exec(line) ?? []
    if (size === undefined) throw new Exit(['bad_answer', 'chunk'])
    const length = Number.parseInt(size, 16)
    if (length === 0) return body.bytes
    inet.setopts(exchange.socket, { packet: 'raw' })
    body.expect(length)
    const chunk = await take_bytes(exchange, length + 2)
    if (chunk[length] !== 0x0d || chunk[length + 1] !== 0x0a) throw new Exit(['bad_answer', 'chunk'])
    body.add(chunk.subarray(0, length))
  }
}

/** What has come so far, in one piece, however small the pieces were in which it came. */
class Body {
  #room = new Uint8Array(65_536)
  #length = 0

  get bytes(): Uint8Array {
    return this.#room.slice(0, this.#length)
  }

  /** @throws {@link Exit} `'emsgsize'` when there is no room for so many bytes more */
  expect(length: number): void {
    if (this.#length + length > largest_body) throw new Exit('emsgsize')
  }

  add(bytes: Uint8Array): void {
    this.expect(bytes.length)
    const length = this.#length + bytes.length
    if (length > this.#room.length) {
      const room = new Uint8Array(Math.max(length, 2 * this.#room.length))
      room.set(this.#room.subarray(0, this.#length))
      this.#room = room
    }
    this.#room.set(bytes, this.#length)
    this.#length = length
  }
}

// ---- From the socket

async function take_bytes(exchange: Exchange, length: number): Promise<Uint8Array> {
  if (length > largest_body + 2) throw new Exit('emsgsize')
  return length === 0 ? new Uint8Array(0) : take<Buffer>(exchange, length)
}

async function take<Received extends gen_tcp.Delivered>(
  { socket, left }: Exchange,
  length: number,
): Promise<Received> {
  const [tag, received] = await gen_tcp.recv<Received>(socket, length, left())
  if (tag === 'error') throw new Exit(received)
  return received
}
