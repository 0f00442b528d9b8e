// Supervisors with very many children: what is done to each of them may not take longer because of the others.

import { describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { process_flag, processes } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { pause } from '../../support/behaviours.ts'
import { start } from '../../support/supervised.ts'
import { labels, with_supervision_reports } from '../../support/supervision_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_supervision_reports()

const many = 40_000
/** Milliseconds for all of them: had each to look at all others, it would be many minutes. */
const patience = 60_000

const idle: gen_server.Callbacks = {
  module: 'idle',
  init: () => ['ok', 0],
  handle_cast: (reason, state) => ['stop', reason, state],
}
const start_idle = () => gen_server.start_link(idle)
const on_demand = { strategy: 'simple_one_for_one' } as const
const specs = (): supervisor.ChildSpec[] =>
  Array.from({ length: many }, (_none, index) => ({ id: ['child', index], start: start_idle }))

const pids_of = async (sup: Pid) =>
  (await supervisor.which_children(sup)).map(([, pid]) => pid as Pid).reverse()

async function start_many(sup: Pid): Promise<Pid[]> {
  const pids: Pid[] = []
  for (let count = 0; count < many; count++) pids.push(ok(await supervisor.start_child(sup, [])) as Pid)
  return pids
}

async function stop_and_see_nobody(sup: Pid): Promise<void> {
  process_flag('trap_exit', true)
  exit(sup, 'shutdown')
  expect(await receive(['EXIT', sup, _])).toEqual(['EXIT', sup, 'shutdown'])
  expect(processes()).toEqual([self()])
}

describe('tens of thousands of children', () => {
  test(
    'on demand are counted, terminated by their pids and shut down',
    () =>
      in_virtual_time(async () => {
        const sup = await start(on_demand, { id: 'x', start: start_idle, restart: 'temporary' })
        const pids = await start_many(sup)
        for (let count = 0; count < many / 10; count++) {
          expect((await supervisor.count_children(sup)).active).toBe(many - count)
          expect(await supervisor.terminate_child(sup, pids[count])).toBe('ok')
        }
        await stop_and_see_nobody(sup)
        expect(labels()).toEqual([])
      }),
    patience,
  )

  test(
    'on demand that are dead already when they are shut down are no hindrance',
    () =>
      in_virtual_time(async () => {
        const sup = await start(on_demand, { id: 'x', start: start_idle, restart: 'temporary' })
        const pids = await start_many(sup)
        process_flag('trap_exit', true)
        exit(sup, 'shutdown')
        for (const pid of pids) exit(pid, 'shutdown')
        expect(await receive(['EXIT', sup, _])).toEqual(['EXIT', sup, 'shutdown'])
        expect(processes()).toEqual([self()])
      }),
    patience,
  )

  test(
    'with an id each are started, restarted and shut down in order',
    () =>
      in_virtual_time(async () => {
        const sup = await start({ intensity: many }, ...specs())
        const before = await pids_of(sup)
        for (let index = 0; index < many; index += 100) gen_server.cast(before[index]!, 'shutdown')
        await pause()
        const now = await pids_of(sup)
        expect(now.filter((pid, index) => pid !== before[index]).length).toBe(many / 100)
        expect(ok(await supervisor.get_childspec(sup, ['child', many - 1]))).toMatchObject({
          restart: 'permanent',
        })
        await supervisor.terminate_child(sup, ['child', 77])
        expect(await supervisor.delete_child(sup, ['child', 77])).toBe('ok')
        expect(labels()).toEqual(Array(many / 100).fill('child_terminated'))
        await stop_and_see_nobody(sup)
      }),
    patience,
  )

  test(
    'that all die at once are all restarted, each for itself',
    () =>
      in_virtual_time(async () => {
        const sup = await start({ intensity: many }, ...specs())
        const before = new Set(await pids_of(sup))
        for (const pid of before) exit(pid, 'kill')
        const now = await pids_of(sup)
        expect(now.filter(pid => before.has(pid))).toEqual([])
        expect((await supervisor.count_children(sup)).active).toBe(many)
        await stop_and_see_nobody(sup)
      }),
    patience,
  )

  test.each(['one_for_all', 'rest_for_one'] as const)(
    'that all die at once are restarted together: %s',
    strategy =>
      in_virtual_time(async () => {
        const sup = await start({ strategy, intensity: 1 }, ...specs())
        const before = new Set(await pids_of(sup))
        for (const pid of before) exit(pid, 'kill')
        const now = await pids_of(sup)
        expect(now.length).toBe(many)
        expect(now.filter(pid => before.has(pid))).toEqual([])
        await stop_and_see_nobody(sup)
      }),
    patience,
  )
})
