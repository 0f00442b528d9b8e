// A server that refuses a client whose certificate was taken back, once it has the list that says so:
//   node dist/examples/revocation.js

import { pkix_subject_id, pkix_test_data, pkix_test_root_cert } from '../apps/public_key/public_key.ts'
import { import_signing_key } from '../apps/public_key/x509.ts'
import { make_crl } from '../apps/public_key/x509_crl.ts'
import { ok, run, spawn_link } from '../runtime/index.ts'
import * as ssl_crl_cache from '../ssl_app/certificate/ssl_crl_cache.ts'
import * as ssl from '../ssl_app/ssl.ts'

/** Where the list belongs, so that a newer one takes its place. */
const place = 'http://authority.example/clients.crl'

/** What two clients are told, before and after the certificate of one is taken back. */
export async function take_back(): Promise<string[]> {
  const authority = await pkix_test_root_cert('Authority')
  const chains = { server_chain: { root: authority }, client_chain: { root: authority } }
  const { server_config, client_config: ann } = await pkix_test_data(chains)
  const { client_config: bob } = await pkix_test_data(chains)

  const checks = { verify: 'verify_peer', fail_if_no_peer_cert: true, crl_check: 'peer' } as const
  const listener = ok(await ssl.listen(0, { ...server_config, ...checks, active: false }))
  spawn_link(() => serve(listener))
  const [, port] = ok(ssl.sockname(listener))
  const issuer = { cert: authority.cert, key: await import_signing_key(authority.key[1]) }

  async function told(...revoked: Uint8Array[]) {
    const [now, day] = [Date.now(), 86_400_000]
    const entries = revoked.map(cert => ({ serial_number: pkix_subject_id(cert)[0], revocation_date: now }))
    const list = make_crl(issuer, { this_update: now - day, next_update: now + day, revoked: entries })
    ok(await ssl_crl_cache.insert(place, ['der', [list]])) // also: ['file', path]
    return [`Ann: ${await call(port, ann)}`, `Bob: ${await call(port, bob)}`]
  }
  return [...(await told()), ...(await told(bob.cert))]
}

async function call(port: number, who: ssl.ConnectOptions): Promise<string> {
  const [tag, socket] = await ssl.connect('localhost', port, { ...who, active: false, reuse_sessions: false })
  if (tag === 'error') return ssl.format_error(socket)
  const word = String(ok(await ssl.recv(socket, 0)))
  await ssl.close(socket)
  return word
}

async function serve(listener: ssl.SslListenSocket) {
  for (;;) {
    const [tag, socket] = await ssl.handshake(ok(await ssl.transport_accept(listener)), 5_000)
    if (tag === 'error') continue
    ok(await ssl.send(socket, 'welcome'))
    await ssl.close(socket)
  }
}

if (import.meta.filename === process.argv[1]) {
  await run(async () => {
    ok(await ssl.start())
    console.log((await take_back()).join('\n'))
  })
}
