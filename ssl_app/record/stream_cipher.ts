// Records under a stream cipher, which is RC4: the content and its MAC, encrypted byte by byte. RFC 5246 §6.2.3.1

import {
  cipher_init,
  cipher_update,
  hash_equals,
  type CipherState as StreamCipherState,
} from '../../apps/crypto/crypto.ts'
import type { RecordPlace } from './additional_data.ts'
import type { StreamAlgorithm } from './bulk_ciphers.ts'
import { mac_size, type RecordMac, record_mac } from './record_mac.ts'
import { Alert } from './ssl_alert.ts'
import type { WriteKeys } from './tls_v1.ts'

export interface StreamState {
  readonly kind: 'stream'
  readonly mac: RecordMac
  readonly keys: WriteKeys
  /** It goes on from record to record. */
  readonly stream: StreamCipherState
}

const no_iv = new Uint8Array(0)

export function stream_init(algorithm: StreamAlgorithm, mac: RecordMac, keys: WriteKeys): StreamState {
  // Both directions of such a cipher are the same.
  const stream = cipher_init(algorithm.cipher, keys.key, no_iv, 'encrypt')
  return { kind: 'stream', mac, keys, stream }
}

export function stream_seal(state: StreamState, place: RecordPlace, content: Uint8Array): Uint8Array[] {
  const code = record_mac(state.mac, place, content)
  return [cipher_update(state.stream, content), cipher_update(state.stream, code)]
}

/** @throws {@link Alert} `bad_record_mac` */
export function stream_open(state: StreamState, place: RecordPlace, fragment: Uint8Array): Uint8Array {
  const length = fragment.length - mac_size(state.mac.hash)
  if (length < 0) throw new Alert('bad_record_mac')

  const plain = cipher_update(state.stream, fragment)
  const content = plain.subarray(0, length)
  const expected = record_mac(state.mac, place, content)
  if (!hash_equals(expected, plain.subarray(length))) throw new Alert('bad_record_mac')
  return content
}
