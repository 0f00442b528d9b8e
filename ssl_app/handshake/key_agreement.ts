// From both sides' shares to the master secret.

import { type Curve, compute_key, type KeyPair, wipe } from '../../apps/crypto/crypto.ts'
import { Alert } from '../record/ssl_alert.ts'
import { extended_master_secret, handshake_hash, master_secret, prf_hash } from '../record/tls_v1.ts'
import type { HandshakeData, PendingKeys } from './handshake_data.ts'

/** One side's ephemeral key. */
export type OwnShare = KeyPair & { readonly curve: Curve }

/**
 * The premaster secret of an ECDHE exchange: the x coordinate of the shared point. RFC 8422 §5.10
 *
 * @throws {@link Alert} `illegal_parameter`: the peer's value is no point of the curve, or of small order
 */
export function ecdhe_premaster(own: OwnShare, peer_public: Uint8Array): Uint8Array {
  const premaster = compute_key(own.curve, peer_public, own.private_key)
  if (premaster === undefined) throw new Alert('illegal_parameter', ['public value', own.curve])
  return premaster
}

/**
 * The master secret, and a wiped premaster secret.
 *
 * @param data - its history ends with ClientKeyExchange
 * @see RFC 5246 §8.1, RFC 7627 §4
 */
export function derive_master_secret(data: HandshakeData, premaster: Uint8Array): Uint8Array {
  const type = prf_hash(data.version!, data.suite!)
  const randoms = { client_random: data.client_random!, server_random: data.server_random! }
  const master = data.extended_master_secret
    ? extended_master_secret(type, premaster, handshake_hash(type, data.history))
    : master_secret(type, premaster, randoms)
  wipe(premaster)
  return master
}

/** What the record layer needs to make its keys. */
export const pending_keys = (data: HandshakeData): PendingKeys => ({
  version: data.version!,
  suite: data.suite!,
  master_secret: data.master_secret!,
  client_random: data.client_random!,
  server_random: data.server_random!,
})
