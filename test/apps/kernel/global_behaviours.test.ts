// Every behaviour can be started under a global name, and is reached, watched, reported and stopped by it.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as global from '../../../apps/kernel/global.ts'
import { is_process_alive, process_flag } from '../../../runtime/erlang/process_flags.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import type { StartResult } from '../../../runtime/otp/gen.ts'
import * as gen_event from '../../../runtime/otp/gen_event.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as gen_statem from '../../../runtime/otp/gen_statem.ts'
import * as statechart from '../../../runtime/otp/statechart.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import * as supervisor_bridge from '../../../runtime/otp/supervisor_bridge.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { obedient as handler } from '../../support/event_handlers.ts'
import { counter } from '../../support/machines.ts'
import { obedient as machine } from '../../support/obedient_statem.ts'
import { reports_during } from '../../support/reports.ts'
import { child_callbacks } from '../../support/supervised.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

/** A name is any term, and one that is made anew is the same name. */
const name = (): readonly ['global', Term] => ['global', ['room', 1]]

interface Behaviour {
  start(): Promise<StartResult>
  /** @returns what shows that it was this one that answered */
  ask(): Promise<Term>
  readonly answer: Term
}

const sup: supervisor.Callbacks = { module: 'sup', init: () => ['ok', [{}, []]] }
const bridge: supervisor_bridge.Callbacks = {
  module: 'bridge',
  init: async () => ['ok', ok(await gen_server.start_link(child_callbacks, 'below')), 1],
  terminate: () => 'ok',
}

const behaviours: Readonly<Record<string, Behaviour>> = {
  gen_server: {
    start: () => gen_server.start_link(name(), child_callbacks, 'me'),
    ask: () => gen_server.call(name(), 'who'),
    answer: 'me',
  },
  gen_statem: {
    start: () => gen_statem.start_link(name(), machine, 7),
    ask: () =>
      gen_statem.call(name(), (data: Term, type: Term) => ['keep_state_and_data', ['reply', type[1], data]]),
    answer: 7,
  },
  gen_event: {
    start: () => gen_event.start_link(name()),
    async ask() {
      await gen_event.add_handler(name(), handler, 'first')
      gen_event.notify(name(), 'hello')
      return gen_event.which_handlers(name())
    },
    answer: [handler],
  },
  statechart: {
    start: () => statechart.start_link(name(), counter, { input: { count: 3 } }),
    async ask() {
      statechart.send_event(name(), { type: 'add', by: 2 })
      const { context } = await statechart.get_snapshot<typeof counter>(name())
      return context.count
    },
    answer: 5,
  },
  supervisor: {
    start: () => supervisor.start_link(name(), sup) as Promise<StartResult>,
    async ask() {
      await supervisor.start_child(name(), {
        id: 'one',
        start: [() => gen_server.start_link(child_callbacks, 1), []],
      })
      return supervisor.count_children(name())
    },
    answer: { specs: 1, active: 1, supervisors: 0, workers: 1 },
  },
  supervisor_bridge: {
    start: () => supervisor_bridge.start_link(name(), bridge),
    ask: () => supervisor.which_children(name()),
    answer: [],
  },
}

describe.each(Object.entries(behaviours))('%s under a global name', (_kind, { start, ask, answer }) => {
  test('answers to it, cannot be started twice, and leaves it free at its end', () =>
    in_virtual_time(async () => {
      const pid = ok(await start())
      expect(global.whereis_name(['room', 1])).toBe(pid)
      expect(await ask()).toEqual(answer)
      process_flag('trap_exit', true)
      expect(await start()).toEqual(['error', ['already_started', pid]])

      expect((await sys.get_status(name()))[1]).toBe(pid)
      await gen_server.stop(name())
      expect(is_process_alive(pid)).toBe(false)
      expect(global.whereis_name(['room', 1])).toBeUndefined()
      expect(is_process_alive(ok(await start()))).toBe(true)
    }))
})

test('a supervisor tells of itself by its global name', async () => {
  const told = await reports_during(() =>
    in_virtual_time(async () => {
      await supervisor.start_link(name(), sup)
      await supervisor.start_child(name(), {
        id: 'one',
        start: [() => gen_server.start_link(child_callbacks, 1), []],
      })
      await pause()
    }),
  )
  expect(told.map(({ facts }) => facts.supervisor)).toEqual([name()])
})
