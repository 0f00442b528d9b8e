// Handshake messages out of recorded records of TLS 1.2.

import { expect } from '@jest/globals'
import { type Codec, decode, encode } from '../../runtime/binary/codec.ts'
import {
  decode_handshake,
  encode_handshake,
  get_tls_handshake,
  type Handshake,
} from '../../ssl_app/handshake/tls_handshake.ts'
import { to_hex } from './hex.ts'

const record_header_size = 5

/** The messages in `records`, which are of type handshake, one after the other; each whole. */
export function recorded_messages(records: readonly Uint8Array[]): Uint8Array[] {
  const contents = records.flatMap(record => [...record.subarray(record_header_size)])
  return get_tls_handshake(Uint8Array.from(contents))[0]
}

export function read(message: Uint8Array | undefined): Handshake {
  return decode_handshake(message!, 'tlsv1.2')
}

export function type_of(message: Uint8Array): Handshake[0] {
  return read(message)[0]
}

/** That the opaque body of `message` is `body`, and is written as the same bytes. */
export function expect_body<T>(message: Uint8Array | undefined, codec: Codec<T>, body: T): void {
  const bytes = read(message)[1] as Uint8Array
  expect(decode(codec, bytes)).toEqual(body)
  expect(to_hex(encode(codec, body))).toBe(to_hex(bytes))
}

export function expect_written_again(message: Uint8Array): void {
  expect(to_hex(encode_handshake(read(message), 'tlsv1.2'))).toBe(to_hex(message))
}
