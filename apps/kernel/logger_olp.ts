// Keeps a handler from being run over: events wait in a queue that is bounded, whatever happens. OTP: `logger_olp`.

import { clear_timer, set_timer, type Timer } from '../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { run_outside } from '../../runtime/erlang/self.ts'
import type { Term } from '../../runtime/erlang/term.ts'

/** When protection sets in. OTP: the overload options of `logger_std_h`. */
export interface OverloadConfig {
  /** From so many waiting events on, whoever logs one waits until all are written. Default: 10 */
  readonly sync_mode_qlen: number
  /** From so many on, events are dropped. Default: 200 */
  readonly drop_mode_qlen: number
  /** With so many, those that wait are thrown away. Default: 1000 */
  readonly flush_qlen: number
  /** Whether bursts are limited. Default: true */
  readonly burst_limit_enable: boolean
  /** Events that are written within one window; what is beyond is counted only. Default: 500 */
  readonly burst_limit_max_count: number
  /** Milliseconds. Default: 1000 */
  readonly burst_limit_window_time: number
  /** Whether a handler with too much in its queue is ended. Default: false */
  readonly overload_kill_enable: boolean
  /** Waiting events. Default: 20000 */
  readonly overload_kill_qlen: number
  /** Bytes that they take. Default: 3000000 */
  readonly overload_kill_mem_size: number
  /** Milliseconds after which a handler that was ended begins again, or `'infinity'`. Default: 5000 */
  readonly overload_kill_restart_after: number | 'infinity'
}

/** The limits at the beginning, as OTP has them. */
export const overload_defaults: OverloadConfig = {
  sync_mode_qlen: 10,
  drop_mode_qlen: 200,
  flush_qlen: 1_000,
  burst_limit_enable: true,
  burst_limit_max_count: 500,
  burst_limit_window_time: 1_000,
  overload_kill_enable: false,
  overload_kill_qlen: 20_000,
  overload_kill_mem_size: 3_000_000,
  overload_kill_restart_after: 5_000,
}

const is_count = (value: Term): boolean => Number.isInteger(value) && value > 0
const is_boolean = (value: Term): boolean => typeof value === 'boolean'

/** Whether a value is right, for each limit. */
export const overload_checks: { readonly [Key in keyof OverloadConfig]: (value: Term) => boolean } = {
  sync_mode_qlen: value => value === 0 || is_count(value),
  drop_mode_qlen: value => is_count(value) && value > 1,
  flush_qlen: value => is_count(value) && value > 1,
  burst_limit_enable: is_boolean,
  burst_limit_max_count: is_count,
  burst_limit_window_time: is_count,
  overload_kill_enable: is_boolean,
  overload_kill_qlen: is_count,
  overload_kill_mem_size: is_count,
  overload_kill_restart_after: value => value === 'infinity' || value === 0 || is_count(value),
}

/** What has come of the events. OTP: `logger_olp:info/1`. */
export interface OverloadInfo {
  readonly mode: 'async' | 'sync' | 'drop'
  readonly qlen: number
  readonly max_qlen: number
  /** Events that were put into the queue while whoever logged them went on. */
  readonly casts: number
  /** Events for which whoever logged them waited. */
  readonly calls: number
  readonly drops: number
  readonly burst_drops: number
  /** How often the queue was thrown away, and how many events that were. */
  readonly flushes: number
  readonly flushed: number
  readonly kills: number
  readonly writes: number
}

/** Where events go in the end. */
export interface Sink {
  /** Takes the texts of some events, in their order. Must not fail. */
  write(texts: readonly string[]): void
}

