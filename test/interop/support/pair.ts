// What any client and any server must manage together.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type ClientOptions,
  type ClientPeer,
  connected,
  type RunningServer,
  type ServerOptions,
  type ServerPeer,
} from './peer.ts'
import { other_server_name, type Pki } from './pki.ts'
import { describe_with } from './requires.ts'
import { type KeyType, suites, suites_for } from './suites.ts'

const key_types: readonly KeyType[] = ['rsa', 'ecdsa']
const line = 'hello, peer'

/** @param pki - the certificates, which are there once the tests run */
export function describe_pair(client: ClientPeer, server: ServerPeer, pki: () => Pki): void {
  describe_with([client, server], `${client.name} as client of ${server.name}`, () => {
    const ask = (running: RunningServer, options: Partial<ClientOptions> = {}) =>
      client.run_client({ port: running.port, cacert: pki().cacert, suites, line, ...options })

    /** Describes tests that share one server. */
    function at_server(
      name: string,
      options: () => ServerOptions,
      body: (running: () => RunningServer) => void,
    ): void {
      describe(name, () => {
        let running: RunningServer
        beforeAll(async () => {
          running = await server.start_server(options())
        })
        afterAll(() => running.stop())
        body(() => running)
      })
    }

    for (const key of key_types) {
      at_server(
        `by a certificate with a key of type ${key}`,
        () => ({ ...pki().server[key], suites: suites_for(key) }),
        running => {
          test.each(suites_for(key))('exchange a line with $name', async suite => {
            const report = await ask(running(), { suites: [suite] })

            expect(connected(report)).toMatchObject({
              ...{ received: running().answer_to(line), protocol: 'TLSv1.2', suite: suite.name },
              ...{ resumed: false, alpn: undefined },
            })
          })
        },
      )
    }

    at_server(
      'where clients must show a certificate',
      () => ({ ...pki().server.rsa, suites, cacert: pki().cacerts, require_client_cert: true }),
      running => {
        test.each(key_types)('get on with one whose key is of type %s', async key => {
          const report = await ask(running(), { identity: pki().client[key] })

          expect(connected(report)).toMatchObject({ received: running().answer_to(line) })
        })

        test('get on in a second connection by the session of the first', async () => {
          const report = await ask(running(), { identity: pki().client.rsa, resume: true })

          expect(connected(report)).toMatchObject({ received: running().answer_to(line), resumed: true })
        })

        test('part without one', async () => {
          const report = await ask(running())

          expect(report.ok).toBe(false)
        })

        test('part when nobody that the server trusts has signed it', async () => {
          const report = await ask(running(), { identity: pki().stranger })

          expect(report.ok).toBe(false)
        })
      },
    )

    at_server(
      'where there is something to choose',
      () => ({
        ...{ ...pki().server.ecdsa, suites, alpn: ['x', 'h2'] },
        sni: { name: other_server_name, ...pki().other_server },
      }),
      running => {
        test('find the certificate for the name that is asked for', async () => {
          const report = await ask(running(), { server_name: other_server_name })

          expect(connected(report)).toMatchObject({ received: running().answer_to(line) })
        })

        test('agree on a protocol that both know, and again by the session', async () => {
          const report = await ask(running(), { alpn: ['h2', 'y'], resume: true })

          expect(connected(report)).toMatchObject({ alpn: 'h2', resumed: true })
        })

        test('part over the authority that is trusted', async () => {
          const report = await ask(running(), { cacert: pki().unknown_cacert })

          expect(report.ok).toBe(false)
        })

        test('part over a name that the certificate is not for', async () => {
          const report = await ask(running(), { server_name: 'elsewhere.example' })

          expect(report.ok).toBe(false)
        })
      },
    )
  })
}
