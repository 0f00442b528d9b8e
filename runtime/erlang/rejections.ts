// Promises that reject and that nobody waits for: if it was a process that made them, that process crashes; all
// others are treated as Node treats them when nothing listens.

import type { Process } from './process.ts'
import { report } from './report.ts'
import { run_outside, running } from './self.ts'
import { Exit, is_a } from './term.ts'

/** The part of Node's `process` that is needed here. */
export interface Program {
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  exitCode?: number | string | null | undefined
  on(event: 'unhandledRejection', listener: (reason: unknown) => void): unknown
  listenerCount(event: 'unhandledRejection'): number
  emitWarning(warning: string): void
}

const watched = new WeakSet<Program>()

/**
 * Listens for promises that are rejected without anybody to handle it; a second time for the same program nothing
 * happens.
 *
 * A process that made such a promise crashes because of it; one that has ended already is only told of. A promise
 * made outside any process is thrown, as Node does by default, unless the program has a listener of its own or was
 * started with another `--unhandled-rejections`. Such an error reaches `uncaughtException` with that for an origin.
 */
export function watch_rejections(program: Program): void {
  if (watched.has(program)) return
  watched.add(program)
  program.on('unhandledRejection', reason => {
    const process = running() as Process | undefined
    if (process === undefined) as_without_us(program, reason)
    else if (process.alive) run_outside(() => process.crash(reason))
    else tell(process, reason)
  })
}

/** Who has ended has nothing left that could crash. An exit is no surprise: it is what its calls meet with. */
function tell({ pid }: Process, reason: unknown): void {
  if (is_a(reason, Exit)) return
  run_outside(() => report('warning', { label: ['process', 'late_rejection'], report: { pid, reason } }))
}

function as_without_us(program: Program, reason: unknown): void {
  if (program.listenerCount('unhandledRejection') > 1) return
  const mode = mode_of(program)
  if (mode === 'throw') throw error_of(reason)
  if (mode !== 'warn-with-error-code') return
  program.emitWarning(error_of(reason).message)
  program.exitCode = 1
}

/** With the other modes Node does by itself what it does, whoever listens. */
function mode_of({ execArgv, env }: Program): string {
  const options = [...(env.NODE_OPTIONS ?? '').split(/\s+/), ...execArgv].join(' ')
  const asked = [...options.matchAll(/--unhandled-rejections[= ](\S+)/g)].at(-1)
  return asked?.[1] ?? 'throw'
}

function error_of(reason: unknown): Error {
  if (is_a(reason, Error)) return reason
  const message = `a promise was rejected that nobody waits for: ${text_of(reason)}`
  return Object.assign(new Error(message), { code: 'ERR_UNHANDLED_REJECTION' })
}

/** What was rejected may be anything, and unwilling to be looked at. */
function text_of(reason: unknown): string {
  try {
    return String(reason)
  } catch {
    return typeof reason
  }
}
