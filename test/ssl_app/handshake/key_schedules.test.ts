// What both sides derive, held against the formulas of the RFCs: for each key exchange in each version the premaster secret
// is computed from what went over the wire and the secrets of one side, and from that all the rest. That the keys are
// right is seen by opening the Finished messages with them.

import {
  constants,
  createDecipheriv,
  createECDH,
  createPrivateKey,
  privateDecrypt,
  X509Certificate,
} from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { dh_generate_key, generate_key, srp_client_key, srp_server_key } from '../../../apps/crypto/crypto.ts'
import type { Environment } from '../../../ssl_app/handshake/handshake_data.ts'
import type { ClientHello } from '../../../ssl_app/handshake/hello.ts'
import { key_exchange_parts } from '../../../ssl_app/handshake/key_exchange_parts.ts'
import type { CipherSuite } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { shared_secrets, those } from '../../support/engine_pair.ts'
import {
  every_suite,
  key_exchanges,
  make_everybody,
  scene_settings,
  suite_for,
  versions,
} from '../../support/everybody.ts'
import * as rfc from '../../support/rfc_formulas.ts'
import { bytes_of, number_of, power } from '../../support/rfc_formulas.ts'
import { roles, type Settings, Walk } from '../../support/walks.ts'
import { type Flight, Opaques, read_server_hello, view_of, type WireRecord } from '../../support/wire_view.ts'

const everybody = await make_everybody()

// ---- Secrets that the test knows

const client_secret = Buffer.alloc(32, 0x5a)
const server_secret = Buffer.alloc(32, 0x3c)

/** Whose keys are all made of one secret; they get copies, since they wipe theirs. */
const world = (secret: Uint8Array): Partial<Environment> => ({
  generate_key: curve => generate_key(curve, Uint8Array.from(secret)),
  dh_generate_key: group => dh_generate_key(group, Uint8Array.from(secret)),
  srp_client_key: group => srp_client_key(group, Uint8Array.from(secret)),
  srp_server_key: (group, derived_key) => srp_server_key(group, derived_key, Uint8Array.from(secret)),
})

function settings_for(suite: CipherSuite, version: ProtocolVersion): Settings {
  const { client, server } = scene_settings(everybody, { suite, version })
  return {
    client: { ...client, groups: ['secp256r1'] },
    server: { ...server, groups: ['secp256r1'] },
    worlds: { client: world(client_secret), server: world(server_secret) },
  }
}

// ---- The premaster secret

/** By the messages that went by: from the client's secrets, the server's RSA key, and what both users know. */
function premaster_of({ key_exchange }: CipherSuite, version: number, messages: readonly Buffer[]): Buffer {
  const { share, psk, ephemeral } = key_exchange_parts[key_exchange]
  const [told, answered] = [12, 16].map(type => new Opaques(body_of(messages, type) ?? Buffer.alloc(0)))
  if (psk && body_of(messages, 12)) told!.next(2)
  if (psk) expect(answered!.next(2)).toEqual(shared_secrets.psk_identity)
  const agree = {
    none: () => Buffer.alloc(shared_secrets.psk.length),
    rsa: () => decrypted(answered!, version, messages),
    dh: () => dh_secret(told!),
    ecdh: () => ecdh_secret(ephemeral ? told_point(told!) : certified_point(messages)),
    srp: () => srp_secret(told!, answered!),
  }
  const agreed = agree[share]()
  return psk ? with_key(agreed) : agreed
}

const body_of = (messages: readonly Buffer[], type: number): Buffer | undefined =>
  messages.find(message => message[0] === type)?.subarray(4)

/** RFC 4279 §2 */
const with_key = (agreed: Buffer): Buffer =>
  Buffer.concat([agreed, shared_secrets.psk].flatMap(part => [bytes_of(BigInt(part.length), 2), part]))

/** RFC 5246 §7.4.7.1; SSL 3.0 has no length in front. */
function decrypted(answered: Opaques, version: number, messages: readonly Buffer[]): Buffer {
  const key = createPrivateKey({ key: Buffer.from(everybody.rsa_key), format: 'der', type: 'pkcs8' })
  const encrypted = version === 0 ? answered.skip(256) : answered.next(2)
  const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted)
  expect(padded.subarray(0, 2)).toEqual(Buffer.of(0, 2))
  const premaster = padded.subarray(-48)
  expect(premaster.subarray(0, 2)).toEqual(body_of(messages, 1)!.subarray(0, 2))
  return premaster
}

