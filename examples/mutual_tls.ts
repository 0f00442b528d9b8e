// Server and client both show a certificate, and each checks the other's:
//   node dist/examples/mutual_tls.js

import { pkix_decode_cert, pkix_test_data } from '../apps/public_key/public_key.ts'
import { ok, run, spawn_link } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

/** What a server and its client learn of each other: the names in their certificates. */
export async function introduce(): Promise<string[]> {
  const { server_config, client_config } = await pkix_test_data()
  const listener = ok(
    await ssl.listen(0, {
      ...server_config,
      verify: 'verify_peer',
      fail_if_no_peer_cert: true,
      active: false,
    }),
  )
  spawn_link(() => serve(listener))
  const [, port] = ok(ssl.sockname(listener))

  const socket = ok(await ssl.connect('localhost', port, { ...client_config, active: false }))
  const server_is = `The server is ${await peer_name(socket)}`
  const answer = String(ok(await ssl.recv(socket, 0)))
  await ssl.close(socket)

  // Who shows no certificate does not get in.
  const [, refused] = await ssl.connect('localhost', port, { cacerts: client_config.cacerts })
  return [server_is, answer, `Without a certificate: ${ssl.format_error(refused)}`]
}

/** Tells each client who it is. */
async function serve(listener: ssl.SslListenSocket) {
  for (;;) {
    const [tag, socket] = await ssl.handshake(ok(await ssl.transport_accept(listener)), 5_000)
    if (tag === 'error') continue
    ok(await ssl.send(socket, `You are ${await peer_name(socket)}`))
    await ssl.close(socket)
  }
}

async function peer_name(socket: ssl.SslSocket): Promise<string> {
  const { tbsCertificate } = pkix_decode_cert(ok(await ssl.peercert(socket)), 'otp')
  const attributes = tbsCertificate.subject.rdnSequence.flat()
  return String(attributes.find(({ type }) => type === common_name)?.value[1])
}

const common_name = '2.5.4.3'

if (import.meta.filename === process.argv[1]) {
  const lines = await run(async () => {
    ok(await ssl.start())
    return introduce()
  })
  console.log(lines.join('\n'))
}
