// Kista's client with the servers of others.

import { expect, test } from '@jest/globals'
import { erlang_ssl } from './support/erlang_ssl.ts'
import { gnutls } from './support/gnutls.ts'
import { kista } from './support/kista.ts'
import { node_tls } from './support/node_tls.ts'
import { openssl } from './support/openssl.ts'
import { describe_pair } from './support/pair.ts'
import type { ClientOptions, ServerOptions } from './support/peer.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'
import { suites, suites_for } from './support/suites.ts'

const { pki, told } = with_kista()

const servers = [openssl, gnutls, node_tls, erlang_ssl]

for (const server of [...servers, kista]) describe_pair(kista, server, pki)

/** Why client and server part: what the server is like, what is asked of it, and the text of the alert. */
type Parting = readonly [() => Partial<ServerOptions>, () => Partial<ClientOptions>, alert: string]

/** It is the client that does not go on. */
const refusals: Readonly<Record<string, Parting>> = {
  'whose authority is unknown': [() => ({}), () => ({ cacert: pki().unknown_cacert }), 'unknown ca'],
  'that is not the host asked for': [
    () => ({}),
    () => ({ server_name: 'elsewhere.example' }),
    'handshake failure',
  ],
  'whose certificate has expired': [() => pki().expired_server, () => ({}), 'certificate expired'],
}

/** It is the server that does not go on; GnuTLS has alerts of its own for these, or goes on. */
const dismissals: Readonly<Record<string, Parting>> = {
  'that it shows no certificate': [
    () => ({ cacert: pki().cacerts, require_client_cert: true }),
    () => ({}),
    'handshake failure',
  ],
  'whose protocols are others': [() => ({ alpn: ['x'] }), () => ({ alpn: ['y'] }), 'no application protocol'],
  'whose suites are others': [
    () => ({ suites: suites_for('rsa') }),
    () => ({ suites: suites_for('ecdsa') }),
    'handshake failure|insufficient security',
  ],
}

for (const server of servers) {
  describe_with([server], `Kista's client parts from ${server.name}`, () => {
    const partings = { ...refusals, ...(server !== gnutls && dismissals) }

    test.each(Object.entries(partings))('%s', async (_name, [offered, wanted, alert]) => {
      told().length = 0
      const running = await server.start_server({ ...pki().server.rsa, suites, ...offered() })
      const asked = { port: running.port, cacert: pki().cacert, suites, line: 'hello' }

      const report = await kista.run_client({ ...asked, ...wanted() })

      await running.stop()
      const text = expect.stringMatching(`^(${alert})$`)
      expect(report).toMatchObject({ ok: false, reason: ['tls_alert', text] })
      const message = expect.stringMatching(`Fatal error: (${alert})$`)
      const of_client = told().filter(({ facts }) => facts.role === 'client')
      expect(of_client).toMatchObject([{ level: 'error', label: 'ssl alert', facts: { message } }])
    })
  })
}
