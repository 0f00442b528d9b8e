// The old Node as a peer: one connection that fails is not another one's fault.

import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { old_node } from './matrix/old_node.ts'
import { ToldProgram } from './matrix/told_program.ts'
import { start_process } from './support/peer_process.ts'
import { make_pki, type Pki } from './support/pki.ts'
import { describe_with } from './support/requires.ts'

const program = fileURLToPath(new URL('peers/old_node_peer.js', import.meta.url))

/** `handshake_failure`, fatal, in TLS 1.2 */
const alert = Buffer.from('15030300020228', 'hex')

let pki: Pki
let node: ToldProgram

describe_with([old_node], 'The old Node', () => {
  beforeAll(async () => {
    pki = await make_pki()
    node = new ToldProgram(start_process(old_node.path, [program]))
  })
  afterAll(async () => {
    await node.stop()
    await pki.remove()
  })

  test('goes on with a connection while another one is refused by an alert', async () => {
    const refusing = createServer(socket => socket.once('data', () => socket.end(alert)))
    const refused = async () => node.connect(words(await port_of(refusing)))
    const { cert, key } = pki.server.rsa
    const serving = tls.createServer({ cert: await readFile(cert), key: await readFile(key) }, socket => {
      socket.once('data', async line => {
        expect(await refused()).toMatchObject({ ok: false })
        socket.end(line)
      })
    })

    const report = await node.connect(words(await port_of(serving)))

    expect(report).toMatchObject({ ok: true, received: 'hello, peer' })
    expect(report.output).not.toMatch(/failed/)
    for (const server of [refusing, serving]) server.close()
  }, 30_000)
})

const words = (port: number) => ({
  ...{ version: 'TLSv1_2_method', protocol: 'TLSv1.2', suites: 'ECDHE-RSA-AES128-GCM-SHA256' },
  ...{ port, line: 'hello, peer', times: 1, cacerts: pki.cacerts },
})

const port_of = (server: Server): Promise<number> =>
  new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
