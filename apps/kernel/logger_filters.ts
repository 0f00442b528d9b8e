// Filters that come along: by domain, by level, and for progress reports.

import type { Level } from '../../runtime/erlang/report.ts'
import { Exit, type Term } from '../../runtime/erlang/term.ts'
import { is_level, type LogEvent, severity } from './logger_config.ts'
import { is_report } from './logger_reports.ts'

/** What becomes of an event that a filter is about: it goes on, or it is dropped. */
export type Action = 'log' | 'stop'

type Verdict = LogEvent | 'stop' | 'ignore'

/** How the domain of an event has to be: that of the filter, below it, above it, none of these, or not there. */
export type DomainComparison = 'equal' | 'sub' | 'super' | 'not_equal' | 'undefined'

/**
 * Lets events of some domain through, or stops them; others it ignores.
 *
 * - `'sub'`: the domain begins with the filter's; `'super'`: the filter's begins with it; both with `'equal'` included
 * - `'not_equal'`: anything but the filter's, events without a domain included
 * - `'undefined'`: events without a domain; the filter's has to be `[]`
 *
 * @throws {@link Exit} `'badarg'` for another argument
 * @see OTP: `logger_filters:domain/2`
 *
 * @example
 * logger.add_handler_filter('default', 'ssl', [logger_filters.domain, ['stop', 'sub', ['otp', 'ssl']]])
 */
export function domain(
  event: LogEvent,
  [action, comparison, wanted]: readonly [Action, DomainComparison, readonly string[]],
): Verdict {
  const is_right = is_action(action) && Object.hasOwn(comparisons, comparison) && Array.isArray(wanted)
  if (!is_right || (comparison === 'undefined' && wanted.length > 0)) throw new Exit('badarg')
  return decide(comparisons[comparison](event.meta.domain, wanted), action, event)
}

/** How the level of an event is compared, the more severe being the greater. */
export type LevelComparison = 'gt' | 'lt' | 'eq' | 'gteq' | 'lteq' | 'neq'

/**
 * Lets events of some levels through, or stops them; others it ignores.
 *
 * @throws {@link Exit} `'badarg'` for another argument
 * @see OTP: `logger_filters:level/2`
 */
export function level(
  event: LogEvent,
  [action, comparison, wanted]: readonly [Action, LevelComparison, Level],
): Verdict {
  const is_right = is_action(action) && Object.hasOwn(level_comparisons, comparison) && is_level(wanted)
  if (!is_right) throw new Exit('badarg')
  return decide(level_comparisons[comparison](severity(wanted) - severity(event.level)), action, event)
}

/**
 * Lets progress reports of supervisors and of the application controller through, or stops them; ignores all else.
 *
 * @throws {@link Exit} `'badarg'` for another action
 * @see OTP: `logger_filters:progress/2`
 */
export function progress(event: LogEvent, action: Action): Verdict {
  if (!is_action(action)) throw new Exit('badarg')
  const [tag, what] = event.msg
  return decide(tag === 'report' && is_report(what) && what.label[1] === 'progress', action, event)
}

/**
 * Is about events whose group leader is on another node. There are no other nodes, so it ignores all events.
 *
 * @throws {@link Exit} `'badarg'` for another action
 * @see OTP: `logger_filters:remote_gl/2`
 */
export function remote_gl(_event: LogEvent, action: Action): 'ignore' {
  if (!is_action(action)) throw new Exit('badarg')
  return 'ignore'
}

const is_action = (action: Term): boolean => action === 'log' || action === 'stop'

function decide(concerned: boolean, action: Action, event: LogEvent): Verdict {
  if (!concerned) return 'ignore'
  return action === 'log' ? event : 'stop'
}

type Domain = readonly string[]

const begins_with = (domain: Domain, beginning: Domain): boolean =>
  beginning.every((part, index) => domain[index] === part)

const is_equal = (domain: Domain | undefined, wanted: Domain): boolean =>
  domain !== undefined && domain.length === wanted.length && begins_with(domain, wanted)

const comparisons: Record<DomainComparison, (domain: Domain | undefined, wanted: Domain) => boolean> = {
  equal: is_equal,
  sub: (domain, wanted) => domain !== undefined && begins_with(domain, wanted),
  super: (domain, wanted) => domain !== undefined && begins_with(wanted, domain),
  not_equal: (domain, wanted) => !is_equal(domain, wanted),
  undefined: domain => domain === undefined,
}

const level_comparisons: Record<LevelComparison, (more_severe: number) => boolean> = {
  gt: by => by > 0,
  lt: by => by < 0,
  eq: by => by === 0,
  gteq: by => by >= 0,
  lteq: by => by <= 0,
  neq: by => by !== 0,
}
