// A state machine that does what its events say.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import * as gen_statem from '../../runtime/otp/gen_statem.ts'

/** A machine whose events are functions of its data that give the result. */
export const obedient: gen_statem.Callbacks = {
  module: 'obedient',
  callback_mode: () => 'handle_event_function',
  init: given => (typeof given === 'function' ? given() : ['ok', 'idle', given]),
  handle_event: (type, content, state, data) =>
    typeof content === 'function' ? content(data, type, state) : ['keep_state', [...data, [type, content]]],
}
/** Its state and data. */
export const look = (machine: Pid): Promise<Term> =>
  gen_statem.call(machine, (data: Term, type: Term, state: Term) => [
    'keep_state_and_data',
    ['reply', type[1], [state, data]],
  ])
