// Gets what is at an `http` URI, for who has only so much time and room. Whoever it comes from may be slow, large, or
// lead in circles. What HTTP is, Node knows; the request belongs to the process that waits for it.

import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { posix_code } from '../../apps/kernel/inet_posix.ts'
import { Request } from '../../apps/kernel/inet_request.ts'
import { Writer } from '../../runtime/binary/writer.ts'
import { run_outside } from '../../runtime/erlang/self.ts'
import { Exit, type Reason, type Result, type Timeout } from '../../runtime/erlang/term.ts'

/** Bytes of a body. The largest revocation lists there are have some ten million. */
export const largest_body = 16 * 1024 * 1024
/** Bytes of a head. */
const largest_head = 16_384
const most_redirects = 5
/** Answers before the answer, such as `103 Early Hints`. */
const most_interim = 5

type Answer = readonly ['redirect', location: string] | readonly ['body', Uint8Array]

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
 * What is there, whatever the status is. The connection is closed at the end, and with the process.
 *
 * @param timeout - milliseconds for all of it
 * @throws {@link Exit} why there is nothing: a POSIX code, `'timeout'`, `'closed'` before the end, `'emsgsize'` for a
 *   body of more than {@link largest_body} or a head that is too long, `['bad_uri', text]`, `'too_many_redirects'`,
 *   `['bad_answer', what]` when it is not HTTP, with the code of Node's parser such as `'invalid_chunk_size'`
 */
export async function http_get(uri: string, timeout: Timeout): Promise<Uint8Array> {
  const leave = new AbortController()
  const waiting = new Request<Result<Uint8Array>>(timeout, ['error', 'timeout'], () => leave.abort())
  run_outside(() =>
    follow(uri, leave.signal).then(
      body => waiting.settle(['ok', body]),
      error => waiting.settle(['error', reason_of(error)]),
    ),
  )
  const [tag, got] = await waiting.answer
  if (tag === 'error') throw new Exit(got)
  return got
}

async function follow(uri: string, signal: AbortSignal): Promise<Uint8Array> {
  let text = uri
  let base: string | undefined
  for (let redirects = 0; redirects <= most_redirects; redirects++) {
    const url = http_uri(text, base)
    if (url === undefined) throw new Exit(['bad_uri', text])
    const [what, got] = await ask(url, signal)
    if (what === 'body') return got
    text = got
    base = url.href
  }
  throw new Exit('too_many_redirects')
}

/** One request. Once it is settled nothing more is read, and its connection is gone. */
function ask(url: URL, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...place_of(url), ...habits, signal })
    let interim = 0
    asked.on('information', () => {
      if (++interim > most_interim) asked.destroy(new Exit(['bad_answer', 'interim']))
    })
    asked.on('upgrade', (_response, socket) => {
      reject(new Exit(['bad_answer', 'upgrade']))
      socket.destroy()
    })
    asked.on('response', response => {
      const { location } = response.headers
      if (is_redirect(response) && location !== undefined) {
        resolve(['redirect', location])
        asked.destroy()
      } else read_body(response, asked, body => resolve(['body', body]))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Neither names nor passwords are sent. */
const place_of = ({ hostname, port, pathname, search }: URL) => ({
  hostname: hostname.replace(/^\[|\]$/g, ''),
  port: port === '' ? 80 : port,
  path: pathname + search,
})

const habits = {
  agent: false,
  headers: { Accept: '*/*' },
  insecureHTTPParser: false,
  maxHeaderSize: largest_head,
} as const

const is_redirect = ({ statusCode = 0 }: IncomingMessage): boolean =>
  [301, 302, 303, 307, 308].includes(statusCode)

/** In one piece, however small the pieces are in which it comes. */
function read_body(response: IncomingMessage, asked: ClientRequest, done: (body: Uint8Array) => void): void {
  const body = new Writer()
  const has_room = (length: number): boolean => {
    if (length <= largest_body) return true
    asked.destroy(new Exit('emsgsize'))
    return false
  }
  if (!has_room(Number(response.headers['content-length'] ?? 0))) return
  response.on('data', (piece: Uint8Array) => {
    if (has_room(body.length + piece.length)) body.bytes(piece)
  })
  response.on('end', () => done(body.finish().slice()))
}

/** As `gen_tcp` has it, a connection that is reset is one that is closed. */
function reason_of(error: unknown): Reason {
  if (error instanceof Exit) return error.reason
  const { code } = error as NodeJS.ErrnoException
  if (code === 'HPE_HEADER_OVERFLOW') return 'emsgsize'
  if (code === 'ECONNRESET') return 'closed'
  return code?.startsWith('HPE_') ? ['bad_answer', code.slice(4).toLowerCase()] : posix_code(error)
}