/** RFC 5246 §8.1.2 */
function dh_secret(told: Opaques): Buffer {
  const [p, , server] = [told.next(2), told.next(2), told.next(2)].map(number_of)
  return bytes_of(power(server!, number_of(client_secret), p!))
}

/** RFC 8422 §5.10 */
function ecdh_secret(point: Uint8Array): Buffer {
  const own = createECDH('prime256v1')
  own.setPrivateKey(client_secret)
  return own.computeSecret(point)
}

function told_point(told: Opaques): Buffer {
  expect(told.skip(3)).toEqual(Buffer.of(3, 0, 23))
  return told.next(1)
}

function certified_point(messages: readonly Buffer[]): Buffer {
  const certificates = new Opaques(body_of(messages, 11)!)
  certificates.skip(3)
  const { x, y } = new X509Certificate(certificates.next(3)).publicKey.export({ format: 'jwk' })
  return Buffer.concat([Buffer.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')])
}

/** RFC 5054 §2.6, RFC 2945 */
function srp_secret(told: Opaques, answered: Opaques): Buffer {
  const [n_bytes, g_bytes, salt, server_bytes] = [told.next(2), told.next(2), told.next(1), told.next(2)]
  const [n, g, server] = [n_bytes, g_bytes, server_bytes].map(number_of) as [bigint, bigint, bigint]
  const padded = (number: bigint) => bytes_of(number, n_bytes.length)
  const sha = (...pieces: Uint8Array[]) => number_of(rfc.digest('sha1', ...pieces))
  const { user, password } = shared_secrets
  const x = sha(salt, rfc.digest('sha1', user, ':', password))
  const k = sha(n_bytes, padded(g))
  const u = sha(padded(number_of(answered.next(2))), padded(server))
  const base = (((server - k * power(g, x, n)) % n) + n) % n
  return bytes_of(power(base, number_of(client_secret) + u * x, n))
}

// ---- Records

/** Opens the first record of a side under its new keys. */
type Open = (record: WireRecord, block: Buffer, side: 0 | 1) => Buffer

const sequence = Buffer.alloc(8)

const header = ({ type, version }: WireRecord, length: number) =>
  Buffer.concat([Buffer.of(type), bytes_of(BigInt(version), 2), bytes_of(BigInt(length), 2)])

/** The `at`th pair of parts of a key block that begins at `start`: the one of that side. */
const part_of = (block: Buffer, start: number, size: number, side: 0 | 1) =>
  block.subarray(start + side * size, start + (side + 1) * size)

/** AES-128-CBC. RFC 5246 §6.2.3.2, RFC 7366 §3, RFC 6101 §5.2.3.1 */
const open_cbc =
  (version: number, hash: 'sha1' | 'sha256', encrypt_then_mac: boolean): Open =>
  (record, block, side) => {
    const size = hash === 'sha1' ? 20 : 32
    const mac_key = part_of(block, 0, size, side)
    const key = part_of(block, 2 * size, 16, side)
    const { fragment } = record
    const sealed = encrypt_then_mac ? fragment.subarray(0, -size) : fragment
    const iv = version < 2 ? part_of(block, 2 * size + 32, 16, side) : sealed.subarray(0, 16)
    const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false)
    const opened = decipher.update(version < 2 ? sealed : sealed.subarray(16))
    const unpadded = opened.subarray(0, -1 - opened.at(-1)!)
    const mac = (content: Buffer) =>
      rfc.hmac(hash, mac_key, sequence, header(record, content.length), content)
    if (encrypt_then_mac) {
      expect(fragment.subarray(-size)).toEqual(mac(sealed))
      return unpadded
    }
    const content = unpadded.subarray(0, -size)
    expect(unpadded.subarray(-size)).toEqual(
      version === 0 ? ssl_3_mac(mac_key, record.type, content) : mac(content),
    )
    return content
  }

/** RFC 6101 §5.2.3.1 */
function ssl_3_mac(key: Buffer, type: number, content: Buffer): Buffer {
  const said = Buffer.concat([sequence, Buffer.of(type), bytes_of(BigInt(content.length), 2), content])
  return rfc.digest(
    'sha1',
    key,
    Buffer.alloc(40, 0x5c),
    rfc.digest('sha1', key, Buffer.alloc(40, 0x36), said),
  )
}

/** AES-256-GCM. RFC 5288 §3 */
const open_gcm: Open = (record, block, side) => {
  const { fragment } = record
  const nonce = Buffer.concat([part_of(block, 64, 4, side), fragment.subarray(0, 8)])
  const sealed = fragment.subarray(8, -16)
  const decipher = createDecipheriv('aes-256-gcm', part_of(block, 0, 32, side), nonce)
  decipher.setAAD(Buffer.concat([sequence, header(record, sealed.length)]))
  decipher.setAuthTag(fragment.subarray(-16))
  return Buffer.concat([decipher.update(sealed), decipher.final()])
}

// ---- All together

/** Goes to the end of a handshake, and keeps what was said. */
function listen(walk: Walk): Flight[] {
  const { victim, rogue } = walk
  const said = (from: number) =>
    Buffer.concat(those(walk.effects.slice(from), 'transmit').flatMap(([, all]) => all))
  const flights: Flight[] = [{ from: victim.role, bytes: said(0) }]
  while (rogue.plan.length > 0) {
    const before = walk.effects.length
    const bytes = rogue.all()
    flights.push({ from: rogue.role, bytes })
    walk.give(bytes)
    flights.push({ from: victim.role, bytes: said(before) })
  }
  expect(victim.connected).toBe(true)
  return flights
}

/** What a handshake has come to, as the formulas have it. */
function expect_formulas(walk: Walk, suite: CipherSuite): { readonly extensions: ReadonlySet<number> } {
  const { messages, finished } = view_of(listen(walk))
  const hello = read_server_hello(messages[1]!)
  const version = (hello.version - 0x0300) as rfc.Terms['version']
  const terms: rfc.Terms = { version, prf_hash: suite.prf }
  const client_random = messages[0]!.subarray(6, 38)
  const premaster = premaster_of(suite, version, messages)
  const master = hello.extensions.has(23)
    ? rfc.extended_master_secret(terms, premaster, messages)
    : rfc.master_secret(terms, premaster, client_random, hello.random)
  expect(walk.victim.data.master_secret).toEqual(new Uint8Array(master))

  const block = rfc.key_block(terms, master, [client_random, hello.random], 128)
  const hash = suite.mac === 'sha' ? 'sha1' : 'sha256'
  const open = suite.mac === 'null' ? open_gcm : open_cbc(version, hash, hello.extensions.has(22))
  const client_finished = open(finished.client, block, 0)
  const size = version === 0 ? 36 : 12
  const message = (proof: Buffer) => Buffer.concat([Buffer.of(20, 0, 0, size), proof])
  expect(client_finished).toEqual(message(rfc.verify_data(terms, master, 'client', messages)))
  const server_proof = rfc.verify_data(terms, master, 'server', [...messages, client_finished])
  expect(open(finished.server, block, 1)).toEqual(message(server_proof))
  return hello
}

const cases = versions.flatMap(version =>
  key_exchanges.flatMap(key_exchange => {
    const gcm = every_suite.find(
      suite => suite.key_exchange === key_exchange && suite.cipher === 'aes_256_gcm',
    )
    const suites = [suite_for(key_exchange, version), version === 'tlsv1.2' ? gcm : undefined]
    return suites.flatMap(suite => (suite ? [[version, suite.erlang.join(' '), suite] as const] : []))
  }),
)

test('there is one for each key exchange in each version that has it', () => {
  const kinds = cases.map(([version, , { key_exchange }]) => `${version} ${key_exchange}`)
  const since = { tls: 15 * 3, sslv3: 11 }
  expect(new Set(kinds).size).toBe(since.tls + since.sslv3)
  expect(cases.filter(([, , { prf }]) => prf === 'sha384').length).toBeGreaterThan(10)
})

describe.each(roles)('a %s derives what the formulas say', role => {
  test.each(cases)('in %s with %s', (version, _name, suite) => {
    const { extensions } = expect_formulas(new Walk(role, everybody, settings_for(suite, version)), suite)
    expect(extensions.has(23)).toBe(version !== 'sslv3')
    expect(extensions.has(22)).toBe(version !== 'sslv3' && suite.mac !== 'null')
  })
})

describe('without extended master secret and encrypt-then-MAC a server derives what the formulas say', () => {
  const bare = ({ extensions = [], ...hello }: ClientHello) => ({
    ...hello,
    extensions: extensions.filter(
      ([name]) => name !== 'extended_master_secret' && name !== 'encrypt_then_mac',
    ),
  })

  test.each(cases.filter(([version]) => version !== 'sslv3'))('in %s with %s', (version, _name, suite) => {
    const walk = new Walk('server', everybody, settings_for(suite, version))
    walk.rogue.replace('client_hello', bare)
    const { extensions } = expect_formulas(walk, suite)
    expect([22, 23].filter(code => extensions.has(code))).toEqual([])
  })
})
