// A server with two certificates: it shows the short one, on a curve, to whoever can use it, and RSA to older clients:
//   node dist/examples/several_certificates.js

import { pkix_decode_cert, pkix_test_data, pkix_test_root_cert } from '../apps/public_key/public_key.ts'
import { ok, run, spawn_link } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

/** What kinds of keys clients of different ages are shown. */
export async function show(): Promise<string[]> {
  const root = await pkix_test_root_cert('Authority', { key: 'rsa' })
  const chain = (key: 'rsa' | 'secp256r1') => pkix_test_data({ server_chain: { root, peer: { key } } })
  const { server_config: rsa } = await chain('rsa')
  const { server_config: ecdsa } = await chain('secp256r1')

  const certs_keys = [rsa, ecdsa].map(({ cert, key }) => ({ cert, key }))
  const listener = ok(await ssl.listen(0, { certs_keys, active: false }))
  spawn_link(() => serve(listener))
  const [, port] = ok(ssl.sockname(listener))

  const shown = async (who: string, options: ssl.ConnectOptions) => {
    const how = { cacerts: [root.cert], active: false, reuse_sessions: false, ...options }
    const socket = ok(await ssl.connect('localhost', port, how))
    const { cipher_suite } = ok(await ssl.connection_information(socket, ['cipher_suite']))
    const kind = kinds[algorithm_of(ok(await ssl.peercert(socket)))]
    await ssl.close(socket)
    return `${who}: ${kind}, ${cipher_suite?.[0]}`
  }
  return [
    await shown('today', {}),
    await shown('without curves', { ciphers: ['DHE-RSA-AES128-SHA', 'AES128-SHA'], versions: ['tlsv1'] }),
    await shown('that wants RSA', {
      signature_algs: ['rsa_pss_rsae_sha256'],
      signature_algs_cert: ['rsa_pkcs1_sha256'],
    }),
  ]
}

const algorithm_of = (cert: Uint8Array) =>
  pkix_decode_cert(cert, 'otp').tbsCertificate.subjectPublicKeyInfo.algorithm.algorithm

const kinds: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.1': 'RSA',
  '1.2.840.10045.2.1': 'ECDSA',
}

async function serve(listener: ssl.SslListenSocket) {
  for (;;) {
    const [tag, socket] = await ssl.handshake(ok(await ssl.transport_accept(listener)), 5_000)
    if (tag === 'ok') await ssl.close(socket)
  }
}

if (import.meta.filename === process.argv[1]) {
  await run(async () => {
    ok(await ssl.start())
    console.log((await show()).join('\n'))
  })
}
