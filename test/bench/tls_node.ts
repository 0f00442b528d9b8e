// TLS by Node's own `tls`, both ends in this process: what Kista is compared with.

import { once } from 'node:events'
import { connect, createServer, type Server, type TLSSocket } from 'node:tls'
import { suite, type TlsMaterial, type TlsSide } from './tls_side.ts'

class NodeSide implements TlsSide {
  readonly #server: Server
  readonly #material: TlsMaterial
  #session: Buffer | undefined

  constructor(server: Server, material: TlsMaterial) {
    this.#server = server
    this.#material = material
  }

  async handshake(): Promise<void> {
    const client = await this.#connect(undefined)
    await hang_up(client)
  }

  async resume(): Promise<void> {
    if (this.#session === undefined) {
      const first = await this.#connect(undefined)
      this.#session = first.getSession()
      await hang_up(first)
    }
    const client = await this.#connect(this.#session)
    if (!client.isSessionReused()) throw new Error('Node did not resume the session')
    await hang_up(client)
  }

  async transfer(writes: number, chunk: Uint8Array): Promise<void> {
    const accepted = once(this.#server, 'secureConnection')
    const client = await this.#connect(undefined)
    const [peer] = (await accepted) as [TLSSocket]
    const all = new Promise<void>(resolve => {
      let left = writes * chunk.length
      peer.on('data', data => {
        left -= data.length
        if (left === 0) resolve()
      })
    })
    for (let left = writes; left > 0; left--) {
      if (!client.write(chunk)) await once(client, 'drain')
    }
    await all
    await hang_up(client)
  }

  async close(): Promise<void> {
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #connect(session: Buffer | undefined): Promise<TLSSocket> {
    const { port } = this.#server.address() as { port: number }
    const { root_pem } = this.#material
    const client = connect({
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      ca: root_pem,
      ciphers: suite,
      maxVersion: 'TLSv1.2',
      ...(session && { session }),
    })
    await once(client, 'secureConnect')
    return client
  }
}

export async function node_side(material: TlsMaterial): Promise<TlsSide> {
  const { cert_pem, key_pem } = material
  const options = { cert: cert_pem, key: key_pem, ciphers: suite, maxVersion: 'TLSv1.2' } as const
  const server = createServer(options, peer => {
    peer.resume()
    peer.on('error', () => peer.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new NodeSide(server, material)
}

async function hang_up(client: TLSSocket): Promise<void> {
  client.resume()
  client.end()
  await once(client, 'close')
}
