// What programs log: texts, reports, formats with arguments, and functions that make these when somebody wants them.

import type { Level } from '../../runtime/erlang/report.ts'
import { reason_of, type Term } from '../../runtime/erlang/term.ts'
import { is_allowed, log, settings } from './logger_backend.ts'
import { is_object, type LogEvent, type Metadata, severity } from './logger_config.ts'

/** A report: an object that says what there is to say, or an error. */
export type LogReport = Error | Readonly<Record<string, Term>>

/** What a lazy function may give. OTP: `logger:msg_fun_return()`. */
export type Lazy = string | LogReport | readonly [format: string, args: readonly Term[]] | 'ignore'

/**
 * Makes what is to be logged, only if somebody wants to know: also with metadata, as `[message, metadata]`.
 * OTP: `logger:msg_fun()`.
 */
export type LazyMessage = (args: Term) => Lazy | readonly [message: Lazy, metadata: Metadata]

/** What can be logged: a text, which with arguments is a format; a report; a function that makes one. */
export type Message = string | LogReport | LazyMessage

/**
 * How events are logged, all with the same level. Nothing of what is given is looked at as long as the level is off.
 *
 * - `(text, metadata?)`: a text as it is
 * - `(format, args, metadata?)`: `~p` and the like in it stand for the arguments, see `logger_formatter`
 * - `(report, metadata?)`
 * - `(function, argument, metadata?)`: what the function gives; it is called by whoever logs
 */
export interface Log {
  (text: string, metadata?: Metadata): 'ok'
  (format: string, args: readonly Term[], metadata?: Metadata): 'ok'
  (report: LogReport, metadata?: Metadata): 'ok'
  (lazy: LazyMessage, argument?: Term, metadata?: Metadata): 'ok'
}

/** Logs at a level, with metadata of the place where it is done, which is asked for only if it is needed. */
export function log_at(level: Level, module?: string, place?: () => Metadata): Log {
  const rank = severity(level)
  return (message: Message, second?: Term, third?: Metadata): 'ok' => {
    if (rank > settings.loudest) return 'ok'
    const has_arguments =
      typeof message === 'function' || (typeof message === 'string' && Array.isArray(second))
    const metadata: Metadata = (has_arguments ? third : second) ?? {}
    if (!is_allowed(level, metadata.mfa?.[0] ?? module)) return 'ok'
    const meta = place === undefined ? metadata : { ...place(), ...metadata }
    if (typeof message === 'function') log_lazily(level, message as LazyMessage, second, meta)
    else log(level, message_of(message, has_arguments ? second : undefined), meta)
    return 'ok'
  }
}

const message_of = (message: string | LogReport, args?: readonly Term[]): LogEvent['msg'] => {
  if (typeof message !== 'string') return ['report', message]
  return args === undefined ? ['string', message] : ['format', message, args]
}

function log_lazily(level: Level, lazy: LazyMessage, argument: Term, metadata: Metadata): void {
  const source = lazy.name === '' ? 'a function' : lazy.name
  let given: ReturnType<LazyMessage>
  try {
    given = lazy(argument)
  } catch (thrown) {
    const failure = [[source, argument], reason_of(thrown)]
    log(level, ['format', 'LAZY_FUN CRASH: ~tp; Reason: ~tp', failure], metadata)
    return
  }
  const has_metadata = Array.isArray(given) && given.length === 2 && is_object(given[1])
  const [message, more] = has_metadata ? (given as readonly [Lazy, Metadata]) : [given as Lazy, {}]
  if (message === 'ignore') return
  const meta = { ...metadata, ...more }
  if (Array.isArray(message) && typeof message[0] === 'string' && Array.isArray(message[1])) {
    log(level, ['format', message[0], message[1]], meta)
  } else if (typeof message === 'string' || is_object(message)) {
    log(level, message_of(message as string | LogReport), meta)
  } else {
    log(level, ['format', 'LAZY_FUN ERROR: ~tp; Returned: ~tp', [[source, argument], message]], meta)
  }
}
