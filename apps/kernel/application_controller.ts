// Starts and stops applications, one process for all of them; it comes to life, and the kernel with it, when it is
// first asked for something.

import { exit, node } from '../../runtime/erlang/links.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { current } from '../../runtime/erlang/process.ts'
import { whereis } from '../../runtime/erlang/registry.ts'
import { report } from '../../runtime/erlang/report.ts'
import { run_outside } from '../../runtime/erlang/self.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { type Done, ok, type Reason } from '../../runtime/erlang/term.ts'
import { await_down } from '../../runtime/otp/await_down.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import { load_config_of_environment } from './application_config.ts'
import * as application_master from './application_master.ts'
import type { FullAppSpec, RestartType } from './application_spec.ts'
import * as table from './application_table.ts'

/** Who waits for an application to have started. */
type State = ReadonlyMap<string, readonly gen_server.From[]>

type Call =
  | readonly ['start_application', name: string, type: RestartType]
  | readonly ['stop_application', name: string]
  | readonly ['permit_application', name: string, permitted: boolean]
  | readonly ['stop_everything']

type Cast = readonly ['application_started', name: string, master: Pid, top: Pid]

const registered_name = 'application_controller'
/** Run from the start, as they do in OTP. */
const always_there = ['kernel', 'stdlib']

// ---- API

/** OTP: `application:start/2` */
export const start_application = (name: string, type: RestartType): Promise<Done> =>
  ask(['start_application', name, type])

/** OTP: `application:stop/1` */
export const stop_application = (name: string): Promise<Done> => ask(['stop_application', name])

/** OTP: `application:permit/2` */
export const permit_application = (name: string, permitted: boolean): Promise<Done> =>
  ask(['permit_application', name, permitted])

/** Stops all that runs, the kernel last, and then the controller; `'ok'` at once when there is none. */
export const stop_everything = async (): Promise<Done> =>
  whereis(registered_name) === undefined
    ? 'ok'
    : gen_server.call<Done>(registered_name, ['stop_everything'], 'infinity')

async function ask(request: Call): Promise<Done> {
  const booted = await boot()
  return booted === 'ok' ? gen_server.call<Done>(registered_name, request, 'infinity') : booted
}

let booting: Promise<Done> | undefined

/** Reads the configuration and starts the controller, if there is none, and the applications that are always there. */
function boot(): Promise<Done> | 'ok' {
  if (booting !== undefined) return booting
  if (whereis(registered_name) !== undefined) return 'ok'
  const booted = run_outside(() => run(start_all))
  booting = booted.finally(() => {
    booting = undefined
  })
  return booting
}

async function start_all(): Promise<Done> {
  const configured = await load_config_of_environment()
  if (configured !== 'ok') return configured
  ok(await gen_server.start(['local', registered_name], callbacks))
  for (const name of always_there) {
    const request: Call = ['start_application', name, 'permanent']
    const started = await gen_server.call<Done>(registered_name, request, 'infinity')
    if (started === 'ok') continue
    await gen_server.stop(registered_name)
    return started
  }
  return 'ok'
}

// ---- Callbacks

const callbacks: gen_server.Callbacks<State, Call, Cast> = {
  module: registered_name,

  init() {
    const process = current()
    process.trap_exit = true
    process.own({ release: table.forget_started })
    return ['ok', new Map()]
  },

  async handle_call(request, from, waiting) {
    if (request[0] === 'start_application') return start(request, from, waiting)
    if (request[0] === 'stop_application') return ['reply', await stop(request[1]), waiting]
    if (request[0] === 'permit_application') return permit(request, from, waiting)
    await stop_each(table.started_entries())
    return ['stop', 'normal', 'ok', waiting]
  },

  handle_cast([, name, master, top], waiting) {
    const entry = table.started_entry(name)
    // It may have been stopped meanwhile, together with all others.
    if (entry?.master !== master) return ['noreply', waiting]
    note_running(name, entry.type, master, top)
    return ['noreply', answer(name, 'ok', waiting)]
  },

  async handle_info(message, waiting) {
    const [tag, master, reason] = Array.isArray(message) ? message : []
    const name = tag === 'EXIT' ? table.mastered_by(master) : undefined
    if (name === undefined) return ['noreply', waiting]
    const { type, status } = table.started_entry(name)!
    report_exit(name, type, reason)
    if (status === 'starting') {
      table.note_stopped(name)
      return ['noreply', answer(name, ['error', reason], waiting)]
    }

    table.note_started(name, { type, status: 'ended', master: undefined })
    if (type === 'temporary' || (type === 'transient' && reason === 'normal')) return ['noreply', waiting]
    await halt(name, reason)
    const nobody = [...waiting.keys()].reduce((rest, it) => answer(it, ['error', 'shutdown'], rest), waiting)
    // Nothing can be started without the kernel: who asks next gets a new one.
    return always_there.includes(name) ? ['stop', 'shutdown', nobody] : ['noreply', nobody]
  },
}

