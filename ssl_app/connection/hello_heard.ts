// A handshake stands still when the peer's hello has come, so that the user can look at what it says before it goes on.
// OTP: the option `handshake`.

import type { HandshakeConfig } from '../handshake/handshake_data.ts'
import { get_extension } from '../handshake/hello_extensions.ts'
import type { Connection, HelloExtensions, ProtocolExtensions } from './connection_data.ts'

/**
 * Has the first handshake stand still, if its option says so.
 *
 * @returns undefined: it goes on
 */
export function pause(
  connection: Connection,
  extensions: HelloExtensions,
): PromiseLike<HandshakeConfig> | undefined {
  if (!connection.pausing) return undefined
  connection.pausing = false
  return new Promise(go_on => {
    connection.paused = { extensions: protocol_extensions(extensions), go_on }
  })
}

/** What is told of a hello; nothing is a view of what was received. */
function protocol_extensions(extensions: HelloExtensions): ProtocolExtensions {
  const srp = get_extension(extensions, 'srp')
  const told = {
    sni: get_extension(extensions, 'server_name') || undefined,
    alpn: listed(get_extension(extensions, 'alpn')),
    next_protocol_negotiation: listed(get_extension(extensions, 'next_protocol_negotiation')),
    signature_algs: get_extension(extensions, 'signature_algorithms'),
    elliptic_curves: get_extension(extensions, 'supported_groups'),
    ec_point_formats: get_extension(extensions, 'ec_point_formats'),
    max_fragment_length: get_extension(extensions, 'max_fragment_length'),
    srp: srp && Buffer.from(srp),
  }
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined))
}

/** A server tells the one protocol that it has chosen; a client that knows NPN tells nothing more. */
function listed(protocols: readonly string[] | string | true | undefined): readonly string[] | undefined {
  if (protocols === true) return []
  return typeof protocols === 'string' ? [protocols] : protocols
}
