// The server of the random programs: it does what it is asked for, and notes what it is told.

import type { gen_server, Term } from '../../../runtime/index.ts'
import * as kista from '../../../runtime/index.ts'
import { perform, type World } from './kista_side.ts'
import { type Cast, type Request, unit } from './program.ts'

interface State {
  readonly world: World
  readonly id: number
  readonly value: number
  /** Who still waits for an answer. */
  readonly deferred: readonly gen_server.From[]
}

export const callbacks: gen_server.Callbacks<State, Request, Cast, Pick<State, 'world' | 'id'>> = {
  init: ({ world, id }) => ['ok', { world, id, value: 0, deferred: [] }],

  async handle_call(request, from, state): Promise<Term> {
    switch (request[0]) {
      case 'add':
        return ['reply', state.value + request[1], { ...state, value: state.value + request[1] }]
      case 'reply_then_stop':
        return ['stop', request[1], 'stopping', state]
      case 'stop_silently':
        return ['stop', request[1], state]
      case 'exit':
        return kista.exit(request[1])
      case 'error':
        throw new Error(request[1])
      case 'throw_reply':
        throw ['reply', request[1], state]
      case 'defer':
        return ['noreply', { ...state, deferred: [...state.deferred, from] }]
      case 'nonsense':
        return 'nonsense'
      case 'trap':
        return ['reply', kista.process_flag('trap_exit', request[1]), state]
      case 'continue':
        return ['reply', 'ok', state, ['continue', request[1]]]
      case 'timeout':
        return ['reply', 'ok', state, request[1] * unit]
      case 'do':
        return ['reply', await perform(state.world, request[1]), state]
    }
  },

  handle_cast(request, state): Term {
    switch (request[0]) {
      case 'add':
        return ['noreply', { ...state, value: state.value + request[1] }]
      case 'release':
        for (const from of state.deferred) kista.gen_server.reply(from, state.value)
        return ['noreply', { ...state, deferred: [] }]
      case 'nonsense':
        return 'nonsense'
      case 'exit':
        return kista.exit(request[1])
      case 'stop':
        return ['stop', request[1], state]
    }
  },

  handle_info(info, state) {
    state.world.note(state.id, ['info', info])
    return ['noreply', state]
  },

  handle_continue(continuation, state) {
    state.world.note(state.id, ['did', ['continue', continuation]])
    return ['noreply', state]
  },

  terminate(reason, { world, id }) {
    world.note(id, ['did', ['terminate', reason]])
  },
}
