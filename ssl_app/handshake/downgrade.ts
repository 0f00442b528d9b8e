// How a server that speaks TLS 1.2 tells a client that it has been asked for less, in a place that nobody between the two
// can change. RFC 8446 §4.1.3

import { highest_version, is_at_least, type ProtocolVersion } from '../record/tls_version.ts'

const sentinel = Uint8Array.of(0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0)
const sentinel_at = 32 - sentinel.length

/** The server's random, which tells of it, if `version` is not the best that could have been. */
export function mark_downgrade(
  random: Uint8Array,
  version: ProtocolVersion,
  versions: readonly ProtocolVersion[],
): Uint8Array {
  if (!could_be_better(version, versions)) return random
  const marked = new Uint8Array(random)
  marked.set(sentinel, sentinel_at)
  return marked
}

/** Whether the server tells of it, though this side could have done better. */
export function is_downgraded(
  random: Uint8Array,
  version: ProtocolVersion,
  versions: readonly ProtocolVersion[],
): boolean {
  return (
    could_be_better(version, versions) &&
    sentinel.every((byte, index) => random[sentinel_at + index] === byte)
  )
}

const could_be_better = (version: ProtocolVersion, versions: readonly ProtocolVersion[]): boolean =>
  highest_version(versions) === 'tlsv1.2' && !is_at_least(version, 'tlsv1.2')
