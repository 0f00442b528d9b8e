// Servers of `kista/node` for the tests of a file: what they need, and their end.

import { once } from 'node:events'
import { afterAll, afterEach, beforeAll } from '@jest/globals'
import * as logger from '../../apps/kernel/logger.ts'
import { run } from '../../runtime/index.ts'
import { createServer, type NodeServerOptions, type Server, type TlsStream } from '../../ssl_app/node.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_node_pki, type NodePki } from './node_pem.ts'

const servers: Server[] = []
const streams: TlsStream[] = []

/** Makes certificates for the tests of a file; after each test all servers and their connections are closed. */
export function with_node_pki(): () => NodePki {
  let pki: NodePki
  beforeAll(async () => {
    pki = await make_node_pki()
    logger.set_primary_config('level', 'none')
  })
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.destroy()
    for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
  })
  afterAll(() => run(() => ssl.stop()))
  return () => pki
}

/** A server that listens on loopback. */
export async function listening(
  options: NodeServerOptions,
  served: (stream: TlsStream) => void = () => {},
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(options, served).listen(0, '127.0.0.1')
  servers.push(server)
  server.on('secureConnection', stream => streams.push(stream))
  await once(server, 'listening')
  return { server, port: server.address()!.port }
}
