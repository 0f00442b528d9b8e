// From both sides' shares to the master secret: whatever the key exchange, one way from here.

import { wipe } from '../../apps/crypto/crypto.ts'
import { type Agreed, extended_master_secret, master_secret } from '../record/key_schedule.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { Agreement } from './agreement.ts'
import { dhe } from './dh_agreement.ts'
import { ecdhe, static_ecdh } from './ecdh_agreement.ts'
import type { HandshakeData, PendingKeys } from './handshake_data.ts'
import { type KeyExchangeParts, key_exchange_parts } from './key_exchange_parts.ts'
import { pre_shared_key, psk_premaster } from './psk.ts'
import { rsa } from './rsa_agreement.ts'
import { srp } from './srp_agreement.ts'

/** What the negotiated key exchange consists of. */
export const parts_of = (data: HandshakeData): KeyExchangeParts =>
  key_exchange_parts[data.suite!.key_exchange]

/** What was agreed on in the hellos. */
export const agreed = ({ version, suite }: HandshakeData): Agreed => ({ version: version!, suite: suite! })

/** How the negotiated key exchange comes to a secret; undefined: it has none but the one shared beforehand. */
export function agreement_of(data: HandshakeData): Agreement | undefined {
  const { share, ephemeral } = parts_of(data)
  if (share === 'ecdh') return ephemeral ? ecdhe : static_ecdh
  return share === 'none' ? undefined : agreements[share]
}

/**
 * Client: its share, and what is known after it: the premaster secret, for {@link derive_master_secret}.
 *
 * @throws {@link Alert} `illegal_parameter`: the server's value is none, or there is no secret for it
 */
export function client_share(data: HandshakeData): { share: Uint8Array | undefined; premaster: Uint8Array } {
  const answer = agreement_of(data)?.answer(data)
  return { share: answer?.share, premaster: premaster(data, answer?.secret) }
}

/**
 * Server: the premaster secret, for {@link derive_master_secret}.
 *
 * @param share - undefined where the key exchange has none
 * @throws {@link Alert} `illegal_parameter`: the client's value is none
 */
export function server_premaster(data: HandshakeData, share: Uint8Array | undefined): Uint8Array {
  return premaster(data, share && agreement_of(data)?.agree(data, share))
}

/**
 * The master secret, and a wiped premaster secret.
 *
 * @param data - its history ends with ClientKeyExchange
 */
export function derive_master_secret(data: HandshakeData, premaster: Uint8Array): Uint8Array {
  const randoms = { client_random: data.client_random!, server_random: data.server_random! }
  const master = data.extended_master_secret
    ? extended_master_secret(agreed(data), premaster, data.history)
    : master_secret(agreed(data), premaster, randoms)
  wipe(premaster)
  return master
}

/** What the record layer needs to make its keys. */
export const pending_keys = (data: HandshakeData): PendingKeys => ({
  ...agreed(data),
  encrypt_then_mac: data.encrypt_then_mac!,
  master_secret: data.master_secret!,
  client_random: data.client_random!,
  server_random: data.server_random!,
})

const agreements = { rsa, dh: dhe, srp }

function premaster(data: HandshakeData, secret: Uint8Array | undefined): Uint8Array {
  if (parts_of(data).psk) return psk_premaster(secret, pre_shared_key(data))
  if (secret === undefined) throw new Alert('internal_error', 'a key exchange without a secret')
  return secret
}
