// The extensions of the hello messages, one row each. An extension that has no row for a message is kept as it
// came, `[code, bytes]`: peers send what we have never heard of, some of it on purpose (RFC 8701).

import {
  type AnyCodec,
  byte_string,
  type Choice,
  type Codec,
  choice,
  decode,
  empty,
  encode,
  map_codec,
  names,
  opaque,
  repeated,
  rest,
  sized,
  struct,
  uint8,
  uint16,
  vector,
} from '../../runtime/binary/codec.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import { Alert } from '../record/ssl_alert.ts'
import { signature_scheme } from './hash_signs.ts'
import { named_group } from './named_groups.ts'

/** The messages that carry extensions. */
type Message = 'client_hello' | 'server_hello'

/** The code of an extension, and its format in each message in which it may appear. */
type Row = { readonly code: number } & { readonly [Name in Message]?: AnyCodec }

/** Connections and sessions keep the name. No name in DNS is longer: RFC 1035 §2.3.4. */
const longest_host_name = 255
const host_name = byte_string(uint16, 1, longest_host_name)

/** RFC 6066 §3. There is one type of name and at most one name of a type, so the list holds exactly one. */
const server_name_list = map_codec(
  vector(uint16, choice(names(uint8, { host_name: 0 }), { host_name }), 1),
  list => only(list)[1],
  (host_name: string) => [['host_name', host_name] as const],
)

/** RFC 4492 §5.1.2 */
const ec_point_format_list = vector(
  uint8,
  names(uint8, { uncompressed: 0, ansiX962_compressed_prime: 1, ansiX962_compressed_char2: 2 }),
  1,
)

/** RFC 7301 §3.1 */
const protocol_name_list = vector(uint16, byte_string(uint8, 1), 2)

/** A server answers with the one protocol that it has chosen. */
const selected_protocol = map_codec(protocol_name_list, only, (protocol: string) => [protocol])

/** RFC 6066 §4: 1 to 4 stand for these sizes. */
const fragment_sizes = [512, 1024, 2048, 4096] as const

/** RFC 6066 §4: any other code is an illegal_parameter. */
const max_fragment_length = map_codec(
  uint8,
  code => fragment_sizes[code - 1] ?? refuse('max_fragment_length', code),
  (size: (typeof fragment_sizes)[number]) => fragment_sizes.indexOf(size) + 1,
)

/** RFC 8449 §4: below 64 is an illegal_parameter. */
const record_size_limit = map_codec(
  uint16,
  size => (size < 64 ? refuse('record_size_limit', size) : size),
  size => size,
)

/** draft-agl-tls-nextprotoneg-04 §3: unlike ALPN's, the list has no length of its own, and may be empty. */
const advertised_protocols = repeated(byte_string(uint8, 1))

/**
 * RFC 6066 §8: by OCSP, from one of some responders, or from any; the extensions are those of an OCSP request, DER, and
 * empty if there are none. Other types of status are kept as they came.
 */
const status_request = choice(
  names(uint8, { ocsp: 1 }),
  { ocsp: struct({ responder_ids: opaque(uint16), request_extensions: opaque(uint16) }) },
  rest,
)

const rows = {
  /** RFC 6066 §3; the value is the host name */
  server_name: { code: 0, client_hello: server_name_list, server_hello: empty },
  /** RFC 6066 §4 */
  max_fragment_length: { code: 1, client_hello: max_fragment_length, server_hello: max_fragment_length },
  /** RFC 8422 §5.1.1, in older documents `elliptic_curves` */
  supported_groups: { code: 10, client_hello: vector(uint16, named_group, 2) },
  /** RFC 6066 §8 */
  status_request: { code: 5, client_hello: status_request, server_hello: empty },
  /** RFC 8422 §5.1.2 */
  ec_point_formats: { code: 11, client_hello: ec_point_format_list, server_hello: ec_point_format_list },
  /** RFC 5054 §2.8.1; the value is the user's name */
  srp: { code: 12, client_hello: opaque(uint8, 1) },
  /** RFC 5246 §7.4.1.4.1 */
  signature_algorithms: { code: 13, client_hello: vector(uint16, signature_scheme, 2, 0xfffe) },
  /** RFC 7301 §3.1 */
  alpn: {
    code: 16,
    client_hello: handshake_failure_unless(protocol_name_list),
    server_hello: handshake_failure_unless(selected_protocol),
  },
  /** RFC 7366 §2 */
  encrypt_then_mac: { code: 22, client_hello: empty, server_hello: empty },
  /** RFC 7627 §5.1 */
  extended_master_secret: { code: 23, client_hello: empty, server_hello: empty },
  /** RFC 8449 §4; the value is in bytes */
  record_size_limit: { code: 28, client_hello: record_size_limit, server_hello: record_size_limit },
  /** RFC 5077 §3.2; the value is the client's ticket, empty if it has none */
  session_ticket: { code: 35, client_hello: rest, server_hello: empty },
  /** draft-agl-tls-nextprotoneg-04 §3; the value is what the server can speak */
  next_protocol_negotiation: {
    code: 13172,
    client_hello: handshake_failure_unless(empty),
    server_hello: handshake_failure_unless(advertised_protocols),
  },
  /** RFC 5746 §3.2; the value is the verify_data of the handshake before */
  renegotiation_info: { code: 0xff01, client_hello: opaque(uint8), server_hello: opaque(uint8) },
} as const satisfies Readonly<Record<string, Row>>

