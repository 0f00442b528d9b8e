// Lines over TCP that go over to TLS when the client asks, and back, as often as it likes; FTP does so (RFC 4217):
//   node dist/examples/starttls.js

import * as gen_tcp from '../apps/kernel/gen_tcp.ts'
import * as inet from '../apps/kernel/inet.ts'
import { pkix_test_data } from '../apps/public_key/public_key.ts'
import { ok, run, self, spawn } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

const lines = { mode: 'list', packet: 'line', active: false } as const

/** Ends TLS on both sides. What the other one has sent since is read next. */
export async function leave_tls(socket: ssl.SslSocket): Promise<gen_tcp.Socket> {
  const left = await ssl.close(socket, [self(), 5_000])
  const tcp = ok(left)
  if (left.length === 3) ok(gen_tcp.unrecv(tcp, left[2]))
  ok(inet.setopts(tcp, lines))
  return tcp
}

/** Serves one client, in the clear or in secret, until it leaves. */
export async function serve(tcp: gen_tcp.Socket, options: ssl.ListenOptions): Promise<void> {
  let secret: ssl.SslSocket | undefined
  const answer = (text: string) => (secret ? ssl.send(secret, text) : gen_tcp.send(tcp, text))
  for (;;) {
    const [tag, line] = await (secret ? ssl.recv(secret, 0) : gen_tcp.recv(tcp, 0))
    if (tag === 'error') return
    if (line === 'AUTH TLS\n' && !secret) {
      await answer('234 in secret from here\n')
      secret = ok(await ssl.handshake(tcp, options, 5_000))
    } else if (line === 'CCC\n' && secret) {
      await answer('200 in the clear from here\n')
      await leave_tls(secret)
      secret = undefined
    } else {
      await answer(`200 ${secret ? 'secret' : 'clear'}: ${line}`)
    }
  }
}

if (import.meta.filename === process.argv[1]) {
  const { server_config, client_config } = await pkix_test_data()
  await run(async () => {
    ok(await ssl.start())
    const listener = ok(await gen_tcp.listen(0, lines))
    spawn(async () => serve(ok(await gen_tcp.accept(listener)), server_config))
    const tcp = ok(await gen_tcp.connect('localhost', ok(inet.port(listener)), lines))
    await gen_tcp.send(tcp, 'AUTH TLS\n')
    console.log(ok(await gen_tcp.recv(tcp, 0)))
    const options = { ...client_config, server_name_indication: 'localhost' }
    const secret = ok(await ssl.connect(tcp, options, 5_000))
    for (const line of ['hello\n', 'CCC\n']) {
      await ssl.send(secret, line)
      console.log(ok(await ssl.recv(secret, 0)))
    }
    await gen_tcp.send(await leave_tls(secret), 'hello\n')
    console.log(ok(await gen_tcp.recv(tcp, 0)))
  })
}
