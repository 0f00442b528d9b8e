// Where a packet in a stream of bytes ends: one row for each way to cut the stream. Pure.

/** What limits packets. Sizes are bytes. */
export interface PacketLimits {
  /** A packet whose content is longer is invalid; 0: no limit. */
  readonly packet_size: number
  /** A line that is longer comes in pieces of this size; with the http types, it is invalid; 0: no limit. */
  readonly line_length: number
  /** The byte that ends a line of type `'line'`. */
  readonly line_delimiter: number
}

/** One way to cut a stream. */
export interface Framing {
  /** The bytes of the packet at the front, all told; undefined while that cannot be told yet. */
  measure(bytes: Uint8Array, limits: PacketLimits): number | undefined | 'invalid'
  /** Bytes at the front of a packet that are its length: not delivered, and put there when it is sent. */
  readonly header_size: number
  /** Bytes at the end of a whole packet that are not delivered. */
  padding?(packet: Uint8Array): number
}

/** No packet is as long as this; one that claims to be is invalid. */
const too_long = 2 ** 31

const uint16 = (bytes: Uint8Array, at: number): number => bytes[at]! * 256 + bytes[at + 1]!
const uint32 = (bytes: Uint8Array, at: number): number => uint16(bytes, at) * 65_536 + uint16(bytes, at + 2)

const exceeds = (length: number, limit: number): boolean => limit > 0 && length > limit

/** A header and then `length` bytes; the limit is for those. */
function with_header(header: number, length: number, limits: PacketLimits): number | 'invalid' {
  const invalid = length < 0 || header + length >= too_long || exceeds(length, limits.packet_size)
  return invalid ? 'invalid' : header + length
}

/** Whatever has come. */
export const raw: Framing = {
  header_size: 0,
  measure: bytes => (bytes.length === 0 ? undefined : bytes.length),
}

/** A big-endian length of `header_size` bytes, which does not count itself, and that many bytes. */
export const length_prefixed = (header_size: number): Framing => ({
  header_size,
  measure(bytes, limits) {
    if (bytes.length < header_size) return undefined
    let length = 0
    for (let index = 0; index < header_size; index++) length = length * 256 + bytes[index]!
    return with_header(header_size, length, limits)
  },
})

/** Up to and with the delimiter. */
export const line: Framing = {
  header_size: 0,
  measure(bytes, { packet_size, line_length, line_delimiter }) {
    const at = bytes.indexOf(line_delimiter)
    const length = at < 0 ? bytes.length : at + 1
    if (exceeds(length, packet_size)) return 'invalid'
    if (at < 0) return line_length > 0 && length >= line_length ? line_length : undefined
    return exceeds(length, line_length) ? line_length : length
  },
}

/** One BER value: tag, length and content. X.690 §8.1 */
export const asn1: Framing = {
  header_size: 0,
  measure(bytes, limits) {
    if (bytes.length < 2) return undefined
    let at = 1
    if ((bytes[0]! & 0x1f) === 0x1f) {
      while (at < bytes.length && (bytes[at]! & 0x80) !== 0) at++
      if (bytes.length - at < 2) return undefined
      at++
    }
    const first = bytes[at]!
    at++
    if (first < 0x80) return with_header(at, first, limits)
    const octets = first & 0x7f
    if (bytes.length - at < octets) return undefined
    if (octets > 4) return 'invalid'
    let length = 0
    for (const end = at + octets; at < end; at++) length = length * 256 + bytes[at]!
    return with_header(at, length, limits)
  },
}

const giop = [0x47, 0x49, 0x4f, 0x50]

/** A message of CORBA's GIOP: twelve bytes of header, of which a flag says which end of the length comes first. */
export const cdr: Framing = {
  header_size: 0,
  measure(bytes, limits) {
    if (bytes.length < 12) return undefined
    if (giop.some((byte, index) => bytes[index] !== byte)) return 'invalid'
    const is_little = (bytes[6]! & 1) !== 0
    const length = is_little ? uint32(Uint8Array.of(...bytes.subarray(8, 12)).reverse(), 0) : uint32(bytes, 8)
    return with_header(12, length, limits)
  },
}

/** A fragment of Sun's RPC, whose length's highest bit marks the last of a record. RFC 5531 §11 */
export const sunrm: Framing = {
  header_size: 0,
  measure: (bytes, limits) =>
    bytes.length < 4 ? undefined : with_header(4, uint32(bytes, 0) % 0x8000_0000, limits),
}

/** A record of FastCGI 1: eight bytes of header, content, padding. */
export const fcgi: Framing = {
  header_size: 0,
  measure(bytes, limits) {
    if (bytes.length < 8) return undefined
    return bytes[0] === 1 ? with_header(8, uint16(bytes, 4) + bytes[6]!, limits) : 'invalid'
  },
  padding: packet => packet[6]!,
}

/** A packet of ISO transport on TCP, whose length counts the four bytes of header. RFC 1006 §6 */
export const tpkt: Framing = {
  header_size: 0,
  measure(bytes, limits) {
    if (bytes.length < 4) return undefined
    return bytes[0] === 3 ? with_header(4, uint16(bytes, 2) - 4, limits) : 'invalid'
  },
}

const line_feed = 0x0a

/** The first line of a request or a response. */
export const http_line: Framing = {
  header_size: 0,
  measure(bytes, limits) {
    const limit = limits.packet_size || limits.line_length
    if (is_empty_line(bytes)) return bytes.length
    const length = bytes.indexOf(line_feed) + 1
    if (length === 0) return limit > 0 && bytes.length >= limit ? 'invalid' : undefined
    return exceeds(length, limit) ? 'invalid' : length
  },
}

/** One header field with the lines that continue it; what follows has to be there to tell. */
export const http_header: Framing = {
  header_size: 0,
  measure(bytes, limits) {
    const limit = limits.packet_size || limits.line_length
    if (is_empty_line(bytes)) return bytes.length
    for (let from = 0; ; ) {
      const length = bytes.indexOf(line_feed, from) + 1
      if (length === 0) return limit > 0 && bytes.length >= limit ? 'invalid' : undefined
      const continues = length > 2 && is_blank(bytes[length])
      if (!continues) {
        if (exceeds(length, limit)) return 'invalid'
        return length < bytes.length ? length : undefined
      }
      from = length
    }
  },
}

/** Whether it is nothing but the end of a line, which is one however short lines have to be. */
const is_empty_line = (bytes: Uint8Array): boolean =>
  (bytes.length === 1 && bytes[0] === line_feed) ||
  (bytes.length === 2 && bytes[0] === 0x0d && bytes[1] === line_feed)

/** Whether it is a space or a tab. */
export const is_blank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09
