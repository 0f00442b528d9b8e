// WebSockets over Kista's TLS, by the package ws on either side.

import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { afterEach, describe, expect, test } from '@jest/globals'
import { WebSocket, WebSocketServer } from 'ws'
import { Agent } from '../../ssl_app/node.ts'
import { listening, with_node_pki } from '../support/node_servers.ts'

const pki = with_node_pki()
const closing: { close(): unknown }[] = []
const agents: Agent[] = []

afterEach(() => {
  for (const agent of agents.splice(0)) agent.destroy()
  for (const one of closing.splice(0).reverse()) one.close()
})

function echo_on(server: http.Server | https.Server): void {
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', socket =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  )
  closing.push(server, sockets)
}

/** Its server is Node's http server on Kista's TLS. */
async function over_kista(): Promise<number> {
  const server = http.createServer()
  echo_on(server)
  return (await listening(pki().server, stream => server.emit('connection', stream))).port
}

/** Its server is Node's own. */
async function over_node(): Promise<number> {
  const server = https.createServer(pki().server).listen(0, '127.0.0.1')
  echo_on(server)
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

function open(port: number, kind: 'kista' | 'node'): WebSocket {
  const agent = kind === 'kista' ? new Agent({ ca: pki().ca }) : new https.Agent({ ca: pki().ca })
  if (agent instanceof Agent) agents.push(agent)
  return new WebSocket(`wss://localhost:${port}/`, { agent })
}

describe.each([
  ['Kista', over_kista, 'kista', 'Kista'],
  ['Kista', over_kista, 'node', 'Node'],
  ['Node', over_node, 'kista', 'Kista'],
] as const)('A WebSocket on the TLS of %s', (_server, serve, kind, client) => {
  test(`takes messages of a client on that of ${client}, and both close`, async () => {
    const socket = open(await serve(), kind)
    await once(socket, 'open')
    socket.send('hello')
    expect(String((await once(socket, 'message'))[0])).toBe('hello')

    const large = Buffer.alloc(2_000_000, 'kista')
    socket.send(large)
    expect(large.equals((await once(socket, 'message'))[0])).toBe(true)

    socket.close(1000, 'done')
    expect((await once(socket, 'close'))[0]).toBe(1000)
  })

  test(`answers a hundred messages of a client on that of ${client} in their order`, async () => {
    const socket = open(await serve(), kind)
    await once(socket, 'open')
    const heard: string[] = []
    const all = new Promise<void>(resolve => {
      socket.on('message', data => heard.push(String(data)) === 100 && resolve())
    })
    const sent = Array.from({ length: 100 }, (_, index) => `message ${index}`)
    for (const message of sent) socket.send(message)
    await all
    expect(heard).toEqual(sent)
    socket.terminate()
    await once(socket, 'close')
  })
})
