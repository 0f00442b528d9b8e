// Children to be supervised, and what one asks of their supervisor.

import { exit } from '../../runtime/erlang/links.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { process_flag } from '../../runtime/erlang/process_flags.ts'
import { receive } from '../../runtime/erlang/receive.ts'
import { self } from '../../runtime/erlang/self.ts'
import { _, ok, type Term } from '../../runtime/erlang/term.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import * as proc_lib from '../../runtime/otp/proc_lib.ts'
import * as supervisor from '../../runtime/otp/supervisor.ts'
import { pause } from './behaviours.ts'

/** What happened to the children, in order: emptied by {@link clear_log}. */
export const log: string[] = []
export const clear_log = (): void => {
  log.length = 0
}

/** A child that logs its start and its end, and ends with the reason it is cast. */
export const child_callbacks: gen_server.Callbacks = {
  module: 'child',
  init(name) {
    process_flag('trap_exit', true)
    log.push(`start ${name}`)
    return ['ok', name]
  },
  handle_call: (_request, _from, name) => ['reply', name, name],
  handle_cast: (reason, name) => ['stop', reason, name],
  terminate: (_reason, name) => log.push(`stop ${name}`),
}
export const start_worker = (...names: Term[]) => gen_server.start_link(child_callbacks, names.join(' '))
export const worker = (id: string, more: Partial<supervisor.ChildSpec> = {}): supervisor.ChildSpec => ({
  id,
  start: [start_worker, [id]],
  ...more,
})

/** A child that does not end when it is asked to. */
export const stubborn = () =>
  proc_lib.start_link(async () => {
    process_flag('trap_exit', true)
    proc_lib.init_ack(['ok', self()])
    for (;;) await receive()
  })

export const start = async (flags: supervisor.SupFlags, ...specs: supervisor.ChildSpec[]) =>
  ok(await supervisor.start_link({ module: 'boss', init: () => ['ok', [flags, specs]] }))
export const generous = { intensity: 100 }

export const pid_of = async (sup: Pid, id: Term) =>
  (await supervisor.which_children(sup)).find(child => child[0] === id)?.[1]
export const end_child = async (sup: Pid, id: Term, reason: Term = 'boom') => {
  gen_server.cast((await pid_of(sup, id)) as Pid, reason)
  await pause()
}
export const running = async (sup: Pid) => {
  const children = await supervisor.which_children(sup)
  return children.map(([id, pid]) => (typeof pid === 'object' ? id : [id, pid])).reverse()
}
export const stop = async (sup: Pid, reason: Term = 'shutdown') => {
  process_flag('trap_exit', true)
  exit(sup, reason)
  return (await receive(['EXIT', sup, _]))[2]
}