/** A queue before a sink. Texts are made only of events that get into it. */
export class Olp {
  config: OverloadConfig
  readonly #sink: Sink
  readonly #killed: (facts: Readonly<Record<string, Term>>) => void
  readonly #counts = {
    max_qlen: 0,
    casts: 0,
    calls: 0,
    drops: 0,
    burst_drops: 0,
    flushes: 0,
    flushed: 0,
    kills: 0,
    writes: 0,
  }
  #queue: string[] = []
  #bytes = 0
  #mode: OverloadInfo['mode'] = 'async'
  #drops_to_tell = 0
  #draining: NodeJS.Immediate | undefined
  #dead = false
  #revival: Timer | undefined
  #window = { from: Number.NEGATIVE_INFINITY, count: 0, dropped: 0 }
  #window_end: Timer | undefined

  /** @param killed - is told when the handler is ended; it may throw, to be removed for good */
  constructor(config: OverloadConfig, sink: Sink, killed: (facts: Readonly<Record<string, Term>>) => void) {
    this.config = config
    this.#sink = sink
    this.#killed = killed
  }

  /** Takes an event. It is written soon, or now, or not at all. */
  load(make_text: () => string): void {
    if (this.#dead) {
      this.#counts.drops++
      return
    }
    if (!this.#burst_admits()) return
    const { sync_mode_qlen, drop_mode_qlen, flush_qlen } = this.config
    if (this.#queue.length >= flush_qlen) this.#flush()
    else if (this.#queue.length >= drop_mode_qlen) {
      this.#mode = 'drop'
      this.#counts.drops++
      this.#drops_to_tell++
      return
    }
    const waits = this.#queue.length >= sync_mode_qlen && sync_mode_qlen < drop_mode_qlen
    this.#push(make_text())
    if (this.#is_too_much()) {
      this.#kill()
      return
    }
    this.#mode = waits ? 'sync' : 'async'
    if (waits) this.#counts.calls++
    else this.#counts.casts++
    if (waits) this.drain()
    else this.#drain_soon()
  }

  /** Writes all that waits. */
  drain(): void {
    if (this.#draining !== undefined) clearImmediate(this.#draining)
    this.#draining = undefined
    if (this.#drops_to_tell > 0) this.#push(`logger: ${this.#drops_to_tell} events were dropped\n`)
    this.#drops_to_tell = 0
    const texts = this.#queue
    if (texts.length === 0) return
    this.#queue = []
    this.#bytes = 0
    this.#counts.writes += texts.length
    this.#sink.write(texts)
    this.#mode = 'async'
  }

  info(): OverloadInfo {
    return { mode: this.#mode, qlen: this.#queue.length, ...this.#counts }
  }

  /** Writes what waits, and lets go of timers. */
  close(): void {
    this.#tell_burst()
    this.drain()
    if (this.#revival !== undefined) clear_timer(this.#revival)
    this.#dead = true
  }

  // ---- Internals

  #push(text: string): void {
    this.#queue.push(text)
    this.#bytes += Buffer.byteLength(text)
    if (this.#queue.length > this.#counts.max_qlen) this.#counts.max_qlen = this.#queue.length
  }

  #drain_soon(): void {
    this.#draining ??= run_outside(() => setImmediate(() => this.drain()))
  }

  #flush(): void {
    const { length } = this.#queue
    this.#counts.flushes++
    this.#counts.flushed += length
    this.#queue = []
    this.#bytes = 0
    this.#push(`logger: ${length} events were thrown away\n`)
  }

  #is_too_much(): boolean {
    const { overload_kill_enable, overload_kill_qlen, overload_kill_mem_size } = this.config
    return (
      overload_kill_enable &&
      (this.#queue.length > overload_kill_qlen || this.#bytes > overload_kill_mem_size)
    )
  }

  #kill(): void {
    const facts = { qlen: this.#queue.length, mem: this.#bytes }
    this.#counts.kills++
    this.#dead = true
    this.#queue = []
    this.#bytes = 0
    const after = this.config.overload_kill_restart_after
    if (after !== 'infinity') this.#revival = set_timer(after, () => this.#revive(), false)
    this.#killed({ ...facts, restart_after: after })
  }

  #revive(): void {
    this.#dead = false
    this.#mode = 'async'
  }

  /** Whether one more event may be written in this window of time. */
  #burst_admits(): boolean {
    const { burst_limit_enable, burst_limit_max_count, burst_limit_window_time } = this.config
    if (!burst_limit_enable) return true
    const now = monotonic_time()
    const { from } = this.#window
    if (now < from || now >= from + burst_limit_window_time) {
      this.#tell_burst()
      this.#window = { from: now, count: 0, dropped: 0 }
    }
    if (++this.#window.count <= burst_limit_max_count) return true
    if (this.#window.dropped++ === 0) this.#begin_burst(this.#window.from + burst_limit_window_time - now)
    this.#counts.burst_drops++
    return false
  }

  #begin_burst(time_left: number): void {
    this.#push(
      `logger: more than ${this.config.burst_limit_max_count} events at once, the next ones are dropped\n`,
    )
    this.#drain_soon()
    this.#window_end = set_timer(time_left, () => this.#tell_burst(), false)
  }

  #tell_burst(): void {
    if (this.#window_end !== undefined) clear_timer(this.#window_end)
    this.#window_end = undefined
    const { dropped } = this.#window
    if (dropped === 0) return
    this.#window = { from: Number.NEGATIVE_INFINITY, count: 0, dropped: 0 }
    this.#push(`logger: ${dropped} events were dropped\n`)
    this.#drain_soon()
  }
}
