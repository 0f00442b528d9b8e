// The Secure Remote Password protocol: both sides prove that they know a password, which nobody sees. RFC 5054

import {
  hash,
  mac,
  type SrpGroupName,
  type SrpKey,
  srp_client_premaster,
  srp_group_name,
  srp_groups,
  srp_server_premaster,
  srp_user_key,
  wipe,
} from '../../apps/crypto/crypto.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { Agreement } from './agreement.ts'
import type { HandshakeData, OwnShare, SrpUser, SrpUserTraits } from './handshake_data.ts'
import type { ServerParams } from './key_exchange.ts'

type OwnSrp = Extract<OwnShare, readonly ['srp', ...unknown[]]>
type SrpParams = Extract<ServerParams, readonly ['srp', unknown]>

/** What those have of whom nothing is known, as long as nobody else is known either. */
const traits_of_unknown: SrpUserTraits = { group: 'srp_2048', salt_size: 16 }

const hash_size = 32

export const srp: Agreement = {
  offer(data) {
    const { group, salt, derived_key } = user_of(data)
    const key = data.environment.srp_server_key(group, derived_key)
    const { p: n, g } = srp_groups[group]
    return [
      ['srp', group, key],
      ['srp', { n, g, salt, public: key.public_key }],
    ]
  },

  check(_data, params) {
    group_of(params)
  },

  answer({ config, environment, peer_share }) {
    const [, { salt, public: server_public }] = peer_share as SrpParams
    const group = group_of(peer_share!)
    if (config.srp_identity === undefined) throw new Alert('illegal_parameter', 'no srp_identity')
    const own = environment.srp_client_key(group)
    const { user, password } = config.srp_identity
    const user_key = srp_user_key(salt, user, password)
    const secret = srp_client_premaster(group, own, server_public, user_key)
    wipe(user_key)
    return { share: own.public_key, secret: legal(secret) }
  },

  agree({ own_share }, share) {
    const [, group, key]: readonly [string, SrpGroupName, SrpKey] = own_share as OwnSrp
    return legal(srp_server_premaster(group, key, share))
  },
}

/** Only groups that are known to be good. RFC 5054 §2.5.3 */
function group_of(params: ServerParams): SrpGroupName {
  const [, { n, g }] = params as SrpParams
  const group = srp_group_name(n, g)
  if (group === undefined) throw new Alert('illegal_parameter', 'srp group')
  return group
}

/** A user that there is not looks like one, and fails like one who has forgotten the password. RFC 5054 §2.5.1.3 */
function user_of({ user_secret, identity, environment }: HandshakeData): SrpUser {
  if (Array.isArray(user_secret) && user_secret[0] === 'srp') return user_secret[1]
  const { group, salt_size } = environment.known_users ?? traits_of_unknown
  const made_up = (what: string, part = 0) =>
    mac('hmac', 'sha256', environment.unknown_users_seed, [Buffer.from(what), Uint8Array.of(part), identity!])
  const salt = Array.from({ length: Math.ceil(salt_size / hash_size) }, (_, part) => made_up('salt', part))
  return { group, salt: Buffer.concat(salt, salt_size), derived_key: hash('sha', made_up('key')) }
}

function legal(secret: Uint8Array | undefined): Uint8Array {
  if (secret === undefined) throw new Alert('illegal_parameter', 'srp public value')
  return secret
}
