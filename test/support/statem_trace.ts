// What a scripted state machine sees of its events, to be held against what OTP 25 shows of the same one.

import type { Pid, Ref } from '../../runtime/erlang/pid.ts'
import { process_info } from '../../runtime/erlang/process_flags.ts'
import { receive } from '../../runtime/erlang/receive.ts'
import { send } from '../../runtime/erlang/send.ts'
import { _, ok, type Term } from '../../runtime/erlang/term.ts'
import * as gen_statem from '../../runtime/otp/gen_statem.ts'
import { in_virtual_time } from './virtual_time.ts'

/** What a state makes of an event: `[state, type, content, result]`. */
export type Rule = readonly [state: Term, type: Term, content: Term, result: Term]

export interface Plan {
  readonly rules: readonly Rule[]
  readonly init?: Term
  readonly enter?: boolean
  readonly async?: boolean
}

/** Runs a machine that finds all messages in its mailbox, and gives what it saw: `type content in state`. */
export async function trace_of(
  { rules, init = ['ok', 'a', 'd'], enter, async }: Plan,
  messages: readonly Term[],
) {
  const trace: string[] = []
  const callbacks: gen_statem.Callbacks = {
    callback_mode: () => (enter ? ['handle_event_function', 'state_enter'] : 'handle_event_function'),
    init: () => init,
    handle_event(type, content, state, data) {
      trace.push(`${Array.isArray(type) ? type.join(' ') : type} ${content} in ${state}`)
      const rule = rules.find(
        ([of, on, with_]) => of === state && `${on}` === `${type}` && [content, _].includes(with_),
      )
      const result = rule === undefined ? 'keep_state_and_data' : rule[3]
      const value = typeof result === 'function' ? result(data) : result
      return async ? Promise.resolve().then(() => value) : value
    },
    terminate: (reason, state) => trace.push(`terminate ${reason} in ${state}`),
  }
  await in_virtual_time(async () => {
    const [pid, ref] = ok((await gen_statem.start_monitor(callbacks)) as ['ok', [Pid, Ref]])
    for (const message of messages) send(pid, message)
    await receive(['never'], 100).catch(() => {})
    if (process_info(pid) !== undefined) await gen_statem.stop(pid)
    const [, , , , reason] = await receive(['DOWN', ref, _, _, _])
    trace.push(`DOWN ${reason}`)
  })
  return trace
}

export const on_info = (content: Term, result: Term): Rule => ['a', 'info', content, result]
export const keep = (...actions: Term[]) => ['keep_state_and_data', actions]
export const change = (...actions: Term[]) => ['next_state', 'b', 'd', actions]
export const generic = ['timeout', 'g']

export const quiet_end = (state: string) => [`terminate normal in ${state}`, 'DOWN normal']
