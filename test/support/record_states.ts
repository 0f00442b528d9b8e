// Both ends of a connection at the record layer, with keys already agreed on.

import type { CipherSuite } from '../../ssl_app/record/cipher_suites.ts'
import { write_keys } from '../../ssl_app/record/key_schedule.ts'
import type { Protection } from '../../ssl_app/record/ssl_cipher.ts'
import {
  activate_pending_read,
  activate_pending_write,
  type ConnectionStates,
  init_connection_states,
  set_negotiated_version,
  set_pending_states,
} from '../../ssl_app/record/ssl_record.ts'
import type { Randoms, Role } from '../../ssl_app/record/tls_v1.ts'
import type { ProtocolVersion } from '../../ssl_app/record/tls_version.ts'

export interface Secrets extends Randoms {
  readonly master_secret: Uint8Array
  readonly encrypt_then_mac?: boolean
  readonly padding_check?: boolean
}

export const some_secrets: Secrets = {
  client_random: new Uint8Array(32).fill(1),
  server_random: new Uint8Array(32).fill(2),
  master_secret: new Uint8Array(48).fill(3),
}

/** Bytes that look random, and are the same in every run. */
export function counting_random(): (size: number) => Uint8Array {
  let next = 0
  return size => Uint8Array.from({ length: size }, () => (next += 97))
}

/** What protects records, with chance that is the same in every run. */
export const protection_of = (
  version: ProtocolVersion,
  suite: CipherSuite,
  { encrypt_then_mac = false, padding_check = true }: Partial<Protection> = {},
): Protection => ({ version, suite, random: counting_random(), encrypt_then_mac, padding_check })

/** The states of one end after the hellos: the version is known, and the keys are pending. */
export function pending_states(
  role: Role,
  suite: CipherSuite,
  version: ProtocolVersion = 'tlsv1.2',
  secrets: Secrets = some_secrets,
): ConnectionStates {
  const keys = write_keys({ version, suite }, secrets.master_secret, secrets)
  const states = init_connection_states(version)
  set_negotiated_version(states, version)
  set_pending_states(states, protection_of(version, suite, secrets), role, keys)
  return states
}

/** The states of one end after ChangeCipherSpec in both directions. */
export function active_states(
  role: Role,
  suite: CipherSuite,
  version: ProtocolVersion = 'tlsv1.2',
  secrets: Secrets = some_secrets,
): ConnectionStates {
  const states = pending_states(role, suite, version, secrets)
  activate_pending_read(states)
  activate_pending_write(states)
  return states
}
