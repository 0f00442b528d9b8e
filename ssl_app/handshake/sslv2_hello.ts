// The hello in the format of SSL 2.0 with which old clients ask a server for something newer. SSL 2.0 itself is
// not spoken.

import { DecodeError, Reader } from '../../runtime/binary/reader.ts'
import type { ClientHello } from './hello.ts'

/** What {@link take_sslv2_hello} has found. */
export interface SslV2Hello {
  /** What it says, as a client_hello would. */
  readonly hello: ClientHello
  /** Its bytes, as they go into the hash of the handshake. */
  readonly message: Uint8Array
  /** What came behind it. */
  readonly rest: Uint8Array
}

/** The bit that marks a header of two bytes; records of TLS do not have it. */
const two_byte_header = 0x8000
const header_size = 2

const client_hello_type = 1

/**
 * Takes a client_hello of SSL 2.0 off the front of the first bytes of a connection.
 *
 * @returns `'more'`: perhaps it is one, but not all of it is there; undefined: it is something else
 * @throws {@link DecodeError} it is malformed
 * @see RFC 5246 §E.2
 */
export function take_sslv2_hello(bytes: Uint8Array): SslV2Hello | 'more' | undefined {
  if (is_something_else(bytes)) return undefined
  const from = new Reader(bytes)
  if (from.left < header_size) return 'more'
  const size = from.uint16() - two_byte_header
  if (from.left < size) return 'more'

  const message = from.take(size)
  return { hello: read_hello(new Reader(message)), message, rest: from.take(from.left) }
}

/** What is there of it so far tells: the header, the type, and the version, 2.0 or 3.x. */
function is_something_else([high, , type, major, minor]: Uint8Array): boolean {
  if (high !== undefined && high < two_byte_header >> 8) return true
  if (type !== undefined && type !== client_hello_type) return true
  if (major === undefined || major === 3) return false
  return major !== 0 || (minor !== undefined && minor !== 2)
}

function read_hello(from: Reader): ClientHello {
  from.uint8() // the type
  const client_version = from.uint16()
  const [specs_size, session_id_size, challenge_size] = [from.uint16(), from.uint16(), from.uint16()]
  if (session_id_size > 0) throw new DecodeError('a session id of SSL 2.0')
  if (challenge_size < 16 || challenge_size > 32)
    throw new DecodeError(`challenge of ${challenge_size} bytes`)

  const cipher_suites = read_suites(from.take(specs_size))
  const random = padded(from.take(challenge_size))
  from.expect_end()
  return {
    client_version,
    random,
    session_id: new Uint8Array(0),
    cipher_suites,
    compression_methods: ['null'],
  }
}

/** Of three bytes each. Those with something in the first one are SSL 2.0's own. */
function read_suites(specs: Uint8Array): number[] {
  if (specs.length === 0) throw new DecodeError('no cipher specs')
  const suites: number[] = []
  const from = new Reader(specs)
  while (from.left > 0) {
    const spec = from.uint24()
    if (spec <= 0xffff) suites.push(spec)
  }
  return suites
}

/** RFC 5246 §E.2: on the left, with zeros. */
function padded(challenge: Uint8Array): Uint8Array {
  const random = new Uint8Array(32)
  random.set(challenge, random.length - challenge.length)
  return random
}
