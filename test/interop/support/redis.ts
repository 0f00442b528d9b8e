// Redis, a server that speaks TLS by OpenSSL; and the little of its protocol that tests need.

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { start_process } from './peer_process.ts'
import type { Pki } from './pki.ts'
import { missing_program } from './requires.ts'

export const redis = { missing: () => missing_program('redis-server') }

export interface RedisServer {
  readonly port: number
  stop(): Promise<void>
}

/** A server that keeps nothing on disk, and asks its clients for certificates. */
export async function start_redis(pki: Pki): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-redis-'))
  const port = await free_port()
  const { cert, key } = pki.server.ecdsa
  const server = start_process('redis-server', [
    ...['--bind', '127.0.0.1', '--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'yes'],
    ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', pki.cacert],
    ...['--dir', folder, '--save', '', '--appendonly', 'no', '--daemonize', 'no'],
  ])
  await server.wait_for(({ output }) => (output.includes('Ready to accept connections') ? true : undefined))
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  }
  return { port, stop }
}

async function free_port(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}

/** What Redis answers: a text, a number, many, or nothing. */
export type Reply = string | number | null | readonly Reply[] | Error

/** Asks Redis over a stream, one thing after another or many at once. */
export class RedisClient {
  readonly #stream: Duplex
  readonly #replies: AsyncIterator<Reply>

  constructor(stream: Duplex) {
    this.#stream = stream
    this.#replies = replies(stream)
  }

  /** Sends a command without waiting for what comes of it. */
  send(...words: readonly string[]): void {
    const bulk = words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
    this.#stream.write(`*${words.length}\r\n${bulk.join('')}`)
  }

  async reply(): Promise<Reply> {
    return (await this.#replies.next()).value
  }

  async ask(...words: readonly string[]): Promise<Reply> {
    this.send(...words)
    return this.reply()
  }
}

/** The protocol RESP, version 2. */
async function* replies(stream: Duplex): AsyncGenerator<Reply> {
  let left = Buffer.alloc(0)
  for await (const chunk of stream) {
    left = Buffer.concat([left, chunk])
    for (let read = one(left, 0); read !== undefined; read = one(left, 0)) {
      left = left.subarray(read[1])
      yield read[0]
    }
  }
}

/** @returns a reply and where it ends; undefined if it is not all there */
function one(bytes: Buffer, at: number): readonly [Reply, end: number] | undefined {
  const end = bytes.indexOf('\r\n', at)
  if (end < 0) return undefined
  const line = bytes.toString('utf8', at + 1, end)
  const next = end + 2
  switch (String.fromCharCode(bytes[at]!)) {
    case '+':
      return [line, next]
    case '-':
      return [new Error(line), next]
    case ':':
      return [Number(line), next]
    case '$':
      return bulk(bytes, next, Number(line))
    default:
      return many(bytes, next, Number(line))
  }
}

function bulk(bytes: Buffer, at: number, length: number): readonly [Reply, end: number] | undefined {
  if (length < 0) return [null, at]
  return bytes.length < at + length + 2
    ? undefined
    : [bytes.toString('utf8', at, at + length), at + length + 2]
}

function many(bytes: Buffer, at: number, count: number): readonly [Reply, end: number] | undefined {
  const all: Reply[] = []
  let end = at
  while (all.length < count) {
    const read = one(bytes, end)
    if (read === undefined) return undefined
    all.push(read[0])
    end = read[1]
  }
  return [all, end]
}
