// One process for each application: it calls the application's callbacks, is linked to the top supervisor, and is
// the group leader of all processes of the application, so that none of them outlives it.

import { exit, link } from '../../runtime/erlang/links.ts'
import { is_pid, type Pid } from '../../runtime/erlang/pid.ts'
import { current, living } from '../../runtime/erlang/process.ts'
import { receive } from '../../runtime/erlang/receive.ts'
import { report } from '../../runtime/erlang/report.ts'
import { self } from '../../runtime/erlang/self.ts'
import { spawn_link } from '../../runtime/erlang/spawn.ts'
import { _, Exit, matches, type Reason, reason_of, type Term } from '../../runtime/erlang/term.ts'
import { send_after } from '../../runtime/erlang/timers.ts'
import { await_down } from '../../runtime/otp/await_down.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import { go_through_phases } from './application_phases.ts'
import { app_module, callbacks_of, type FullAppSpec } from './application_spec.ts'

/** An application whose start function has done its work. */
interface Running {
  readonly top: Pid
  readonly state: Term
}

/**
 * Starts the master of an application and links it to the running process, the controller. It casts
 * `['application_started', name, master, top]` once the application runs, or ends with the reason why it does not. It stops the
 * application and ends when the controller sends it an exit signal, and ends after its top supervisor.
 */
export function start_link(spec: FullAppSpec): Pid {
  const controller = self()
  return spawn_link(() => rule(spec, controller))
}

async function rule(spec: FullAppSpec, controller: Pid): Promise<void> {
  const process = current()
  process.trap_exit = true
  process.group_leader = process.pid
  process.initial_call = ['application_master', 'init', 4]
  if (spec.maxT !== 'infinity') send_after(spec.maxT, process.pid, time_is_up, { keeps_alive: false })
  try {
    const dismissed = receive(['EXIT', controller, _])
    const running = await Promise.race([start(spec), dismissed.then(([, , reason]) => exit(reason))])
    gen_server.cast(controller, ['application_started', spec.application, process.pid, running.top])
    const [, , reason] = await Promise.race([dismissed, end_of(running.top)])
    await stop(spec, running)
    exit(reason)
  } finally {
    kill_the_rest(process.pid)
  }
}

/** @throws {@link Exit} with the reason that `application.start` gives */
async function start(spec: FullAppSpec): Promise<Running> {
  const [callbacks, args] = spec.mod!
  const call = [app_module(spec), 'start', ['normal', args]]
  let result: Term
  try {
    result = await callbacks.start('normal', args)
  } catch (thrown) {
    throw new Exit(['bad_return', [call, ['EXIT', reason_of(thrown)]]])
  }
  if (Array.isArray(result) && result[0] === 'error' && result.length === 2) throw new Exit([result[1], call])
  if (!is_running(result)) throw new Exit(['bad_return', [call, result]])
  link(result[1])
  await phases(spec, result[1])
  return { top: result[1], state: result[2] }
}

async function phases(spec: FullAppSpec, top: Pid): Promise<void> {
  try {
    await go_through_phases(spec)
  } catch (thrown) {
    await take_down(top)
    throw thrown
  }
}

const take_down = (top: Pid) => await_down([top], 'infinity', pid => exit(pid, 'shutdown'))

const is_running = (result: Term): boolean =>
  Array.isArray(result) &&
  result[0] === 'ok' &&
  is_pid(result[1]) &&
  (result.length === 2 || result.length === 3)

const time_is_up = Symbol('maxT')

/** Waits for the top supervisor's end, or for that of its time; nothing else that is sent to a master means anything. */
async function end_of(top: Pid): Promise<readonly ['EXIT', Pid, Reason]> {
  for (;;) {
    const message = await receive()
    if (matches(['EXIT', top, _], message)) return message
    if (message === time_is_up) return ['EXIT', top, 'normal']
  }
}

async function stop(spec: FullAppSpec, { top, state }: Running): Promise<void> {
  const last_state = await attempt(spec, 'prep_stop', state)
  await take_down(top)
  await attempt(spec, 'stop', last_state)
}

/** Calls a callback, if it is there. One that fails is told of, and holds up nothing. @returns the new state */
async function attempt(spec: FullAppSpec, callback: 'prep_stop' | 'stop', state: Term): Promise<Term> {
  const callbacks = callbacks_of(spec)!
  try {
    return callbacks[callback] === undefined ? state : await callbacks[callback](state)
  } catch (thrown) {
    const facts = { application: spec.application, callback, reason: reason_of(thrown) }
    report('error', { label: ['application_master', 'callback'], report: facts })
    return state
  }
}

/** Ends the processes of the application that its supervision tree did not end. OTP does this too. */
function kill_the_rest(master: Pid): void {
  const rest = Array.from(living()).filter(
    process => process.group_leader === master && process.pid !== master,
  )
  for (const { pid } of rest) exit(pid, 'kill')
}
