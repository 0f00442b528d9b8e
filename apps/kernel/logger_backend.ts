// Takes each event to the handlers that want it. Whoever logs is not harmed by a handler or a filter that fails:
// that is removed, and told of.

import { system_time } from '../../runtime/erlang/clock.ts'
import type { Level, Report } from '../../runtime/erlang/report.ts'
import { run_outside, running } from '../../runtime/erlang/self.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { is_promise } from '../../runtime/otp/gen.ts'
import {
  type FullHandlerConfig,
  type HandlerConfig,
  type Installed,
  type LogEvent,
  type Metadata,
  type PrimaryConfig,
  severity,
} from './logger_config.ts'
import * as logger_formatter from './logger_formatter.ts'
import { logger_std_h } from './logger_std_h.ts'

export const handler_defaults: Required<HandlerConfig> = {
  level: 'all',
  filters: [],
  filter_default: 'log',
  formatter: logger_formatter.format,
  config: {},
}

/** What is in force. There is a handler `default` from the beginning. */
export const settings: { primary: PrimaryConfig; readonly handlers: Map<string, Installed> } = {
  primary: { level: 'notice' },
  handlers: new Map([
    ['default', { handler: logger_std_h, config: { ...handler_defaults, id: 'default' }, busy: false }],
  ]),
}

/** Makes an event of a message and tells it to the handlers. */
export function log(level: Level, msg: LogEvent['msg'], metadata: Metadata): void {
  if (severity(level) > severity(settings.primary.level)) return
  const meta = { pid: running()?.pid, time: system_time() * 1_000, ...metadata }
  const event: LogEvent = { level, msg, meta }
  for (const installed of [...settings.handlers.values()]) tell(installed, event)
}

/** Tells what the runtime reports. */
export const log_report = (level: Level, what: Report): void => log(level, ['report', what], {})

function tell(installed: Installed, event: LogEvent): void {
  const { handler, config } = installed
  if (installed.busy || severity(event.level) > severity(config.level)) return
  installed.busy = true
  try {
    const passed = filtered(event, installed)
    if (passed === 'stop') return
    const telling: Term = run_outside(() => handler.log(passed, config))
    if (is_promise(telling)) telling.then(undefined, reason => remove_failing_handler(installed, reason))
  } catch (reason) {
    remove_failing_handler(installed, reason)
  } finally {
    installed.busy = false
  }
}

function filtered(event: LogEvent, installed: Installed): LogEvent | 'stop' {
  let passed = event
  let cared = false
  for (const [id, filter] of installed.config.filters) {
    let verdict: ReturnType<typeof filter> = 'ignore'
    try {
      verdict = run_outside(() => filter(passed))
    } catch (reason) {
      remove_failing_filter(installed, id, reason)
    }
    if (verdict === 'stop') return verdict
    if (verdict === 'ignore') continue
    passed = verdict
    cared = true
  }
  return cared || installed.config.filter_default === 'log' ? passed : 'stop'
}

function remove_failing_filter(installed: Installed, id: string, reason: unknown): void {
  const filters = installed.config.filters.filter(([other]) => other !== id)
  installed.config = { ...installed.config, filters }
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
  const config: FullHandlerConfig = { ...handler_defaults, id: 'last resort' }
  logger_std_h.log({ level: 'error', msg, meta: { time: system_time() * 1_000 } }, config)
}
