// The messages that agree on a premaster secret. What is in them depends on the key exchange and the version
// that the hellos have settled: their bodies are opaque until both are known.

import {
  type AnyCodec,
  type Codec,
  choice,
  type Decoded,
  encode,
  map_codec,
  names,
  opaque,
  rest,
  struct,
  uint8,
  uint16,
} from '../../runtime/binary/codec.ts'
import type { KeyExchange } from '../record/cipher_suites.ts'
import type { ProtocolVersion } from '../record/tls_version.ts'
import { by_version } from './by_version.ts'
import { type DigitallySigned, digitally_signed } from './hash_signs.ts'
import { key_exchange_parts } from './key_exchange_parts.ts'
import { type NamedGroup, named_group } from './named_groups.ts'

/** RFC 8422 §5.4: an uncompressed point, or on a Montgomery curve the coordinate. */
const ec_point = opaque(uint8, 1)

/** RFC 8422 §5.4. Curves other than named ones have been abolished. */
const ec_parameters = map_codec(
  choice(names(uint8, { named_curve: 3 }), { named_curve: named_group }),
  ([, group]) => group,
  (group: NamedGroup) => ['named_curve', group] as const,
)

/** A big-endian number of any size. */
const large_number = opaque(uint16, 1)

/** ServerDHParams. RFC 5246 §7.4.3 */
const server_dh_params = struct({ p: large_number, g: large_number, public: large_number })

/** ServerECDHParams. RFC 8422 §5.4 */
const server_ecdh_params = struct({ curve: ec_parameters, public: ec_point })

/** ServerSRPParams: modulus, generator, salt and B. RFC 5054 §2.8.1 */
const server_srp_params = struct({
  n: large_number,
  g: large_number,
  salt: opaque(uint8, 1),
  public: large_number,
})

export type ServerDhParams = Decoded<typeof server_dh_params>
export type ServerEcdhParams = Decoded<typeof server_ecdh_params>
export type ServerSrpParams = Decoded<typeof server_srp_params>

/** The server's share, and where it is from. Numbers are big-endian, as they came: there may be zeros in front. */
export type ServerParams =
  | readonly ['dh', ServerDhParams]
  | readonly ['ecdh', ServerEcdhParams]
  | readonly ['srp', ServerSrpParams]

/** A ServerKeyExchange: those of its parts that the key exchange has. */
export interface ServerKeyExchange {
  /** Which key to use, if the client has several; may be empty. RFC 4279 §5.2 */
  readonly hint?: Uint8Array
  readonly params?: ServerParams
  /** Over both randoms and {@link encode_server_params}. */
  readonly signature?: DigitallySigned
}

/** A ClientKeyExchange: those of its parts that the key exchange has. */
export interface ClientKeyExchange {
  /** Whose the shared key is; may be empty. RFC 4279 §5.1 */
  readonly identity?: Uint8Array
  /** The encrypted premaster secret, Yc, the point, or A. */
  readonly share?: Uint8Array
}

/** How {@link ServerParams} are written. The tag is not on the wire: the suite tells it. */
const server_params = {
  dh: tagged('dh', server_dh_params),
  ecdh: tagged('ecdh', server_ecdh_params),
  srp: tagged('srp', server_srp_params),
}

/** Yc, a point, or A. */
const client_shares = { dh: large_number, ecdh: ec_point, srp: large_number }

/** RFC 5246 §7.4.7.1. SSL 3.0 has no length in front of it. RFC 6101 §5.6.7.1 */
const encrypted_premaster = by_version(version => (version === 'sslv3' ? rest : opaque(uint16)))

/** What the server signs, behind both randoms. RFC 5246 §7.4.3 */
export function encode_server_params(params: ServerParams): Uint8Array {
  return encode<ServerParams>(server_params[params[0]] as Codec<ServerParams>, params)
}

/**
 * ServerKeyExchange. For a key exchange that does not have this message, it is an empty one.
 *
 * @see RFC 5246 §7.4.3, RFC 8422 §5.4, RFC 4279 §2 to §4, RFC 5054 §2.5.3
 */
export function server_key_exchange(
  version: ProtocolVersion,
  key_exchange: KeyExchange,
): Codec<ServerKeyExchange> {
  return server_key_exchanges[version][key_exchange]
}

/**
 * ClientKeyExchange.
 *
 * @see RFC 5246 §7.4.7, RFC 6101 §5.6.7, RFC 8422 §5.7, RFC 4279 §2 to §4, RFC 5054 §2.5.4
 */
export function client_key_exchange(
  version: ProtocolVersion,
  key_exchange: KeyExchange,
): Codec<ClientKeyExchange> {
  return client_key_exchanges[version][key_exchange]
}

/** Each made once: a handshake only looks them up. */
const server_key_exchanges = by_version(version => by_key_exchange(name => server_format(version, name)))
const client_key_exchanges = by_version(version => by_key_exchange(name => client_format(version, name)))

function server_format(version: ProtocolVersion, key_exchange: KeyExchange): Codec<ServerKeyExchange> {
  const { share, psk, signed, ephemeral } = key_exchange_parts[key_exchange]
  const fields: Record<string, AnyCodec> = {}
  if (psk) fields.hint = opaque(uint16)
  if (ephemeral) fields.params = server_params[share as ServerParams[0]]
  if (signed) fields.signature = digitally_signed[version]
  return struct(fields) as Codec<ServerKeyExchange>
}

function client_format(version: ProtocolVersion, key_exchange: KeyExchange): Codec<ClientKeyExchange> {
  const { share, psk } = key_exchange_parts[key_exchange]
  const fields: Record<string, AnyCodec> = {}
  if (psk) fields.identity = opaque(uint16)
  if (share === 'rsa') fields.share = encrypted_premaster[version]
  else if (share !== 'none') fields.share = client_shares[share]
  return struct(fields) as Codec<ClientKeyExchange>
}

function by_key_exchange<T>(make: (key_exchange: KeyExchange) => T): Readonly<Record<KeyExchange, T>> {
  const key_exchanges = Object.keys(key_exchange_parts) as KeyExchange[]
  return Object.fromEntries(key_exchanges.map(name => [name, make(name)])) as Record<KeyExchange, T>
}

function tagged<Tag extends string, T>(tag: Tag, codec: Codec<T>): Codec<readonly [Tag, T]> {
  return map_codec(
    codec,
    value => [tag, value] as const,
    ([, value]) => value,
  )
}
