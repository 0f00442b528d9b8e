// The keys that tickets are sealed with: chosen by chance, changed from time to time, and forgotten when no ticket of
// theirs is good any more. Times are milliseconds of the monotonic clock.

import { type AeadKey, aead_key, strong_rand_bytes, wipe } from '../../apps/crypto/crypto.ts'

export interface TicketKey {
  /** 16 bytes, in the open at the front of each ticket. */
  readonly name: Uint8Array
  /** For AES-256-GCM. */
  readonly key: AeadKey
  readonly made_at: number
}

/** Mutable; the newest first. */
export type TicketKeys = TicketKey[]

export const key_name_size = 16
const key_size = 32

/**
 * The key for a new ticket, which is used for half the `lifetime` of sessions: who gets hold of one can read what was
 * said under the tickets of that time, and no more.
 *
 * @param lifetime - milliseconds
 */
export function current_key(keys: TicketKeys, lifetime: number, now: number): TicketKey {
  const [newest] = keys
  if (newest !== undefined && now - newest.made_at < lifetime / 2) return newest
  const made = make_key(now)
  keys.unshift(made)
  return made
}

/** The key of that name. */
export const find_key = (keys: TicketKeys, name: Uint8Array): TicketKey | undefined =>
  keys.find(key => Buffer.compare(key.name, name) === 0)

/** Wipes those of which every ticket has become too old. */
export function forget_old_keys(keys: TicketKeys, lifetime: number, now: number): void {
  while (keys.length > 0 && now - keys.at(-1)!.made_at >= lifetime * 1.5) wipe(keys.pop()!.key.bytes)
}

export function forget_all_keys(keys: TicketKeys): void {
  for (const { key } of keys.splice(0)) wipe(key.bytes)
}

function make_key(made_at: number): TicketKey {
  const secret = strong_rand_bytes(key_size)
  const key = { name: strong_rand_bytes(key_name_size), key: aead_key(secret), made_at }
  wipe(secret)
  return key
}
