// A peer that has ended and still reads gets what a stream of Kista's has for it.

import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import tls from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import { connect } from '../../ssl_app/node.ts'
import { listening, with_node_pki } from '../support/node_servers.ts'

const pki = with_node_pki()
const large = Buffer.from(Uint8Array.from({ length: 8_000_000 }, (_, index) => (index * 7) >> 5))

const clients = {
  Kista: (port: number) => connect({ port, ca: pki().ca }),
  Node: (port: number) => tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: pki().ca }),
}

describe.each(['Kista', 'Node'] as const)('A client of %s that has ended', kind => {
  test('gets the whole answer, though it begins to read late', async () => {
    const { server, port } = await listening(pki().server, stream => {
      stream.resume()
      stream.write(large)
    })
    const accepted = once(server, 'secureConnection')
    const client = clients[kind](port)
    client.end('question')
    await once((await accepted)[0], 'end')
    expect(large.equals(await buffer(client))).toBe(true)
  })

  test('gets its own words back, all of them', async () => {
    const { port } = await listening({ ...pki().server, allowHalfOpen: true }, stream => stream.pipe(stream))
    const client = clients[kind](port)
    client.end(large)
    expect(large.equals(await buffer(client))).toBe(true)
  })
})
