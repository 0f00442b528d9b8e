// The message in which a client tells the protocol that it has chosen of those that the server has advertised:
// NPN, the predecessor of ALPN.

import { byte_string, type Decoded, opaque, struct, uint8 } from '../../runtime/binary/codec.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { NextProtocolSelector } from './handshake_data.ts'
import { handshake_failure_unless } from './hello_extensions.ts'

/** NextProtocol. The padding may be of any size, and hold anything. draft-agl-tls-nextprotoneg-04 §3 */
export const next_protocol = handshake_failure_unless(
  struct({ selected_protocol: byte_string(uint8), padding: opaque(uint8) }),
)

export type NextProtocol = Decoded<typeof next_protocol>

/** What all of the message is a multiple of. */
const padded_size = 32

/** The message for a protocol, padded so that its size does not tell which it is. */
export function select_next_protocol(selected_protocol: string): NextProtocol {
  const size = selected_protocol.length + 2
  return { selected_protocol, padding: new Uint8Array(padded_size - (size % padded_size)) }
}

/**
 * Client: its choice of what the server has advertised.
 *
 * @throws {@link Alert} `handshake_failure`: nothing in common, and nothing to fall back to
 * @see OTP: the option `client_preferred_next_protocols`
 */
export function choose_next_protocol(
  { precedence, protocols, otherwise }: NextProtocolSelector,
  advertised: readonly string[],
): string {
  const [first, second] = precedence === 'client' ? [protocols, advertised] : [advertised, protocols]
  const chosen = first.find(protocol => second.includes(protocol)) ?? otherwise
  if (chosen === undefined) throw new Alert('handshake_failure', ['next protocols', advertised])
  return chosen
}
