// A web server of Node's on Kista's TLS, and a request to it by Node's https with Kista's agent:
//   node dist/examples/https_on_kista.js

import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { pem_encode, pkix_test_data } from '../apps/public_key/public_key.ts'
import { Agent, createServer, type Server } from '../ssl_app/node.ts'

/** Certificate and key of a server, and the authority to trust, in PEM. */
export async function identity() {
  const { server_config, client_config } = await pkix_test_data()
  const pem = (der: unknown) => pem_encode([['Certificate', der as Uint8Array, 'not_encrypted']])
  const [type, der] = server_config.key!
  return {
    cert: pem(server_config.cert),
    key: pem_encode([[type as 'PrivateKeyInfo', der, 'not_encrypted']]),
    ca: client_config.cacerts!.map(pem).join(''),
  }
}

/** Has a web server served over TLS. */
export async function serve(web: http.Server, { cert, key }: { cert: string; key: string }): Promise<Server> {
  const server = createServer({ cert, key }, stream => web.emit('connection', stream))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server
}

/** Gets a page of it. */
export async function get(port: number, path: string, ca: string): Promise<string> {
  const agent = new Agent({ ca })
  const [response] = await once(https.get({ port, path, agent }), 'response')
  return text(response)
}

if (import.meta.filename === process.argv[1]) {
  const mine = await identity()
  const web = http.createServer(({ url }, response) => response.end(`You asked for ${url}\n`))
  const server = await serve(web, mine)
  process.stdout.write(await get(server.address()!.port, '/kista', mine.ca))
  server.close()
}
