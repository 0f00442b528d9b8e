// What happened in a simulation, in order: who ran, who got which message, who was born and who ended, and when.

import { Pid } from '../runtime/erlang/pid.ts'
import { Process, type Witness } from '../runtime/erlang/process.ts'
import type { Level, Report } from '../runtime/erlang/report.ts'
import type { Task } from '../runtime/erlang/scheduler.ts'
import { running } from '../runtime/erlang/self.ts'
import type { Term } from '../runtime/erlang/term.ts'
import { render } from './render.ts'

/**
 * What kind of event it is:
 * - `runs`: a process got its turn
 * - `gets`: a message was delivered to it
 * - `born`, `ends`: a process
 * - `report`: the runtime reported something, such as a crash
 * - `network`: something happened on the simulated network
 * - `outside`: a process went on by something outside the simulation, which the seed does not decide
 * - `note`: the program told the trace something
 */
export type EventKind = 'runs' | 'gets' | 'born' | 'ends' | 'report' | 'network' | 'outside' | 'note'

/** One thing that happened. */
export interface TraceEvent {
  /** How many turns had been given when it happened. */
  readonly step: number
  /** Virtual milliseconds since the simulation began. */
  readonly time: number
  readonly kind: EventKind
  /** The process, numbered from where the simulation began, such as `<3>`; `-` when it is none. */
  readonly who: string
  readonly detail: string
}

/** One line of a trace, as people read it. */
export const format_event = ({ step, time, kind, who, detail }: TraceEvent): string =>
  `${String(step).padStart(5)} ${String(time).padStart(6)} ms  ${who.padEnd(5)} ${kind.padEnd(7)} ${detail}`.trimEnd()

type Raw = readonly [step: number, time: number, kind: EventKind, who: Pid | undefined, detail: Detail]
/** What is shown only when somebody looks. */
type Detail = readonly [text: string, ...terms: Term[]]

/** The events that a failure tells. */
const kept = 60

/** Watches everything, and keeps what happened last. */
export class Recorder implements Witness {
  step = 0
  /** How many events there were. */
  events = 0
  readonly #base = new Pid().id
  readonly #now: () => number
  readonly #listener: ((event: TraceEvent) => void) | undefined
  readonly #last: Raw[] = []

  constructor(now: () => number, listener: ((event: TraceEvent) => void) | undefined) {
    this.#now = now
    this.#listener = listener
  }

  /** What happened last, oldest first. */
  tail(): TraceEvent[] {
    const start = this.events % kept
    const ordered =
      this.events < kept ? this.#last : [...this.#last.slice(start), ...this.#last.slice(0, start)]
    return ordered.map(raw => this.#shown(raw))
  }

  /** A term as the trace shows it. */
  show = (term: Term): string => render(term, this.#base)

  // ---- What happens

  runs = (task: Task): void => {
    this.step++
    const process = task instanceof Process ? task : (task.process as Process | undefined)
    this.note('runs', process?.pid, [''])
  }

  born(process: Process): void {
    this.note('born', process.pid, running() === undefined ? [''] : ['by', running()!.pid])
  }

  gets(process: Process, message: Term): void {
    const sender = running()
    if (sender === undefined) this.note('gets', process.pid, ['', message])
    else this.note('gets', process.pid, ['from', sender.pid, message])
  }

  ended(process: Process): void {
    this.note('ends', process.pid, ['', process.exit_reason])
  }

  reported(level: Level, { label, report }: Report): void {
    this.note('report', running()?.pid, [`${level}: ${label.join(' ')}`, report.reason])
  }

  note(kind: EventKind, who: Pid | undefined, detail: Detail): void {
    const raw: Raw = [this.step, this.#now(), kind, who, detail]
    this.#last[this.events % kept] = raw
    this.events++
    this.#listener?.(this.#shown(raw))
  }

  #shown([step, time, kind, who, [text, ...terms]]: Raw): TraceEvent {
    const detail = [text, ...terms.map(this.show)].filter(part => part !== '').join(' ')
    return { step, time, kind, who: who === undefined ? '-' : this.show(who), detail }
  }
}
