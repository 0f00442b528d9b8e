// The messages that agree on a premaster secret. What is in them depends on the key exchange and the version
// that the hellos have settled: their bodies are opaque until both are known.

import {
  type AnyCodec,
  choice,
  type Decoded,
  map_codec,
  names,
  opaque,
  struct,
  uint8,
} from '../../runtime/binary/codec.ts'
import type { KeyExchange } from '../record/cipher_suites.ts'
import { by_version } from './by_version.ts'
import { digitally_signed } from './hash_signs.ts'
import { type NamedGroup, named_group } from './named_groups.ts'

/** RFC 8422 §5.4: an uncompressed point, or on a Montgomery curve the coordinate. */
const ec_point = opaque(uint8, 1)

/** RFC 8422 §5.4. Curves other than named ones have been abolished. */
const ec_parameters = map_codec(
  choice(names(uint8, { named_curve: 3 }), { named_curve: named_group }),
  ([, group]) => group,
  (group: NamedGroup) => ['named_curve', group] as const,
)

/** ServerECDHParams: what the server signs, behind both randoms. RFC 8422 §5.4 */
export const server_ecdh_params = struct({ curve: ec_parameters, public: ec_point })

/** ClientECDiffieHellmanPublic. RFC 8422 §5.7 */
export const client_ecdh_public = struct({ public: ec_point })

/** The key exchanges whose messages have a row here. */
export type AgreedKeyExchange = Extract<KeyExchange, 'ecdhe_ecdsa' | 'ecdhe_rsa'>

export type ServerEcdhParams = Decoded<typeof server_ecdh_params>
export type ClientEcdhPublic = Decoded<typeof client_ecdh_public>

type Rows = Readonly<Record<AgreedKeyExchange, AnyCodec>>

/**
 * ServerKeyExchange by version and key exchange: `decode(server_key_exchange['tlsv1.2'].ecdhe_rsa, body)`.
 * RFC 5246 §7.4.3
 */
export const server_key_exchange = by_version(version => {
  const signed_ecdh = struct({ params: server_ecdh_params, signature: digitally_signed[version] })
  return { ecdhe_ecdsa: signed_ecdh, ecdhe_rsa: signed_ecdh } satisfies Rows
})

/** ClientKeyExchange by version and key exchange. RFC 5246 §7.4.7 */
export const client_key_exchange = by_version(() => {
  return { ecdhe_ecdsa: client_ecdh_public, ecdhe_rsa: client_ecdh_public } satisfies Rows
})
