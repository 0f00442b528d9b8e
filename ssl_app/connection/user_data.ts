// What was decrypted and is not delivered yet, and how its user wants it.

import {
  as_delivered,
  type Data,
  type Delivered,
  is_raw,
  type Mode,
  no_limits,
  type PacketType,
} from '../../apps/kernel/inet_packet.ts'
import { PacketBuffer } from '../../apps/kernel/packet_buffer.ts'

/** Whether data is sent to the owner: always, once, so many times more, or not. */
export type Active = boolean | 'once' | number

/** The socket options that are the connection's own affair. OTP: the emulated options. */
export interface EmulatedOptions {
  readonly mode: Mode
  readonly packet: PacketType
  readonly packet_size: number
  readonly header: number
  readonly active: Active
}

/** OTP: the defaults of `ssl:socketoption()`. */
export const default_emulated: EmulatedOptions = {
  mode: 'list',
  packet: 0,
  packet_size: 0,
  header: 0,
  active: true,
}

/** What one unit of data can be: there, not all there yet, or such that it can never be one. */
export type Unit = readonly ['ok', Delivered] | 'none' | readonly ['error', readonly ['invalid_packet', Data]]

/** Mutable: it belongs to one connection. */
export class UserData {
  #options: EmulatedOptions
  readonly #buffer = new PacketBuffer()

  constructor(options: EmulatedOptions) {
    this.#options = options
  }

  get options(): EmulatedOptions {
    return this.#options
  }

  /** Whether nothing is left. */
  get empty(): boolean {
    return this.#buffer.length === 0
  }

  /** Bytes that are left. */
  get size(): number {
    return this.#buffer.length
  }

  /** Another way to cut and to deliver; it counts for what is there already, too. */
  change(options: Partial<EmulatedOptions>): void {
    this.#options = { ...this.#options, ...options }
    this.#buffer.reinterpret()
    if (options.packet !== undefined) this.#buffer.expect_first_line()
  }

  /** Lets go of the large buffers behind what little is left of them. */
  compact(): void {
    this.#buffer.compact()
  }

  /** Takes in the content of a record. */
  push(content: Uint8Array): void {
    this.#buffer.push(content)
  }

  /**
   * Takes out the next unit: a packet, or of a raw stream `length` bytes.
   *
   * @param length - 0: what one record brought
   */
  next(length: number): Unit {
    const { packet, mode, header, packet_size } = this.#options
    const unit = is_raw(packet)
      ? this.#raw(length)
      : this.#buffer.take_packet(packet, { ...no_limits, packet_size })
    if (unit === undefined) return 'none'
    if (unit === 'invalid') return ['error', ['invalid_packet', as_delivered(this.#buffer.all(), mode)]]
    return ['ok', as_delivered(unit, mode, header)]
  }

  #raw(length: number): Uint8Array | undefined {
    return length === 0 ? this.#buffer.shift() : this.#buffer.take(length)
  }
}

/** The owner got one message: what remains of its order. */
export function active_after(active: Active): Active {
  if (typeof active === 'number') return active > 1 ? active - 1 : false
  return active === 'once' ? false : active
}
