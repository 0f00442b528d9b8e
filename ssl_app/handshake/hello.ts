// The messages in which both sides tell what they can do and what they have chosen.

import {
  at_end,
  bytes,
  type Decoded,
  names,
  opaque,
  struct,
  uint8,
  uint16,
  vector,
} from '../../runtime/binary/codec.ts'
import { client_hello_extensions, server_hello_extensions } from './hello_extensions.ts'

const random = bytes(32)
const session_id = opaque(uint8, 0, 32)
const compression_method = names(uint8, { null: 0 })

/** RFC 5246 §7.4.1.2. Versions and suites are their numbers on the wire. */
export const client_hello = struct({
  client_version: uint16,
  random,
  session_id,
  cipher_suites: vector(uint16, uint16, 2, 0xfffe),
  compression_methods: vector(uint8, compression_method, 1),
  extensions: at_end(client_hello_extensions),
})

/** RFC 5246 §7.4.1.3 */
export const server_hello = struct({
  server_version: uint16,
  random,
  session_id,
  cipher_suite: uint16,
  compression_method,
  extensions: at_end(server_hello_extensions),
})

export type ClientHello = Decoded<typeof client_hello>
export type ServerHello = Decoded<typeof server_hello>
