// Two connected TLS sockets on loopback, and the application they need.

import { afterAll, beforeAll } from '@jest/globals'
import * as logger from '../../apps/kernel/logger.ts'
import { _, ok, receive, run, self, send, spawn } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_leaf, type TestCertificate } from './certificates.ts'

/** What tests connect with: set once the application has been started. */
export interface TestPki {
  readonly ca: TestCertificate
  readonly leaf: TestCertificate
  /** Options of a server. */
  readonly server: ssl.ListenOptions
  /** Options of a client that trusts it. */
  readonly client: ssl.ConnectOptions
}

/** Starts the application for the tests of a file, and stops it after them. */
export function with_ssl(): () => TestPki {
  let pki: TestPki
  beforeAll(async () => {
    const ca = await make_ca()
    const leaf = await make_leaf(ca)
    pki = {
      ca,
      leaf,
      server: { cert: leaf.cert_der, key: ['PrivateKeyInfo', leaf.key_pkcs8_der] },
      client: { cacerts: [ca.cert_der] },
    }
    await run(async () => ok(await ssl.start()))
    logger.set_primary_config('level', 'none')
  })
  afterAll(() => run(() => ssl.stop()))
  return () => pki
}

export interface Pair {
  readonly client: ssl.SslSocket
  readonly server: ssl.SslSocket
  readonly listener: ssl.SslListenSocket
  readonly port: number
}

/** Connects the running process to itself: it owns both sockets. */
export async function connect_pair(
  pki: TestPki,
  client: ssl.ConnectOptions = {},
  server: ssl.ListenOptions = {},
): Promise<Pair> {
  const listener = ok(await ssl.listen(0, { mode: 'binary', active: false, ...pki.server, ...server }))
  const [, port] = ok(ssl.sockname(listener))
  const owner = self()
  spawn(async () => {
    const accepted = ok(await ssl.transport_accept(listener, 5_000))
    const shaken = await ssl.handshake(accepted, 5_000)
    if (shaken[0] === 'ok') ok(await ssl.controlling_process(accepted, owner))
    send(owner, ['accepted', shaken])
  })
  const options = { mode: 'binary', active: false, ...pki.client, ...client } as const
  const connected = ok(await ssl.connect('localhost', port, options, 5_000))
  const [, accepted] = await receive(['accepted', _], 5_000)
  return { client: connected, server: ok(accepted), listener, port }
}

/** Runs a body that has a connected pair, and closes what it leaves open. */
export const with_pair = (
  pki: () => TestPki,
  body: (pair: Pair) => Promise<unknown>,
  client: ssl.ConnectOptions = {},
  server: ssl.ListenOptions = {},
) =>
  run(async () => {
    const pair = await connect_pair(pki(), client, server)
    try {
      await body(pair)
    } finally {
      await close_all(pair.client, pair.server, pair.listener)
    }
  })

/** Both sides at once: who is not read from would wait for the other. */
export const close_all = (...sockets: (ssl.SslSocket | ssl.SslListenSocket)[]) =>
  Promise.all(sockets.map(socket => ssl.close(socket)))
