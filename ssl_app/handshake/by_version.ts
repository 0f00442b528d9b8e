// Formats that differ from one protocol version to another, made once for each.

import { type ProtocolVersion, version_codes } from '../record/tls_version.ts'

/** What `make` makes for each version. */
export function by_version<T>(make: (version: ProtocolVersion) => T): Readonly<Record<ProtocolVersion, T>> {
  const versions = Object.keys(version_codes) as ProtocolVersion[]
  const entries = versions.map(version => [version, make(version)] as const)
  return Object.fromEntries(entries) as Record<ProtocolVersion, T>
}
