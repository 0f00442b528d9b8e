// What our client has to survive: servers that are none, that say nothing, or that go.

import net from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { run } from '../../runtime/erlang/spawn.ts'
import type { Result } from '../../runtime/erlang/term.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { eventually } from '../support/eventually.ts'
import { hex } from '../support/hex.ts'
import { left_over } from '../support/left_over.ts'
import { with_kista } from './support/setting.ts'

const { pki } = with_kista()
let before: ReturnType<typeof left_over>
let server: net.Server | undefined

beforeAll(() => {
  before = left_over()
})

afterEach(async () => {
  const closing = new Promise<unknown>(resolve => (server ? server.close(resolve) : resolve('none')))
  server = undefined
  await closing
  await eventually(() => expect(left_over()).toEqual(before))
})

/** What a server does with a connection. */
type Manner = (socket: net.Socket) => unknown

async function listening(manner: Manner): Promise<number> {
  const started = net.createServer(socket => {
    socket.on('error', () => {}) // our client may leave without having read all
    socket.resume()
    manner(socket)
  })
  server = started
  await new Promise<void>(resolve => started.listen(0, '127.0.0.1', resolve))
  return (started.address() as net.AddressInfo).port
}

const connect = (port: number, timeout: number): Promise<Result<ssl.SslSocket>> =>
  run(() => ssl.connect('localhost', port, { cacertfile: pki().cacert }, timeout))

const says =
  (bytes: Uint8Array | string): Manner =>
  socket =>
    socket.write(bytes)

/** What the server does, and the alert that the client gives for it. */
const wrong: Readonly<Record<string, readonly [Manner, alert: string]>> = {
  'speaks HTTP': [says('HTTP/1.1 400 Bad Request\r\n\r\n'), 'unexpected message'],
  'greets by SMTP': [says('220 localhost\r\n'), 'unexpected message'],
  'sends a record that is too long': [says(hex('16 0303 4801')), 'record overflow'],
  'sends a record of no version of TLS': [says(hex('16 0200 0001 00')), 'protocol version'],
  'sends data before its hello': [says(hex('17 0303 0001 00')), 'unexpected message'],
  'sends half a hello that ends too soon': [says(hex('16 0303 0006 02 000002 0303')), 'decode error'],
  refuses: [says(hex('15 0303 0002 0228')), 'handshake failure'],
  'says goodbye at once, and more': [says(hex('15 0303 0002 0100 16')), 'closed'],
}

describe('A connection to a server that', () => {
  test.each(Object.entries(wrong))('%s ends with a reason', async (_name, [manner, alert]) => {
    const port = await listening(manner)

    const result = await connect(port, 10_000)

    expect(result).toEqual(['error', alert === 'closed' ? alert : ['tls_alert', alert]])
  })

  test.each([
    ['closes it', (socket: net.Socket) => socket.end()],
    ['resets it', (socket: net.Socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['closes it in the middle', (socket: net.Socket) => socket.end(hex('16 0303 0100 02'))],
  ])('%s gives closed', async (_name, manner) => {
    const port = await listening(manner)

    expect(await connect(port, 10_000)).toEqual(['error', 'closed'])
  })

  test('says nothing ends when the time is over', async () => {
    const port = await listening(() => {})

    expect(await connect(port, 50)).toEqual(['error', 'timeout'])
  })

  test('is not there is refused', async () => {
    const port = await listening(() => {})
    await new Promise(resolve => server?.close(resolve))

    expect(await connect(port, 10_000)).toEqual(['error', 'econnrefused'])
  })
})
