import { expect, test } from '@jest/globals'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { supervision_tree } from '../../../runtime/otp/supervision_tree.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import * as supervisor_bridge from '../../../runtime/otp/supervisor_bridge.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { generous, pid_of, start_worker, worker } from '../../support/supervised.ts'
import { with_supervision_reports } from '../../support/supervision_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_supervision_reports()

const sup_of = (name: string, flags: supervisor.SupFlags, ...specs: supervisor.ChildSpec[]) =>
  supervisor.start_link(['local', name], { module: name, init: () => ['ok', [flags, specs]] })

const sup_child = (name: string, flags: supervisor.SupFlags, ...specs: supervisor.ChildSpec[]) =>
  ({ id: name, type: 'supervisor', start: () => sup_of(name, flags, ...specs) }) as const

test('a supervision tree is told whole, with what is not running in it', () =>
  in_virtual_time(async () => {
    const bridge = { init: () => ['ok', spawn(() => receive('end')), 1] as const, terminate: () => {} }
    const top = ok(
      await sup_of(
        'top',
        { strategy: 'rest_for_one', intensity: 9 },
        worker('first', { modules: ['child'], restart: 'transient' }),
        sup_child('pool', { strategy: 'simple_one_for_one' }, worker('x', { restart: 'temporary' })),
        { id: 'bridge', type: 'supervisor', start: () => supervisor_bridge.start_link(bridge) },
        { id: 'idle', start: () => 'ignore' },
        sup_child('not', {}, worker('inner')),
      ),
    )
    await supervisor.terminate_child(top, 'not')
    const one = ok(await supervisor.start_child('pool', []))
    const pool = (await pid_of(top, 'pool')) as Pid
    const nothing = { name: undefined, supervisor: undefined }

    expect(await supervision_tree('top')).toEqual({
      pid: top,
      name: 'top',
      module: 'top',
      flags: {
        strategy: 'rest_for_one',
        intensity: 9,
        period: 5,
        auto_shutdown: 'never',
        hibernate_after: 'infinity',
      },
      state: 'running',
      more: 0,
      children: [
        {
          ...nothing,
          id: 'first',
          pid: await pid_of(top, 'first'),
          type: 'worker',
          modules: ['child'],
          state: 'running',
        },
        {
          id: 'pool',
          pid: pool,
          name: 'pool',
          type: 'supervisor',
          modules: [],
          state: 'running',
          supervisor: {
            pid: pool,
            name: 'pool',
            module: 'pool',
            flags: {
              strategy: 'simple_one_for_one',
              intensity: 1,
              period: 5,
              auto_shutdown: 'never',
              hibernate_after: 'infinity',
            },
            state: 'running',
            more: 0,
            children: [
              { ...nothing, id: undefined, pid: one, type: 'worker', modules: [], state: 'running' },
            ],
          },
        },
        {
          ...nothing,
          id: 'bridge',
          pid: expect.anything(),
          type: 'supervisor',
          modules: [],
          state: 'running',
          supervisor: expect.objectContaining({ state: 'bridge', children: [], module: 'callbacks' }),
        },
        { ...nothing, id: 'idle', pid: undefined, type: 'worker', modules: [], state: 'stopped' },
        { ...nothing, id: 'not', pid: undefined, type: 'supervisor', modules: [], state: 'stopped' },
      ],
    })
  }))

test('a child that cannot be started again is told of so', () =>
  in_virtual_time(async () => {
    let starts = 0
    const moody = async () => {
      if (++starts === 1) return start_worker('a')
      await pause(10)
      return ['error', 'moody'] as const
    }
    const top = ok(await sup_of('top', generous, { id: 'a', start: moody }))
    gen_server.cast((await pid_of(top, 'a')) as Pid, 'boom')
    await pause(15)
    expect((await supervision_tree(top))?.children).toMatchObject([{ id: 'a', state: 'restarting' }])
  }))

test('a supervisor that is busy or gone keeps nobody waiting', () =>
  in_virtual_time(async () => {
    const hanging = { id: 'h', start: () => receive('never') as Promise<never> }
    const top = ok(await sup_of('top', {}, sup_child('busy', {}), sup_child('gone', {}, worker('w'))))
    spawn(() => supervisor.start_child('busy', hanging))
    await sys.suspend('gone')
    const looking = supervision_tree(top, 500)
    await pause(100)
    exit(whereis('gone') as Pid, 'kill')
    expect((await looking)?.children.map(child => child.supervisor)).toMatchObject([
      { name: 'busy', state: 'busy', flags: undefined, children: [] },
      { name: 'gone', state: 'gone', flags: undefined, children: [] },
    ])
    expect(monotonic_time()).toBe(500)
  }))

test('only so many children are looked at as are wanted, first those nearer to the top', () =>
  in_virtual_time(async () => {
    const pool = sup_child('pool', {}, worker('x'), worker('y'), worker('z'))
    const top = ok(await sup_of('top', {}, pool, worker('a'), worker('b')))
    const [all, five, two, none] = await Promise.all(
      [6, 5, 2, 0].map(most => supervision_tree(top, 'infinity', most)),
    )
    expect(all).toMatchObject({ more: 0, children: [{ supervisor: { more: 0 } }, {}, {}] })
    expect(five).toMatchObject({
      more: 0,
      children: [{ supervisor: { more: 1, children: [{ id: 'x' }, { id: 'y' }] } }, {}, {}],
    })
    expect(two).toMatchObject({ more: 1, children: [{ supervisor: { more: 3 } }, { id: 'a' }] })
    expect(none).toMatchObject({ more: 3, children: [], state: 'running' })
  }))

test('who is no supervisor has no tree', () =>
  in_virtual_time(async () => {
    expect(await supervision_tree('nobody')).toBeUndefined()
    expect(await supervision_tree(self())).toBeUndefined()
    const mislabelled = worker('a', { type: 'supervisor' })
    const top = ok(await sup_of('top', {}, mislabelled))
    expect((await supervision_tree(top))?.children).toMatchObject([{ id: 'a', supervisor: undefined }])
    const gone = spawn(() => {})
    await pause()
    expect(await supervision_tree(gone)).toBeUndefined()
  }))
