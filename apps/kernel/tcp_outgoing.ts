// The sending half of a connection: one vectored write a send, water marks that make senders wait for a peer that
// does not read, and the half-close.

import { clear_timer, set_timer } from '../../runtime/erlang/alarm.ts'
import { enqueue } from '../../runtime/erlang/scheduler.ts'
import type { Done } from '../../runtime/erlang/term.ts'
import type { InetStream } from './inet_driver.ts'
import type { SocketOptions } from './inet_options.ts'
import { packet_header } from './inet_packet.ts'
import { Request } from './inet_request.ts'
import { type IoData, pieces_of, total_size } from './iodata.ts'

/** What is still to be sent may take as long after `close`, in milliseconds, as OTP gives it. */
const longest_goodbye = 180_000

/** What goes out: sends wait while the stream is full, and the end waits for them. */
export class Outgoing {
  readonly #stream: InetStream
  readonly #options: Readonly<SocketOptions>
  /** Called when a send has waited too long and the socket is to be closed for it. */
  readonly #gave_up: () => void
  readonly #waiting = new Set<Request<Done>>()
  /** With `delay_send`: what was sent since those that run now had their turn. */
  #delayed: Uint8Array[] | undefined = undefined
  #ended = false
  #octets = 0
  #count = 0
  #largest = 0

  constructor(stream: InetStream, options: Readonly<SocketOptions>, gave_up: () => void) {
    this.#stream = stream
    this.#options = options
    this.#gave_up = gave_up
  }

  /** @returns `'ok'` at once while less than the high water mark is on its way, else when the low one is reached */
  send(data: IoData): Done | Promise<Done> {
    if (this.#ended) return ['error', 'closed']
    const pieces = pieces_of(data)
    if (pieces === undefined) return ['error', 'einval']

    const size = total_size(pieces)
    const [tag, header] = packet_header(this.#options.packet, size)
    if (tag === 'error') return ['error', 'emsgsize']
    if (header !== undefined) pieces.unshift(header)
    this.#tally(size + (header?.length ?? 0))
    if (pieces.length > 0 && !this.#write(pieces)) return ['error', 'closed']
    if (this.#pending < this.#options.high_watermark) return 'ok'
    return this.#wait()
  }

  /** No more is sent; the peer learns of it once it has got the rest. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#flush()
    this.#stream.end()
  }

  /** Who still waits, waits no more: the connection is gone. */
  fail(): void {
    this.#ended = true
    this.#delayed = undefined
    for (const request of this.#waiting) request.settle(['error', 'closed'])
    this.#waiting.clear()
  }

  /** Lets the stream go: at once, or when what is still to be sent has been. */
  close(): void {
    const half_closed = this.#ended
    this.#flush()
    this.fail()
    const [lingers, seconds] = this.#options.linger
    if (lingers && seconds === 0 && !half_closed) this.#stream.reset()
    else if (this.#stream.pending === 0) this.#stream.destroy()
    else this.#say_goodbye(lingers ? seconds * 1_000 : longest_goodbye)
  }

  /** The stream has taken some of what was written: who waits for that goes on. */
  written(): void {
    if (this.#waiting.size === 0 || this.#pending > this.#options.low_watermark) return
    for (const request of this.#waiting) request.settle('ok')
    this.#waiting.clear()
  }

  statistics(): { octets: number; count: number; largest: number; pending: number } {
    return { octets: this.#octets, count: this.#count, largest: this.#largest, pending: this.#pending }
  }

  /** Bytes that have not left: with the stream, or held back. */
  get #pending(): number {
    return this.#stream.pending + (this.#delayed === undefined ? 0 : total_size(this.#delayed))
  }

  /** @returns false when the stream is known to be broken */
  #write(pieces: Uint8Array[]): boolean {
    if (this.#delayed !== undefined) this.#delayed.push(...pieces)
    else if (!this.#options.delay_send) return this.#stream.write(pieces)
    else {
      this.#delayed = pieces
      enqueue({ run: () => this.#flush() })
    }
    return true
  }

  /** What was held back goes out in one piece. */
  #flush(): void {
    if (this.#delayed === undefined) return
    const pieces = this.#delayed
    this.#delayed = undefined
    this.#stream.write(pieces)
  }

  #wait(): Promise<Done> {
    const { send_timeout, send_timeout_close } = this.#options
    const request = new Request<Done>(send_timeout, ['error', 'timeout'], late => {
      this.#waiting.delete(request)
      if (late && send_timeout_close) this.#gave_up()
    })
    this.#waiting.add(request)
    return request.answer
  }

  #tally(size: number): void {
    this.#octets += size
    this.#count++
    if (size > this.#largest) this.#largest = size
  }

  #say_goodbye(limit: number): void {
    const stream = this.#stream
    const timer = set_timer(limit, () => stream.destroy())
    stream.finish(() => clear_timer(timer))
  }
}