// ---- Internals

function start(
  [, name, type]: Call & readonly ['start_application', ...unknown[]],
  from: gen_server.From,
  waiting: State,
): gen_server.Reply<State> {
  const spec = table.spec_of(name)
  if (spec === undefined) return ['reply', ['error', ['not_loaded', name]], waiting]
  if (waiting.has(name)) return ['noreply', new Map(waiting).set(name, [...waiting.get(name)!, from])]
  const refusal = why_not(spec)
  if (refusal !== undefined) return ['reply', ['error', refusal], waiting]
  if (!table.is_permitted(name)) {
    table.hold(name, type)
    return ['reply', 'ok', waiting]
  }
  if (spec.mod === undefined) {
    note_running(name, type)
    return ['reply', 'ok', waiting]
  }
  table.note_started(name, { type, status: 'starting', master: application_master.start_link(spec) })
  return ['noreply', new Map(waiting).set(name, [from])]
}

function why_not(spec: FullAppSpec): Reason | undefined {
  const { application, applications, optional_applications } = spec
  if (table.started_entry(application)?.status === 'running') return ['already_started', application]
  for (const name of applications) {
    const status = table.started_entry(name)?.status
    const can_be_missed = optional_applications.includes(name) && table.spec_of(name) === undefined
    if (can_be_missed) continue
    if (status === undefined || status === 'starting') return ['not_started', name]
    if (status === 'ended') return ['not_running', name]
  }
  return undefined
}

function note_running(name: string, type: RestartType, master?: Pid, top?: Pid): void {
  table.note_started(name, { type, status: 'running', master, top })
  const facts = { application: name, started_at: node() }
  report('info', { label: ['application_controller', 'progress'], report: facts })
}

function answer(name: string, result: Done, waiting: State): State {
  for (const from of waiting.get(name) ?? []) gen_server.reply(from, result)
  const others = new Map(waiting)
  others.delete(name)
  return others
}

async function stop(name: string): Promise<Done> {
  const entry = table.started_entry(name)
  if (entry === undefined || entry.status === 'starting') return ['error', ['not_started', name]]
  await take_down(name, entry)
  table.note_stopped(name)
  table.release(name)
  return 'ok'
}

async function take_down(name: string, { type, master }: table.Started): Promise<void> {
  if (master === undefined) return
  await await_down([master], 'infinity', pid => exit(pid, 'shutdown'))
  report_exit(name, type, 'stopped')
}

/** What may not run ends, and still counts as started; what may, and was to, is started. */
async function permit(
  [, name, permitted]: Call & readonly ['permit_application', ...unknown[]],
  from: gen_server.From,
  waiting: State,
): Promise<gen_server.Reply<State>> {
  if (table.spec_of(name) === undefined) return ['reply', ['error', ['not_loaded', name]], waiting]
  table.set_permission(name, permitted)
  const entry = table.started_entry(name)
  if (permitted) {
    const type = table.release(name) ?? (entry?.status === 'ended' ? entry.type : undefined)
    return type === undefined
      ? ['reply', 'ok', waiting]
      : start(['start_application', name, type], from, waiting)
  }
  if (entry?.status === 'running') {
    await take_down(name, entry)
    table.note_started(name, { type: entry.type, status: 'ended', master: undefined })
  }
  return ['reply', 'ok', waiting]
}

function report_exit(application: string, type: RestartType, exited: Reason): void {
  report('notice', { label: ['application_controller', 'exit'], report: { application, exited, type } })
}

/**
 * What stands for the end of the node: all applications are stopped, the one that was started last first, and the
 * program will tell that it failed. Only the kernel stays, so that the logger can tell of what comes after.
 */
async function halt(application: string, reason: Reason): Promise<void> {
  report('emergency', { label: ['application_controller', 'halt'], report: { application, reason } })
  process.exitCode = 1
  await stop_each(table.started_entries().filter(([name]) => !always_there.includes(name)))
}

async function stop_each(entries: readonly (readonly [name: string, table.Started])[]): Promise<void> {
  for (const [name, { master }] of entries) {
    if (master !== undefined) await await_down([master], 'infinity', pid => exit(pid, 'shutdown'))
    table.note_stopped(name)
  }
}
