// A world for one side in which nothing is left to chance: the same handshake is the same each time, to the byte.

import {
  type Curve,
  type DhGroup,
  type DhKeyPair,
  dh_generate_key,
  generate_key,
  hash,
  type KeyPair,
  srp_client_key,
  srp_server_key,
} from '../../../apps/crypto/crypto.ts'
import type { Environment } from '../../../ssl_app/handshake/handshake_data.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import { environment } from '../engine_pair.ts'

/** What is asked for in this size is a premaster secret, and always the same. */
const premaster_size = 48

const curve_keys = new Map<string, KeyPair>()
const dh_keys = new Map<string, DhKeyPair | undefined>()

/**
 * Random bytes differ from one call to the next, keys are always the same. Tickets that it has not made are none.
 *
 * @param ticket - made before
 */
export function steady_environment(
  role: Role,
  kept: readonly Session[] = [],
  ticket?: Uint8Array,
): Environment {
  let calls = 0
  const plain = environment(kept)
  const tickets = new Set(ticket && [latin1(ticket)])
  return {
    ...plain,
    resume: (wish, config) =>
      wish.ticket?.length && !tickets.has(latin1(wish.ticket)) ? undefined : plain.resume(wish, config),
    seal_ticket(session) {
      const sealed = plain.seal_ticket(session)!
      tickets.add(latin1(sealed.bytes))
      return sealed
    },
    random_bytes: size => steady_bytes(role, size === premaster_size ? 0 : ++calls, size),
    generate_key: curve => curve_key(role, curve),
    dh_generate_key: group => dh_key(role, group),
    srp_client_key: group => srp_client_key(group, steady_bytes(role, 0, premaster_size)),
    srp_server_key: (group, derived_key) =>
      srp_server_key(group, derived_key, steady_bytes(role, 0, premaster_size)),
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

function steady_bytes(role: Role, call: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  const block = hash('sha256', Buffer.from(`${role} ${call}`))
  for (let at = 0; at < size; at++) bytes[at] = block[at % block.length]! ^ (at >> 5)
  return bytes
}

function curve_key(role: Role, curve: Curve): KeyPair {
  const name = `${role} ${curve}`
  const pair = curve_keys.get(name) ?? generate_key(curve)
  curve_keys.set(name, pair)
  return pair
}

function dh_key(role: Role, group: DhGroup): DhKeyPair | undefined {
  const name = [role, latin1(group.p), latin1(group.g)].join('|')
  if (!dh_keys.has(name)) {
    if (dh_keys.size > 1000) dh_keys.clear()
    dh_keys.set(name, dh_generate_key(group))
  }
  return dh_keys.get(name)
}
