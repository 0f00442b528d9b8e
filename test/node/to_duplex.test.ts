// A TLS connection as a stream of Node's: its data, its end, its errors, and whose it is.

import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from '@jest/globals'
import {
  exit,
  gen_statem,
  is_process_alive,
  ok,
  type Pid,
  processes,
  receive,
  self,
  send,
  spawn,
} from '../../runtime/index.ts'
import { to_duplex } from '../../ssl_app/node.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { eventually } from '../support/eventually.ts'
import { type Pair, with_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

/** A pair whose client is a stream. */
const with_stream = (
  body: (stream: Awaited<ReturnType<typeof streamed>>, pair: Pair) => Promise<unknown>,
  client: ssl.ConnectOptions = {},
) => with_pair(pki, async pair => body(await streamed(pair.client), pair), client)

const streamed = async (socket: ssl.SslSocket) => ok(await to_duplex(socket))

const bytes = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31) >> 3))

describe('Data', () => {
  test("that is written to the stream reaches the peer, and the peer's is read from it", () =>
    with_stream(async (stream, { server }) => {
      stream.write('to the peer')
      expect(String(ok(await ssl.recv(server, 11)))).toBe('to the peer')

      ok(await ssl.send(server, 'from the peer'))
      const [chunk] = await once(stream, 'data')
      expect(chunk).toBeInstanceOf(Buffer)
      expect(String(chunk)).toBe('from the peer')
      expect([stream.bytesRead, stream.bytesWritten]).toEqual([13, 11])
    }))

  test('of a megabyte goes both ways at once, whole and in order', () =>
    with_pair(pki, async pair => {
      const [client, server] = [await streamed(pair.client), await streamed(pair.server)]
      const [there, back] = [bytes(1_000_003), bytes(1_000_033)]
      const read = Promise.all([buffer(client), buffer(server)])
      await Promise.all([
        pipeline(Readable.from(pieces(there)), client, { end: true }),
        write_all(server, back),
      ])
      expect((await read).map((got, index) => got.equals([back, there][index]!))).toEqual([true, true])
    }))

  test('in one turn goes out in one record, by one call', () =>
    with_stream(async (stream, { server }) => {
      stream.cork()
      for (const piece of ['a', 'b', 'c']) stream.write(piece)
      stream.uncork()
      expect(String(ok(await ssl.recv(server, 0)))).toBe('abc')
    }))

  test('can be iterated over', () =>
    with_stream(async (stream, { server }) => {
      ok(await ssl.send(server, 'one'))
      const closing = ssl.close(server)
      const chunks: string[] = []
      for await (const chunk of stream) chunks.push(String(chunk))
      await closing
      expect(chunks).toEqual(['one'])
    }))

  test('that had come as messages before is in the stream first', () =>
    with_stream(async (_stream, { client, server }) => {
      // The outer stream is not the point here: this pair's server is the one that is made a stream.
      ok(await ssl.setopts(server, { active: 3, mode: 'list', packet: 'raw' }))
      _stream.write('first')
      send(self(), await receive(['ssl', server, 'first'], 5_000))
      const other = await streamed(server)
      _stream.end('second')
      expect(await text(other)).toBe('firstsecond')
      expect(await ssl.send(client, '')).toBeDefined()
      await expect(receive(['ssl_passive', server], 0)).rejects.toThrow('timeout')
    }))

  test('is refused for a listener', () =>
    with_pair(pki, async ({ listener }) => {
      expect(await to_duplex(listener as never)).toEqual(['error', 'enotconn'])
    }))
})

function* pieces(all: Uint8Array, size = 10_007) {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}

async function write_all(stream: Writable, all: Uint8Array): Promise<void> {
  for (const piece of pieces(all)) if (!stream.write(piece)) await once(stream, 'drain')
  stream.end()
}

describe('A peer that does not read', () => {
  test('has the writer wait, and gets all of it once it reads', () =>
    with_stream(async (stream, { server }) => {
      const pieces = 400
      let written = 0
      let room = true
      for (let piece = 0; piece < pieces; piece++) room = stream.write(Buffer.alloc(65_536), () => written++)
      for (let turn = 0; turn < 2_000; turn++) await new Promise(resolve => setImmediate(resolve))
      expect([room, stream.writableNeedDrain]).toEqual([false, true])
      expect(written).toBeLessThan(pieces)

      stream.end()
      expect((await buffer(await streamed(server))).length).toBe(pieces * 65_536)
      expect(written).toBe(pieces)
    }))
})

describe('A reader that does not read', () => {
  test('has the peer wait', () =>
    with_stream(async (stream, { server }) => {
      let done = false
      const sent = ssl.send(server, Buffer.alloc(20_000_000)).then(() => {
        done = true
      })
      await once(stream, 'readable')
      expect(stream.readableLength).toBeLessThan(200_000)
      expect(done).toBe(false)
      stream.resume()
      await sent
      expect(done).toBe(true)
    }))
})

