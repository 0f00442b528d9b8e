// Two engines that know of nobody who the other one is, and agree on a curve.

import { expect } from '@jest/globals'
import type { HandshakeConfig } from '../../ssl_app/handshake/handshake_data.ts'
import { TlsEngine } from '../../ssl_app/handshake/tls_engine.ts'
import { known_suites } from '../../ssl_app/record/cipher_suites.ts'
import { config, converse, environment } from './engine_pair.ts'
import { carried } from './plays.ts'

const ciphers = known_suites().filter(
  ({ key_exchange, cipher }) => key_exchange === 'ecdh_anon' && cipher === 'aes_128_cbc',
)

/** The curve of a handshake, as the client knows it and as the server does; data has gone both ways. */
export function shared_curve(
  of_client: Partial<HandshakeConfig>,
  of_server: Partial<HandshakeConfig>,
): readonly [string | undefined, string | undefined] {
  const client = new TlsEngine('client', config('client', { ciphers, ...of_client }), environment())
  const server = new TlsEngine('server', config('server', { ciphers, ...of_server }), environment())
  converse(client, server)
  expect([carried(client, server, 'ping'), carried(server, client, 'pong')]).toEqual(['ping', 'pong'])
  return [client.data.curve, server.data.curve]
}
