// What TLS 1.0, 1.1 and 1.2 derive from secrets: the PRF, the master secret, the keys, the Finished proof.

import { type HashType, hash, type IoData, mac, wipe } from '../../apps/crypto/crypto.ts'
import type { CipherSuite, SuiteHash } from './cipher_suites.ts'
import { is_at_least, type ProtocolVersion } from './tls_version.ts'

/** What a PRF is made of: the suite's hash, or before TLS 1.2 MD5 and SHA-1 together. */
export type PrfHash = SuiteHash | 'md5sha'

/** Whose message, or whose key. */
export type Role = 'client' | 'server'

/** 32 bytes each. */
export interface Randoms {
  readonly client_random: Uint8Array
  readonly server_random: Uint8Array
}

/** In bytes, for one direction. RFC 5246 §6.3 */
export interface KeySizes {
  readonly mac_key: number
  readonly key: number
  readonly iv: number
}

/** The secrets of one direction. */
export interface WriteKeys {
  readonly mac_key: Uint8Array
  readonly key: Uint8Array
  /** What the nonces or the first CBC block begin with; empty where nothing does. */
  readonly iv: Uint8Array
}

/** What a label or a seed is made of; strings are ASCII. */
export type Seed = readonly (string | Uint8Array)[]

const master_secret_size = 48
const verify_data_size = 12

/** The hash that the PRF of a connection is made of. RFC 5246 §5, RFC 4346 §5 */
export function prf_hash(version: ProtocolVersion, suite: CipherSuite): PrfHash {
  return is_at_least(version, 'tlsv1.2') ? suite.prf : 'md5sha'
}

/**
 * The pseudorandom function of TLS.
 *
 * @param seed - the label, then the seed, in as many pieces as it comes
 * @param size - bytes wanted
 * @see RFC 5246 §5; with `'md5sha'` RFC 2246 §5
 */
export function prf(type: PrfHash, secret: Uint8Array, seed: Seed, size: number): Uint8Array {
  const pieces = seed.map(piece => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece))
  if (type !== 'md5sha') return p_hash(type, secret, pieces, size)

  const half = (secret.length + 1) >> 1
  const result = p_hash('md5', secret.subarray(0, half), pieces, size)
  const other = p_hash('sha', secret.subarray(secret.length - half), pieces, size)
  for (let at = 0; at < size; at++) result[at]! ^= other[at]!
  wipe(other)
  return result
}

/** The hash that Finished, and the extended master secret, take of the handshake. RFC 5246 §7.4.9 */
export function handshake_hash(type: PrfHash, messages: readonly Uint8Array[]): Uint8Array {
  if (type !== 'md5sha') return hash(type, messages)
  return Uint8Array.of(...hash('md5', messages), ...hash('sha', messages))
}

/** 48 bytes. RFC 5246 §8.1 */
export function master_secret(type: PrfHash, premaster_secret: Uint8Array, randoms: Randoms): Uint8Array {
  const { client_random, server_random } = randoms
  return prf(type, premaster_secret, ['master secret', client_random, server_random], master_secret_size)
}

/**
 * 48 bytes, bound to all of the handshake.
 *
 * @param session_hash - {@link handshake_hash} of all messages up to and with ClientKeyExchange
 * @see RFC 7627 §4
 */
export function extended_master_secret(
  type: PrfHash,
  premaster_secret: Uint8Array,
  session_hash: Uint8Array,
): Uint8Array {
  return prf(type, premaster_secret, ['extended master secret', session_hash], master_secret_size)
}

/** The keys of both directions. RFC 5246 §6.3 */
export function write_keys(
  type: PrfHash,
  master: Uint8Array,
  randoms: Randoms,
  sizes: KeySizes,
): Readonly<Record<Role, WriteKeys>> {
  const { client_random, server_random } = randoms
  const size = 2 * (sizes.mac_key + sizes.key + sizes.iv)
  const block = prf(type, master, ['key expansion', server_random, client_random], size)
  const keys = split_key_block(block, sizes)
  wipe(block)
  return keys
}

/**
 * What proves in Finished that both sides saw the same handshake: 12 bytes.
 *
 * @param role - the sender
 * @param messages_hash - {@link handshake_hash} of all messages before this one
 * @see RFC 5246 §7.4.9
 */
export function finished(
  type: PrfHash,
  master: Uint8Array,
  role: Role,
  messages_hash: Uint8Array,
): Uint8Array {
  return prf(type, master, [`${role} finished`, messages_hash], verify_data_size)
}

/**
 * The secrets of both directions out of the block that holds them, in the order of RFC 5246 §6.3.
 *
 * @returns copies, so that each can be wiped in its own time and none keeps the whole block alive
 */
export function split_key_block(block: Uint8Array, sizes: KeySizes): Record<Role, WriteKeys> {
  let at = 0
  const take = (size: number) => {
    at += size
    return block.slice(at - size, at)
  }
  const pair = (size: number) => ({ client: take(size), server: take(size) })

  const mac_key = pair(sizes.mac_key)
  const key = pair(sizes.key)
  const iv = pair(sizes.iv)
  return {
    client: { mac_key: mac_key.client, key: key.client, iv: iv.client },
    server: { mac_key: mac_key.server, key: key.server, iv: iv.server },
  }
}

/** RFC 5246 §5: `P_hash` */
function p_hash(type: HashType, secret: Uint8Array, seed: readonly Uint8Array[], size: number): Uint8Array {
  const result = new Uint8Array(size)
  let chain: IoData = seed
  for (let at = 0; at < size; ) {
    chain = mac('hmac', type, secret, chain)
    const block = mac('hmac', type, secret, [chain, ...seed])
    result.set(block.subarray(0, size - at), at)
    at += block.length
  }
  return result
}
