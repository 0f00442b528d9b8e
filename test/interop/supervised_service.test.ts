// A TLS service as Erlang's users write it: acceptors under a supervisor, one of which fails.

import { readFile } from 'node:fs/promises'
import tls from 'node:tls'
import { expect, test } from '@jest/globals'
import { monitor } from '../../runtime/erlang/links.ts'
import { process_flag } from '../../runtime/erlang/process_flags.ts'
import { receive } from '../../runtime/erlang/receive.ts'
import { self } from '../../runtime/erlang/self.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { _, ok, type Term } from '../../runtime/erlang/term.ts'
import * as proc_lib from '../../runtime/otp/proc_lib.ts'
import * as supervisor from '../../runtime/otp/supervisor.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { serve } from './support/kista.ts'
import { records_in, start_relay } from './support/relay.ts'
import { with_kista } from './support/setting.ts'

const { pki, told } = with_kista()

/** RFC 5246 §6.2.1: the type of an alert's record. */
const alert = 21

/** Takes one connection after the other, and sends back each line but `fail`. */
async function acceptor(listener: ssl.SslListenSocket): Promise<void> {
  proc_lib.init_ack(['ok', self()])
  for (;;) {
    const accepted = ok(await ssl.transport_accept(listener))
    const [tag, socket] = await ssl.handshake(accepted, 5_000)
    if (tag === 'ok') await echo(socket)
  }
}

async function echo(socket: ssl.SslSocket): Promise<void> {
  for (;;) {
    const [tag, line] = await ssl.recv(socket, 0, 5_000)
    if (tag === 'error') return
    if (String(line) === 'fail\n') throw new Error('as it was told')
    ok(await ssl.send(socket, line))
  }
}

const pool = (listener: ssl.SslListenSocket, size: number): supervisor.Callbacks => ({
  module: 'pool',
  init: () => [
    'ok',
    [
      { strategy: 'one_for_one' },
      Array.from({ length: size }, (_value, index) => ({
        id: `acceptor ${index}`,
        start: () => proc_lib.start_link(acceptor, [listener]),
      })),
    ],
  ],
})

const listen = (): Promise<ssl.SslListenSocket> =>
  ssl
    .listen(0, {
      ...{ ip: 'loopback', certfile: pki().server.ecdsa.cert, keyfile: pki().server.ecdsa.key },
      ...{ mode: 'binary', packet: 'line', active: false },
    })
    .then(ok)

async function connect(port: number): Promise<ssl.SslSocket> {
  const options = { cacertfile: pki().cacert, mode: 'binary', packet: 'line', active: false } as const
  return ok(await ssl.connect('localhost', port, options, 5_000))
}

async function ask(socket: ssl.SslSocket, line: string): Promise<Term> {
  ok(await ssl.send(socket, `${line}\n`))
  const [tag, answer] = await ssl.recv(socket, 0, 5_000)
  return tag === 'ok' ? String(answer) : answer
}

test('A handler that fails is reported and started again, and the others are not harmed', () =>
  run(async () => {
    process_flag('trap_exit', true)
    const listener = await listen()
    const [, port] = ok(ssl.sockname(listener))
    const sup = ok(await supervisor.start_link(pool(listener, 2)))
    const relay = await start_relay(port)
    const [one, other] = [await connect(relay.port), await connect(port)]
    expect(await ask(one, 'hello')).toBe('hello\n')

    expect(await ask(one, 'fail')).toBe('closed')

    const failure = new Error('as it was told')
    expect(told().filter(({ level }) => level === 'error')).toMatchObject([
      { label: 'proc_lib crash', facts: { error_info: expect.arrayContaining([failure]) } },
      { label: 'supervisor child_terminated', facts: { reason: failure } },
    ])
    expect(records_in(relay.heard.server).at(-1)).toMatchObject({ type: alert })
    expect(await ask(other, 'still there')).toBe('still there\n')
    // Both acceptors of the beginning had a connection: only one that was started anew can take this one.
    expect(await ask(await connect(port), 'you too')).toBe('you too\n')
    expect(await supervisor.count_children(sup)).toMatchObject({ active: 2 })
    await proc_lib.stop(sup, 'shutdown')
  }))

/** Somebody else's client, which sends nothing. Settles once it is connected. */
async function stranger(port: number): Promise<{ readonly closed: Promise<void> }> {
  const ca = await readFile(pki().cacert)
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: 'localhost', ca, maxVersion: 'TLSv1.2' })
    const closed = new Promise<void>(close => socket.once('close', () => close()))
    socket.once('error', reject)
    socket.once('secureConnect', () => resolve({ closed }))
    socket.resume()
  })
}

test('When the application stops, peers are said goodbye to, and owners of listeners shut down', async () => {
  const server = await serve({ certfile: pki().server.ecdsa.cert, keyfile: pki().server.ecdsa.key })
  const relays = [await start_relay(server.port), await start_relay(server.port)]
  const clients = await Promise.all(relays.map(({ port }) => stranger(port)))

  const why = await run(async () => {
    const ref = monitor('process', server.owner)
    ok(await ssl.stop())
    return (await receive(['DOWN', ref, 'process', server.owner, _], 5_000))[4]
  })

  expect(why).toBe('shutdown')
  await Promise.all(clients.map(({ closed }) => closed))
  for (const { heard } of relays) expect(records_in(heard.server).at(-1)).toMatchObject({ type: alert })
})
