// Connecting as node:tls does: to Kista's own server, and to Node's.

import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { afterEach, describe, expect, test } from '@jest/globals'
import { connect, createSecureContext } from '../../ssl_app/node.ts'
import { listening, with_node_pki } from '../support/node_servers.ts'

const pki = with_node_pki()
const echo = (stream: NodeJS.ReadWriteStream) => stream.pipe(stream)

const closing: tls.Server[] = []
afterEach(() => {
  for (const server of closing.splice(0)) server.close()
})

async function node_server(options: tls.TlsOptions, served: (socket: tls.TLSSocket) => void) {
  const server = tls.createServer({ ...pki().server, ...options }, served).listen(0, '127.0.0.1')
  server.on('tlsClientError', () => {})
  closing.push(server)
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

describe('A connection', () => {
  test('is a stream at once, and tells when it is there', async () => {
    const { port } = await listening(pki().server, echo)
    const stream = connect({ port, host: 'localhost', ca: pki().ca })
    stream.write('written before it is connected')
    expect([stream.connecting, stream.getProtocol(), stream.authorized]).toEqual([true, null, false])
    await once(stream, 'secureConnect')
    expect([stream.connecting, stream.getProtocol(), stream.authorized]).toEqual([false, 'TLSv1.2', true])
    stream.end()
    expect(await text(stream)).toBe('written before it is connected')
  })

  test.each([
    [
      'port, host, options, listener',
      (port: number, done: () => void) => connect(port, 'localhost', { ca: pki().ca }, done),
    ],
    ['port, options, listener', (port: number, done: () => void) => connect(port, { ca: pki().ca }, done)],
    ['options, listener', (port: number, done: () => void) => connect({ port, ca: pki().ca }, done)],
  ])('is asked for by %s', async (_form, open) => {
    const { port } = await listening(pki().server)
    await new Promise<void>(resolve => {
      const stream = open(port, () => resolve(void stream.destroy()))
    })
  })

  test('that is ended goes on reading what a server of Node still sends', async () => {
    const port = await node_server({ allowHalfOpen: true }, socket => {
      socket.on('error', () => {})
      let heard = ''
      socket.on('data', data => {
        heard += data
      })
      socket.on('end', () => socket.end(`you said ${heard}`))
    })
    const stream = connect({ port, ca: pki().ca, maxVersion: 'TLSv1.2' })
    stream.end('all')
    expect(await text(stream)).toBe('you said all')
  })

  test('shows the certificate that it is asked for, and says its protocols', async () => {
    const asked = { requestCert: true, ca: pki().ca, ALPNProtocols: ['b', 'a'] }
    const port = await node_server(asked, socket => {
      socket.end(`${socket.getPeerCertificate().subject.CN} ${socket.alpnProtocol} ${socket.authorized}`)
    })
    const stream = connect({ port, ca: pki().ca, ...pki().client, ALPNProtocols: ['a', Buffer.from('b')] })
    expect(await text(stream)).toBe('client b true')
    expect(stream.alpnProtocol).toBe('b')
  })

  test('has the options of a secure context', async () => {
    const { port } = await listening(pki().server, stream => stream.end('hello'))
    const secureContext = createSecureContext({
      ca: pki().ca,
      ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
    })
    const stream = connect({ port, secureContext })
    expect(await text(stream)).toBe('hello')
    expect(stream.getCipher().name).toMatch(/^ECDHE-(ECDSA|RSA)-AES128-GCM-SHA256$/)
  })

  test('goes on with the session of an earlier one', async () => {
    const { port } = await listening(pki().server, stream => stream.end('hello'))
    const open = async () => {
      const stream = connect({ port, ca: pki().ca })
      await text(stream)
      return stream.isSessionReused()
    }
    expect([await open(), await open()]).toEqual([false, true])
  })
})

describe('What goes wrong', () => {
  const failure = async (stream: ReturnType<typeof connect>) => (await once(stream, 'error'))[0]

  test('is an error with a code that Node knows where nobody listens', async () => {
    const { server, port } = await listening(pki().server)
    await new Promise<void>(resolve => server.close(() => resolve()))
    expect(await failure(connect({ port, host: '127.0.0.1' }))).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('is a certificate by nobody known, or one for another host', async () => {
    const { port } = await listening(pki().server)
    expect(await failure(connect({ port, ca: pki().stranger.cert }))).toMatchObject({ code: 'ERR_TLS_ALERT' })
    expect(await failure(connect({ port, ca: pki().ca, servername: 'other.example' }))).toMatchObject({
      code: 'ERR_TLS_ALERT',
    })
  })

  test('can be overlooked, and is then told', async () => {
    const { port } = await listening(pki().stranger)
    const stream = connect({ port, ca: pki().ca, rejectUnauthorized: false })
    await once(stream, 'secureConnect')
    expect(stream.authorized).toBe(false)
    expect(stream.authorizationError).toMatchObject({ code: 'ERR_TLS_CERTIFICATE' })
    stream.destroy()
  })

  test('is not there where it need not be overlooked', async () => {
    const { port } = await listening(pki().server)
    const stream = connect({ port, ca: pki().ca, rejectUnauthorized: false })
    await once(stream, 'secureConnect')
    expect([stream.authorized, stream.authorizationError]).toEqual([true, null])
    stream.destroy()
  })

  test('is for checkServerIdentity to say, as far as the name is concerned, also of a session that goes on', async () => {
    const { port } = await listening(pki().other, stream => stream.end('hello'))
    const asked: unknown[] = []
    const accepting = {
      port,
      ca: pki().ca,
      checkServerIdentity: (host: string, { subject }: any) => void asked.push([host, subject.CN]),
    }
    const stream = connect(accepting)
    expect(await text(stream)).toBe('hello')
    expect([stream.authorized, asked]).toEqual([true, [['localhost', 'other.example']]])

    const refusing = { ...accepting, checkServerIdentity: () => new Error('not you') }
    expect(await failure(connect(refusing))).toMatchObject({ message: 'not you' })
    expect(await failure(connect({ ...accepting, ca: pki().stranger.cert }))).toMatchObject({
      code: 'ERR_TLS_ALERT',
    })
    expect(await failure(connect({ port, ca: pki().ca }))).toMatchObject({ code: 'ERR_TLS_ALERT' })
  })
})

test('A stream that is destroyed at once connects to nobody, and has no error', async () => {
  const { server, port } = await listening(pki().server)
  const heard: unknown[] = []
  server
    .on('tlsClientError', error => heard.push(error))
    .on('secureConnection', () => heard.push('connection'))
  const stream = connect({ port, ca: [] })
  stream.on('error', error => heard.push(error)).destroy()
  await once(stream, 'close')
  await once(connect({ port, ca: pki().ca }), 'secureConnect')
  expect([heard, stream.errored, stream.connecting]).toEqual([['connection'], null, false])
})

describe('A signal that is aborted', () => {
  test.each(['before', 'after'] as const)('%s the start of it ends the connecting', async when => {
    const { port } = await listening(pki().server)
    const control = new AbortController()
    if (when === 'before') control.abort()
    const stream = connect({ port, ca: pki().ca, signal: control.signal })
    const failed = once(stream, 'error')
    control.abort()
    expect((await failed)[0]).toMatchObject({ name: 'AbortError' })
    expect(stream.destroyed).toBe(true)
  })

  test('ends a connecting that would take for ever', async () => {
    const port = await silent_port()
    const control = new AbortController()
    const stream = connect({ port, host: '127.0.0.1', ca: pki().ca, signal: control.signal })
    const failed = once(stream, 'error')
    setImmediate(() => control.abort())
    expect((await failed)[0]).toMatchObject({ name: 'AbortError' })
    expect(stream.connecting).toBe(false)
  })
})

/** Whoever connects there hears nothing. */
async function silent_port(): Promise<number> {
  const { createServer } = await import('node:net')
  const server = createServer(socket => socket.on('error', () => {})).listen(0, '127.0.0.1')
  closing.push(server as tls.Server)
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}
