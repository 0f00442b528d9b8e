// The formulas of the RFCs for what a connection derives from its secrets, written down once more: from node:crypto and
// nothing of ours. Bytes are Buffers, versions are the low byte of their number on the wire: 0 is SSL 3.0.

import { createHash, createHmac } from 'node:crypto'

/** What was agreed on. */
export interface Terms {
  readonly version: 0 | 1 | 2 | 3
  /** Of the PRF of TLS 1.2. */
  readonly prf_hash: 'sha256' | 'sha384'
}

type HashName = 'md5' | 'sha1' | 'sha256' | 'sha384'

export const digest = (name: HashName, ...pieces: readonly (Uint8Array | string)[]): Buffer => {
  const hash = createHash(name)
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}

export const hmac = (name: HashName, key: Uint8Array, ...pieces: readonly Uint8Array[]): Buffer =>
  createHmac(name, key).update(Buffer.concat(pieces)).digest()

/** RFC 5246 §5 */
function p_hash(name: HashName, secret: Uint8Array, seed: Uint8Array, size: number): Buffer {
  const blocks: Buffer[] = []
  let a: Uint8Array = seed
  for (let have = 0; have < size; have += blocks.at(-1)!.length) {
    a = hmac(name, secret, a)
    blocks.push(hmac(name, secret, a, seed))
  }
  return Buffer.concat(blocks).subarray(0, size)
}

/** RFC 5246 §5, RFC 2246 §5 */
export function prf(
  { version, prf_hash }: Terms,
  secret: Uint8Array,
  [label, ...seeds]: readonly [string, ...Uint8Array[]],
  size: number,
): Buffer {
  const seed = Buffer.concat([Buffer.from(label), ...seeds])
  if (version === 3) return p_hash(prf_hash, secret, seed, size)
  const half = Math.ceil(secret.length / 2)
  const left = p_hash('md5', secret.subarray(0, half), seed, size)
  const right = p_hash('sha1', secret.subarray(secret.length - half), seed, size)
  return left.map((byte, at) => byte ^ right[at]!) as Buffer
}

/** RFC 6101 §6.1, §6.2.2: `A`, `BB`, `CCC`, … */
function ssl_3_bytes(secret: Uint8Array, seed: Uint8Array, size: number): Buffer {
  const blocks: Buffer[] = []
  for (let count = 1; blocks.length * 16 < size; count++) {
    const letters = String.fromCharCode(64 + count).repeat(count)
    blocks.push(digest('md5', secret, digest('sha1', letters, secret, seed)))
  }
  return Buffer.concat(blocks).subarray(0, size)
}

/** RFC 5246 §8.1, RFC 6101 §6.1 */
export function master_secret(terms: Terms, premaster: Uint8Array, client: Uint8Array, server: Uint8Array) {
  if (terms.version === 0) return ssl_3_bytes(premaster, Buffer.concat([client, server]), 48)
  return prf(terms, premaster, ['master secret', client, server], 48)
}

/** RFC 7627 §4 */
export const extended_master_secret = (
  terms: Terms,
  premaster: Uint8Array,
  messages: readonly Uint8Array[],
) => prf(terms, premaster, ['extended master secret', handshake_hash(terms, messages)], 48)

/** RFC 5246 §6.3, RFC 6101 §6.2.2 */
export function key_block(
  terms: Terms,
  master: Uint8Array,
  [client, server]: readonly [Uint8Array, Uint8Array],
  size: number,
): Buffer {
  if (terms.version === 0) return ssl_3_bytes(master, Buffer.concat([server, client]), size)
  return prf(terms, master, ['key expansion', server, client], size)
}

/** RFC 5246 §7.4.9, RFC 6101 §5.6.9 */
export function verify_data(
  terms: Terms,
  master: Uint8Array,
  sender: 'client' | 'server',
  messages: readonly Uint8Array[],
): Buffer {
  if (terms.version > 0)
    return prf(terms, master, [`${sender} finished`, handshake_hash(terms, messages)], 12)
  const letters = sender === 'client' ? 'CLNT' : 'SRVR'
  const nested = (name: 'md5' | 'sha1', pads: number) => {
    const inner = digest(name, ...messages, letters, master, Buffer.alloc(pads, 0x36))
    return digest(name, master, Buffer.alloc(pads, 0x5c), inner)
  }
  return Buffer.concat([nested('md5', 48), nested('sha1', 40)])
}

function handshake_hash({ version, prf_hash }: Terms, messages: readonly Uint8Array[]): Buffer {
  if (version === 3) return digest(prf_hash, ...messages)
  return Buffer.concat([digest('md5', ...messages), digest('sha1', ...messages)])
}

// ---- Numbers

export const number_of = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)

/** Big endian; as long as it has to be, or as long as is said. */
export function bytes_of(number: bigint, size?: number): Buffer {
  const digits = number.toString(16)
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  return Buffer.from(size === undefined ? even : even.padStart(2 * size, '0'), 'hex')
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
