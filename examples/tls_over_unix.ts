// TLS over a unix domain socket: gen_tcp, with another way to connect and to listen.
//   node dist/examples/tls_over_unix.js

import { rmSync } from 'node:fs'
import { gen_tcp, inet } from '../apps/kernel/index.ts'
import { pkix_test_data } from '../apps/public_key/public_key.ts'
import { ok, run, spawn } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

/** Whatever host and port are asked for, it is the socket at `path` that answers; the host is who has to be there. */
export const over_unix = (path: string): ssl.CbInfo => {
  const at = ['local', path] as const
  const transport: ssl.Transport = {
    ...gen_tcp,
    ...(inet as Pick<ssl.Transport, 'setopts' | 'getopts' | 'peername' | 'sockname'>),
    connect: (_host, _port, options, timeout) => gen_tcp.connect(at, 0, options, timeout),
    listen: (_port, options) => gen_tcp.listen(0, { ...options, ip: at }),
  }
  return [transport, 'tcp', 'tcp_closed', 'tcp_error']
}

if (import.meta.filename === process.argv[1]) {
  const { server_config, client_config } = await pkix_test_data()
  const path = `/tmp/kista-${process.pid}.sock`
  const options = { cb_info: over_unix(path), active: false } as const
  await run(async () => {
    ok(await ssl.start())
    const listener = ok(await ssl.listen(0, { ...server_config, ...options }))
    spawn(async () => {
      const accepted = ok(await ssl.transport_accept(listener))
      await ssl.send(ok(await ssl.handshake(accepted, 5_000)), 'nobody else has heard this')
      await ssl.close(accepted)
    })
    const socket = ok(await ssl.connect('localhost', 0, { ...client_config, ...options }, 5_000))
    console.log(ssl.peername(socket), ok(await ssl.recv(socket, 0)))
    await ssl.close(socket)
    await ssl.close(listener)
  })
  rmSync(path, { force: true })
}
