// The pseudo random function of a connection, as its user may use it.

import type { Reason, Result, Term } from '../../runtime/erlang/term.ts'
import type { HandshakeData } from '../handshake/handshake_data.ts'
import { agreed } from '../handshake/key_agreement.ts'
import * as key_schedule from '../record/key_schedule.ts'

/** Bytes that can be asked for at once. */
const most_bytes = 1 << 20

/**
 * @param asked - as the user has written it: secret, label, seed, length
 * @returns `['error', 'badarg']`, or `['error', 'undefined']` in SSL 3.0
 * @see OTP: `ssl:prf/5`
 */
export function prf(data: HandshakeData, asked: readonly Term[]): Result<Uint8Array, Reason> {
  const [secret_asked, label, seed_asked, length] = asked
  const secret = bytes_of(secret_asked, { master_secret: data.master_secret! })
  const { client_random, server_random } = data
  const known = { client_random: client_random!, server_random: server_random! }
  const seed = Array.isArray(seed_asked) ? seed_asked.map(part => bytes_of(part, known)) : [undefined]
  const good_length = Number.isInteger(length) && length >= 0 && length <= most_bytes
  if (!secret || !(label instanceof Uint8Array) || !are_all_bytes(seed) || !good_length) {
    return ['error', 'badarg']
  }
  const made = key_schedule.prf(agreed(data), secret, [label, ...seed], length)
  return made === undefined ? ['error', 'undefined'] : ['ok', Buffer.from(made)]
}

/** What is written as bytes, or by name. */
function bytes_of(written: Term, named: Readonly<Record<string, Uint8Array>>): Uint8Array | undefined {
  if (written instanceof Uint8Array) return written
  return typeof written === 'string' && Object.hasOwn(named, written) ? named[written] : undefined
}

const are_all_bytes = (parts: readonly (Uint8Array | undefined)[]): parts is readonly Uint8Array[] =>
  parts.every(part => part !== undefined)
