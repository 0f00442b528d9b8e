// A connection of the simulated network: two ends, a pipe in each direction, and the ways in which it is cut.

import type { SocketAddress } from '../apps/kernel/inet_driver.ts'
import type { Cut, NetworkTraits } from './network_options.ts'
import { type Arrival, Pipe, type PipeEnds } from './network_pipe.ts'
import { SimulatedStream } from './network_stream.ts'
import type { Random } from './random.ts'

/** What a connection needs of its network. */
export interface Medium {
  readonly traits: NetworkTraits
  readonly random: Random
  now(): number
  later(delay: number, event: () => void): () => void
  /** Puts a line into the trace. */
  note(text: string): void
  /** Both ends are gone. */
  over(connection: NetworkConnection): void
}

type Side = 'client' | 'server'

/** Milliseconds until a sender gives up on a peer from which nothing comes back: 15 repetitions, as Linux has it. */
const retransmission_timeout = 924_600
/** Milliseconds until a silent peer that is probed counts as gone: 2 hours, and 9 probes, as Linux has it. */
const keepalive_timeout = 7_875_000

/** One connection, both its ends included. */
export class NetworkConnection {
  /** Counted from 1, in the order in which they were asked for. */
  readonly number: number
  readonly client: SocketAddress
  readonly server: SocketAddress
  /** @internal */
  readonly ends: Readonly<Record<Side, SimulatedStream>>
  /** How many segments have been sent, the ends of the two streams among them. */
  segments = 0
  readonly #medium: Medium
  readonly #pipes: Readonly<Record<Side, Pipe>>
  readonly #opened: () => void
  #cut: Cut | undefined
  /** Ends that somebody has: the server has none before the client's greeting has arrived. */
  #left = 1
  #is_open = false
  #forget_timeouts: (() => void)[] = []

  /** @param opened - the client's greeting has arrived at the server */
  constructor(
    medium: Medium,
    number: number,
    [client, server]: readonly SocketAddress[],
    opened: () => void,
  ) {
    this.#medium = medium
    this.number = number
    this.client = client!
    this.server = server!
    this.#opened = opened
    this.ends = {
      client: new SimulatedStream(this.client, this.server),
      server: new SimulatedStream(this.server, this.client),
    }
    this.#pipes = { client: this.#pipe('client'), server: this.#pipe('server') }
    for (const side of ['client', 'server'] as const) {
      this.ends[side].connect({
        outgoing: this.#pipes[side],
        incoming: this.#pipes[other(side)],
        soon: event => void medium.later(0, event),
        gone: () => this.#gone(),
      })
    }
  }

  /** The client knows that it is connected; the server learns it before anything else. */
  open(): void {
    this.#is_open = true
    this.#pipes.client.signal('opened')
  }

  /**
   * Breaks the connection: with `'reset'` both ends are told `econnreset`; with `'silence'` nothing arrives any more, and an
   * end that sends, or asks for keepalive, is told `etimedout` after as long as Linux takes.
   */
  cut(how: Cut): void {
    if (this.#cut !== undefined || this.#left === 0) return
    this.#cut = how
    this.#medium.note(`${this.number} cut: ${how}`)
    for (const side of ['client', 'server'] as const) {
      this.#pipes[side].cut()
      if (how === 'reset') this.#medium.later(0, () => this.ends[side].fails('econnreset'))
      else this.#await_timeout(side)
    }
  }

  #pipe(side: Side): Pipe {
    const medium = this.#medium
    const ends: PipeEnds = {
      traits: medium.traits,
      random: medium.random,
      now: () => medium.now(),
      later: (delay, event) => void medium.later(delay, event),
      departs: (bytes, ends) => this.#departs(side, bytes, ends),
      arrives: arrival => this.#arrives(side, arrival),
      sent: () => this.ends[side].sent(),
    }
    return new Pipe(ends)
  }

  #reaches_server(): void {
    this.#left++
    this.#opened()
  }

  #departs(from: Side, bytes: Uint8Array, ends: boolean): number | undefined {
    if (!this.#is_open) return undefined
    this.segments++
    this.#medium.note(`${this.number} ${from} sends ${ends ? 'its end' : `${bytes.length} bytes`}`)
    const fate = this.#medium.traits.fate({
      connection: this.number,
      from,
      number: this.segments,
      bytes,
      ends,
    })
    if (fate === 'arrives') return 0
    if (typeof fate === 'number') return fate
    this.cut(fate)
    return undefined
  }

  #arrives(from: Side, arrival: Arrival): void {
    const what = typeof arrival === 'object' ? `${arrival.bytes.length} bytes` : arrival
    this.#medium.note(`${this.number} ${other(from)} has ${what}`)
    if (arrival === 'opened') this.#reaches_server()
    else this.ends[other(from)].arrives(arrival)
  }

  /** Looks, when the time is over, whether there was anything that needed an answer. */
  #await_timeout(side: Side): void {
    const fail = (needs_answer: () => boolean) => () => {
      if (needs_answer()) this.ends[side].fails('etimedout')
    }
    const probed = () => this.ends[side].keepalive
    const sending = () => this.#pipes[side].unanswered
    this.#forget_timeouts.push(
      this.#medium.later(retransmission_timeout, fail(sending)),
      this.#medium.later(keepalive_timeout, fail(probed)),
    )
  }

  #gone(): void {
    if (--this.#left > 0) return
    for (const forget of this.#forget_timeouts) forget()
    this.#forget_timeouts = []
    this.#medium.over(this)
  }
}

const other = (side: Side): Side => (side === 'client' ? 'server' : 'client')
