// A server that does what its messages say.

import type { Pid } from '../../runtime/erlang/pid.ts'
import { ok, type Term } from '../../runtime/erlang/term.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'

/** A server whose requests are functions of its state that give the result. */
export const obedient: gen_server.Callbacks = {
  module: 'obedient',
  init: state => ['ok', state],
  handle_call: (request, from, state) => request(state, from),
  handle_cast: (request, state) => request(state),
  handle_info: (info, state) => (typeof info === 'function' ? info(state) : ['noreply', [...state, info]]),
  handle_continue: (content, state) =>
    typeof content === 'function' ? content(state) : ['noreply', [...state, content]],
}
/** Starts an obedient server. */
export const start = async (state: Term = []) => ok(await gen_server.start(obedient, state))
/** What its state is. */
export const state_of = (server: Pid) => gen_server.call(server, (state: Term) => ['reply', state, state])
/** A request to add to its state. */
export const append = (item: Term) => (state: Term[]) => ['noreply', [...state, item]]
