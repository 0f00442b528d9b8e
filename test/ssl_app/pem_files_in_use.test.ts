// PEM files that are replaced, deleted or half written under a running server.

import { rm, writeFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { ok, run } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_leaf, type TestCertificate } from '../support/certificates.ts'
import { pem_files } from '../support/pem_files.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'

with_ssl()
const file = pem_files()

const old_ca = await make_ca({ subject: 'CN=Old Root' })
const new_ca = await make_ca({ subject: 'CN=New Root' })
const of_old = await make_leaf(old_ca)
const of_new = await make_leaf(new_ca)

let certfile: string
let keyfile: string
/** Whom the server trusts. */
let cacertfile: string

beforeEach(async () => {
  certfile = await file(of_old.cert_pem)
  keyfile = await file(of_old.key_pem)
  cacertfile = await file(old_ca.cert_pem)
  await run(() => ssl.clear_pem_cache())
})

interface Connected {
  readonly client: ssl.SslSocket
  readonly server: ssl.SslSocket
}

/** What a client connects with that trusts both, and shows what is said. */
const as = ({ cert_der, key_pkcs8_der }: TestCertificate): ssl.ConnectOptions => ({
  cacerts: [old_ca.cert_der, new_ca.cert_der],
  cert: cert_der,
  key: ['PrivateKeyInfo', key_pkcs8_der],
  mode: 'binary',
  active: false,
  reuse_sessions: false,
})

/** Runs a body that can connect to one server, and closes all. */
const with_server = (
  body: (connect: (client: TestCertificate) => Promise<Connected | unknown>) => Promise<void>,
) =>
  run(async () => {
    const files = {
      certfile,
      keyfile,
      cacertfile,
      verify: 'verify_peer',
      fail_if_no_peer_cert: true,
    } as const
    const listener = ok(
      await ssl.listen(0, { ...files, mode: 'binary', active: false, reuse_sessions: false }),
    )
    const [, port] = ok(ssl.sockname(listener))
    const open: (ssl.SslSocket | ssl.SslListenSocket)[] = [listener]
    await body(async client => {
      const accepting = ssl
        .transport_accept(listener, 5_000)
        .then(result => ssl.handshake(ok(result), 10_000))
      const [connected, accepted] = await Promise.all([
        ssl.connect('localhost', port, as(client), 10_000),
        accepting,
      ])
      for (const [tag, socket] of [connected, accepted]) if (tag === 'ok') open.push(socket)
      if (accepted[0] === 'error') return accepted[1]
      return { client: ok(connected), server: accepted[1] }
    })
    await close_all(...open)
  })

const is_connected = (outcome: unknown): outcome is Connected =>
  typeof outcome === 'object' && outcome !== null && 'client' in outcome

const server_of = async (outcome: unknown): Promise<Uint8Array> => {
  if (!is_connected(outcome)) throw new Error(`not connected: ${JSON.stringify(outcome)}`)
  return ok(await ssl.peercert(outcome.client))
}

async function talk(outcome: unknown): Promise<void> {
  if (!is_connected(outcome)) throw new Error('not connected')
  expect(await ssl.send(outcome.client, 'ping')).toBe('ok')
  expect(ok(await ssl.recv(outcome.server, 4, 5_000)).toString()).toBe('ping')
}

async function replace_files(): Promise<void> {
  await writeFile(certfile, of_new.cert_pem)
  await writeFile(keyfile, of_new.key_pem)
  await writeFile(cacertfile, new_ca.cert_pem)
}

describe('files that are replaced', () => {
  test('are used by the next connection once the cache is cleared, and no running one is hurt', () =>
    with_server(async connect => {
      const first = await connect(of_old)
      await replace_files()
      const second = await connect(of_old)
      expect(await server_of(second)).toEqual(Buffer.from(of_old.cert_der))

      await ssl.clear_pem_cache()
      const third = await connect(of_new)
      expect(await server_of(third)).toEqual(Buffer.from(of_new.cert_der))
      expect(await connect(of_old)).toEqual(['tls_alert', 'unknown ca'])
      for (const running of [first, second, third]) await talk(running)
    }))

  test('are not used as long as the cache has the old ones', () =>
    with_server(async connect => {
      await connect(of_old)
      await replace_files()
      expect(await connect(of_new)).toEqual(['tls_alert', 'unknown ca'])
      await talk(await connect(of_old))
    }))
})

describe('files that cannot be used for a while', () => {
  const enoent = (option: string, path: string) => ['options', [option, path, ['error', 'enoent']]]

  test('have the next connection fail, and those after it succeed again', () =>
    with_server(async connect => {
      const first = await connect(of_old)
      await rm(cacertfile)
      await ssl.clear_pem_cache()
      expect(await connect(of_old)).toEqual(enoent('cacertfile', cacertfile))
      await writeFile(cacertfile, old_ca.cert_pem.slice(0, 200))
      expect(await connect(of_old)).toEqual(['cacertfile', expect.anything()])
      await writeFile(cacertfile, old_ca.cert_pem)
      await talk(await connect(of_old))
      await talk(first)
    }))
})
