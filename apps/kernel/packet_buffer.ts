// What has come in on a stream and is not delivered yet. Chunks are kept as they came and joined only when a packet
// spans several, once all of it is there, so that a long packet in small chunks costs no more than its length.

import { decode_packet, type PacketLimits, type PacketType } from './inet_packet.ts'

export class PacketBuffer {
  #chunks: Uint8Array[] = []
  #length = 0
  /** Bytes without which the packet at the front cannot be whole. */
  #needed = 1

  /** How many bytes there are. */
  get length(): number {
    return this.#length
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#length += chunk.length
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
   * The content of the packet at the front; undefined when it is not whole yet.
   *
   * @returns `'invalid'`, again and again, when what is there cannot be a packet
   */
  take_packet(type: PacketType, limits: PacketLimits): Uint8Array | undefined | 'invalid' {
    if (this.#length < this.#needed) return undefined
    const all = this.all()
    const decoded = decode_packet(type, all, limits)
    if (decoded[0] === 'error') return 'invalid'
    if (decoded[0] === 'more') {
      this.#needed = decoded[1] ?? this.#length + 1
      return undefined
    }
    this.#drop(all.length - decoded[2].length)
    return decoded[1]
  }

  /** All bytes in one piece; they stay. */
  all(): Uint8Array {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!
  }

  /** Has the packet at the front looked at anew, because it is to be read in another way. */
  reinterpret(): void {
    this.#needed = 1
  }

  /** Copies what is left, so that the large chunks that it is a part of can go. */
  compact(): void {
    this.#chunks = this.#length === 0 ? [] : [Buffer.concat(this.#chunks)]
  }

  clear(): void {
    this.#chunks = []
    this.#length = 0
    this.#needed = 1
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
    this.#needed = 1
  }
}
