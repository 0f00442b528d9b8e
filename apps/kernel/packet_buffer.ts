// What has come in on a stream and is not delivered yet. Chunks are kept as they came and joined only when a packet
// spans several, once all of it is there, so that a long packet in small chunks costs no more than its length.

import { first_packet, is_http, type Packet, type PacketLimits, type PacketType } from './inet_packet.ts'

/** Bytes that have come, until the packet they belong to is whole. */
export class PacketBuffer {
  #chunks: Uint8Array[] = []
  #length = 0
  /** Bytes without which the packet at the front cannot be whole. */
  #needed = 1
  /** A byte without which it cannot be whole either, as long as there are fewer bytes than this. */
  #missing: { readonly byte: number; readonly below: number } | undefined = undefined
  /** Whether a first line of HTTP has come, and header fields follow. */
  #in_headers = false

  /** How many bytes there are. */
  get length(): number {
    return this.#length
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#length += chunk.length
    const missing = this.#missing
    if (missing && (this.#length >= missing.below || chunk.includes(missing.byte))) this.#missing = undefined
  }

  /** Puts bytes in front of what there is. */
  unshift(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.unshift(chunk)
    this.#length += chunk.length
    this.#look_anew()
  }

  /** The bytes at the front that came in one piece, but not more than `most`; undefined when there are none. */
  shift(most = Number.POSITIVE_INFINITY): Uint8Array | undefined {
    const first = this.#chunks[0]
    return first && this.#take(Math.min(first.length, most))
  }

  /** Exactly `length` bytes, or undefined when there are not as many. */
  take(length: number): Uint8Array | undefined {
    return this.#length < length ? undefined : this.#take(length)
  }

  /**
   * The packet at the front; undefined when it is not whole yet. With the types `http` and `http_bin` a first line is
   * followed by header fields up to the empty line.
   *
   * @returns `'invalid'`, again and again, when what is there cannot be a packet
   */
  take_packet(type: PacketType, limits: PacketLimits): Packet | undefined | 'invalid' {
    if (this.#length < this.#needed || this.#missing !== undefined) return undefined
    const all = this.all()
    const decoded = first_packet(this.#in_headers ? header_type(type) : type, all, limits)
    if (decoded[0] === 'error') return 'invalid'
    if (decoded[0] === 'more') {
      this.#needed = decoded[1] ?? this.#length + 1
      this.#missing = missing_end(type, all, limits)
      return undefined
    }
    this.#drop(all.length - decoded[2].length)
    if (is_http(type)) this.#follow(decoded[1])
    return decoded[1]
  }

  /** All bytes in one piece; they stay. */
  all(): Uint8Array {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!
  }

  /** Has the packet at the front looked at anew, because it is to be read in another way. */
  reinterpret(): void {
    this.#look_anew()
  }

  /** What comes next is no header field of HTTP, but a first line. */
  expect_first_line(): void {
    this.#in_headers = false
  }

  /** Copies what is left, so that the large chunks that it is a part of can go. */
  compact(): void {
    this.#chunks = this.#length === 0 ? [] : [Buffer.concat(this.#chunks)]
  }

  clear(): void {
    this.#chunks = []
    this.#length = 0
    this.#look_anew()
  }

  #follow(packet: Packet): void {
    if (packet === 'http_eoh') this.#in_headers = false
    else if (packet[0] === 'http_request' || packet[0] === 'http_response') this.#in_headers = true
  }

  #take(length: number): Uint8Array {
    if (this.#chunks.length === 0) return Buffer.alloc(0)
    if (this.#chunks[0]!.length < length) this.all()
    const taken = this.#chunks[0]!.subarray(0, length)
    this.#drop(length)
    return taken
  }

  /** Takes away bytes that all lie in the first chunk. */
  #drop(length: number): void {
    const first = this.#chunks[0]!
    if (first.length === length) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(length)
    this.#length -= length
    this.#look_anew()
  }

  #look_anew(): void {
    this.#needed = 1
    this.#missing = undefined
  }
}

/** The end of a line that has not come: what comes without it need not be looked at, but for its length. */
function missing_end(type: PacketType, bytes: Uint8Array, limits: PacketLimits) {
  if (type !== 'line' && !is_http(type)) return undefined
  const byte = type === 'line' ? limits.line_delimiter : 0x0a
  const below = Math.min(
    limits.packet_size || Number.POSITIVE_INFINITY,
    limits.line_length || Number.POSITIVE_INFINITY,
  )
  return bytes.includes(byte) ? undefined : { byte, below }
}

const header_type = (type: PacketType): PacketType => {
  if (type === 'http') return 'httph'
  return type === 'http_bin' ? 'httph_bin' : type
}
