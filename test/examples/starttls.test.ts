import { expect, test } from '@jest/globals'
import * as gen_tcp from '../../apps/kernel/gen_tcp.ts'
import { leave_tls, serve } from '../../examples/starttls.ts'
import { ok, run, spawn } from '../../runtime/index.ts'
import { tcp as tcp_cb_info } from '../../ssl_app/connection/tcp_transport.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { listener, loopback, pair } from '../support/tcp.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const lines = { mode: 'list', packet: 'line', active: false } as const

test('A client of lines goes over to TLS and back, again and again', () =>
  run(async () => {
    const [listening, port] = await listener(lines)
    spawn(async () => serve(ok(await gen_tcp.accept(listening)), pki().server))
    const tcp = ok(await gen_tcp.connect(loopback, port, lines))
    const clear = async (line: string) => {
      ok(await gen_tcp.send(tcp, line))
      return gen_tcp.recv(tcp, 0, 5_000).then(ok)
    }
    for (let times = 0; times < 3; times++) {
      expect(await clear('one\n')).toBe('200 clear: one\n')
      expect(await clear('AUTH TLS\n')).toBe('234 in secret from here\n')
      const options = { ...pki().client, server_name_indication: 'localhost' }
      const secret = ok(await ssl.connect(tcp, options, 5_000))
      for (const [line, answer] of [
        ['two\n', '200 secret: two\n'],
        ['AUTH TLS\n', '200 secret: AUTH TLS\n'],
        ['CCC\n', '200 in the clear from here\n'],
      ] as const) {
        ok(await ssl.send(secret, line))
        expect(await ssl.recv(secret, 0, 5_000)).toEqual(['ok', answer])
      }
      expect(await leave_tls(secret)).toBe(tcp)
      expect(await clear('CCC\n')).toBe('200 clear: CCC\n')
    }
    gen_tcp.close(tcp)
  }))

/** TCP that can hold back what is sent, until the next that is: then it goes out in one piece. */
function holding_tcp() {
  const [transport, ...tags] = tcp_cb_info
  const held: Uint8Array[] = []
  const hold = { on: false }
  const send = (socket: gen_tcp.Socket, data: readonly Uint8Array[]) => {
    held.push(...data)
    return hold.on ? 'ok' : transport.send(socket, held.splice(0))
  }
  return { hold, send, cb_info: [{ ...transport, send }, ...tags] as const }
}

/** Both have ended TLS, but what the client has said at its end is still held back. */
async function left_by_both() {
  const { hold, send, cb_info } = holding_tcp()
  const options = { ...pki().client, server_name_indication: 'localhost', cb_info }
  const [near, far] = await pair(lines, lines)
  const shaking = ssl.handshake(far, pki().server)
  const client = ok(await ssl.connect(near, options))
  const server = ok(await shaking)
  hold.on = true
  const server_leaves = leave_tls(server)
  await leave_tls(client)
  hold.on = false
  return { near, far, options, send, server_leaves }
}

test('What comes in the clear together with the end of TLS is read next', () =>
  run(async () => {
    const { near, far, send, server_leaves } = await left_by_both()
    await send(near, [Buffer.from('one\ntw')])
    await server_leaves
    expect(await gen_tcp.recv(far, 0, 5_000)).toEqual(['ok', 'one\n'])
    await send(near, [Buffer.from('o\n')])
    expect(await gen_tcp.recv(far, 0, 5_000)).toEqual(['ok', 'two\n'])
  }))

test('That may be the beginning of the next handshake', () =>
  run(async () => {
    const { near, far, options, server_leaves } = await left_by_both()
    const connecting = ssl.connect(near, options)
    await server_leaves
    const server = ok(await ssl.handshake(far, pki().server, 5_000))
    ok(await ssl.send(ok(await connecting), 'again\n'))
    expect(await ssl.recv(server, 0, 5_000)).toEqual(['ok', 'again\n'])
  }))
