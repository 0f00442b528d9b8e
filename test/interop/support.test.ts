// The peers among themselves. What fails here is the harness's fault or a peer's, and never Kista's.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { curl } from './support/curl.ts'
import { erlang_ssl } from './support/erlang_ssl.ts'
import { gnutls } from './support/gnutls.ts'
import { node_tls } from './support/node_tls.ts'
import { openssl } from './support/openssl.ts'
import { connected } from './support/peer.ts'
import { make_pki, other_server_name, type Pki } from './support/pki.ts'
import { describe_with, missing_program } from './support/requires.ts'
import { suites, suites_for } from './support/suites.ts'

let pki: Pki

beforeAll(async () => {
  pki = await make_pki()
})

afterAll(() => pki.remove())

/** Each program once as a server and once as a client. */
const pairs = [
  [openssl, gnutls],
  [gnutls, node_tls],
  [node_tls, erlang_ssl],
  [erlang_ssl, openssl],
] as const

const line = 'hello, peer'

for (const [client, server] of pairs) {
  describe_with([client, server], `${client.name} as client of ${server.name}`, () => {
    test.each(['rsa', 'ecdsa'] as const)('exchanges a line, with a server key of type %s', async key => {
      const [suite] = suites_for(key)
      const running = await server.start_server({ ...pki.server[key], suites: [suite!] })

      const report = await client.run_client({ port: running.port, cacert: pki.cacert, suites, line })

      expect(connected(report)).toMatchObject({
        received: running.answer_to(line),
        protocol: 'TLSv1.2',
        suite: suite!.name,
        resumed: false,
        alpn: undefined,
      })
      await running.stop()
    })

    test('picks certificate and protocol by what the client asks for, and resumes the session', async () => {
      const running = await server.start_server({
        ...pki.server.ecdsa,
        suites,
        alpn: ['x', 'h2'],
        sni: { name: other_server_name, ...pki.other_server },
      })
      const asked = { port: running.port, cacert: pki.cacert, suites, line }

      const by_name = await client.run_client({ ...asked, server_name: other_server_name })
      const by_protocol = await client.run_client({ ...asked, alpn: ['h2', 'y'], resume: true })

      expect(connected(by_name)).toMatchObject({ received: running.answer_to(line) })
      expect(connected(by_protocol)).toMatchObject({ alpn: 'h2', resumed: true })
      await running.stop()
    })

    test('is refused without a certificate where one is required, and welcome with one', async () => {
      const running = await server.start_server({
        ...pki.server.rsa,
        suites,
        cacert: pki.cacerts,
        require_client_cert: true,
      })
      const asked = { port: running.port, cacert: pki.cacert, suites, line }

      const [without, with_one] = [
        await client.run_client(asked),
        await client.run_client({ ...asked, identity: pki.client.ecdsa }),
      ]

      expect(without.ok).toBe(false)
      expect(connected(with_one)).toMatchObject({ received: running.answer_to(line) })
      await running.stop()
    })

    test('refuses a server that nobody it trusts vouches for', async () => {
      const running = await server.start_server({ ...pki.server.rsa, suites })
      const asked = { port: running.port, suites, line }

      const report = await client.run_client({ ...asked, cacert: pki.unknown_cacert })

      expect(report.ok).toBe(false)
      expect(report.output).toMatch(/unknown_ca|issuer|verification failed/i)
      await running.stop()
    })
  })
}

describe_with([curl], 'curl as client of an HTTPS server', () => {
  test('fetches what it was told to', async () => {
    const { cert, key } = pki.server.rsa
    const server = createServer(
      { cert: await readFile(cert), key: await readFile(key) },
      (request, answer) => {
        answer.end(`you asked for ${request.url}\n`)
      },
    )
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo

    const report = await curl.run_client({
      port,
      cacert: pki.cacert,
      suites: suites_for('rsa').slice(1, 2),
      line: 'a line',
      alpn: ['http/1.1'],
    })

    expect(connected(report)).toMatchObject({
      received: 'you asked for /a%20line',
      protocol: 'TLSv1.2',
      suite: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
      alpn: 'http/1.1',
    })
    await new Promise(resolve => server.close(resolve))
  })
})

describe('The suites of the tests', () => {
  test('are seven for each kind of certificate', () => {
    expect(suites_for('rsa')).toHaveLength(7)
    expect(suites_for('ecdsa')).toHaveLength(7)
    expect(new Set(suites.flatMap(({ name, openssl }) => [name, openssl])).size).toBe(28)
  })
})

describe('A program that is missing', () => {
  test('is named, and one that is there is not', () => {
    expect(missing_program('no-such-program')).toBe('no-such-program')
    expect(missing_program('timeout')).toBeUndefined()
  })
})
