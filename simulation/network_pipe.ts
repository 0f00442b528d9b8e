// One direction of a simulated connection: bytes that wait to be sent, segments on their way, and bytes that wait to be
// read. What is sent arrives in order, or not at all.

import type { NetworkTraits } from './network_options.ts'
import type { Random } from './random.ts'

/** What arrives at the far end, in order. */
export type Arrival = { readonly bytes: Uint8Array } | 'end' | 'reset' | 'opened'

/** What a pipe needs of the network, and whom it tells. */
export interface PipeEnds {
  readonly traits: NetworkTraits
  readonly random: Random
  now(): number
  /** Calls `event` after so many milliseconds, outside any process. */
  later(delay: number, event: () => void): void
  /** A segment is about to go: how much longer it takes, or undefined when it does not arrive. */
  departs(bytes: Uint8Array, ends: boolean): number | undefined
  /** Something has arrived at the far end. */
  arrives(arrival: Arrival): void
  /** Some of what waited to be sent has gone. */
  sent(): void
}

/** One direction of a simulated connection: segments on their way, in order. */
export class Pipe {
  readonly #ends: PipeEnds
  /** What waits to be sent, and how many bytes that is. */
  #unsent: Uint8Array[] = []
  #pending = 0
  /** Bytes on their way, or arrived and unread. */
  #underway = 0
  #on_the_way: Arrival[] = []
  /** Since when the way is clear for another segment, and when the last one arrives. */
  #clear_at = 0
  #last_arrival = 0
  #ending = false
  #end_sent = false
  #cut = false

  constructor(ends: PipeEnds) {
    this.#ends = ends
  }

  get pending(): number {
    return this.#pending
  }

  /** Whether the end has gone, and all before it. */
  get end_sent(): boolean {
    return this.#end_sent
  }

  /** Whether anything was sent, or was to be sent, that has not arrived. */
  get unanswered(): boolean {
    return this.#pending > 0 || this.#on_the_way.length > 0 || (this.#ending && this.#cut)
  }

  write(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#unsent.push(piece)
      this.#pending += piece.length
    }
    this.#transmit()
  }

  end(): void {
    if (this.#ending) return
    this.#ending = true
    this.#transmit()
  }

  /** Sends what carries no bytes, behind all that is on its way. */
  signal(arrival: 'opened' | 'reset'): void {
    if (!this.#cut) this.#send(arrival, 0, 0)
  }

  /** So many bytes have been read at the far end: as many more may come. */
  taken(size: number): void {
    this.#underway -= size
    this.#transmit()
  }

  /** Nothing that is sent arrives any more, what is on its way neither. */
  cut(): void {
    this.#cut = true
  }

  /** What waits to be sent is not sent. */
  drop(): void {
    this.#unsent = []
    this.#pending = 0
  }

  #transmit(): void {
    const { traits, random } = this.#ends
    while (this.#pending > 0 && this.#underway < traits.window && !this.#cut) {
      const room = Math.min(traits.window - this.#underway, random.between(...traits.segment))
      const bytes = this.#take(room)
      this.#underway += bytes.length
      this.#depart({ bytes }, bytes.length, bytes)
      this.#ends.later(0, () => this.#ends.sent())
    }
    if (this.#ending && this.#pending === 0 && !this.#end_sent) {
      this.#end_sent = true
      this.#depart('end', 0, new Uint8Array())
    }
  }

  #depart(arrival: Arrival, size: number, bytes: Uint8Array): void {
    if (this.#cut) return
    const longer = this.#ends.departs(bytes, arrival === 'end')
    if (longer !== undefined) this.#send(arrival, size, longer)
  }

  #send(arrival: Arrival, size: number, longer: number): void {
    const { traits, random } = this.#ends
    const now = this.#ends.now()
    this.#clear_at = Math.max(this.#clear_at, now) + size / traits.bandwidth
    const at = Math.ceil(this.#clear_at) + random.between(...traits.delay) + longer
    this.#last_arrival = Math.max(this.#last_arrival, at)
    this.#on_the_way.push(arrival)
    this.#ends.later(this.#last_arrival - now, () => this.#arrive())
  }

  /** Whichever event it was that comes first, what was sent first arrives. */
  #arrive(): void {
    const arrival = this.#on_the_way.shift()
    if (arrival !== undefined && !this.#cut) this.#ends.arrives(arrival)
  }

  /** So many bytes from the front of what waits, as a copy: who wrote them and who reads them share nothing. */
  #take(most: number): Uint8Array {
    const size = Math.min(most, this.#pending)
    const bytes = Buffer.alloc(size)
    let filled = 0
    while (filled < size) {
      const piece = this.#unsent[0]!
      const part = piece.subarray(0, size - filled)
      bytes.set(part, filled)
      filled += part.length
      if (part.length === piece.length) this.#unsent.shift()
      else this.#unsent[0] = piece.subarray(part.length)
    }
    this.#pending -= size
    return bytes
  }
}
