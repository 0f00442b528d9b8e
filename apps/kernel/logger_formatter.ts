// Events as text, as a template and some limits say it.

import type { Level, Report } from '../../runtime/erlang/report.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import {
  is_object,
  type LogEvent,
  type Metadata,
  type ReportCallback,
  type ReportLimits,
} from './logger_config.ts'
import { format_safely } from './logger_io.ts'
import type { Layout } from './logger_report_parts.ts'
import { is_report, lay_out } from './logger_reports.ts'
import { fill, is_template, type MetaKey, type Template, value_of } from './logger_template.ts'
import { at_depth, error_text, reason_text, term_text } from './logger_terms.ts'
import { is_time_offset, legacy_time, rfc3339, type TimeOffset } from './logger_time.ts'

/** How events are written. OTP: the configuration of `logger_formatter`. */
export interface Config {
  /**
   * What of an event stands where: keys of its metadata, and `level`, `msg`, `time`. Default:
   * `[['time'], ' ', ['level'], ': ', ['msg'], '\n']`, and as OTP has it without `single_line` or with `legacy_header`
   */
  readonly template?: Template
  /** Line breaks in messages become `', '`. Default: true */
  readonly single_line?: boolean
  /** A headline as of old, `=ERROR REPORT==== 1-Jan-1970::… ===`, in the place of time and level. Default: false */
  readonly legacy_header?: boolean
  /** How deep terms, and how long lists, are shown; they are never shown whole if they are huge. Default: `'unlimited'` */
  readonly depth?: number | 'unlimited'
  /** Characters that a message may take before it is put into the template. Default: `'unlimited'` */
  readonly chars_limit?: number | 'unlimited'
  /** Characters that all of it may take, the template included. Default: `'unlimited'` */
  readonly max_size?: number | 'unlimited'
  /** One character between date and time. Default: `'T'` */
  readonly time_designator?: string
  /** Which clock is shown. Default: `''`, that of the machine */
  readonly time_offset?: TimeOffset
  /** Makes texts of reports, whatever their own metadata say. Default: that of the event, else our layout */
  readonly report_cb?: ReportCallback
  /** Makes a text of `mfa`. Default: `module.function` */
  readonly mfa_to_string?: (mfa: NonNullable<Metadata['mfa']>) => string
}

/** What the handler `default` begins with: a line with time, level and process, and under it what belongs to it. */
export const for_people: Config = {
  single_line: false,
  template: [['time'], ' ', ['level'], ' ', [['pid'], [['pid'], ' '], []], ['msg'], '\n'],
}

/**
 * An event as text.
 *
 * Reports of the runtime get a headline and a line for each thing that belongs to it; errors their stack; a format
 * gets its arguments, see `io_lib:format`: `~p` and `~w` show a term, `~s` a text, `~b` an integer, and so on.
 *
 * @see OTP: `logger_formatter:format/2`
 */
export function format(event: LogEvent, config: Config = {}): string {
  const template = config.template ?? template_of(config)
  const text = at_depth(config.depth, () => fill(template, key => text_under(key, event, config)))
  return cut(text, config.max_size)
}

/**
 * Whether a configuration is right.
 *
 * @returns `'ok'`, or `['error', reason]`: `['invalid_formatter_config', 'logger_formatter', [key, value]]`,
 *   `['invalid_formatter_template', 'logger_formatter', template]`
 * @see OTP: `logger_formatter:check_config/1`
 */
export function check_config(config: Config): 'ok' | readonly ['error', Term] {
  if (!is_object(config)) return ['error', ['invalid_formatter_config', 'logger_formatter', config]]
  for (const [key, value] of Object.entries(config)) {
    if (Object.hasOwn(checks, key) && checks[key as keyof Config](value)) continue
    return key === 'template'
      ? ['error', ['invalid_formatter_template', 'logger_formatter', value]]
      : ['error', ['invalid_formatter_config', 'logger_formatter', [key, value]]]
  }
  return 'ok'
}

// ---- Checks

const is_limit = (value: Term): boolean => value === 'unlimited' || (Number.isInteger(value) && value > 0)
const is_boolean = (value: Term): boolean => typeof value === 'boolean'
const is_function = (value: Term): boolean => typeof value === 'function'

