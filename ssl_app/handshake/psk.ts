// Secrets that both sides were given beforehand, alone or together with one that they agree on. RFC 4279

import { wipe } from '../../apps/crypto/crypto.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { HandshakeData, UserSecret } from './handshake_data.ts'

const secret_size_of_unknown = 32

/**
 * The pre-shared key of the peer. A server that knows nothing of an identity goes on with chance, and the handshake
 * fails like one with another key; a client has nothing to hide.
 *
 * @throws {@link Alert} `illegal_parameter`: the client's user knows none
 */
export function pre_shared_key({ role, user_secret, environment }: HandshakeData): Uint8Array {
  const found = key_in(user_secret)
  if (found !== undefined) return found
  if (role === 'client') throw new Alert('illegal_parameter', 'no pre-shared key')
  return environment.random_bytes(secret_size_of_unknown)
}

/**
 * The premaster secret made of both secrets, which are wiped.
 *
 * @param other - what was agreed on; undefined: nothing
 * @see RFC 4279 §2
 */
export function psk_premaster(other: Uint8Array | undefined, psk: Uint8Array): Uint8Array {
  const first = other ?? new Uint8Array(psk.length)
  const premaster = new Uint8Array(4 + first.length + psk.length)
  const view = new DataView(premaster.buffer)
  view.setUint16(0, first.length)
  premaster.set(first, 2)
  view.setUint16(2 + first.length, psk.length)
  premaster.set(psk, 4 + first.length)
  wipe(first)
  wipe(psk)
  return premaster
}

const key_in = (secret: UserSecret | undefined): Uint8Array | undefined =>
  Array.isArray(secret) && secret[0] === 'psk' ? secret[1] : undefined
