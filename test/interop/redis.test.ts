// A real Redis with TLS and client certificates, asked over streams of `kista/node`.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import * as logger from '../../apps/kernel/logger.ts'
import { ok, run } from '../../runtime/index.ts'
import { connect, type NodeConnectOptions, type TlsStream, to_duplex } from '../../ssl_app/node.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_pki, type Pki } from './support/pki.ts'
import { RedisClient, type RedisServer, redis, start_redis } from './support/redis.ts'
import { describe_with } from './support/requires.ts'

describe_with([redis], 'Redis', () => {
  let pki: Pki
  let server: RedisServer
  let options: NodeConnectOptions
  const streams: TlsStream[] = []

  beforeAll(async () => {
    logger.set_primary_config('level', 'none')
    pki = await make_pki()
    server = await start_redis(pki)
    const { cert, key } = pki.client.ecdsa
    options = {
      port: server.port,
      host: 'localhost',
      ca: await readFile(pki.cacert),
      cert: await readFile(cert),
      key: await readFile(key),
    }
  })
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.destroy()
  })
  afterAll(async () => {
    await server.stop()
    await pki.remove()
    await run(() => ssl.stop())
  })

  const open = (more: NodeConnectOptions = {}): TlsStream => {
    const stream = connect({ ...options, ...more })
    streams.push(stream)
    return stream
  }

  test('answers over connect', async () => {
    const client = new RedisClient(open())
    expect(await client.ask('PING')).toBe('PONG')
    expect(await client.ask('SET', 'name', 'käsk')).toBe('OK')
    expect(await client.ask('GET', 'name')).toBe('käsk')
    expect(await client.ask('GET', 'nobody')).toBeNull()
    expect(await client.ask('NO-SUCH-COMMAND')).toBeInstanceOf(Error)
  })

  test('answers over a socket of ssl that was made a stream', async () => {
    const socket_options = {
      cacertfile: pki.cacert,
      verify: 'verify_peer',
      certfile: pki.client.ecdsa.cert,
      keyfile: pki.client.ecdsa.key,
    } as const
    await run(async () => {
      ok(await ssl.start())
      const socket = ok(await ssl.connect('localhost', server.port, socket_options, 5_000))
      const stream = ok(await to_duplex(socket))
      streams.push(stream)
      expect(await new RedisClient(stream).ask('ECHO', 'hello')).toBe('hello')
    })
  })

  test('answers a thousand commands that were sent at once, in their order', async () => {
    const client = new RedisClient(open())
    await client.ask('DEL', 'list')
    for (let index = 0; index < 1_000; index++) client.send('RPUSH', 'list', `${index}`)
    const lengths: unknown[] = []
    while (lengths.length < 1_000) lengths.push(await client.reply())
    expect(lengths).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1))
    expect(await client.ask('LRANGE', 'list', '998', '999')).toEqual(['998', '999'])
  })

  test('keeps megabytes, and gives them back', async () => {
    const client = new RedisClient(open())
    const large = 'kista '.repeat(700_000)
    expect(await client.ask('SET', 'large', large)).toBe('OK')
    expect((await client.ask('GET', 'large')) === large).toBe(true)
  })

  test('tells subscribers what others publish', async () => {
    const [subscriber, publisher] = [new RedisClient(open()), new RedisClient(open())]
    expect(await subscriber.ask('SUBSCRIBE', 'news')).toEqual(['subscribe', 'news', 1])
    expect(await publisher.ask('PUBLISH', 'news', 'hear')).toBe(1)
    expect(await subscriber.reply()).toEqual(['message', 'news', 'hear'])
  })

  test('refuses a client without a certificate', async () => {
    const stream = open({ cert: undefined, key: undefined })
    expect((await once(stream, 'error'))[0]).toMatchObject({
      code: expect.stringMatching(/^(ERR_TLS_ALERT|ECONNRESET)$/),
    })
  })

  test('says good-bye, and the stream ends', async () => {
    const stream = open()
    const client = new RedisClient(stream)
    expect(await client.ask('QUIT')).toBe('OK')
    await client.reply()
    expect([stream.readableEnded, stream.errored]).toEqual([true, null])
  })
})
