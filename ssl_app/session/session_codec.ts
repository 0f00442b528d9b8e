// A session as bytes: what is in a ticket, and what a cache of the user's may write down.

import {
  bytes,
  type Codec,
  decode,
  encode,
  map_codec,
  names,
  opaque,
  struct,
  uint8,
  uint16,
  uint24,
  uint32,
  uint64,
} from '../../runtime/binary/codec.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import { version_codes } from '../record/tls_version.ts'
import type { Session } from './ssl_session.ts'

const boolean = map_codec(
  uint8,
  code => {
    if (code > 1) throw new DecodeError(`${code} is neither true nor false`)
    return code === 1
  },
  value => (value ? 1 : 0),
)

/** A boolean that tells whether it is there, and then the thing. */
const maybe = <T>(codec: Codec<T>): Codec<T | undefined> => ({
  read: reader => (boolean.read(reader) ? codec.read(reader) : undefined),
  write(writer, value) {
    boolean.write(writer, value !== undefined)
    if (value !== undefined) codec.write(writer, value)
  },
})

const version = map_codec(
  names(uint16, version_codes),
  name => {
    if (typeof name === 'number') throw new DecodeError(`no version ${name}`)
    return name
  },
  name => name,
)

const strict_utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const text = map_codec(
  opaque(uint24),
  utf8 => {
    try {
      return strict_utf8.decode(utf8)
    } catch {
      throw new DecodeError('no UTF-8')
    }
  },
  string => new TextEncoder().encode(string),
)

/** Whole milliseconds. */
const time = map_codec(
  uint64,
  value => {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new DecodeError(`${value} is no time`)
    return Number(value)
  },
  value => BigInt(Math.floor(value)),
)

/** Its own format, and its own affair: only who has written it reads it. */
export const session_codec: Codec<Session> = struct({
  version,
  cipher_suite: uint16,
  master_secret: bytes(48),
  extended_master_secret: boolean,
  encrypt_then_mac: boolean,
  session_id: opaque(uint8, 0, 32),
  server_name: maybe(text),
  srp_user: maybe(opaque(uint8)),
  psk_identity: maybe(opaque(uint16)),
  max_fragment_length: maybe(uint16),
  ticket: maybe(opaque(uint16)),
  ticket_lifetime_hint: maybe(uint32),
  is_resumable: boolean,
  time_stamp: time,
  policy: text,
  own_certificate: maybe(opaque(uint24)),
  peer_certificate: maybe(opaque(uint24)),
}) as Codec<Session>

/** A session as bytes, for a cache that is not in memory. They are as secret as what the session protects. */
export const encode_session = (session: Session): Uint8Array => encode(session_codec, session)

/** The session of which {@link encode_session} has made these bytes; undefined: of none. */
export function decode_session(encoded: Uint8Array): Session | undefined {
  try {
    return decode(session_codec, Uint8Array.from(encoded))
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
