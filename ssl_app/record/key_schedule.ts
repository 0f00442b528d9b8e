// What a connection derives from its secrets, whatever its version: master secret, keys, the proofs of Finished.

import type { IoData, KeyType } from '../../apps/crypto/crypto.ts'
import type { CipherSuite } from './cipher_suites.ts'
import { key_sizes } from './ssl_cipher.ts'
import * as ssl_v3 from './ssl_v3.ts'
import type { Randoms, Role, Seed, WriteKeys } from './tls_v1.ts'
import * as tls_v1 from './tls_v1.ts'
import type { ProtocolVersion } from './tls_version.ts'

/** What was agreed on in the hellos. */
export interface Agreed {
  readonly version: ProtocolVersion
  readonly suite: CipherSuite
}

/** What a CertificateVerify is a signature of, for keys of one type. */
export interface SignedMessages {
  /** `'none'`: the content is signed as it is. Undefined: hashed as the version and the key have it elsewhere. */
  readonly digest: 'none' | undefined
  readonly content: IoData
}

/**
 * The master secret: 48 bytes. `premaster` is the caller's to wipe.
 *
 * @see RFC 5246 §8.1; RFC 6101 §6.1
 */
export function master_secret(agreed: Agreed, premaster: Uint8Array, randoms: Randoms): Uint8Array {
  if (agreed.version === 'sslv3') return ssl_v3.master_secret(premaster, randoms)
  return tls_v1.master_secret(hash_of(agreed), premaster, randoms)
}

/**
 * The master secret bound to all of the handshake: 48 bytes.
 *
 * @param messages - all up to and with ClientKeyExchange
 * @throws an error in SSL 3.0, which has no such thing
 * @see RFC 7627 §4
 */
export function extended_master_secret(
  agreed: Agreed,
  premaster: Uint8Array,
  messages: readonly Uint8Array[],
): Uint8Array {
  if (agreed.version === 'sslv3') throw new Error('SSL 3.0 has no extended master secret')
  const type = hash_of(agreed)
  return tls_v1.extended_master_secret(type, premaster, tls_v1.handshake_hash(type, messages))
}

/**
 * The keys of both directions, as large as the suite needs them in this version.
 *
 * @see RFC 5246 §6.3; RFC 6101 §6.2.2
 */
export function write_keys(
  agreed: Agreed,
  master: Uint8Array,
  randoms: Randoms,
): Readonly<Record<Role, WriteKeys>> {
  const { suite, version } = agreed
  const sizes = key_sizes(suite, version)
  if (version === 'sslv3') return ssl_v3.write_keys(master, randoms, sizes)
  return tls_v1.write_keys(hash_of(agreed), master, randoms, sizes)
}

/**
 * What proves in Finished that both sides saw the same handshake: 12 bytes, in SSL 3.0 36.
 *
 * @param sender - of the Finished
 * @param messages - all before it
 * @see RFC 5246 §7.4.9; RFC 6101 §5.6.9
 */
export function verify_data(
  agreed: Agreed,
  master: Uint8Array,
  sender: Role,
  messages: readonly Uint8Array[],
): Uint8Array {
  if (agreed.version === 'sslv3') return ssl_v3.finished(master, sender, messages)
  const type = hash_of(agreed)
  return tls_v1.finished(type, master, sender, tls_v1.handshake_hash(type, messages))
}

/**
 * `size` bytes of the pseudorandom function.
 *
 * @param seed - the label, then the seed
 * @returns undefined in SSL 3.0, which has none
 * @see OTP: `ssl:prf/5`; RFC 5246 §5
 */
export function prf(agreed: Agreed, secret: Uint8Array, seed: Seed, size: number): Uint8Array | undefined {
  return agreed.version === 'sslv3' ? undefined : tls_v1.prf(hash_of(agreed), secret, seed, size)
}

/**
 * What a CertificateVerify signs: in TLS the messages, in SSL 3.0 hashes of them and of the master secret.
 *
 * @param messages - all before it
 * @param key_type - of the key that signs: `'rsa'`, or any other
 * @see RFC 5246 §7.4.8; RFC 6101 §5.6.8
 */
export function signed_messages(
  version: ProtocolVersion,
  master: Uint8Array,
  messages: readonly Uint8Array[],
  key_type: KeyType,
): SignedMessages {
  if (version !== 'sslv3') return { digest: undefined, content: messages }
  if (key_type !== 'rsa') return { digest: undefined, content: ssl_v3.dss_signed(master, messages) }
  return { digest: 'none', content: ssl_v3.rsa_signed(master, messages) }
}

const hash_of = ({ version, suite }: Agreed): tls_v1.PrfHash => tls_v1.prf_hash(version, suite)
