// Diffie-Hellman on a curve: the client makes a key for the occasion, and so does the server, unless it uses that of
// its certificate. RFC 8422 §2

import {
  agreement_key,
  type Curve,
  compute_key,
  ec_point,
  type KeyAgreementKey,
} from '../../apps/crypto/crypto.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { Agreement, Answer } from './agreement.ts'
import type { HandshakeData, OwnShare } from './handshake_data.ts'
import type { ServerParams } from './key_exchange.ts'

type OwnEcdh = Extract<OwnShare, readonly ['ecdh', ...unknown[]]>
type EcdhParams = Extract<ServerParams, readonly ['ecdh', unknown]>

/** With a key of the server's for this connection alone. */
export const ecdhe: Agreement = {
  offer({ environment, curve }) {
    const pair = environment.generate_key(curve!)
    return [
      ['ecdh', curve!, pair],
      ['ecdh', { curve: curve!, public: pair.public_key }],
    ]
  },

  check(data, params) {
    offered_curve(data, (params as EcdhParams)[1].curve)
  },

  answer(data) {
    const [, { curve, public: peer_public }] = data.peer_share as EcdhParams
    return answer(data, offered_curve(data, curve), peer_public)
  },

  agree(data, share) {
    const [, curve, { private_key }] = data.own_share as OwnEcdh
    return shared_secret(curve, share, private_key)
  },
}

/** With the key of the server's certificate. RFC 8422 §2.1, §2.3 of RFC 4492 */
export const static_ecdh: Agreement = {
  answer(data) {
    const { public_key } = data.peer!
    return answer(data, offered_curve(data, public_key.curve!), ec_point(public_key))
  },

  agree(data, share) {
    const { key } = data.own!
    return shared_secret(key.curve!, share, agreement_key(key))
  },
}

function answer(data: HandshakeData, curve: Curve, peer_public: Uint8Array): Answer {
  const own = data.environment.generate_key(curve)
  return { share: own.public_key, secret: shared_secret(curve, peer_public, own.private_key) }
}

/** RFC 8422 §5.4 */
function offered_curve({ config }: HandshakeData, curve: Curve | number): Curve {
  const offered = config.groups.find(group => group === curve)
  if (offered === undefined) throw new Alert('illegal_parameter', ['curve', curve])
  return offered
}

/** The x coordinate of the shared point, if the peer's value is a point, and not of small order. RFC 8422 §5.10 */
function shared_secret(curve: Curve, peer_public: Uint8Array, own: KeyAgreementKey): Uint8Array {
  const secret = compute_key(curve, peer_public, own)
  if (secret === undefined) throw new Alert('illegal_parameter', ['public value', curve])
  return secret
}
