// New handshakes with other programs, wanted by either side; and what both sides can make of the keys.

import { describe, expect, test } from '@jest/globals'
import { ok, run, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { gnutls } from './support/gnutls.ts'
import { openssl } from './support/openssl.ts'
import { type PeerProcess, start_process } from './support/peer_process.ts'
import { start_confined } from './support/private_network.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'

const { pki } = with_kista()

const patience = 10_000
const passive = { mode: 'binary', active: false, versions: ['tlsv1.2'] } as const
const label = 'EXPERIMENTAL kista'

const random_of = async (socket: ssl.SslSocket): Promise<Term> =>
  ok(await ssl.connection_information(socket, ['client_random'])).client_random

const receive_line = async (socket: ssl.SslSocket): Promise<string> =>
  String(ok(await ssl.recv(socket, 0, patience))).trimEnd()

const says = (peer: PeerProcess, text: string) =>
  peer.wait_for(({ stdout }) => (stdout.includes(text) ? true : undefined))

/** Runs `body` with a connection to a server of ours, whose client is a program. */
const with_client = (
  program: string,
  args: (port: number) => readonly string[],
  body: (socket: ssl.SslSocket, peer: PeerProcess) => Promise<void>,
  options: ssl.ListenOptions = {},
): Promise<void> =>
  run(async () => {
    const { cert, key } = pki().server.rsa
    const own = { certfile: cert, keyfile: key, packet: 'line' } as const
    const listener = ok(await ssl.listen(0, { ip: 'loopback', ...passive, ...own, ...options }))
    const peer = start_process(program, args(ok(ssl.sockname(listener))[1]))
    const accepted = ok(await ssl.transport_accept(listener, patience))
    const socket = ok(await ssl.handshake(accepted, patience))
    await body(socket, peer)
    await Promise.all([ssl.close(socket), ssl.close(listener), peer.stop()])
  })

/** Connects to a server at `port`. */
const connect = (port: number, options: ssl.ConnectOptions = {}) =>
  ssl.connect(
    'localhost',
    port,
    { ...passive, cacertfile: pki().cacert, packet: 'line', ...options },
    patience,
  )

const exporter = ['-keymatexport', label, '-keymatexportlen', '24']

async function keying_material(peer: PeerProcess): Promise<Buffer> {
  const found = await peer.wait_for(({ stdout }) => /Keying material: ([0-9A-F]+)/.exec(stdout)?.[1])
  return Buffer.from(found, 'hex')
}

const made_here = async (socket: ssl.SslSocket) =>
  ok(await ssl.prf(socket, 'master_secret', label, ['client_random', 'server_random'], 24))

describe_with([openssl], 'OpenSSL', () => {
  const s_client =
    (...more: readonly string[]) =>
    (port: number) => [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2', '-CAfile', pki().cacert, ...more],
    ]

  test('as a client asks for a new handshake, and is asked for one', () =>
    with_client('openssl', s_client(), async (socket, peer) => {
      await says(peer, 'Verify return code')
      const randoms = new Set([String(await random_of(socket))])
      peer.write('R\n')
      const waiting = receive_line(socket)
      await peer.wait_for(({ output }) => (output.includes('RENEGOTIATING') ? true : undefined))
      peer.write('first\n')
      expect(await waiting).toBe('first')
      randoms.add(String(await random_of(socket)))

      expect(await ssl.renegotiate(socket)).toBe('ok')
      randoms.add(String(await random_of(socket)))
      ok(await ssl.send(socket, 'second\n'))
      await says(peer, 'second')
      expect(randoms.size).toBe(3)
    }))

  test('as a client that wants none says so, and goes on', () =>
    with_client('openssl', s_client('-no_renegotiation'), async (socket, peer) => {
      await says(peer, 'Verify return code')
      expect(await ssl.renegotiate(socket)).toEqual(['error', 'renegotiation_rejected'])
      ok(await ssl.send(socket, 'all the same\n'))
      await says(peer, 'all the same')
    }))

  test('as a client makes the same keys of a connection', () =>
    with_client('openssl', s_client(...exporter), async (socket, peer) => {
      expect(await made_here(socket)).toEqual(await keying_material(peer))
    }))

  const with_server = async (
    more: readonly string[],
    body: (socket: ssl.SslSocket, peer: PeerProcess) => Promise<void>,
    options: ssl.ConnectOptions = {},
  ) => {
    const { cert, key } = pki().server.rsa
    const own = ['-cert', cert, '-key', key, '-cert_chain', pki().server.rsa.issuer]
    const peer = start_process('openssl', ['s_server', '-accept', '127.0.0.1:0', '-tls1_2', ...own, ...more])
    const port = await peer.wait_for(({ stdout }) => /^ACCEPT 127\.0\.0\.1:(\d+)$/m.exec(stdout)?.[1])
    await run(async () => {
      const socket = ok(await connect(Number(port), options))
      await body(socket, peer)
      await ssl.close(socket)
    })
    await peer.stop()
  }

  test('as a server asks for a new handshake, and is asked for one', () =>
    with_server(['-client_renegotiation'], async (socket, peer) => {
      const randoms = new Set([String(await random_of(socket))])
      expect(await ssl.renegotiate(socket)).toBe('ok')
      ok(await ssl.send(socket, 'first\n'))
      await says(peer, 'first')
      randoms.add(String(await random_of(socket)))

      const waiting = receive_line(socket)
      peer.write('r\n')
      await peer.wait_for(({ stdout }) => (/SSL_do_handshake/.test(stdout) ? true : undefined))
      peer.write('second\n')
      expect(await waiting).toBe('second')
      randoms.add(String(await random_of(socket)))
      expect(randoms.size).toBe(3)
    }))

  test('as a server that wants none says so, and goes on', () =>
    with_server(['-no_renegotiation'], async (socket, peer) => {
      expect(await ssl.renegotiate(socket)).toEqual(['error', 'renegotiation_rejected'])
      ok(await ssl.send(socket, 'all the same\n'))
      await says(peer, 'all the same')
    }))

  test('as a server makes the same keys of a connection', () =>
    with_server(exporter, async (socket, peer) => {
      expect(await made_here(socket)).toEqual(await keying_material(peer))
    }))
})

describe_with([gnutls], 'GnuTLS', () => {
  const priority = 'NORMAL:-VERS-ALL:+VERS-TLS1.2'
  const legacy = `${priority}:%DISABLE_SAFE_RENEGOTIATION`
  const gnutls_cli =
    (of: string, ...more: readonly string[]) =>
    (port: number) => [
      ...[
        '--port',
        `${port}`,
        '--priority',
        of,
        '--x509cafile',
        pki().cacert,
        '--verify-hostname',
        'localhost',
      ],
      ...['--sni-hostname', 'localhost', ...more, '127.0.0.1'],
    ]

  test.each([
    ['', priority, false],
    [' without RFC 5746', legacy, false],
    [' where only RFC 5746 will do', priority, true],
  ])('as a client asks for a new handshake%s', (_how, of, secure_renegotiate) =>
    with_client(
      'gnutls-cli',
      gnutls_cli(of, '--rehandshake'),
      async (socket, peer) => {
        peer.write('after it\n')
        expect(await receive_line(socket)).toBe('after it')
        await says(peer, 'ReHandshake was completed')
      },
      { secure_renegotiate },
    ),
  )

  test('as a client without RFC 5746 has none where only that will do', () =>
    with_client(
      'gnutls-cli',
      gnutls_cli(legacy, '--rehandshake'),
      async socket => {
        const received = await ssl.recv(socket, 0, patience)
        expect(received).toEqual(['error', ['tls_alert', 'no renegotiation']])
      },
      { secure_renegotiate: true },
    ))

  const with_server = async (
    of: string,
    body: (socket: ssl.SslSocket) => Promise<void>,
    options: ssl.ConnectOptions = {},
  ) => {
    const { cert, key } = pki().server.rsa
    const server = await start_confined('gnutls-serv', port => [
      ...['--echo', '--port', `${port}`, '--priority', of, '--disable-client-cert'],
      ...['--x509certfile', cert, '--x509keyfile', key],
    ])
    await run(async () => {
      const socket = ok(await connect(server.port, options))
      await body(socket)
      await ssl.close(socket)
    })
    await server.stop()
  }

  describe.each([
    ['', priority],
    [' without RFC 5746', legacy],
  ])('as a server%s', (_how, of) => {
    test('is asked for a new handshake', () =>
      with_server(of, async socket => {
        expect(await ssl.renegotiate(socket)).toBe('ok')
        ok(await ssl.send(socket, 'after it\n'))
        expect(await receive_line(socket)).toBe('after it')
      }))
  })

  test('as a server without RFC 5746 is not asked where only that will do', () =>
    with_server(
      legacy,
      async socket => {
        ok(await ssl.send(socket, 'before it\n'))
        expect(await receive_line(socket)).toBe('before it')
        const waiting = ssl.recv(socket, 0)
        expect(await ssl.renegotiate(socket)).toEqual(['error', 'closed'])
        expect(await waiting).toEqual(['error', ['tls_alert', 'no renegotiation']])
      },
      { secure_renegotiate: true },
    ))
})
