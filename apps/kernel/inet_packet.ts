// Packets in a stream of bytes: where one ends, what of it is delivered, and in what form. Pure; TCP sockets use it,
// and TLS sockets on what they have decrypted.

import type { Result } from '../../runtime/erlang/term.ts'

/** How the stream is cut into packets. OTP: the `packet` option. */
export type PacketType = 'raw' | 0 | 1 | 2 | 4 | 'line'

/** What the user receives binaries as: a `Buffer`, or a string of code units 0 to 255. */
export type Mode = 'binary' | 'list'

/** What the user receives. The array is the form that the option `header` asks for: `[byte, …, rest]`. */
export type Data = Buffer | string | (number | Buffer)[]

export interface PacketLimits {
  /** A packet whose content is longer, in bytes, is invalid; 0: no limit. */
  readonly packet_size: number
  /** A line that is longer, in bytes, comes in pieces of this size; 0: lines come whole. */
  readonly line_length: number
  /** The byte that ends a line. */
  readonly line_delimiter: number
}

/** One packet and what follows it; how many bytes the first packet has in all, if that can be told; or neither. */
export type Decoded =
  | readonly ['ok', packet: Uint8Array, rest: Uint8Array]
  | readonly ['more', length: number | undefined]
  | readonly ['error', 'invalid']

/** One way to cut a stream: a row of {@link framings}. */
interface Framing {
  /** The bytes of the packet at the front, all told; undefined while that cannot be told yet. */
  measure(bytes: Uint8Array, limits: PacketLimits): number | undefined | 'invalid'
  /** Bytes at the front of a packet that are not delivered, and are put there when it is sent. */
  readonly header_size: number
}

/** Lines end with a line feed and come whole, and there is no limit. */
export const no_limits: PacketLimits = { packet_size: 0, line_length: 0, line_delimiter: 0x0a }

/**
 * Takes the first packet off the front of `bytes`, of which nothing is copied.
 *
 * @see OTP: `erlang:decode_packet/3`
 */
export function decode_packet(
  type: PacketType,
  bytes: Uint8Array,
  limits: PacketLimits = no_limits,
): Decoded {
  const { measure, header_size } = framings[type]
  const length = measure(bytes, limits)
  if (length === 'invalid') return ['error', 'invalid']
  if (length === undefined || length > bytes.length) return ['more', length]
  return ['ok', bytes.subarray(header_size, length), bytes.subarray(length)]
}

/**
 * What is sent in front of a packet of `length` bytes: its length for the types 1, 2 and 4, else nothing.
 *
 * @returns `['error', ['packet_to_large', length, max]]` when it has no room there (OTP's own spelling)
 */
export function packet_header(
  type: PacketType,
  length: number,
): Result<Uint8Array | undefined, readonly ['packet_to_large', length: number, max: number]> {
  const { header_size } = framings[type]
  if (header_size === 0) return ['ok', undefined]

  const max = 256 ** header_size - 1
  if (length > max) return ['error', ['packet_to_large', length, max]]
  const header = Buffer.allocUnsafe(header_size)
  header.writeUIntBE(length, 0, header_size)
  return ['ok', header]
}

/** Whether `term` is a value of the option `packet`. */
export const is_packet_type = (term: unknown): term is PacketType =>
  (typeof term === 'string' || typeof term === 'number') && Object.hasOwn(framings, term)

/** Whether the stream is not cut at all. */
export const is_raw = (type: PacketType): type is 'raw' | 0 => type === 'raw' || type === 0

/**
 * A packet as the user asked to get it. Nothing is copied in mode `'binary'`.
 *
 * @param header - with mode `'binary'`, how many bytes come as numbers in front of the rest; what is shorter than
 *   that comes as numbers alone. Default: 0, all in one piece
 * @see OTP: the options `mode` and `header` of `gen_tcp` and `ssl`
 */
export function as_delivered(packet: Uint8Array, mode: Mode, header = 0): Data {
  const buffer = as_buffer(packet)
  if (mode === 'list') return buffer.toString('latin1')
  if (header === 0) return buffer
  if (buffer.length < header) return [...buffer]
  return [...buffer.subarray(0, header), buffer.subarray(header)]
}

// ---- The ways to cut a stream

const raw: Framing = {
  header_size: 0,
  measure: bytes => (bytes.length === 0 ? undefined : bytes.length),
}

/** A big-endian length of `header_size` bytes, which does not count itself, and that many bytes. */
const length_prefixed = (header_size: number): Framing => ({
  header_size,
  measure(bytes, { packet_size }) {
    if (bytes.length < header_size) return undefined
    let length = 0
    for (let index = 0; index < header_size; index++) length = length * 256 + bytes[index]!
    return exceeds(length, packet_size) ? 'invalid' : header_size + length
  },
})

const line: Framing = {
  header_size: 0,
  measure(bytes, { packet_size, line_length, line_delimiter }) {
    const at = bytes.indexOf(line_delimiter)
    const length = at < 0 ? bytes.length : at + 1
    if (exceeds(length, packet_size)) return 'invalid'
    if (line_length > 0 && length >= line_length) return line_length
    return at < 0 ? undefined : length
  },
}

const framings: { readonly [Type in PacketType]: Framing } = {
  raw,
  0: raw,
  1: length_prefixed(1),
  2: length_prefixed(2),
  4: length_prefixed(4),
  line,
}

const exceeds = (length: number, limit: number): boolean => limit > 0 && length > limit

const as_buffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
