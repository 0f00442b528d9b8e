// The protocol versions, as the user names them and as the wire numbers them, oldest first.

/** OTP: `ssl:protocol()` */
export type ProtocolVersion = 'sslv3' | 'tlsv1' | 'tlsv1.1' | 'tlsv1.2'

/** Every version and its number on the wire, oldest first. */
export const version_codes: Readonly<Record<ProtocolVersion, number>> = {
  sslv3: 0x0300,
  tlsv1: 0x0301,
  'tlsv1.1': 0x0302,
  'tlsv1.2': 0x0303,
}

const names = new Map(
  Object.entries(version_codes).map(([name, code]) => [code, name as ProtocolVersion] as const),
)

/** The version that a wire number stands for; `undefined` for one that this implementation does not know. */
export function version_from_code(code: number): ProtocolVersion | undefined {
  return names.get(code)
}

/** Whether `version` is `least` or newer. */
export function is_at_least(version: ProtocolVersion, least: ProtocolVersion): boolean {
  return version_codes[version] >= version_codes[least]
}

/** The newest of `versions`, in whatever order they come. `versions` is not empty. */
export function highest_version(versions: readonly ProtocolVersion[]): ProtocolVersion {
  return versions.reduce((highest, version) => (is_at_least(version, highest) ? version : highest))
}

/** The oldest of `versions`, in whatever order they come. `versions` is not empty. */
export function lowest_version(versions: readonly ProtocolVersion[]): ProtocolVersion {
  return versions.reduce((lowest, version) => (is_at_least(version, lowest) ? lowest : version))
}
