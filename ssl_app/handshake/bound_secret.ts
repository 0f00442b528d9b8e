// Who has been in two handshakes can see to it that they come to the same secret, and then put one side of each through
// to the other: a new handshake over that connection is with somebody else. What keeps him from it is a secret that is
// bound to its handshake; and without that, that the server stays the same. RFC 7627 §1 (triple handshake)

import { Alert } from '../record/ssl_alert.ts'
import type { HandshakeData } from './handshake_data.ts'
import { peer_certificate } from './resumption.ts'

/**
 * A connection whose secret was bound to its handshake has none from then on that is not.
 *
 * @throws {@link Alert} `handshake_failure`: the peer has given it up
 */
export function refuse_unbound_secret({ previous, extended_master_secret }: HandshakeData): void {
  if (previous?.extended_master_secret && !extended_master_secret) {
    throw new Alert('handshake_failure', 'no extended master secret any more')
  }
}

/**
 * Client: a new handshake is with the server of the one before it, unless the secret of that was bound to it.
 *
 * @param certificate - DER: what the server shows now, or has shown when the session was made that goes on
 * @throws {@link Alert} `illegal_parameter`
 */
export function refuse_another_server(
  { previous }: HandshakeData,
  certificate: Uint8Array | undefined,
): void {
  if (previous === undefined || previous.extended_master_secret) return
  const known = peer_certificate(previous)
  if (known === undefined) return
  if (certificate === undefined || Buffer.compare(known, certificate) !== 0) {
    throw new Alert('illegal_parameter', 'another server in a new handshake')
  }
}
