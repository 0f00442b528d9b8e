// How Kista's bytes come and go, as somebody sees it who stands between: in few records, cut anywhere, and closed in
// order on every orderly end.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { erlang_ssl } from './support/erlang_ssl.ts'
import { gnutls } from './support/gnutls.ts'
import { type KistaServer, kista } from './support/kista.ts'
import { node_tls } from './support/node_tls.ts'
import { openssl } from './support/openssl.ts'
import { connected } from './support/peer.ts'
import { records_in, start_relay } from './support/relay.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'
import { suites, suites_for } from './support/suites.ts'

const line = 'hello, peer'
const { pki } = with_kista()
let server: KistaServer

beforeAll(async () => {
  server = await kista.start_server({
    ...{ ...pki().server.ecdsa, suites: suites_for('ecdsa') },
    ...{ cacert: pki().cacerts, require_client_cert: true },
  })
})

afterAll(async () => {
  await server.stop()
})

const asked = (port: number) => ({ port, cacert: pki().cacert, suites, line, identity: pki().client.rsa })

const types = (stream: readonly Buffer[]) => records_in(stream).map(({ type }) => type)
const [change_cipher_spec, alert, handshake, application_data] = [20, 21, 22, 23]

describe('Kista, as it is seen from between', () => {
  test('sends each flight in as few records as it can, and says goodbye on both sides', async () => {
    const relay = await start_relay(server.port)

    connected(await kista.run_client(asked(relay.port)))

    await relay.quiet()
    expect(await server.visit()).toMatchObject({ ended: 'closed' })
    expect(types(relay.heard.client)).toEqual([
      ...[handshake, handshake, change_cipher_spec, handshake],
      ...[application_data, alert],
    ])
    expect(types(relay.heard.server)).toEqual([
      ...[handshake, change_cipher_spec, handshake],
      ...[application_data, alert],
    ])
  })
})

for (const peer of [openssl, gnutls, node_tls, erlang_ssl]) {
  describe_with([peer], `Between kista and ${peer.name}`, () => {
    test('the server says goodbye to a client that has left', async () => {
      const relay = await start_relay(server.port)

      connected(await peer.run_client(asked(relay.port)))

      await relay.quiet()
      expect(types(relay.heard.server).at(-1)).toBe(alert)
      expect(await server.visit()).toMatchObject({ ended: 'closed' })
    })

    test('the client says goodbye to a server that it leaves', async () => {
      const running = await peer.start_server({ ...pki().server.ecdsa, suites })
      const relay = await start_relay(running.port)

      connected(await kista.run_client(asked(relay.port)))

      await relay.quiet()
      expect(types(relay.heard.client).at(-1)).toBe(alert)
      await running.stop()
    })

    test.each([1, 7])('what they say can come in pieces, bytes at a time: %i', async piece => {
      const relay = await start_relay(server.port, { piece })

      const report = await peer.run_client(asked(relay.port))

      expect(connected(report)).toMatchObject({ received: line })
      expect(await server.visit()).toMatchObject({ ended: 'closed' })
    })
  })
}
