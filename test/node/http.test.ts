// node:http, node:https and node:http2 over Kista's TLS.

import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { buffer, text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Agent, connect, createServer, type TlsStream } from '../../ssl_app/node.ts'
import { listening, with_node_pki } from '../support/node_servers.ts'

const pki = with_node_pki()
const agents: Agent[] = []
const closing: { close(): unknown }[] = []

afterEach(() => {
  for (const agent of agents.splice(0)) agent.destroy()
  for (const one of closing.splice(0)) one.close()
})

const agent_with = (options: https.AgentOptions): Agent => {
  const agent = new Agent(options)
  agents.push(agent)
  return agent
}

/** A web server of Node's on Kista's TLS. */
async function web(listener: http.RequestListener): Promise<number> {
  const server = http.createServer(listener)
  closing.push(server)
  const { port } = await listening(pki().server, stream => server.emit('connection', stream))
  return port
}

const echo: http.RequestListener = (request, response) => {
  response.setHeader('x-method', request.method!)
  request.pipe(response)
}

async function ask(port: number, agent: https.Agent, body: string | Uint8Array = '', options = {}) {
  const request = https.request({ port, host: 'localhost', method: 'POST', agent, ...options })
  request.end(body)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  return { status: response.statusCode, headers: response.headers, body: await buffer(response), request }
}

describe('http.Server', () => {
  test('answers a client of Node over TLS', async () => {
    const port = await web(echo)
    const agent = new https.Agent({ ca: pki().ca })
    const { status, headers, body } = await ask(port, agent, 'hello')
    expect([status, headers['x-method'], String(body)]).toEqual([200, 'POST', 'hello'])
  })

  test('answers a megabyte, by pieces, with one', async () => {
    const port = await web(echo)
    const sent = Buffer.alloc(1_500_000, 'kista ')
    const { body } = await ask(port, agent_with({ ca: pki().ca }), sent)
    expect(body.equals(sent)).toBe(true)
  })

  test('knows the socket beneath', async () => {
    const port = await web(({ socket }, response) => {
      const { encrypted, remoteAddress } = socket as TlsStream & typeof socket
      response.end(`${encrypted} ${remoteAddress}`)
    })
    expect(String((await ask(port, agent_with({ ca: pki().ca }))).body)).toBe('true 127.0.0.1')
  })

  test('closes what is idle', async () => {
    const server = http.createServer({ keepAliveTimeout: 20 }, (_request, response) => response.end('hello'))
    closing.push(server)
    const { port } = await listening(pki().server, stream => server.emit('connection', stream))
    const client = connect({ port, ca: pki().ca })
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(await text(client)).toMatch(/^HTTP\/1.1 200 OK\r\n.*hello$/s)
  })
})

describe('An agent for https.request', () => {
  test('asks a server of Node', async () => {
    const server = https.createServer({ ...pki().server }, echo).listen(0, '127.0.0.1')
    closing.push(server)
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    expect(String((await ask(port, agent_with({ ca: pki().ca }), 'hello')).body)).toBe('hello')
  })

  test('keeps connections alive, and uses them again', async () => {
    const ports = new Set<unknown>()
    const port = await web(({ socket }, response) => {
      ports.add(socket.remotePort)
      response.end('hello')
    })
    const agent = agent_with({ ca: pki().ca, keepAlive: true, keepAliveMsecs: 500 })
    const reused: boolean[] = []
    for (let time = 0; time < 3; time++) {
      const { request } = await ask(port, agent)
      reused.push(request.reusedSocket)
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(reused).toEqual([false, true, true])
    expect(ports.size).toBe(1)
  })

  test('takes options of a request as well as its own', async () => {
    const port = await web(echo)
    const agent = agent_with({})
    expect((await ask(port, agent, 'hello', { ca: pki().ca, path: '/path', timeout: 5_000 })).status).toBe(
      200,
    )
  })

  test('trusts nobody whom it does not know', async () => {
    const port = await web(echo)
    await expect(ask(port, agent_with({ ca: pki().stranger.cert }))).rejects.toMatchObject({
      code: 'ERR_TLS_ALERT',
    })
  })

  test('reaches an address', async () => {
    const port = await web(echo)
    const { body } = await ask(port, agent_with({ ca: pki().ca }), 'hello', { host: '127.0.0.1' })
    expect(String(body)).toBe('hello')
  })

  test.each([
    ['pfx', Buffer.alloc(1)],
    ['secureProtocol', 'TLSv1_2_method'],
    ['socketPath', '/tmp/socket'],
    ['lookup', () => {}],
  ])('refuses %s, and does not ignore it', async (name, value) => {
    const asking = () =>
      https.request({ port: 1, host: 'localhost', agent: agent_with({ ca: pki().ca }), [name]: value })
    expect(asking).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
  })

  test('gives up a request that is aborted', async () => {
    const port = await web(() => {})
    const control = new AbortController()
    const asked = ask(port, agent_with({ ca: pki().ca }), '', { signal: control.signal })
    setImmediate(() => control.abort())
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('http2', () => {
  const of_http2 = { ALPNProtocols: ['h2', 'http/1.1'] }

  async function http2_web(): Promise<number> {
    const server = http2.createServer()
    server.on('stream', (stream, headers) => {
      stream.respond({ ':status': 200, 'x-path': headers[':path'] })
      stream.pipe(stream)
    })
    closing.push(server)
    const { port } = await listening({ ...pki().server, ...of_http2 }, stream =>
      server.emit('connection', stream),
    )
    return port
  }

  async function ask_http2(session: http2.ClientHttp2Session, path: string, body: Uint8Array) {
    const stream = session.request({ ':path': path, ':method': 'POST' })
    stream.end(body)
    const [headers] = await once(stream, 'response')
    return [headers['x-path'], (await buffer(stream)).equals(body)]
  }

  test('serves a client of Node', async () => {
    const session = http2.connect(`https://localhost:${await http2_web()}`, { ca: pki().ca })
    expect(await ask_http2(session, '/a', Buffer.alloc(300_000, 'a'))).toEqual(['/a', true])
    session.close()
    await once(session, 'close')
  })

  test('asks over a connection, many things at once', async () => {
    const port = await http2_web()
    const stream = connect({ port, ca: pki().ca, ...of_http2 })
    await once(stream, 'secureConnect')
    expect(stream.alpnProtocol).toBe('h2')
    const session = http2.connect(`https://localhost:${port}`, { createConnection: () => stream })
    const asked = ['/a', '/b', '/c'].map(path => ask_http2(session, path, Buffer.alloc(100_000, path)))
    expect(await Promise.all(asked)).toEqual([
      ['/a', true],
      ['/b', true],
      ['/c', true],
    ])
    session.close()
    await once(session, 'close')
  })

  test('asks a secure server of Node', async () => {
    const server = http2.createSecureServer(pki().server).listen(0, '127.0.0.1')
    server.on('stream', stream => {
      stream.respond({ 'x-path': '/' })
      stream.end()
    })
    closing.push(server)
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const stream = connect({ port, ca: pki().ca, ...of_http2 })
    await once(stream, 'secureConnect')
    const session = http2.connect(`https://localhost:${port}`, { createConnection: () => stream })
    const request = session.request({ ':path': '/' })
    expect((await once(request, 'response'))[0][':status']).toBe(200)
    request.resume()
    session.close()
    await once(session, 'close')
  })
})

test('a server that is not listening serves nobody', () => {
  expect(createServer(pki().server).address()).toBeNull()
})
