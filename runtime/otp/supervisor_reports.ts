// What supervisors report: which child was started, and what went wrong with one.

import type { Pid } from '../erlang/pid.ts'
import { report } from '../erlang/report.ts'
import { self } from '../erlang/self.ts'
import type { Reason, Term } from '../erlang/term.ts'
import type { ServerName } from './gen.ts'
import type { Child } from './supervisor_children.ts'

/** In which way a supervisor is named in its reports. OTP: `{local, Name}` and the like, or `{Pid, Module}`. */
export type SupName = ServerName | readonly [Pid, string]

/**
 * The name of the supervisor that runs.
 *
 * @param name - with which it was started
 */
export const sup_name = (name: ServerName | undefined, module: string): SupName => name ?? [self(), module]

/** Tells that a child was started. */
export const report_progress = (supervisor: SupName, started: Term): void =>
  report('info', { label: ['supervisor', 'progress'], report: { supervisor, started } })

/** Tells what went wrong with a child. */
export function report_error(
  supervisor: SupName,
  error_context: 'start_error' | 'child_terminated' | 'shutdown_error' | 'shutdown',
  reason: Reason,
  about: Term,
): void {
  const facts = { supervisor, errorContext: error_context, reason, offender: about }
  report('error', { label: ['supervisor', error_context], report: facts })
}

/**
 * A child, as reports tell of it. What a temporary one was given on demand is nobody's business, for there may be
 * secrets in it: as in OTP, where such arguments are not kept.
 */
export function offender({ spec, pid, restarting, extra_args }: Child): Record<string, Term> {
  const [start, args] = spec.start
  const is_private = spec.restart === 'temporary' && extra_args.length > 0
  return {
    pid: restarting ? ['restarting', pid] : pid,
    id: spec.id,
    mfargs: [start.name, is_private ? undefined : [...args, ...extra_args]],
    restart_type: spec.restart,
    significant: spec.significant,
    shutdown: spec.shutdown,
    child_type: spec.type,
  }
}
