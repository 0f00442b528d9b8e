// TCP connections that become TLS connections on the way, as after STARTTLS.

import { readFile } from 'node:fs/promises'
import net from 'node:net'
import tls from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import * as gen_tcp from '../../apps/kernel/gen_tcp.ts'
import { receive } from '../../runtime/erlang/receive.ts'
import { self } from '../../runtime/erlang/self.ts'
import { send } from '../../runtime/erlang/send.ts'
import { run, spawn } from '../../runtime/erlang/spawn.ts'
import { _, ok } from '../../runtime/erlang/term.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { listener, loopback, pair } from '../support/tcp.ts'
import { start_process } from './support/peer_process.ts'
import { describe_with, missing_program } from './support/requires.ts'
import { with_kista } from './support/setting.ts'

const { pki } = with_kista()

const as_server = (): ssl.ListenOptions => ({
  certfile: pki().server.rsa.cert,
  keyfile: pki().server.rsa.key,
})
const as_client = (): ssl.ConnectOptions => ({
  cacertfile: pki().cacert,
  server_name_indication: 'localhost',
})

/** A mail server that knows nothing but STARTTLS, and behind it sends back each line. */
async function serve_mail(socket: gen_tcp.Socket): Promise<void> {
  gen_tcp.send(socket, '220 localhost\r\n')
  for (let greeted = false; !greeted; ) {
    const line = String(ok(await gen_tcp.recv(socket, 0, 5_000)))
    greeted = line.startsWith('STARTTLS')
    gen_tcp.send(socket, greeted ? '220 go ahead\r\n' : '250-localhost\r\n250 STARTTLS\r\n')
  }
  const secured = ok(await ssl.handshake(socket, as_server(), 5_000))
  for (;;) {
    const [tag, line] = await ssl.recv(secured, 0, 5_000)
    if (tag === 'error') return
    ok(await ssl.send(secured, line))
  }
}

/** The other side of it: asks for STARTTLS, and then sends a line. @returns what comes back */
async function send_mail(port: number, line: string): Promise<string> {
  const socket = ok(await gen_tcp.connect(loopback, port, { mode: 'binary', packet: 'line', active: false }))
  const answer = async () => {
    for (;;) {
      const said = String(ok(await gen_tcp.recv(socket, 0, 5_000)))
      if (/^\d+ /.test(said)) return said
    }
  }
  await answer()
  for (const command of ['EHLO localhost', 'STARTTLS']) {
    gen_tcp.send(socket, `${command}\r\n`)
    await answer()
  }
  const secured = ok(await ssl.connect(socket, as_client(), 5_000))
  ok(await ssl.send(secured, line))
  const received = ok(await ssl.recv(secured, 0, 5_000))
  await ssl.close(secured)
  return String(received)
}

/** Starts the mail server, for one connection. */
const start_mail_server = (): Promise<number> =>
  run(async () => {
    const starter = self()
    spawn(async () => {
      const [listening, port] = await listener({ packet: 'line' })
      send(starter, ['listening', port])
      await serve_mail(ok(await gen_tcp.accept(listening, 5_000)))
    })
    return (await receive(['listening', _], 5_000))[1]
  })

describe('A connection that becomes secure on the way', () => {
  test('does so on both sides, and line by line as before', async () => {
    const port = await start_mail_server()

    const received = await run(() => send_mail(port, 'hello\n'))

    expect(received).toBe('hello\n')
  })

  test('has new options where they are given, and those of its beginning where not', () =>
    run(async () => {
      const [client, server] = await pair({ packet: 4, active: false }, { packet: 4, active: false })

      const [near, far] = await Promise.all([
        ssl.connect(client, { ...as_client(), packet: 'line', mode: 'list' }, 5_000).then(ok),
        ssl.handshake(server, as_server(), 5_000).then(ok),
      ])

      expect(await ssl.getopts(near, ['packet', 'mode'])).toEqual(['ok', { packet: 'line', mode: 'list' }])
      expect(await ssl.getopts(far, ['packet', 'mode'])).toEqual(['ok', { packet: 4, mode: 'binary' }])
      await Promise.all([near, far].map(socket => ssl.close(socket)))
    }))

  test('is refused to who does not own it, for a listener, and once it is closed', () =>
    run(async () => {
      const [client, server] = await pair()
      const [listening] = await listener()
      gen_tcp.close(server)

      const by_another = await run(() => ssl.connect(client, as_client(), 5_000))

      expect(by_another).toEqual(['error', 'not_owner'])
      expect(await ssl.connect(listening, as_client(), 5_000)).toEqual(['error', 'enotconn'])
      expect(await ssl.handshake(server, as_server(), 5_000)).toEqual(['error', 'einval'])
    }))
})

describe('A server of Node’s that speaks STARTTLS', () => {
  test('gets on with a client of ours', async () => {
    const [cert, key] = await Promise.all([readFile(pki().server.rsa.cert), readFile(pki().server.rsa.key)])
    const server = net.createServer(socket => {
      socket.write('220 localhost\r\n')
      socket.on('data', function hear(said) {
        if (!String(said).startsWith('STARTTLS')) return void socket.write('250 STARTTLS\r\n')
        socket.off('data', hear)
        socket.write('220 go ahead\r\n')
        const secured = new tls.TLSSocket(socket, { isServer: true, cert, key, maxVersion: 'TLSv1.2' })
        secured.pipe(secured)
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))

    const received = await run(() => send_mail((server.address() as net.AddressInfo).port, 'hello\n'))

    expect(received).toBe('hello\n')
    await new Promise(resolve => server.close(resolve))
  })
})

const smtp_clients = {
  openssl: (port: number) => [
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-starttls', 'smtp', '-nocommands'],
    ...['-CAfile', pki().cacert, '-verify_hostname', 'localhost', '-verify_return_error'],
  ],
  'gnutls-cli': (port: number) => [
    ...['--starttls-proto', 'smtp', '--port', `${port}`, '--verify-hostname', 'localhost'],
    ...['--x509cafile', pki().cacert, '127.0.0.1'],
  ],
}

for (const [program, args] of Object.entries(smtp_clients)) {
  describe_with([{ missing: () => missing_program(program) }], `STARTTLS by ${program}`, () => {
    test('secures a connection to a server of ours', async () => {
      const client = start_process(program, args(await start_mail_server()))

      client.write('hello from afar\n')

      expect(await client.wait_for(({ stdout }) => /^hello from afar\r?$/m.exec(stdout)?.[0])).toBeTruthy()
      await client.stop()
    })
  })
}
