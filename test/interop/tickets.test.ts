// Sessions that clients keep as tickets, with other programs on the other side. RFC 5077

import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import { ok, run, spawn, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { eventually } from '../support/eventually.ts'
import { gnutls } from './support/gnutls.ts'
import { openssl } from './support/openssl.ts'
import { start_process } from './support/peer_process.ts'
import { start_confined } from './support/private_network.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'

const { pki } = with_kista()

const patience = 10_000
const versions = ['tlsv1.2'] as const

/** Connects three times to a server that sends lines back. @returns whether a session went on, each time */
const resumptions = (port: number, options: ssl.ConnectOptions = {}): Promise<Term[]> =>
  run(async () => {
    const own = { mode: 'binary', active: false, packet: 'line', versions } as const
    const told: Term[] = []
    for (let times = 0; times < 3; times++) {
      const all = { ...own, cacertfile: pki().cacert, ...options }
      const socket = ok(await ssl.connect('localhost', port, all, patience))
      ok(await ssl.send(socket, 'hello\n'))
      expect(ok(await ssl.recv(socket, 0, patience))).toHaveLength(6)
      told.push(ok(await ssl.connection_information(socket, ['session_resumption'])).session_resumption)
      await ssl.close(socket)
    }
    return told
  })

describe('a client', () => {
  const none = { session_tickets: 'disabled' } as const

  describe_with([openssl], 'of OpenSSL', () => {
    const with_server = async (more: readonly string[], body: (port: number) => Promise<void>) => {
      const { cert, key, issuer } = pki().server.rsa
      const server = start_process('openssl', [
        ...['s_server', '-accept', '127.0.0.1:0', '-tls1_2', '-rev', '-cert', cert, '-key', key],
        ...['-cert_chain', issuer, ...more],
      ])
      const port = await server.wait_for(({ stdout }) => /^ACCEPT 127\.0\.0\.1:(\d+)$/m.exec(stdout)?.[1])
      await body(Number(port))
      await server.stop()
    }

    test('goes on by a ticket where that is the only way, unless it wants none', () =>
      with_server(['-no_cache'], async port => {
        expect(await resumptions(port, none)).toEqual([false, false, false])
        expect(await resumptions(port)).toEqual([false, true, true])
      }))

    test('goes on by an identifier where there are no tickets', () =>
      with_server(['-no_ticket'], async port => {
        expect(await resumptions(port)).toEqual([false, true, true])
      }))
  })

  describe_with([gnutls], 'of GnuTLS', () => {
    test('goes on by a ticket', async () => {
      const { cert, key } = pki().server.rsa
      const server = await start_confined('gnutls-serv', port => [
        ...['--echo', '--nodb', '--port', `${port}`, '--disable-client-cert'],
        ...['--x509certfile', cert, '--x509keyfile', key],
      ])
      expect(await resumptions(server.port, none)).toEqual([false, false, false])
      expect(await resumptions(server.port)).toEqual([false, true, true])
      await server.stop()
    })
  })

  test('of Node goes on by a ticket, also after its server has made it a new one', async () => {
    const { cert, key } = pki().server.rsa
    const server = tls.createServer({ cert: readFileSync(cert), key: readFileSync(key) }, socket => {
      socket.on('error', () => {})
      socket.pipe(socket)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await resumptions(port, none)).toEqual([false, false, false])
    expect(await resumptions(port)).toEqual([false, true, true])
    server.close()
  })
})

describe('a stateless server', () => {
  /** Sends one line back on each connection, and notes whether a session went on. */
  async function serve(listener: ssl.SslListenSocket, served: Term[]): Promise<void> {
    const [tag, accepted] = await ssl.transport_accept(listener)
    if (tag === 'error') return
    spawn(() => serve(listener, served))
    const [shaken, socket] = await ssl.handshake(accepted, patience)
    if (shaken === 'error') return
    served.push(ok(await ssl.connection_information(socket, ['session_resumption'])).session_resumption)
    const [received, line] = await ssl.recv(socket, 0, patience)
    if (received === 'ok') await ssl.send(socket, line)
    await ssl.recv(socket, 0, patience)
  }

  const with_server = (body: (port: number, served: readonly Term[]) => Promise<void>): Promise<void> =>
    run(async () => {
      const served: Term[] = []
      const { cert, key } = pki().server.rsa
      const options = { versions, certfile: cert, keyfile: key, session_tickets: 'stateless' } as const
      const own = { ip: 'loopback', mode: 'binary', active: false, packet: 'line' } as const
      const listener = ok(await ssl.listen(0, { ...own, ...options }))
      spawn(() => serve(listener, served))
      await body(ok(ssl.sockname(listener))[1], served)
      await ssl.close(listener)
    })

  describe_with([openssl], 'of OpenSSL', () => {
    test.each([
      ['a ticket', []],
      ['an identifier, if that is all it knows', ['-no_ticket']],
    ])('knows its clients again by %s', (_name, more) =>
      with_server(async (port, served) => {
        const client = start_process('openssl', [
          ...['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2', '-CAfile', pki().cacert],
          ...['-reconnect', ...more],
        ])
        await client.wait_for(({ stdout }) =>
          (stdout.match(/^Reused, TLSv1\.2/gm) ?? []).length === 5 ? true : undefined,
        )
        await eventually(() => expect(served).toEqual([false, true, true, true, true, true]))
        expect(/TLS session ticket:/.test(client.said.stdout)).toBe(more.length === 0)
        await client.stop()
      }),
    )
  })

  describe_with([gnutls], 'of GnuTLS', () => {
    test('knows its clients again by a ticket', () =>
      with_server(async (port, served) => {
        const client = start_process('gnutls-cli', [
          ...['--port', `${port}`, '--x509cafile', pki().cacert, '--verify-hostname', 'localhost'],
          ...['--sni-hostname', 'localhost', '--resume', '127.0.0.1'],
        ])
        await client.wait_for(({ stdout }) => (/This is a resumed session/.test(stdout) ? true : undefined))
        await eventually(() => expect(served).toEqual([false, true]))
        await client.stop()
      }))
  })

  test('of Node knows its clients again by a ticket', () =>
    with_server(async (port, served) => {
      const ca = readFileSync(pki().cacert)
      const connect = (session?: Buffer) =>
        new Promise<{ resumed: boolean; session: Buffer; ticket: Buffer | undefined; line: string }>(
          (resolve, reject) => {
            const options = {
              host: '127.0.0.1',
              port,
              ca,
              servername: 'localhost',
              maxVersion: 'TLSv1.2',
            } as const
            const socket = tls.connect({ ...options, ...(session && { session }) }, () =>
              socket.write('hello\n'),
            )
            socket.on('error', reject).on('data', line => {
              resolve({
                resumed: socket.isSessionReused(),
                session: socket.getSession()!,
                ticket: socket.getTLSTicket(),
                line: String(line),
              })
              socket.destroy()
            })
          },
        )
      const first = await connect()
      expect(first).toMatchObject({ resumed: false, line: 'hello\n' })
      expect(first.ticket!.length).toBeGreaterThan(100)
      expect(await connect(first.session)).toMatchObject({ resumed: true, line: 'hello\n' })
      await eventually(() => expect(served).toEqual([false, true]))
    }))
})
