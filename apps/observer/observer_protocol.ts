// What goes over the socket of a watched node: requests in, answers out, each a packet of JSON with its length in
// front. Nothing that comes in is more than a question: there is nothing to be run or changed from outside.

import type { Reason, Result } from '../../runtime/erlang/term.ts'
import { sort_keys } from './process_table.ts'
import { type Plain, type Snapshot, type SnapshotRequest, to_json, views } from './snapshot.ts'

/** Both sides have to speak the same: it is the first thing in each packet. */
export const protocol_version = 1

/** Bytes of a request at most. */
export const longest_request = 1_024
/** Bytes of an answer at most. */
export const longest_answer = 16 * 1_024 * 1_024
/** The most rows that can be asked for. */
export const most_rows = 1_000

/** What comes back: a snapshot, or why there is none. */
export type Answer = Result<Plain<Snapshot>, Reason>

/** A request as a packet. */
export const encode_request = (request: SnapshotRequest): Buffer =>
  Buffer.from(JSON.stringify([protocol_version, request]))

/** @returns `['error', 'version']` for another version, `['error', 'bad_request']` for anything that is none */
export function decode_request(packet: Uint8Array): Result<SnapshotRequest, 'version' | 'bad_request'> {
  const message = parsed(packet)
  if (!Array.isArray(message) || message.length !== 2) return ['error', 'bad_request']
  const [version, request] = message
  if (version !== protocol_version) return ['error', 'version']
  return is_request(request) ? ['ok', request] : ['error', 'bad_request']
}

/** A snapshot, or why there is none, as a packet; `['error', 'too_large']` instead of one that is too large. */
export function encode_answer([tag, value]: Result<Snapshot>): Buffer {
  const told = tag === 'ok' ? to_json(value) : JSON.stringify(value)
  const packet = Buffer.from(`[${protocol_version},"${tag}",${told}]`)
  return packet.length <= longest_answer ? packet : encode_answer(['error', 'too_large'])
}

/** @returns what was told; `['error', 'version']` or `['error', 'bad_answer']` when it cannot be read */
export function decode_answer(packet: Uint8Array): Answer {
  const message = parsed(packet)
  if (!Array.isArray(message) || message.length !== 3) return ['error', 'bad_answer']
  const [version, tag, value] = message
  if (version !== protocol_version) return ['error', 'version']
  if (tag === 'error') return ['error', value]
  return tag === 'ok' && is_object(value) && is_object(value.system)
    ? ['ok', value as any]
    : ['error', 'bad_answer']
}

function parsed(packet: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength).toString())
  } catch {
    return undefined
  }
}

const is_object = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function is_request(value: unknown): value is SnapshotRequest {
  if (!is_object(value)) return false
  const { views: wanted, sort_by, limit, ...unknown } = value
  return (
    Object.keys(unknown).length === 0 &&
    Array.isArray(wanted) &&
    wanted.length <= views.length &&
    wanted.every(view => views.includes(view)) &&
    sort_keys.includes(sort_by as never) &&
    Number.isInteger(limit) &&
    (limit as number) >= 1 &&
    (limit as number) <= most_rows
  )
}
