// A client for servers of any age: it begins with the best, and comes down no further than it must.
//   node dist/examples/old_peers.js

import { pkix_test_data } from '../apps/public_key/public_key.ts'
import { ok, run, spawn } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

type Try = Pick<ssl.ConnectOptions, 'versions' | 'ciphers' | 'fallback'>

/** Only for who must: a server that does not know `fallback` can be made to look old by whoever is in between. */
const steps: readonly Try[] = [
  { versions: ['tlsv1.2'] },
  { versions: ['tlsv1.1', 'tlsv1'], fallback: true },
  { versions: ['tlsv1', 'sslv3'], ciphers: 'AES128-SHA:DES-CBC3-SHA:RC4-SHA', fallback: true },
]

/** Why a server may want to be asked for less. All else, a wrong certificate above all, is no reason to come down. */
const is_too_new = (reason: unknown) =>
  /handshake failure|protocol version|insufficient security/.test(ssl.format_error(reason))

/** As `ssl.connect`, as well as the server can. */
export async function connect_to_any(host: string, port: number, options: ssl.ConnectOptions) {
  let outcome = await ssl.connect(host, port, { ...options, ...steps[0] }, 5_000)
  for (const step of steps.slice(1)) {
    if (outcome[0] === 'ok' || !is_too_new(outcome[1])) break
    outcome = await ssl.connect(host, port, { ...options, ...step }, 5_000)
  }
  return outcome
}

const ages: readonly ssl.ListenOptions[] = [
  { versions: ['tlsv1.2', 'tlsv1.1'] },
  { versions: ['tlsv1.1', 'tlsv1'] },
  { versions: ['sslv3'], ciphers: 'DES-CBC3-SHA' },
]

/** What is agreed on with servers of three ages: version and suite. */
export async function try_ages(): Promise<unknown[]> {
  const { server_config, client_config } = await pkix_test_data({ server_chain: rsa })
  const agreed: unknown[] = []
  for (const age of ages) {
    const listener = ok(await ssl.listen(0, { ...server_config, ...age, ...quiet }))
    spawn(async () => {
      for (;;) await ssl.handshake(ok(await ssl.transport_accept(listener)), 5_000)
    })
    const [, port] = ok(ssl.sockname(listener))
    const socket = ok(await connect_to_any('localhost', port, { ...client_config, ...quiet }))
    agreed.push(ok(await ssl.connection_information(socket, ['protocol', 'cipher_suite'])))
  }
  return agreed
}

const rsa = { root: { key: 'rsa' }, peer: { key: 'rsa' } } as const
const quiet = { active: false, log_alert: false } as const

if (import.meta.filename === process.argv[1]) {
  await run(ssl.start)
  console.log(await run(try_ages))
}
