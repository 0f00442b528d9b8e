// Serving as node:tls does: Kista's own clients and Node's.

import { once } from 'node:events'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import { processes } from '../../runtime/index.ts'
import { connect, createSecureContext, createServer } from '../../ssl_app/node.ts'
import { eventually } from '../support/eventually.ts'
import { listening, with_node_pki } from '../support/node_servers.ts'

const pki = with_node_pki()

/** Node's own client. */
const node_client = (port: number, options: tls.ConnectionOptions = {}) =>
  tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: pki().ca, ...options })

describe('A server', () => {
  test('serves clients of Node', async () => {
    const { port } = await listening({ ...pki().server, ALPNProtocols: ['x', 'y'] }, stream => {
      stream.end(`${stream.encrypted} ${stream.alpnProtocol} ${stream.getProtocol()} ${stream.remoteAddress}`)
    })
    const client = node_client(port, { ALPNProtocols: ['y'] })
    expect(await text(client)).toBe('true y TLSv1.2 127.0.0.1')
  })

  test('serves sixty connections that nobody reads from, and has nothing left of them', async () => {
    const { server, port } = await listening(pki().server, stream => stream.end('hello'))
    const before = processes().length
    const twenty = () => Array.from({ length: 20 }, () => text(connect({ port, ca: pki().ca })))
    for (let round = 0; round < 3; round++) {
      expect(new Set(await Promise.all(twenty()))).toEqual(new Set(['hello']))
    }
    await eventually(() => expect(processes().length).toBe(before))
    const count = await new Promise(resolve => server.getConnections((_error, number) => resolve(number)))
    expect(count).toBe(0)
  })

  test('tells where it listens, until it closes', async () => {
    const server = createServer(pki().server)
    expect([server.listening, server.address()]).toEqual([false, null])
    await once(server.listen({ port: 0, host: '127.0.0.1' }), 'listening')
    expect(server.address()).toEqual({ address: '127.0.0.1', family: 'IPv4', port: expect.any(Number) })
    expect(() => server.listen(0)).toThrow('listens already')
    await new Promise<void>(resolve => server.close(() => resolve()))
    expect([server.listening, server.address()]).toEqual([false, null])
    const [error] = await new Promise<unknown[]>(resolve => server.close((...args) => resolve(args)))
    expect(error).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
  })

  test('listens again once it is closed', async () => {
    const { server } = await listening(pki().server, stream => stream.end('again'))
    await server[Symbol.asyncDispose]()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    expect(await text(connect({ port: server.address()!.port, ca: pki().ca }))).toBe('again')
  })

  test('waits with its close for the connections that there are', async () => {
    const { server, port } = await listening(pki().server)
    const accepted = once(server, 'secureConnection')
    const client = connect({ port, ca: pki().ca })
    const [served] = await accepted
    let closed = false
    const closing = new Promise<void>(resolve => server.close(() => resolve()))
    server.once('close', () => {
      closed = true
    })
    await eventually(() => expect(server.listening).toBe(false))
    expect(closed).toBe(false)
    client.destroy()
    served.resume()
    await closing
    expect(served.destroyed).toBe(true)
  })

  test('cannot listen where another does', async () => {
    const { port } = await listening(pki().server)
    const other = createServer(pki().server).listen(port, '127.0.0.1')
    const [error] = await once(other, 'error')
    expect(error).toMatchObject({ code: 'EADDRINUSE' })
    expect(other.listening).toBe(false)
  })

  test('closes when its signal is aborted', async () => {
    const control = new AbortController()
    const server = createServer(pki().server).listen({ port: 0, host: '127.0.0.1', signal: control.signal })
    await once(server, 'listening')
    const closed = once(server, 'close')
    control.abort()
    await closed
    expect(server.listening).toBe(false)
  })

  test('has no more connections than it is told', async () => {
    const { server, port } = await listening(pki().server, stream => stream.write('hello'))
    server.maxConnections = 1
    const first = connect({ port, ca: pki().ca })
    await once(first, 'data')
    const dropped = once(server, 'drop')
    const second = connect({ port, ca: pki().ca })
    const [error] = await once(second, 'error')
    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect((await dropped)[0]).toMatchObject({ address: '127.0.0.1' })
    first.destroy()
  })
})