describe('The end', () => {
  test('of what is written is told to the peer, and the stream waits for that one to close as well', () =>
    with_stream(async (stream, { server }) => {
      const answer = text(stream)
      stream.end('question')
      await once(stream, 'finish')
      expect(stream.destroyed).toBe(false)
      expect(String(ok(await ssl.recv(server, 8)))).toBe('question')
      expect(await ssl.recv(server, 0)).toEqual(['error', 'closed'])
      expect(await answer).toBe('')
    }))

  test('of what the peer sends ends the stream, which then closes', () =>
    with_stream(async (stream, { client, server }) => {
      const closing = ssl.close(server)
      stream.resume()
      await once(stream, 'close')
      await closing
      expect([stream.readableEnded, stream.destroyed, stream.errored]).toEqual([true, true, null])
      expect(await ssl.recv(client, 0)).toEqual(['error', 'closed'])
    }))

  test('comes to the peer when the stream is destroyed', () =>
    with_stream(async (stream, { server }) => {
      stream.destroy()
      await once(stream, 'close')
      expect(await ssl.recv(server, 0)).toEqual(['error', 'closed'])
    }))

  test('of an async scope sends what is written, and closes', () =>
    with_stream(async (stream, { server }) => {
      const received = ssl.recv(server, 4)
      stream.write('last')
      await stream[Symbol.asyncDispose]()
      await stream[Symbol.asyncDispose]()
      expect(stream.closed).toBe(true)
      expect(String(ok(await received))).toBe('last')
    }))

  test('of a connection that is closed behind its back is an error for who writes', () =>
    with_stream(async (stream, { client }) => {
      await ssl.close(client, 0)
      const failed = once(stream, 'error')
      stream.write('too late')
      const [error] = await failed
      expect(error).toMatchObject({ code: 'EPIPE', reason: 'closed' })
    }))

  test('is an error when the peer sends an alert', () =>
    with_stream(async (stream, { server }) => {
      const failed = once(stream.resume(), 'error')
      await gen_statem.stop(server.pid, 'broken', 5_000).catch(() => {})
      const [error] = await failed
      expect(error).toMatchObject({ code: 'ERR_TLS_ALERT', reason: ['tls_alert', expect.any(String)] })
      expect(stream.destroyed).toBe(true)
    }))
})

describe('Its owner', () => {
  test('is a process that ends with the stream, and leaves nothing', () =>
    with_pair(pki, async ({ client, server }) => {
      const before = processes().length
      const stream = await streamed(client)
      expect(processes().length).toBe(before + 1)
      stream.destroy()
      await once(stream, 'close')
      await eventually(() => expect(is_process_alive(client.pid)).toBe(false))
      expect(processes().length).toBe(before - 1)
      await ssl.close(server)
    }))

  test('stays when the process that made the stream is done', () =>
    with_pair(pki, async ({ client, server }) => {
      const made = await new Promise<Awaited<ReturnType<typeof streamed>>>(resolve => {
        spawn(async () => resolve(await streamed(client)))
      })
      made.write('lives')
      expect(String(ok(await ssl.recv(server, 5)))).toBe('lives')
    }))

  test('goes when the process that made the stream crashes', () =>
    with_pair(pki, async ({ client }) => {
      let maker: Pid | undefined
      const crashed = await new Promise<Awaited<ReturnType<typeof streamed>>>(resolve => {
        maker = spawn(async () => {
          resolve(await streamed(client))
          await receive('crash')
          exit('crash')
        })
      })
      const failed = once(crashed, 'error')
      send(maker!, 'crash')
      expect((await failed)[0]).toMatchObject({ code: 'ECONNABORTED', reason: 'crash' })
    }))
})

describe('What node:net and node:tls have besides', () => {
  test('tells the addresses, the version, the suite and the certificate', () =>
    with_stream(async (stream, { port }) => {
      const { encrypted, connecting, authorized, authorizationError, alpnProtocol } = stream
      expect([encrypted, connecting, authorized, authorizationError, alpnProtocol]).toEqual([
        true,
        false,
        true,
        null,
        false,
      ])
      const { remoteAddress, remotePort, remoteFamily } = stream
      expect([remoteAddress, remotePort, remoteFamily]).toEqual(['127.0.0.1', port, 'IPv4'])
      expect(stream.address()).toEqual({
        address: stream.localAddress,
        family: stream.localFamily,
        port: stream.localPort,
      })
      expect(stream.getProtocol()).toBe('TLSv1.2')
      expect(stream.getCipher()).toEqual({
        name: expect.stringMatching(/^[A-Z\d]+-/),
        standardName: expect.stringMatching(/^TLS_[A-Z\d_]+_WITH_/),
        version: 'TLSv1.2',
      })
      expect(stream.isSessionReused()).toBe(false)
      expect(stream.getPeerCertificate()).toMatchObject({
        raw: Buffer.from(pki().leaf.cert_der),
        fingerprint256: expect.stringMatching(/^([\dA-F]{2}:){31}[\dA-F]{2}$/),
      })
    }))

  test('sets options of the transport', () =>
    with_stream(async (stream, { client }) => {
      stream.setNoDelay().setKeepAlive(true)
      expect(await ssl.getopts(client, ['nodelay', 'keepalive'])).toEqual([
        'ok',
        { nodelay: true, keepalive: true },
      ])
    }))

  test('tells that nothing was sent or received for some time, and goes on', () =>
    with_stream(async (stream, { server }) => {
      await new Promise<void>(resolve => stream.setTimeout(20, resolve))
      expect(stream.destroyed).toBe(false)
      stream.setTimeout(0)
      stream.write('still')
      expect(String(ok(await ssl.recv(server, 5)))).toBe('still')
    }))
})
