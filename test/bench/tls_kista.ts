// TLS by Kista's ssl, both ends in this process.

import { _, ok, type Pid, receive, run, self, send, spawn, spawn_monitor } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { suite, type TlsMaterial, type TlsSide } from './tls_side.ts'

const common = { versions: ['tlsv1.2'], ciphers: suite, mode: 'binary', active: false } as const

class KistaSide implements TlsSide {
  readonly #keeper: Pid
  readonly #listener: ssl.SslListenSocket
  readonly #port: number
  readonly #client_options: ssl.ConnectOptions

  constructor(keeper: Pid, listener: ssl.SslListenSocket, { root_der }: TlsMaterial) {
    this.#keeper = keeper
    this.#listener = listener
    this.#port = ok(ssl.sockname(listener))[1]
    this.#client_options = { ...common, cacerts: [root_der], server_name_indication: 'localhost' }
  }

  handshake(): Promise<void> {
    return run(() => this.#connect_and_close({ ...this.#client_options, reuse_sessions: false }))
  }

  resume(): Promise<void> {
    return run(() => this.#connect_and_close(this.#client_options))
  }

  transfer(writes: number, chunk: Uint8Array): Promise<void> {
    return run(async () => {
      const me = self()
      const [server, down] = spawn_monitor(async () => {
        const socket = await this.#accept()
        ok(await ssl.setopts(socket, { active: true }))
        for (let left = writes * chunk.length; left > 0; )
          left -= (await receive(['ssl', socket, _]))[2].length
        send(me, 'all is there')
        await receive(['ssl_closed', socket])
      })
      const socket = await this.#connect(this.#client_options)
      for (let left = writes; left > 0; left--) ok(await ssl.send(socket, chunk))
      await receive('all is there')
      await ssl.close(socket)
      await receive(['DOWN', down, 'process', server, 'normal'])
    })
  }

  async close(): Promise<void> {
    send(this.#keeper, 'close')
  }

  async #connect_and_close(options: ssl.ConnectOptions): Promise<void> {
    const [server, down] = spawn_monitor(async () => {
      const socket = await this.#accept()
      await ssl.recv(socket, 0)
      await ssl.close(socket)
    })
    await ssl.close(await this.#connect(options))
    await receive(['DOWN', down, 'process', server, 'normal'])
  }

  async #connect(options: ssl.ConnectOptions): Promise<ssl.SslSocket> {
    return ok(await ssl.connect('127.0.0.1', this.#port, options))
  }

  async #accept(): Promise<ssl.SslSocket> {
    return ok(await ssl.handshake(ok(await ssl.transport_accept(this.#listener))))
  }
}

export function kista_side(material: TlsMaterial): Promise<TlsSide> {
  const { cert_der, key_pkcs8_der } = material
  const options = {
    ...common,
    cert: cert_der,
    key: ['PrivateKeyInfo', key_pkcs8_der],
    reuseaddr: true,
  } as const
  return new Promise((resolve, reject) => {
    const keeper = spawn(async () => {
      try {
        ok(await ssl.start())
        const listener = ok(await ssl.listen(0, options))
        resolve(new KistaSide(keeper, listener, material))
        await receive('close')
        await ssl.close(listener)
      } catch (error) {
        reject(error)
      }
    })
  })
}