describe('A client that does not get through the handshake', () => {
  test('is told of, and the server goes on', async () => {
    const { server, port } = await listening(pki().server, stream => stream.end('hello'))
    const told = once(server, 'tlsClientError')
    net
      .connect(port, '127.0.0.1')
      .on('error', () => {})
      .end('this is no handshake at all')
    const [error, stream] = await told
    expect(error).toMatchObject({ code: expect.stringMatching(/^(ERR_TLS_ALERT|ECONNRESET)$/) })
    expect(stream.destroyed).toBe(true)
    expect(await text(connect({ port, ca: pki().ca }))).toBe('hello')
  })

  test('has as much time as it is given', async () => {
    const { server, port } = await listening({ ...pki().server, handshakeTimeout: 30 })
    const told = once(server, 'tlsClientError')
    const silent = net.connect(port, '127.0.0.1').on('error', () => {})
    expect((await told)[0]).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })
    silent.destroy()
  })
})

describe('The certificate of a client', () => {
  test('is asked for, and is seen', async () => {
    const { port } = await listening({ ...pki().server, requestCert: true, ca: pki().ca }, stream => {
      stream.end(`${stream.getPeerCertificate().subject.CN} ${stream.authorized}`)
    })
    expect(await text(node_client(port, pki().client))).toBe('client true')
    expect(await text(connect({ port, ca: pki().ca, ...pki().client }))).toBe('client true')
  })

  test('must be there', async () => {
    const { server, port } = await listening({ ...pki().server, requestCert: true, ca: pki().ca })
    const told = once(server, 'tlsClientError')
    const client = connect({ port, ca: pki().ca })
    expect((await once(client, 'error'))[0]).toMatchObject({ code: 'ERR_TLS_ALERT' })
    expect((await told)[0]).toMatchObject({ code: 'ERR_TLS_ALERT' })
  })

  test.each([
    ['is missing', () => ({}), false, 'no_peercert'],
    ['is by nobody known', () => pki().stranger, false, 'selfsigned_peer'],
    ['is good', () => pki().client, true, undefined],
  ] as const)('that %s is told of where it need not be good', async (_what, own, authorized, reason) => {
    const asking = { ...pki().server, requestCert: true, rejectUnauthorized: false, ca: pki().ca }
    const { server, port } = await listening(asking, stream => stream.end('welcome'))
    for (let round = 0; round < 2; round++) {
      const accepted = once(server, 'secureConnection')
      expect(await text(connect({ port, ca: pki().ca, ...own() }))).toBe('welcome')
      const [stream] = await accepted
      expect([stream.authorized, stream.authorizationError?.reason]).toEqual([authorized, reason])
    }
  })
})

describe('The name that a client asks for', () => {
  const common_name = async (port: number, servername: string) => {
    const client = node_client(port, { servername, rejectUnauthorized: false })
    await once(client, 'secureConnect')
    const { subject } = client.getPeerCertificate()
    client.destroy()
    return subject.CN
  }

  test('has other certificates by addContext, and those of the server else', async () => {
    const names: (string | false)[] = []
    const { server, port } = await listening(pki().server, stream => names.push(stream.servername))
    server.addContext('*.example', createSecureContext(pki().stranger))
    server.addContext('other.example', pki().other)
    expect(await common_name(port, 'other.example')).toBe('other.example')
    expect(await common_name(port, 'a.b.example')).toBe('localhost')
    expect(await common_name(port, 'localhost')).toBe('localhost')
    expect(names).toEqual(['other.example', false, false])
  })

  test('has other certificates by SNICallback', async () => {
    const other = createSecureContext(pki().other)
    const { port } = await listening({
      ...pki().server,
      SNICallback: (name, done) => setImmediate(done, null, name === 'other.example' ? other : undefined),
    })
    expect(await common_name(port, 'other.example')).toBe('other.example')
    expect(await common_name(port, 'localhost')).toBe('localhost')
  })

  test('is refused by an error of SNICallback', async () => {
    const { server, port } = await listening({
      ...pki().server,
      SNICallback: (_name, done) => done(new Error('no')),
    })
    const told = once(server, 'tlsClientError')
    const client = node_client(port).on('error', () => {})
    expect((await told)[0]).toMatchObject({ code: expect.stringMatching(/^ERR_TLS/) })
    client.destroy()
  })
})
