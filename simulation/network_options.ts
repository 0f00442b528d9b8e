// What a simulated network is like.

import type { IpAddress } from '../apps/kernel/inet_parse.ts'

/** One value, or any from the least to the most, as the seed decides each time. */
export type Range = number | readonly [least: number, most: number]

/** What becomes of a segment: it arrives; so many milliseconds later than others; or its connection is cut. */
export type Fate = 'arrives' | number | Cut

/** How a connection ends before its time: both sides see a reset, or nothing arrives any more. */
export type Cut = 'reset' | 'silence'

/** A piece of a stream on its way. */
export interface Segment {
  /** The connection's number, from 1. */
  readonly connection: number
  /** Who sends it: the side that connected, or the one that accepted. */
  readonly from: 'client' | 'server'
  /** The segment's number within its connection, both directions together, from 1. */
  readonly number: number
  /** What it carries; empty for the end of the stream. */
  readonly bytes: Uint8Array
  readonly ends: boolean
}

/** How a simulated network behaves. */
export interface NetworkOptions {
  /**
   * The names that can be looked up, and their addresses. All of them are addresses of this one host, at which it can
   * listen. `localhost` is there in any case.
   */
  readonly hosts?: Readonly<Record<string, readonly IpAddress[]>>
  /** Milliseconds from one side to the other; each segment has its own, and stays behind those before. Default: 0 to 3 */
  readonly delay?: Range
  /** Bytes of one segment. Default: 1460 */
  readonly segment?: Range
  /** Bytes a millisecond, in each direction of each connection. Default: no limit */
  readonly bandwidth?: number
  /** Bytes that may be on their way or unread before a sender has to wait. Default: 65 536 */
  readonly window?: number
  /** Decides what becomes of a segment. Default: all arrive */
  readonly fate?: (segment: Segment) => Fate
}

/** The options with all their values. */
export interface NetworkTraits {
  readonly delay: readonly [least: number, most: number]
  readonly segment: readonly [least: number, most: number]
  readonly bandwidth: number
  readonly window: number
  readonly fate: (segment: Segment) => Fate
}

/** @throws RangeError for what is no {@link Fate} */
export function check_fate(fate: Fate): void {
  const is_known = fate === 'arrives' || fate === 'reset' || fate === 'silence'
  if (!is_known && !(Number.isFinite(fate) && (fate as number) >= 0)) {
    throw new RangeError(`no fate of a segment: ${typeof fate === 'string' ? `'${fate}'` : String(fate)}`)
  }
}

/** @throws RangeError for a value that makes no sense */
export function network_traits(options: NetworkOptions): NetworkTraits {
  const { delay = [0, 3], segment = 1_460, bandwidth = Number.POSITIVE_INFINITY, window = 65_536 } = options
  if (!(bandwidth > 0)) throw new RangeError(`a bandwidth of ${bandwidth}`)
  if (!(window >= 1)) throw new RangeError(`a window of ${window}`)
  return {
    delay: range('delay', delay, 0),
    segment: range('segment', segment, 1),
    bandwidth,
    window,
    fate: options.fate ?? (() => 'arrives'),
  }
}

function range(name: string, given: Range, lowest: number): readonly [number, number] {
  const [least, most] = typeof given === 'number' ? [given, given] : given
  if (!(least >= lowest && most >= least)) throw new RangeError(`a ${name} of ${given}`)
  return [least, most]
}
