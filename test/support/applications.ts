// Applications for tests, which note what becomes of them; and the reports that the logger is told meanwhile.

import * as application from '../../apps/kernel/application.ts'
import * as logger from '../../apps/kernel/logger.ts'
import { type Report, use_report_handler } from '../../runtime/erlang/report.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import * as supervisor from '../../runtime/otp/supervisor.ts'
import { kill_everybody } from './clean_slate.ts'
import { in_virtual_time } from './virtual_time.ts'

/** What the callbacks of applications were called with, in order. */
export const calls: Term[] = []
/** What the logger was told while {@link with_applications} ran. */
export const events: logger.LogEvent[] = []

/** The reports with this label. */
export const reports = (...label: string[]): Report['report'][] =>
  events
    .map(({ msg }) => msg[1])
    .filter(what => what?.label?.join(' ') === label.join(' '))
    .map(({ report }) => report)

const no_children: supervisor.Callbacks = { init: () => ['ok', [{}, []]] }

/** Starts a top supervisor without children, registered as `name`. */
export const start_top = (name: string) => supervisor.start_link(['local', name], no_children)

/** Loads an application whose top supervisor is registered as `<name>_sup`. */
export function load_app(name: string, overrides: Partial<application.AppSpec> = {}): void {
  const callbacks: application.Callbacks = {
    async start(type, args) {
      calls.push([name, 'start', type, args])
      const started = await start_top(`${name}_sup`)
      if (started === 'ignore' || started[0] === 'error') return started
      return ['ok', started[1], `state of ${name}`]
    },
    prep_stop(state) {
      calls.push([name, 'prep_stop', state])
      return `last ${state}`
    },
    stop: state => calls.push([name, 'stop', state]),
  }
  const spec = { application: name, description: `the ${name}`, vsn: '1', mod: [callbacks, 'args'] as const }
  application.load({ ...spec, ...overrides })
}

/** Loads an application that is started by `start`. */
export const load_starting = (name: string, start: application.Callbacks['start'], more = {}): void =>
  load_app(name, { mod: [{ module: `${name}_app`, start, ...more }, 'args'] })

/** Runs `body` in virtual time; then nothing is loaded or running any more, and the logger is as it was. */
export async function with_applications<Value>(body: () => Promise<Value>): Promise<Value> {
  calls.length = events.length = 0
  logger.set_handler_config('default', 'level', 'none')
  logger.add_handler('events', { log: event => events.push(event) })
  const before = use_report_handler((level, what) => {
    events.push({ level, msg: ['report', what], meta: { time: 0 } })
  })
  try {
    return await in_virtual_time(body)
  } finally {
    kill_everybody()
    use_report_handler(before)
    logger.remove_handler('events')
    logger.set_handler_config('default', 'level', 'all')
    logger.set_primary_config('level', 'notice')
    for (const [name] of application.loaded_applications()) {
      if (name !== 'kernel' && name !== 'stdlib') application.unload(name)
    }
    process.exitCode = undefined
  }
}
