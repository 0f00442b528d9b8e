// The record layer of one connection: under which keys each direction is, and how many records went by.
//
// A `ConnectionStates` is mutable, since it changes with every record: the functions here that take one change
// it in place, and it belongs to one connection only.

import type { RecordPlace } from './additional_data.ts'
import { RecordOutput } from './record_output.ts'
import { Alert } from './ssl_alert.ts'
import {
  type CipherState,
  has_predictable_iv,
  init_cipher,
  null_cipher,
  open,
  type Protection,
  seal,
  wipe_cipher,
} from './ssl_cipher.ts'
import { type ContentType, content_type_codes, max_content, type TlsRecord } from './tls_record.ts'
import type { Role, WriteKeys } from './tls_v1.ts'
import { type ProtocolVersion, version_codes } from './tls_version.ts'

/** One direction, under its present keys. */
interface RecordState {
  cipher: CipherState
  /** How many records went by under these keys. */
  sequence: number
  /** How many bytes of content a record may have. */
  limit: number
}

/** How many bytes of content a record may have, at most 2^14; for what is left out, nothing changes. */
export interface RecordLimits {
  readonly send?: number | undefined
  readonly receive?: number | undefined
  /** They count for what is protected by the keys of this handshake and of those after it, not for what is before. */
  readonly protected_only?: boolean
}

/** Mutable. */
export interface ConnectionStates {
  /** The version in the headers of records sent and, once it is negotiated, expected in those received. */
  version: ProtocolVersion
  negotiated: boolean
  current_read: RecordState
  current_write: RecordState
  pending_read: CipherState | undefined
  pending_write: CipherState | undefined
  /** What the limits will be under the next keys. */
  next_limits: { send: number; receive: number }
  /** How many records without content came one after the other. */
  empty_records: number
}

/**
 * Sequence numbers have 64 bits and may not wrap. This is where doubles stop counting, 28 years away at ten
 * million records a second.
 */
const max_sequence = Number.MAX_SAFE_INTEGER

/** Peers send an empty record as a countermeasure (TLS 1.0, BEAST), but have no reason to send so many. */
const max_empty_records = 32

// ---- States

/**
 * A new connection: nothing is protected, any 3.x may come.
 *
 * @param version - for the headers of what is sent before a version is negotiated
 */
export function init_connection_states(version: ProtocolVersion): ConnectionStates {
  return {
    version,
    negotiated: false,
    current_read: { cipher: null_cipher, sequence: 0, limit: max_content },
    current_write: { cipher: null_cipher, sequence: 0, limit: max_content },
    pending_read: undefined,
    pending_write: undefined,
    next_limits: { send: max_content, receive: max_content },
    empty_records: 0,
  }
}

/** From the hellos on, every record must carry the version they agreed on. */
export function set_negotiated_version(states: ConnectionStates, version: ProtocolVersion): void {
  states.version = version
  states.negotiated = true
}

/**
 * Makes ready what ChangeCipherSpec will switch to.
 *
 * @param role - ours
 * @param keys - of both directions; the states own them from now on, and wipe them
 */
export function set_pending_states(
  states: ConnectionStates,
  protection: Protection,
  role: Role,
  keys: Readonly<Record<Role, WriteKeys>>,
): void {
  const peer = role === 'client' ? 'server' : 'client'
  states.pending_write = init_cipher(protection, keys[role], 'encrypt')
  states.pending_read = init_cipher(protection, keys[peer], 'decrypt')
}

/**
 * Makes records smaller, by what was negotiated: `max_fragment_length` for all that follows (RFC 6066 §4), or
 * `record_size_limit` for protected records only (RFC 8449 §4).
 */
export function set_limits(states: ConnectionStates, limits: RecordLimits): void {
  const { send, receive, protected_only = false } = limits
  const next = states.next_limits
  states.next_limits = { send: send ?? next.send, receive: receive ?? next.receive }
  if (protected_only) return
  if (send !== undefined) states.current_write.limit = send
  if (receive !== undefined) states.current_read.limit = receive
}

/** How many records were sent under the present keys. */
export function write_sequence(states: ConnectionStates): number {
  return states.current_write.sequence
}

