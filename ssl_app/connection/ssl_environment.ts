// What the application's environment says of connections. It is read when it is needed, so that what is set counts for
// the connections that come after.

import { get_env } from '../../apps/kernel/application.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { max_delay } from '../../runtime/erlang/timer_wheel.ts'
import type { ProtocolVersion } from '../record/tls_version.ts'

/** Every version that can be spoken, the newest first. */
export const available_versions: readonly ProtocolVersion[] = ['tlsv1.2', 'tlsv1.1', 'tlsv1', 'sslv3']

const default_versions: readonly ProtocolVersion[] = ['tlsv1.2', 'tlsv1.1', 'tlsv1']

const default_alert_timeout = 5_000

/**
 * The versions that are spoken unless the option `versions` says otherwise: those of the key `protocol_version`, a list
 * or a single one, or all but SSL 3.0. What is no version is left out; if nothing remains, the key counts as not set.
 * The application need not be started, or loaded.
 */
export function supported_versions(): readonly ProtocolVersion[] {
  const set: Term = get_env('ssl', 'protocol_version', [])
  const named: readonly Term[] = Array.isArray(set) ? set : [set]
  const known = available_versions.filter(version => named.includes(version))
  return known.length > 0 ? known : default_versions
}

/**
 * Milliseconds that a peer has to take our last alert: those of the key `alert_timeout`, or 5000 where it says something
 * else than how many.
 */
export function alert_timeout(): number {
  const set: Term = get_env('ssl', 'alert_timeout', default_alert_timeout)
  return Number.isInteger(set) && set >= 0 && set <= max_delay ? set : default_alert_timeout
}
