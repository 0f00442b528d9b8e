// Handshake messages: cut out of the fragments that records bring, and their bodies read and written.

import {
  choice,
  type Decoded,
  decode,
  empty,
  encode,
  map_codec,
  names,
  opaque,
  sized,
  struct,
  uint8,
  uint16,
  uint24,
  uint32,
} from '../../runtime/binary/codec.ts'
import { Reader } from '../../runtime/binary/reader.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { ProtocolVersion } from '../record/tls_version.ts'
import { by_version } from './by_version.ts'
import { certificate, certificate_request } from './certificates.ts'
import { digitally_signed } from './hash_signs.ts'
import { client_hello, server_hello } from './hello.ts'
import { next_protocol } from './next_protocol.ts'

/** Bytes that a message may have behind its header. OTP: the default of `max_handshake_size` */
export const max_handshake_size = 256 * 1024

/** Type and length. */
const header_size = 4

/** RFC 5246 §7.4, RFC 5077 §3.3, RFC 6066 §8; `next_protocol`: draft-agl-tls-nextprotoneg-04 §3 */
const handshake_types = names(uint8, {
  hello_request: 0,
  client_hello: 1,
  server_hello: 2,
  new_session_ticket: 4,
  certificate: 11,
  server_key_exchange: 12,
  certificate_request: 13,
  server_hello_done: 14,
  certificate_verify: 15,
  client_key_exchange: 16,
  finished: 20,
  certificate_status: 22,
  next_protocol: 67,
})

/** RFC 6066 §8: the DER of an OCSPResponse, never empty; there is no other type. */
const certificate_status = map_codec(
  choice(names(uint8, { ocsp: 1 }), { ocsp: opaque(uint24, 1) }),
  ([, response]) => response,
  (response: Uint8Array) => ['ocsp', response] as const,
)

/** RFC 5077 §3.3. The hint is in seconds, 0 says nothing; an empty ticket is none. */
const new_session_ticket = struct({ ticket_lifetime_hint: uint32, ticket: opaque(uint16) })

export type NewSessionTicket = Decoded<typeof new_session_ticket>

const handshake = by_version(version =>
  choice(
    handshake_types,
    {
      hello_request: sized(uint24, empty),
      client_hello: sized(uint24, client_hello),
      server_hello: sized(uint24, server_hello),
      new_session_ticket: sized(uint24, new_session_ticket),
      certificate: sized(uint24, certificate),
      server_key_exchange: opaque(uint24),
      certificate_request: sized(uint24, certificate_request[version]),
      server_hello_done: sized(uint24, empty),
      certificate_verify: sized(uint24, digitally_signed[version]),
      client_key_exchange: opaque(uint24),
      finished: opaque(uint24),
      certificate_status: sized(uint24, certificate_status),
      next_protocol: sized(uint24, next_protocol),
    },
    opaque(uint24),
  ),
)

/**
 * `[type, body]`. The bodies of `server_key_exchange` and `client_key_exchange` are bytes, to be read by
 * key_exchange.ts; that of `finished` is its verify_data; types without a format here have bytes as well.
 */
export type Handshake = Decoded<(typeof handshake)[ProtocolVersion]>

/** The front of a message whose end has not come yet: one piece, and those before it, each larger than the next. */
export interface HandshakeBuffer {
  /** Bytes that are here. */
  readonly size: number
  /** Bytes that must be here before there is more to tell: the header, or the whole message. */
  readonly needed: number
  readonly newest: Uint8Array
  readonly older: HandshakeBuffer | undefined
}

/** Nothing has come yet, or nothing is left over. */
export const empty_handshake_buffer: HandshakeBuffer = {
  size: 0,
  needed: header_size,
  newest: new Uint8Array(0),
  older: undefined,
}

/**
 * Cuts out the messages that a fragment completes. The messages are whole, header included, as the transcript
 * and {@link decode_handshake} want them; they are views where one fragment holds all of a message.
 *
 * @param fragment - the content of one handshake record
 * @param buffer - what the fragment before has left over
 * @returns the messages, and what is left over
 * @throws {@link Alert} `handshake_failure`, as soon as a header announces more than {@link max_handshake_size}
 */
export function get_tls_handshake(
  fragment: Uint8Array,
  buffer: HandshakeBuffer = empty_handshake_buffer,
): [messages: Uint8Array[], rest: HandshakeBuffer] {
  const pending = append(buffer, fragment)
  if (pending.size < pending.needed) return [[], pending]

  const messages: Uint8Array[] = []
  const from = new Reader(join(pending))
  while (from.left >= header_size && from.left >= message_size(from)) {
    messages.push(from.take(message_size(from)))
  }
  if (from.left === 0) return [messages, empty_handshake_buffer]
  const needed = from.left < header_size ? header_size : message_size(from)
  return [messages, { size: from.left, needed, newest: from.take(from.left), older: undefined }]
}

/** What message it is that {@link get_tls_handshake} has cut out: its name, or its number if it has none here. */
export const handshake_type = (message: Uint8Array): Handshake[0] =>
  decode(handshake_types, message.subarray(0, 1))

/**
 * Reads one message that {@link get_tls_handshake} has cut out. Its bytes are kept by the caller.
 *
 * @param version - the negotiated one; before that, any: no message that comes so early depends on it
 * @throws {@link DecodeError}, and {@link Alert} `illegal_parameter` for an extension that comes twice or a size that
 *   there is not, or `handshake_failure` for malformed ALPN or NPN
 */
export function decode_handshake(message: Uint8Array, version: ProtocolVersion): Handshake {
  return decode(handshake[version], message)
}

/** The bytes of a message, header included. */
export function encode_handshake(message: Handshake, version: ProtocolVersion): Uint8Array {
  return encode(handshake[version], message)
}

function message_size(from: Reader): number {
  const length = from.peek_uint(1, 3)
  if (length > max_handshake_size) throw new Alert('handshake_failure', ['max_handshake_size', length])
  return header_size + length
}

/** Merges pieces that are not larger than the one behind them, so that there are few, however many came. */
function append(buffer: HandshakeBuffer, fragment: Uint8Array): HandshakeBuffer {
  if (fragment.length === 0) return buffer
  let newest = fragment
  let older = buffer.size === 0 ? undefined : buffer
  while (older && older.newest.length <= newest.length) {
    newest = concat(older.newest, newest)
    older = older.older
  }
  return { size: buffer.size + fragment.length, needed: buffer.needed, newest, older }
}

function concat(front: Uint8Array, back: Uint8Array): Uint8Array {
  const whole = new Uint8Array(front.length + back.length)
  whole.set(front)
  whole.set(back, front.length)
  return whole
}

function join(buffer: HandshakeBuffer): Uint8Array {
  if (!buffer.older) return buffer.newest
  const joined = new Uint8Array(buffer.size)
  for (let part: HandshakeBuffer | undefined = buffer; part; part = part.older) {
    joined.set(part.newest, part.size - part.newest.length)
  }
  return joined
}
