// The pseudo random function of a connection, as its user may use it.

import type { Reason, Result, Term } from '../../runtime/erlang/term.ts'
import type { HandshakeData } from '../handshake/handshake_data.ts'
import { agreed } from '../handshake/key_agreement.ts'
import * as key_schedule from '../record/key_schedule.ts'

/** Bytes that can be asked for at once. */
const most_bytes = 1 << 20

/** Keys that can. */
const most_keys = 1_000

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

/** RFC 5705 §4, RFC 7627 §4: what TLS makes out of the same secret by itself, and for nobody else. */
const own_labels: readonly string[] = [
  'client finished',
  'server finished',
  'master secret',
  'key expansion',
  'extended master secret',
]

/**
 * @param asked - as the user has written it: labels, contexts, lengths, whether the secret is to be forgotten
 * @returns `['error', 'bad_input']`, or `['error', 'undefined']` in SSL 3.0
 * @see OTP: `ssl:export_key_materials/4,5`
 */
export function export_key_materials(
  data: HandshakeData,
  asked: readonly Term[],
): Result<readonly Uint8Array[], Reason> {
  const wanted = exports_wanted(asked)
  if (wanted === undefined) return ['error', 'bad_input']
  const keys: Uint8Array[] = []
  for (const [label, context, length] of wanted) {
    const seed = [data.client_random!, data.server_random!, ...context]
    const made = key_schedule.prf(agreed(data), data.master_secret!, [label, ...seed], length)
    if (made === undefined) return ['error', 'undefined']
    keys.push(Buffer.from(made))
  }
  return ['ok', keys]
}

type Export = readonly [label: Uint8Array, context: readonly Uint8Array[], length: number]

/** One of each for each key; undefined unless all are well formed. */
function exports_wanted([labels, contexts, lengths, consume = true]: readonly Term[]): Export[] | undefined {
  const lists = [labels, contexts, lengths]
  if (!lists.every(list => Array.isArray(list) && list.length === labels.length)) return undefined
  if (typeof consume !== 'boolean' || labels.length > most_keys) return undefined
  const wanted: Export[] = []
  for (const [index, length] of lengths.entries()) {
    const label = label_bytes(labels[index])
    const context = context_bytes(contexts[index])
    const good_length = Number.isInteger(length) && length >= 0 && length <= most_bytes
    if (!label || !context || !good_length) return undefined
    wanted.push([label, context, length])
  }
  return lengths.reduce((sum: number, length: number) => sum + length, 0) > most_bytes ? undefined : wanted
}

function label_bytes(label: Term): Uint8Array | undefined {
  const bytes =
    typeof label === 'string' && /^[\0-\xff]*$/s.test(label) ? Buffer.from(label, 'latin1') : label
  if (!(bytes instanceof Uint8Array)) return undefined
  return own_labels.includes(Buffer.from(bytes).toString('latin1')) ? undefined : bytes
}

/** RFC 5705 §4: its length stands in front, so that an empty one is another than none. */
function context_bytes(context: Term): readonly Uint8Array[] | undefined {
  if (context === 'no_context') return []
  if (!(context instanceof Uint8Array) || context.length > 0xffff) return undefined
  return [Uint8Array.of(context.length >> 8, context.length & 0xff), context]
}

/** What is written as bytes, or by name. */
function bytes_of(written: Term, named: Readonly<Record<string, Uint8Array>>): Uint8Array | undefined {
  if (written instanceof Uint8Array) return written
  return typeof written === 'string' && Object.hasOwn(named, written) ? named[written] : undefined
}

const are_all_bytes = (parts: readonly (Uint8Array | undefined)[]): parts is readonly Uint8Array[] =>
  parts.every(part => part !== undefined)
