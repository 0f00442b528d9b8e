// Kista's server with the clients of others.

import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { pem_decode } from '../../apps/public_key/public_key.ts'
import { ok } from '../../runtime/erlang/term.ts'
import { curl } from './support/curl.ts'
import { erlang_ssl } from './support/erlang_ssl.ts'
import { gnutls } from './support/gnutls.ts'
import { type KistaServer, kista } from './support/kista.ts'
import { node_tls } from './support/node_tls.ts'
import { openssl } from './support/openssl.ts'
import { describe_pair } from './support/pair.ts'
import { type ClientOptions, connected, type ServerOptions } from './support/peer.ts'
import { other_server_name } from './support/pki.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'
import { suites, suites_for } from './support/suites.ts'

const line = 'hello, peer'
const { pki, told } = with_kista()

for (const client of [openssl, gnutls, node_tls, erlang_ssl]) {
  describe_pair(client, kista, pki)
}

/** Runs `body` with a server that has an RSA certificate and knows every suite, unless told otherwise. */
async function with_server(
  options: Partial<ServerOptions>,
  body: (server: KistaServer, asked: Omit<ClientOptions, 'resume'>) => Promise<void>,
): Promise<void> {
  const server = await kista.start_server({ ...pki().server.rsa, suites, ...options })
  await body(server, { port: server.port, cacert: pki().cacert, suites, line })
  await server.stop()
}

const strict = () => ({ cacert: pki().cacerts, require_client_cert: true })

describe_with([curl], 'curl as client of kista', () => {
  test.each(suites)('fetches a page by $name', async suite => {
    await with_server(pki().server[suite.key], async (_server, asked) => {
      const report = await curl.run_client({ ...asked, suites: [suite] })

      expect(connected(report)).toMatchObject({ received: line, protocol: 'TLSv1.2', suite: suite.name })
    })
  })

  test('shows its certificate, and agrees on http/1.1', async () => {
    await with_server({ ...strict(), alpn: ['h2', 'http/1.1'] }, async (server, asked) => {
      const report = await curl.run_client({ ...asked, identity: pki().client.rsa, alpn: ['http/1.1'] })

      expect(connected(report)).toMatchObject({ received: line, alpn: 'http/1.1' })
      expect(await server.visit()).toMatchObject({
        ended: 'answered',
        handshake: ['ok', { alpn: 'http/1.1' }],
      })
    })
  })
})

/** Why the server parts from a client: what it offers, what is asked of it, and the reason that it gives. */
const partings = {
  'a client without a certificate': [strict, () => ({}), 'handshake failure'],
  'a client that nobody it trusts vouches for': [strict, () => ({ identity: pki().stranger }), 'unknown ca'],
  'a client that speaks other protocols': [
    () => ({ alpn: ['x', 'h2'] }),
    () => ({ alpn: ['y'] }),
    'no application protocol',
  ],
  'a client that knows other suites': [
    () => ({ suites: suites_for('rsa') }),
    () => ({ suites: suites_for('ecdsa') }),
    'insufficient security',
  ],
} as const

for (const client of [openssl, gnutls, node_tls, erlang_ssl]) {
  describe_with([client], `Kista and ${client.name}`, () => {
    test('tells who it is, what it asked for, and that it said goodbye', async () => {
      const sni = { name: other_server_name, ...pki().other_server }
      await with_server({ ...strict(), alpn: ['x', 'h2'], sni }, async (server, asked) => {
        const report = await client.run_client({
          ...{ ...asked, suites: suites_for('ecdsa').slice(1, 2), server_name: other_server_name },
          ...{ identity: pki().client.ecdsa, alpn: ['h2'] },
        })

        expect(connected(report)).toMatchObject({ received: line })
        const { handshake, ended } = await server.visit()
        expect(ended).toBe('closed')
        expect(handshake).toMatchObject(['ok', { alpn: 'h2' }])
        expect(ok(handshake).information).toMatchObject({
          protocol: 'tlsv1.2',
          cipher_suite: ['ecdhe_ecdsa', 'aes_256_gcm', 'null', 'sha384'],
          sni_hostname: other_server_name,
          session_resumption: false,
        })
        const [certificate] = pem_decode(await readFile(pki().client.ecdsa.cert))
        expect(Buffer.from(ok(handshake).peercert!)).toStrictEqual(certificate?.[1])
      })
    })

    test.each(Object.entries(partings))('part: %s', async (_name, [offered, wanted, alert]) => {
      await with_server(offered(), async (server, asked) => {
        told().length = 0

        const report = await client.run_client({ ...asked, ...wanted() })

        expect(report.ok).toBe(false)
        expect(await server.visit()).toMatchObject({ handshake: ['error', ['tls_alert', alert]] })
        expect(told()).toMatchObject([
          {
            level: 'error',
            label: 'ssl alert',
            facts: { message: expect.stringMatching(`Fatal error: ${alert}$`) },
          },
        ])
      })
    })
  })
}