const checks: { readonly [Key in keyof Config]-?: (value: Term) => boolean } = {
  template: is_template,
  single_line: is_boolean,
  legacy_header: is_boolean,
  depth: is_limit,
  chars_limit: is_limit,
  max_size: is_limit,
  time_designator: value => typeof value === 'string' && [...value].length === 1,
  time_offset: is_time_offset,
  report_cb: is_function,
  mfa_to_string: is_function,
}

// ---- Parts

const one_line: Template = [['time'], ' ', ['level'], ': ', ['msg'], '\n']
const some_lines: Template = [['time'], ' ', ['level'], ':\n', ['msg'], '\n']
const with_header: Template = [['logger_formatter', 'header'], '\n', ['msg'], '\n']

function template_of({ legacy_header, single_line = true }: Config): Template {
  if (legacy_header === true) return with_header
  return single_line ? one_line : some_lines
}

function text_under(key: MetaKey, event: LogEvent, config: Config): string | undefined {
  const [name] = key
  const { meta, level } = event
  if (key.length === 1) {
    if (name === 'level') return level
    if (name === 'msg') return message_text(event, config)
    if (name === 'time') return rfc3339(meta.time, config.time_offset, config.time_designator)
    if (name === 'mfa' && meta.mfa !== undefined) return (config.mfa_to_string ?? mfa_text)(meta.mfa)
    if (name === 'pid') return pid_of(event)?.toString()
  }
  if (name === 'logger_formatter' && key[1] === 'header') return header_text(level, meta, config)
  const value = value_of(meta, key)
  if (value === undefined || typeof value === 'string') return value
  return term_text(value)
}

/** Who logged it; if that was outside any process, whom a report is about. */
const pid_of = ({ meta, msg }: LogEvent): Term =>
  meta.pid ?? (msg[0] === 'report' && is_report(msg[1]) ? msg[1].report.pid : undefined)

const mfa_text = ([module, name, arity]: NonNullable<Metadata['mfa']>): string =>
  `${module}${name === undefined ? '' : `.${name}`}${arity === undefined ? '' : `/${arity}`}`

function header_text(level: Level, meta: Metadata, { time_offset }: Config): string {
  const title: Term = value_of(meta, ['logger_formatter', 'title']) ?? `${level.toUpperCase()} REPORT`
  return `=${title}==== ${legacy_time(meta.time ?? 0, time_offset)} ===`
}

function message_text(event: LogEvent, config: Config): string {
  const { single_line = true, chars_limit } = config
  const text = cut(text_of(event, config), chars_limit)
  return single_line ? text.trim().replace(/,?\r?\n\s*/g, ', ') : text
}

function text_of({ msg, meta }: LogEvent, config: Config): string {
  if (msg[0] === 'string') return indented(msg[1])
  const show = (term: Term, depth = config.depth): string => at_depth(depth, () => term_text(term))
  if (msg[0] === 'format') return indented(format_safely(msg[1], msg[2], show))
  const callback = config.report_cb ?? meta.report_cb
  if (callback !== undefined) return indented(called_back(callback, msg[1], config))
  const { headline, facts } = layout_of(msg[1])
  const lines = facts.map(([name, text]) => (text === undefined ? [] : [`  ${name}: ${indented(text)}`]))
  return [indented(headline), ...lines.flat()].join('\n')
}

function called_back(callback: ReportCallback, report: Term, config: Config): string {
  const { depth = 'unlimited', chars_limit = 'unlimited', single_line = true } = config
  const limits: ReportLimits = { depth, chars_limit, single_line }
  try {
    const made: Term = callback(report, limits)
    if (typeof made === 'string') return made
    if (Array.isArray(made) && Array.isArray(made[1])) return format_safely(made[0], made[1])
    return `REPORT_CB ERROR: ${term_text(report)}; Returned: ${term_text(made)}`
  } catch (reason) {
    return `REPORT_CB CRASH: ${term_text(report)}; Reason: ${reason_text(reason)}`
  }
}

function layout_of(what: Report | Term): Layout {
  if (is_report(what)) return lay_out(what)
  return { headline: what instanceof Error ? error_text(what) : term_text(what), facts: [] }
}

const indented = (text: string): string => text.replaceAll('\n', '\n    ')

/** Cuts a text that is too long; a line break at its end stays. */
function cut(text: string, longest: number | 'unlimited' = 'unlimited'): string {
  if (longest === 'unlimited' || text.length <= longest) return text
  const ending = text.endsWith('\n') ? '...\n' : '...'
  return text.slice(0, Math.max(0, longest - ending.length)) + ending
}
