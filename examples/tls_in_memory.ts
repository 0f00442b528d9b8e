// TLS between two ends in one program, without a network:
//   node dist/examples/tls_in_memory.js

import { pkix_test_data } from '../apps/public_key/public_key.ts'
import { ok, type Pid, run } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'
import { cb_info } from './line_transport.ts'
import { pair } from './memory_line.ts'

/** Two ends of a TLS connection, both the caller's. */
export async function secure_pair(
  client: ssl.ConnectOptions,
  server: ssl.ListenOptions,
): Promise<[ssl.SslSocket, ssl.SslSocket]> {
  const [near, far]: [Pid, Pid] = await pair()
  const shaken = await Promise.all([
    ssl.connect(near, { server_name_indication: 'localhost', ...client, cb_info }),
    ssl.handshake(far, { ...server, cb_info }),
  ])
  return [ok(shaken[0]), ok(shaken[1])]
}

if (import.meta.filename === process.argv[1]) {
  const { server_config, client_config } = await pkix_test_data()
  await run(async () => {
    ok(await ssl.start())
    const [client, server] = await secure_pair(
      { ...client_config, active: false },
      { ...server_config, active: false },
    )
    ok(await ssl.send(server, 'no network has carried this'))
    console.log(String(ok(await ssl.recv(client, 0))))
    await Promise.all([ssl.close(client), ssl.close(server)])
  })
}