type Rows = typeof rows

/** The name of an extension that this implementation knows. */
export type ExtensionName = keyof Rows

type Formats<In extends Message> = {
  readonly [Name in ExtensionName as In extends keyof Rows[Name] ? Name : never]: Rows[Name] extends {
    readonly [Key in In]: infer Format
  }
    ? Format
    : never
}

/** `[name, value]`, or `[code, bytes]` for one that is not known in that message. */
export type Extension<In extends Message> = Choice<Formats<In>> | readonly [number, Uint8Array]

export type ClientHelloExtension = Extension<'client_hello'>
export type ServerHelloExtension = Extension<'server_hello'>

/**
 * In the order in which they stand in the message.
 * Reading throws {@link Alert} `illegal_parameter` when one comes twice and for a size that there is not, and
 * `handshake_failure` for a malformed `alpn` or `next_protocol_negotiation`.
 */
export const client_hello_extensions = extensions('client_hello')
export const server_hello_extensions = extensions('server_hello')

/** The value of the extension of that name, or undefined when it is not there. */
export function get_extension<Any extends readonly [unknown, unknown], Name extends ExtensionName & Any[0]>(
  extensions: readonly Any[] | undefined,
  name: Name,
): Extract<Any, readonly [Name, unknown]>[1] | undefined {
  return extensions?.find(([tag]) => tag === name)?.[1]
}

/** The number on the wire of an extension. */
export function extension_code([name]: readonly [ExtensionName | number, unknown]): number {
  return typeof name === 'number' ? name : rows[name].code
}

function extensions<In extends Message>(message: In): Codec<readonly Extension<In>[]> {
  const known = Object.entries<Row>(rows).filter(([, row]) => row[message])
  const code = names(uint16, Object.fromEntries(known.map(([name, row]) => [name, row.code])))
  const formats = Object.fromEntries(known.map(([name, row]) => [name, sized(uint16, row[message]!)]))
  const list = vector(uint16, choice(code, formats, opaque(uint16)))
  const distinct: Codec<readonly unknown[]> = map_codec(list, refuse_doubled, value => value)
  return distinct as Codec<readonly Extension<In>[]>
}

/** RFC 5246 §7.4.1.4: no more than one of each type. */
function refuse_doubled<Any extends readonly [unknown, unknown]>(list: readonly Any[]): readonly Any[] {
  const tags = new Set<unknown>()
  for (const [tag] of list) {
    if (tags.has(tag)) throw new Alert('illegal_parameter', ['doubled extension', tag])
    tags.add(tag)
  }
  return list
}

function only<T>(list: readonly T[]): T {
  if (list.length !== 1) throw new DecodeError(`${list.length} elements instead of one`)
  return list[0]!
}

function refuse(name: string, value: number): never {
  throw new Alert('illegal_parameter', [name, value])
}

/** What OTP answers to whatever it cannot make sense of in ALPN and NPN. */
export function handshake_failure_unless<T>(codec: Codec<T>): Codec<T> {
  const read = (bytes: Uint8Array) => {
    try {
      return decode(codec, bytes)
    } catch (error) {
      throw error instanceof DecodeError ? new Alert('handshake_failure', error.message) : error
    }
  }
  return map_codec(rest, read, value => encode(codec, value))
}
