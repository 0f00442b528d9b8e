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
import * as application_master from './application_master.ts'
import type { FullAppSpec, RestartType } from './application_spec.ts'
import * as table from './application_table.ts'

/** Who waits for an application to have started. */
type State = ReadonlyMap<string, readonly gen_server.From[]>

type Call =
  | readonly ['start_application', name: string, type: RestartType]
  | readonly ['stop_application', name: string]

type Cast = readonly ['application_started', name: string]

const registered_name = 'application_controller'
/** Run from the start, as they do in OTP. */
const always_there = ['kernel', 'stdlib']

// ---- API

/** OTP: `application:start/2` */
export const start_application = (name: string, type: RestartType): Promise<Done> =>
  ask(['start_application', name, type])

/** OTP: `application:stop/1` */
export const stop_application = (name: string): Promise<Done> => ask(['stop_application', name])

async function ask(request: Call): Promise<Done> {
  await boot()
  return gen_server.call(registered_name, request, 'infinity')
}

let booting: Promise<void> | undefined

/** Starts the controller, if there is none, and the applications that are always there. */
function boot(): Promise<void> | undefined {
  if (booting !== undefined || whereis(registered_name) !== undefined) return booting
  const booted = run_outside(() => run(start_all))
  booting = booted.finally(() => {
    booting = undefined
  })
  return booting
}

async function start_all(): Promise<void> {
  ok(await gen_server.start(['local', registered_name], callbacks))
  for (const name of always_there) {
    ok(await gen_server.call<Done>(registered_name, ['start_application', name, 'permanent'], 'infinity'))
  }
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
    return ['reply', await stop(request[1]), waiting]
  },

  handle_cast([, name], waiting) {
    const { type, master } = table.started_entry(name)!
    note_running(name, type, master)
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
    // Nothing can be started without the kernel: who asks next gets a new one.
    return always_there.includes(name) ? ['stop', 'shutdown', waiting] : ['noreply', waiting]
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
  if (spec.mod === undefined) {
    note_running(name, type, undefined)
    return ['reply', 'ok', waiting]
  }
  table.note_started(name, { type, status: 'starting', master: application_master.start_link(spec) })
  return ['noreply', new Map(waiting).set(name, [from])]
}

function why_not({ application, applications }: FullAppSpec): Reason | undefined {
  if (table.started_entry(application)?.status === 'running') return ['already_started', application]
  for (const name of applications) {
    const status = table.started_entry(name)?.status
    if (status === undefined || status === 'starting') return ['not_started', name]
    if (status === 'ended') return ['not_running', name]
  }
  return undefined
}

function note_running(name: string, type: RestartType, master: Pid | undefined): void {
  table.note_started(name, { type, status: 'running', master })
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
  if (entry.master !== undefined) {
    await await_down([entry.master], 'infinity', master => exit(master, 'shutdown'))
    report_exit(name, entry.type, 'stopped')
  }
  table.note_stopped(name)
  return 'ok'
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
  for (const [name, { master }] of table.started_entries()) {
    if (always_there.includes(name)) continue
    if (master !== undefined) await await_down([master], 'infinity', pid => exit(pid, 'shutdown'))
    table.note_stopped(name)
  }
}
