// Diffie-Hellman with numbers, in a group that the server chooses. RFC 5246 §8.1.2

import {
  type DhGroup,
  type DhKey,
  type DhKeyPair,
  dh_compute_key,
  dh_group_bits,
  is_dh_group,
  wipe,
} from '../../apps/crypto/crypto.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { Agreement } from './agreement.ts'
import type { Environment, OwnShare } from './handshake_data.ts'
import type { ServerParams } from './key_exchange.ts'

type OwnDh = Extract<OwnShare, readonly ['dh', ...unknown[]]>
type DhParams = Extract<ServerParams, readonly ['dh', unknown]>

/** Groups below are broken with modest means (Logjam), and those above are there to keep a client busy. */
const least_bits = 1024
const most_bits = 8192

export const dhe: Agreement = {
  offer({ config, environment }) {
    const pair = own_key(environment, config.dh)
    return [
      ['dh', config.dh, pair],
      ['dh', { ...config.dh, public: pair.public_key }],
    ]
  },

  check(_data, params) {
    const group = group_of(params)
    const bits = dh_group_bits(group)
    if (bits < least_bits) throw new Alert('insufficient_security', ['dh group', bits])
    if (bits > most_bits || !is_dh_group(group)) throw new Alert('illegal_parameter', ['dh group', bits])
  },

  answer({ environment, peer_share }) {
    const [, params] = peer_share as DhParams
    const group = group_of(peer_share!)
    const own = own_key(environment, group)
    return { share: own.public_key, secret: shared_secret(group, params.public, own.private_key) }
  },

  agree({ own_share }, share) {
    const [, group, { private_key }] = own_share as OwnDh
    return shared_secret(group, share, private_key)
  },
}

function own_key(environment: Environment, group: DhGroup): DhKeyPair {
  const pair = environment.dh_generate_key(group)
  if (pair === undefined) throw new Alert('illegal_parameter', 'dh group')
  return pair
}

function group_of(params: ServerParams): DhGroup {
  const [, { p, g }] = params as DhParams
  return { p: without_zeros(p), g: without_zeros(g) }
}

/** Without leading zeros. RFC 5246 §8.1.2 */
function shared_secret(group: DhGroup, peer_public: Uint8Array, own: DhKey): Uint8Array {
  const secret = dh_compute_key(group, peer_public, own)
  if (secret === undefined) throw new Alert('illegal_parameter', 'dh public value')
  const stripped = without_zeros(secret)
  wipe(secret)
  return stripped
}

/** A copy of a number, without zeros in front. What `slice` gives of a Buffer would be none. */
const without_zeros = (number: Uint8Array): Uint8Array =>
  new Uint8Array(number.subarray(number.findIndex((byte, at) => byte !== 0 || at === number.length - 1)))
