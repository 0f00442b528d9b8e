// Packets in a stream of bytes: where one ends, what of it is delivered, and in what form. Pure; TCP sockets use it,
// and TLS sockets on what they have decrypted.

import { Exit, type Result } from '../../runtime/erlang/term.ts'
import {
  asn1,
  cdr,
  type Framing,
  fcgi,
  http_header,
  http_line,
  length_prefixed,
  line,
  type PacketLimits,
  raw,
  sunrm,
  tpkt,
} from './packet_framing.ts'
import { type HttpPacket, http_header_line, http_start_line } from './packet_http.ts'

export type { PacketLimits } from './packet_framing.ts'
export type { HttpPacket, HttpString, HttpUri, HttpVersion } from './packet_http.ts'

/**
 * How the stream is cut into packets. OTP: the `packet` option and the types of `erlang:decode_packet/3`.
 *
 * `raw`, 0: not at all; 1, 2, 4: a length of so many bytes in front; `line`; `asn1`: BER; `cdr`: CORBA; `sunrm`: Sun's RPC;
 * `fcgi`: FastCGI; `tpkt`: RFC 1006; `http`, `http_bin`: HTTP/1's first line, and on a socket then its header fields;
 * `httph`, `httph_bin`: header fields
 */
export type PacketType = BytesType | HttpType

/** The types whose packets are bytes. */
type BytesType = 'raw' | 0 | 1 | 2 | 4 | 'line' | 'asn1' | 'cdr' | 'sunrm' | 'fcgi' | 'tpkt'

/** The types whose packets are terms. With `_bin` their texts are Buffers, without it strings. */
type HttpType = 'http' | 'http_bin' | 'httph' | 'httph_bin'

/** A packet: its bytes, or a line of HTTP. */
export type Packet = Uint8Array | HttpPacket

/** What the user receives binaries as: a `Buffer`, or a string of code units 0 to 255. */
export type Mode = 'binary' | 'list'

/** What the user receives. The array is the form that the option `header` asks for: `[byte, …, rest]`. */
export type Data = Buffer | string | (number | Buffer)[]

/** What comes of any stream: lines of HTTP as terms, of all other types data. */
export type Delivered = Data | HttpPacket

/** One packet and what follows it; how many bytes the first packet has in all, if that can be told; or neither. */
export type Decoded<Of = Packet> =
  | readonly ['ok', packet: Of, rest: Uint8Array]
  | readonly ['more', length: number | undefined]
  | readonly ['error', 'invalid']

/** Lines end with a line feed and come whole, and there is no limit. */
export const no_limits: PacketLimits = { packet_size: 0, line_length: 0, line_delimiter: 0x0a }

/**
 * Takes the first packet off the front of `bytes`, of which nothing is copied but the texts of HTTP.
 *
 * @returns `['ok', packet, rest]`: for 1, 2 and 4 the packet comes without its length, for `fcgi` without padding, for all
 *   others whole; `['more', length]`: it is not whole, and will have so many bytes in all, if that can be told;
 *   `['error', 'invalid']`: it is no such packet, or a limit does not allow it
 * @param options - `line_delimiter` only with the type `'line'`. Default: no limits
 * @throws {@link Exit} `'badarg'` for a type or option that there is not
 * @see OTP: `erlang:decode_packet/3`
 */
export function decode_packet(
  type: BytesType,
  bytes: Uint8Array,
  options?: Partial<PacketLimits>,
): Decoded<Uint8Array>
export function decode_packet(
  type: HttpType,
  bytes: Uint8Array,
  options?: Partial<PacketLimits>,
): Decoded<HttpPacket>
export function decode_packet(type: PacketType, bytes: Uint8Array, options?: Partial<PacketLimits>): Decoded
export function decode_packet(
  type: PacketType,
  bytes: Uint8Array,
  options: Partial<PacketLimits> = {},
): Decoded {
  if (!is_packet_type(type) || !(bytes instanceof Uint8Array)) throw new Exit('badarg')
  return first_packet(type, bytes, checked(type, options))
}

/** As {@link decode_packet}, of arguments that need no check. */
export function first_packet(type: PacketType, bytes: Uint8Array, limits: PacketLimits): Decoded {
  const { measure, header_size, padding } = framings[type]
  const length = measure(bytes, limits)
  if (length === 'invalid') return ['error', 'invalid']
  if (length === undefined || length > bytes.length) return ['more', length]
  const packet = bytes.subarray(header_size, padding ? length - padding(bytes) : length)
  return ['ok', is_http(type) ? http_readers[type](packet) : packet, bytes.subarray(length)]
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

/** Whether packets of the type are terms. */
export const is_http = (type: PacketType): type is HttpType =>
  type === 'http' || type === 'http_bin' || type === 'httph' || type === 'httph_bin'

/** Whether the stream is not cut at all. */
export const is_raw = (type: PacketType): type is 'raw' | 0 => type === 'raw' || type === 0

/**
 * A packet as the user asked to get it; lines of HTTP are as they are. Nothing is copied in mode `'binary'`.
 *
 * @param header - with mode `'binary'`, how many bytes come as numbers in front of the rest; what is shorter than
 *   that comes as numbers alone. Default: 0, all in one piece
 * @see OTP: the options `mode` and `header` of `gen_tcp` and `ssl`
 */
export function as_delivered(packet: Uint8Array, mode: Mode, header?: number): Data
export function as_delivered(packet: Packet, mode: Mode, header?: number): Delivered
export function as_delivered(packet: Packet, mode: Mode, header = 0): Delivered {
  if (!(packet instanceof Uint8Array)) return packet
  const buffer = as_buffer(packet)
  if (mode === 'list') return buffer.toString('latin1')
  if (header === 0) return buffer
  if (buffer.length < header) return [...buffer]
  return [...buffer.subarray(0, header), buffer.subarray(header)]
}

// ---- The types

const framings: { readonly [Type in PacketType]: Framing } = {
  raw,
  0: raw,
  1: length_prefixed(1),
  2: length_prefixed(2),
  4: length_prefixed(4),
  line,
  asn1,
  cdr,
  sunrm,
  fcgi,
  tpkt,
  http: http_line,
  http_bin: http_line,
  httph: http_header,
  httph_bin: http_header,
}

const http_readers: { readonly [Type in HttpType]: (packet: Uint8Array) => HttpPacket } = {
  http: packet => http_start_line(packet, false),
  http_bin: packet => http_start_line(packet, true),
  httph: packet => http_header_line(packet, false),
  httph_bin: packet => http_header_line(packet, true),
}

/** @throws Exit `'badarg'` */
function checked(type: PacketType, options: Partial<PacketLimits>): PacketLimits {
  const limits = { ...no_limits, ...options }
  const names = Object.keys(limits)
  const is_size = (value: number) => Number.isInteger(value) && value >= 0 && value < 2 ** 32
  const fits = is_size(limits.packet_size) && is_size(limits.line_length) && is_size(limits.line_delimiter)
  const delimits = options.line_delimiter !== undefined
  if (names.length > 3 || !fits || limits.line_delimiter > 255) throw new Exit('badarg')
  if (delimits && type !== 'line') throw new Exit('badarg')
  return limits
}

const as_buffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