/**
 * The peer has sent ChangeCipherSpec: what comes next is under the pending keys.
 *
 * @throws {@link Alert} `unexpected_message`: there are none
 */
export function activate_pending_read(states: ConnectionStates): void {
  states.current_read = activated(states.current_read, states.pending_read, states.next_limits.receive)
  states.pending_read = undefined
}

/** ChangeCipherSpec is sent: what goes out next is under the pending keys. */
export function activate_pending_write(states: ConnectionStates): void {
  states.current_write = activated(states.current_write, states.pending_write, states.next_limits.send)
  states.pending_write = undefined
}

/** Overwrites all keys. Nothing can be sent or received through these states any more. */
export function wipe_states(states: ConnectionStates): void {
  for (const state of [states.current_read, states.current_write]) state.cipher = wipe_cipher(state.cipher)
  for (const pending of [states.pending_read, states.pending_write]) wipe_cipher(pending ?? null_cipher)
  states.pending_read = undefined
  states.pending_write = undefined
}

// ---- Records

/**
 * Puts `content` into as many records as it needs; without content there is none. Where the IV of the next record
 * is known to others, the first byte of application data travels alone: the MAC behind it makes the IV of the rest.
 *
 * @returns the records one after the other, in pieces of which none is very small: ready for one `writev`
 * @throws {@link Alert} `internal_error`: the states were wiped, or the sequence numbers are used up
 */
export function encode(states: ConnectionStates, type: ContentType, content: Uint8Array): Uint8Array[] {
  const output = new RecordOutput()
  const { cipher, limit } = states.current_write
  const alone = type === 'application_data' && has_predictable_iv(cipher) ? 1 : 0
  if (alone > 0 && content.length > 0) encode_record(states, type, content.subarray(0, alone), output)
  for (let at = alone; at < content.length; at += limit) {
    encode_record(states, type, content.subarray(at, at + limit), output)
  }
  return output.finish()
}

/**
 * The content of a record, unprotected.
 *
 * @throws {@link Alert} `bad_record_mac`; `protocol_version`: not the negotiated one; `record_overflow`: more
 *   content than a record may have; `unexpected_message`: one empty record after the other
 */
export function decode(states: ConnectionStates, record: TlsRecord): Uint8Array {
  check_version(states, record)
  const state = states.current_read
  const content = open(state.cipher, next_place(states, state, record.type), record.fragment)
  if (content.length > state.limit) throw new Alert('record_overflow', content.length)
  states.empty_records = content.length === 0 ? states.empty_records + 1 : 0
  if (states.empty_records > max_empty_records) throw new Alert('unexpected_message', 'empty records')
  return content
}

function activated(current: RecordState, pending: CipherState | undefined, limit: number): RecordState {
  if (!pending) throw new Alert('unexpected_message', 'no pending cipher state')
  wipe_cipher(current.cipher)
  return { cipher: pending, sequence: 0, limit }
}

function encode_record(
  states: ConnectionStates,
  type: ContentType,
  content: Uint8Array,
  output: RecordOutput,
): void {
  const state = states.current_write
  const place = next_place(states, state, type)
  const fragment = seal(state.cipher, place, content)
  output.header(place.type, place.version, total_size(fragment))
  for (const piece of fragment) output.push(piece)
}

function next_place(states: ConnectionStates, state: RecordState, type: ContentType): RecordPlace {
  if (state.sequence >= max_sequence) throw new Alert('internal_error', 'sequence numbers are used up')
  return {
    sequence: state.sequence++,
    type: content_type_codes[type],
    version: version_codes[states.version],
  }
}

/** An alert in the clear may come from a peer that does not know the version that was chosen, to say just that. */
function check_version(states: ConnectionStates, record: TlsRecord): void {
  if (!states.negotiated || record.version === version_codes[states.version]) return
  if (record.type === 'alert' && states.current_read.cipher.kind === 'null') return
  throw new Alert('protocol_version', record.version)
}

function total_size(pieces: readonly Uint8Array[]): number {
  let size = 0
  for (const piece of pieces) size += piece.length
  return size
}
