// A server and a client with several certificates, and OpenSSL, which says what it was shown.

import { expect, test } from '@jest/globals'
import { run } from '../../runtime/erlang/spawn.ts'
import { ok } from '../../runtime/erlang/term.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { type KistaServer, serve } from './support/kista.ts'
import { openssl } from './support/openssl.ts'
import { exchange_line, found } from './support/peer.ts'
import { start_process } from './support/peer_process.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'

const { pki } = with_kista()

const both = (side: 'server' | 'client') => {
  const { rsa, ecdsa } = pki()[side]
  return [rsa, ecdsa].map(({ cert, key }) => ({ certfile: cert, keyfile: key }))
}

describe_with([openssl], 'of openssl', () => {
  test.each([
    ['ECDSA+SHA256:RSA+SHA256', 'ECDSA'],
    ['RSA+SHA256:ECDSA+SHA256', 'ECDSA'],
    ['RSA+SHA256', 'RSA'],
    ['rsa_pss_rsae_sha256:RSA+SHA256', 'RSA-PSS'],
    ['ECDSA+SHA256', 'ECDSA'],
  ])('a client that knows %s is shown what it can read', async (sigalgs, signature) => {
    // Both chains are signed with ECDSA: certificates are not held against what the client lists.
    const server = await serve({ certs_keys: both('server') })
    expect(await signature_seen(server, sigalgs)).toBe(signature)
    await server.stop()
  })

  test.each([
    ['ECDSA+SHA256', 'ECDSA'],
    ['RSA+SHA256', 'RSA'],
  ])('a server that asks for %s is shown that', async (sigalgs, signature) => {
    const { cert, key } = pki().server.rsa
    const server = start_process('openssl', [
      ...[
        's_server',
        '-accept',
        '127.0.0.1:0',
        '-rev',
        '-tls1_2',
        '-cert',
        cert,
        '-cert_chain',
        cert,
        '-key',
        key,
      ],
      ...[
        '-Verify',
        '3',
        '-CAfile',
        pki().cacerts,
        '-client_sigalgs',
        sigalgs,
        '-cipher',
        'DEFAULT:@SECLEVEL=0',
      ],
    ])
    const port = Number(await server.wait_for(({ stdout }) => found(/^ACCEPT 127\.0\.0\.1:(\d+)$/m, stdout)))
    await run(async () => {
      const options = { cacertfile: pki().cacert, certs_keys: both('client'), active: false } as const
      const socket = ok(await ssl.connect('localhost', port, options, 10_000))
      ok(await ssl.send(socket, 'hello\n'))
      expect(String(ok(await ssl.recv(socket, 6, 10_000)))).toBe('olleh\n')
      await ssl.close(socket)
    })
    expect(found(/^Signature type: (.*)$/m, server.said.output)).toBe(signature)
    await server.stop()
  })
})

async function signature_seen({ port }: KistaServer, sigalgs: string): Promise<string | undefined> {
  const client = start_process('openssl', [
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2', '-nocommands', '-CAfile', pki().cacert],
    ...['-cipher', 'DEFAULT:@SECLEVEL=0', '-sigalgs', sigalgs],
  ])
  await exchange_line(client, /^ +Extended master secret: .*\n---\n/m, 'hello')
  await client.stop()
  return found(/^Peer signature type: (.*)$/m, client.said.stdout)
}
