// What a peer has sent and nobody has looked at yet: bytes become records, and the content of some of those messages.

import { encode_tls_record, get_tls_records, type TlsRecord } from '../record/tls_record.ts'
import { take_sslv2_hello } from './sslv2_hello.ts'
import { empty_handshake_buffer, get_tls_handshake, type Handshake } from './tls_handshake.ts'

/** A message, and its bytes as they count in the history of the handshake. */
export interface Heard {
  readonly message: Handshake
  readonly bytes: Uint8Array
}

const none = new Uint8Array(0)

/** Mutable. */
export class Arrivals {
  #received: Uint8Array = none
  #records: TlsRecord[] = []
  #fragments = empty_handshake_buffer
  #messages: Uint8Array[] = []
  /** Server: a first message may be in the format of SSL 2.0. */
  #may_be_old: boolean

  constructor(may_be_old: boolean) {
    this.#may_be_old = may_be_old
  }

  /**
   * Takes in what has come. What is wrong behind whole records is told when they have been taken, by {@link look}.
   *
   * @returns a hello in the format of SSL 2.0, if that is how the peer begins
   * @throws Alert, DecodeError
   */
  push(bytes: Uint8Array): Heard | undefined {
    if (!this.#may_be_old) {
      this.#cut(bytes)
      return undefined
    }
    const all = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes])
    const found = take_sslv2_hello(all)
    this.#received = found === 'more' ? all : none
    if (found === 'more') return undefined
    this.#may_be_old = false
    this.#cut(found === undefined ? all : found.rest)
    return found && { message: ['client_hello', found.hello], bytes: found.message }
  }

  /** The content of a record of type `handshake`. */
  push_fragment(fragment: Uint8Array): void {
    const [messages, rest] = get_tls_handshake(fragment, this.#fragments)
    this.#fragments = rest
    for (const message of messages) this.#messages.push(message)
  }

  /** The next handshake message, header included. */
  next_message(): Uint8Array | undefined {
    return this.#messages.shift()
  }

  /** The next record, still protected. */
  next_record(): TlsRecord | undefined {
    return this.#records.shift()
  }

  /** Tells what is wrong with the bytes behind the records that were taken. */
  look(): void {
    if (this.#records.length === 0 && !this.#may_be_old) this.#cut(none)
  }

  /** Records that nobody has taken. */
  get waiting(): number {
    return this.#records.length
  }

  /** Whether a message has begun, and not ended. */
  get is_inside_message(): boolean {
    return this.#fragments.size > 0 || this.#messages.length > 0
  }

  /** Lets go of memory that an idle connection does not need. */
  compact(): void {
    this.#received = new Uint8Array(this.#received)
  }

  /** All that nobody has taken, as it came: what follows the protected part of a stream is no TLS any more. */
  get left_over(): Uint8Array {
    return Buffer.concat([...this.#records.flatMap(encode_tls_record), this.#received])
  }

  clear(): void {
    this.#received = none
    this.#records = []
    this.#fragments = empty_handshake_buffer
    this.#messages = []
  }

  #cut(bytes: Uint8Array): void {
    const [records, rest] = get_tls_records(bytes, this.#received)
    // Even an empty view keeps what came in memory.
    this.#received = rest.length === 0 ? none : rest
    for (const record of records) this.#records.push(record)
  }
}
