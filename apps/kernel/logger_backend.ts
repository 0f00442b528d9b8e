// Takes each event to the handlers that want it. Whoever logs is not harmed by a handler or a filter that fails:
// that is removed, and told of.

import { system_time } from '../../runtime/erlang/clock.ts'
import type { Process } from '../../runtime/erlang/process.ts'
import type { Level, Report } from '../../runtime/erlang/report.ts'
import { run_outside, running } from '../../runtime/erlang/self.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { is_promise } from '../../runtime/otp/gen.ts'
import {
  type Filters,
  type HandlerConfig,
  type Installed,
  type LogEvent,
  type Metadata,
  type PrimaryConfig,
  severity,
  type Threshold,
} from './logger_config.ts'
import * as logger_formatter from './logger_formatter.ts'
import { logger_std_h } from './logger_std_h.ts'

/** What a handler goes by if its configuration says nothing. */
export const handler_defaults: Required<HandlerConfig> = {
  level: 'all',
  filters: [],
  filter_default: 'log',
  formatter: [logger_formatter, {}],
  config: {},
}

/** What the handler `default` begins with: its lines are for people. */
export const default_handler: Required<HandlerConfig> = {
  ...handler_defaults,
  formatter: [logger_formatter, logger_formatter.for_people],
  config: logger_std_h.defaults,
}

/** What holds for all events at the beginning. */
export const primary_defaults: PrimaryConfig = {
  level: 'notice',
  filters: [],
  filter_default: 'log',
  metadata: {},
}

/** Where a process keeps its metadata, in its dictionary. */
export const process_metadata_key = '$logger_metadata$'

interface Settings {
  primary: PrimaryConfig
  readonly module_levels: Map<string, Threshold>
  readonly handlers: Map<string, Installed>
  /** The severity that is not told of any more, whoever says it: what comes first has to be decided at once. */
  loudest: number
}

/** What is in force. There is a handler `default` from the beginning. */
export const settings: Settings = {
  primary: primary_defaults,
  module_levels: new Map(),
  handlers: new Map([
    ['default', { handler: logger_std_h, config: { ...default_handler, id: 'default' }, busy: false }],
  ]),
  loudest: severity(primary_defaults.level),
}

/** Puts another primary configuration in force. */
export function use_primary(primary: PrimaryConfig): void {
  settings.primary = primary
  note_loudest()
}

/** To be called when levels of modules have changed. */
export function note_loudest(): void {
  const all = [settings.primary.level, ...settings.module_levels.values()]
  settings.loudest = Math.max(...all.map(severity))
}

/** Whether events of this level are told of: of a module, by its level if it has one. */
export function is_allowed(level: Level, module: string | undefined): boolean {
  const of_module = module === undefined ? undefined : settings.module_levels.get(module)
  return severity(level) <= severity(of_module ?? settings.primary.level)
}

/** Makes an event of a message and tells it to the handlers. */
export function log(level: Level, msg: LogEvent['msg'], metadata: Metadata): void {
  const process = running() as Process | undefined
  const meta = {
    ...settings.primary.metadata,
    ...process?.dictionary?.get(process_metadata_key),
    pid: process?.pid,
    gl: process?.group_leader,
    time: system_time() * 1_000,
    ...metadata,
  }
  const { filters, filter_default } = settings.primary
  const passed = filtered({ level, msg, meta }, filters, filter_default, remove_failing_primary_filter)
  if (passed === 'stop') return
  for (const installed of [...settings.handlers.values()]) tell(installed, passed)
}

/** Tells what the runtime reports: as of the module that the label begins with. */
export function log_report(level: Level, what: Report): void {
  if (severity(level) > settings.loudest) return
  const [module, kind] = what.label
  if (!is_allowed(level, module)) return
  const is_of_sasl = module === 'supervisor' || module === 'proc_lib' || kind === 'progress'
  const area = is_of_sasl ? ['sasl'] : module === 'ssl' ? ['ssl'] : []
  log(level, ['report', what], { domain: ['otp', ...area], ...(module !== undefined && { mfa: [module] }) })
}

function tell(installed: Installed, event: LogEvent): void {
  const { handler, config } = installed
  if (installed.busy || severity(event.level) > severity(config.level)) return
  installed.busy = true
  try {
    const passed = filtered(event, config.filters, config.filter_default, (id, reason) =>
      remove_failing_filter(installed, id, reason),
    )
    if (passed === 'stop') return
    const telling: Term = run_outside(() => handler.log(passed, installed.config))
    if (is_promise(telling)) telling.then(undefined, reason => remove_failing_handler(installed, reason))
  } catch (reason) {
    remove_failing_handler(installed, reason)
  } finally {
    installed.busy = false
  }
}

function filtered(
  event: LogEvent,
  filters: Filters,
  filter_default: 'log' | 'stop',
  failed: (id: string, reason: unknown) => void,
): LogEvent | 'stop' {
  let passed = event
  let cared = false
  for (const [id, filter] of filters) {
    let verdict: LogEvent | 'stop' | 'ignore' = 'ignore'
    try {
      verdict = run_outside(() =>
        typeof filter === 'function' ? filter(passed) : filter[0](passed, filter[1]),
      )
      if (!is_verdict(verdict)) throw new TypeError('a filter gives an event, stop or ignore')
    } catch (reason) {
      verdict = 'ignore'
      failed(id, reason)
    }
    if (verdict === 'stop') return verdict
    if (verdict === 'ignore') continue
    passed = verdict
    cared = true
  }
  return cared || filter_default === 'log' ? passed : 'stop'
}

const is_verdict = (verdict: Term): boolean =>
  verdict === 'stop' || verdict === 'ignore' || (Array.isArray(verdict?.msg) && verdict.meta !== undefined)

const without = (filters: Filters, id: string): Filters => filters.filter(([other]) => other !== id)

const has = (filters: Filters, id: string): boolean => filters.some(([other]) => other === id)

// Telling of one filter asks the others: those that fail at that have been told of when they fail again.

function remove_failing_primary_filter(id: string, reason: unknown): void {
  if (!has(settings.primary.filters, id)) return
  settings.primary = { ...settings.primary, filters: without(settings.primary.filters, id) }
  complain('removed_failing_filter', { filter: id, reason })
}

function remove_failing_filter(installed: Installed, id: string, reason: unknown): void {
  if (!has(installed.config.filters, id)) return
  installed.config = { ...installed.config, filters: without(installed.config.filters, id) }
  complain('removed_failing_filter', { handler: installed.config.id, filter: id, reason })
}

function remove_failing_handler(installed: Installed, reason: unknown): void {
  const { id } = installed.config
  if (settings.handlers.get(id) !== installed) return
  remove(installed)
  complain('removed_failing_handler', { handler: id, reason })
}

/** Takes a handler out. */
export function remove({ handler, config }: Installed): void {
  settings.handlers.delete(config.id)
  try {
    run_outside(() => handler.removing_handler?.(config))
  } catch (reason) {
    complain('removing_handler', { handler: config.id, reason })
  }
}

/** Tells of the logger's own troubles: to the handlers, and if there are none left, to the console. */
function complain(what: string, facts: Report['report']): void {
  const msg: LogEvent['msg'] = ['report', { label: ['logger', what], report: facts }]
  if (settings.handlers.size > 0) {
    log('error', msg, {})
    return
  }
  const event: LogEvent = { level: 'error', msg, meta: { time: system_time() * 1_000 } }
  console.error(logger_formatter.format(event, logger_formatter.for_people).trimEnd())
}
