import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { ok, run, type Term } from '../../../runtime/index.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { make_ca, make_leaf } from '../../support/certificates.ts'
import { in_memory, pair_in_memory, settle } from '../../support/memory_pair.ts'
import { close_all, connect_pair, with_pair, with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const label = 'EXPERIMENTAL kista'
const seed = ['client_random', 'server_random'] as const

type Secrets = Readonly<Record<'master_secret' | 'client_random' | 'server_random', Buffer>>

async function secrets_of(socket: ssl.SslSocket): Promise<Secrets> {
  const names = ['master_secret', 'client_random', 'server_random']
  return ok(await ssl.connection_information(socket, names)) as Secrets
}

/** RFC 5246 §5: P_hash */
function p_hash(hash: string, secret: Uint8Array, text: Uint8Array, size: number): Buffer {
  const mac = (...parts: Uint8Array[]) => createHmac(hash, secret).update(Buffer.concat(parts)).digest()
  let [link, out] = [mac(text), Buffer.alloc(0)]
  while (out.length < size) {
    out = Buffer.concat([out, mac(link, text)])
    link = mac(link)
  }
  return out.subarray(0, size)
}

/** RFC 2246 §5: both halves of the secret, which share a byte if it is odd. */
function old_prf(secret: Uint8Array, text: Uint8Array, size: number): Buffer {
  const half = Math.ceil(secret.length / 2)
  const sha = p_hash('sha1', secret.subarray(-half), text, size)
  return p_hash('md5', secret.subarray(0, half), text, size).map((byte, at) => byte ^ sha[at]!) as Buffer
}

const by_version: Partial<Record<ProtocolVersion, typeof old_prf>> = { 'tlsv1.1': old_prf, tlsv1: old_prf }

describe.each<[ProtocolVersion, string, string]>([
  ['tlsv1.2', 'ECDHE-RSA-AES128-GCM-SHA256', 'sha256'],
  ['tlsv1.2', 'ECDHE-RSA-AES128-SHA', 'sha256'],
  ['tlsv1.2', 'ECDHE-RSA-AES256-GCM-SHA384', 'sha384'],
  ['tlsv1.1', 'ECDHE-RSA-AES128-SHA', ''],
  ['tlsv1', 'ECDHE-RSA-AES128-SHA', ''],
])('in %s with %s', (version, ciphers, hash) => {
  const with_sockets = async (body: (sockets: readonly ssl.SslSocket[]) => Promise<void>) => {
    const ca = await make_ca({ algorithm: 'rsa' })
    const leaf = await make_leaf(ca, { algorithm: 'rsa' })
    await with_pair(
      pki,
      ({ client, server }) => body([client, server]),
      { versions: [version], ciphers, cacerts: [ca.cert_der] },
      { versions: [version], ciphers, cert: leaf.cert_der, key: ['PrivateKeyInfo', leaf.key_pkcs8_der] },
    )
  }
  const expected = (secret: Uint8Array, text: Uint8Array[], size: number) => {
    const prf = by_version[version] ?? ((...asked) => p_hash(hash, ...asked))
    return prf(secret, Buffer.concat([Buffer.from(label), ...text]), size)
  }

  test('both sides make the same of it, as the RFC says', () =>
    with_sockets(async sockets => {
      const { master_secret, client_random, server_random } = await secrets_of(sockets[0]!)
      for (const socket of sockets) {
        for (const size of [1, 20, 100]) {
          const made = await ssl.prf(socket, 'master_secret', label, seed, size)
          expect(made).toEqual(['ok', expected(master_secret, [client_random, server_random], size)])
        }
      }
    }))

  test('the secret, the label and the seed can be any bytes, in any order', () =>
    with_sockets(async ([client, server]) => {
      const { client_random } = await secrets_of(server!)
      const secret = Buffer.from('an odd secret')
      const parts = [Buffer.from('a'), 'client_random', Buffer.alloc(0), Buffer.from('b')] as const
      const text = [Buffer.from('a'), client_random, Buffer.from('b')]
      const made = await ssl.prf(client!, secret, Buffer.from(label), parts, 33)
      expect(made).toEqual(['ok', expected(secret, text, 33)])
    }))
})

test('in SSL 3.0 there is none', async () => {
  const ca = await make_ca({ algorithm: 'rsa' })
  const leaf = await make_leaf(ca, { algorithm: 'rsa' })
  const own = { cert: leaf.cert_der, key: ['PrivateKeyInfo', leaf.key_pkcs8_der] } as const
  await with_pair(
    pki,
    async ({ client, server }) => {
      for (const socket of [client, server]) {
        expect(await ssl.prf(socket, 'master_secret', label, seed, 20)).toEqual(['error', 'undefined'])
      }
    },
    { versions: ['sslv3'], cacerts: [ca.cert_der] },
    { versions: ['sslv3'], ...own },
  )
})

test('what is no secret, label, seed or length is refused, and harms nobody', () =>
  with_pair(pki, async ({ client }) => {
    const asked: Term[][] = [
      ['client_random', label, seed, 20],
      ['toString', label, seed, 20],
      [5, label, seed, 20],
      [undefined, label, seed, 20],
      ['master_secret', 5, seed, 20],
      ['master_secret', undefined, seed, 20],
      ['master_secret', 'labél €', seed, 20],
      ['master_secret', label, 'client_random', 20],
      ['master_secret', label, undefined, 20],
      ['master_secret', label, ['master_secret'], 20],
      ['master_secret', label, ['constructor'], 20],
      ['master_secret', label, [5], 20],
      ['master_secret', label, seed, -1],
      ['master_secret', label, seed, 1.5],
      ['master_secret', label, seed, '20'],
      ['master_secret', label, seed, Number.POSITIVE_INFINITY],
      ['master_secret', label, seed, (1 << 20) + 1],
    ]
    for (const wrong of asked) {
      const [secret, of, more, size] = wrong as Parameters<typeof ssl.prf> extends [Term, ...infer Rest]
        ? Rest
        : never
      expect(await ssl.prf(client, secret, of, more, size)).toEqual(['error', 'badarg'])
    }
    expect(await ssl.prf(client, 'master_secret', label, [], 0)).toEqual(['ok', Buffer.alloc(0)])
    expect(ok(await ssl.prf(client, 'master_secret', '', [], 1 << 20))).toHaveLength(1 << 20)
  }))

test('a listener and a closed socket have none', () =>
  run(async () => {
    const { client, server, listener } = await connect_pair(pki())
    expect(await ssl.prf(listener, 'master_secret', label, seed, 20)).toEqual(['error', 'enotconn'])
    await close_all(client, server, listener)
    expect(await ssl.prf(client, 'master_secret', label, seed, 20)).toEqual(['error', 'closed'])
  }))

test('goes by the old keys until there are new ones', () =>
  in_memory(async network => {
    const { client, server } = await pair_in_memory(network, pki())
    const made = async (socket: ssl.SslSocket) => ok(await ssl.prf(socket, 'master_secret', label, seed, 20))
    const before = await made(client)
    const renegotiating = ssl.renegotiate(client)
    await settle()
    expect(await made(client)).toEqual(before)
    ok(await ssl.setopts(server, { active: true }))
    expect(await renegotiating).toBe('ok')
    const after = await made(client)
    expect(after).not.toEqual(before)
    expect(await made(server)).toEqual(after)
  }))
