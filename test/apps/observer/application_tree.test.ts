import { describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import { application_tree, supervision_tree } from '../../../apps/observer/application_tree.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { load_app, load_starting, with_applications } from '../../support/applications.ts'
import { pause } from '../../support/behaviours.ts'
import { worker } from '../../support/supervised.ts'

const start_sup = (name: string, ...specs: supervisor.ChildSpec[]) =>
  supervisor.start_link(['local', name], { module: name, init: () => ['ok', [{}, specs]] })

const inner: supervisor.ChildSpec = {
  id: 'inner',
  type: 'supervisor',
  start: () => start_sup('inner_sup', worker('c', { id: ['tuple', 1] } as Term)),
}

/** An application with a worker, one that is stopped, and a supervisor. */
const load_shop = () =>
  load_starting('shop', () =>
    start_sup('shop_sup', worker('a'), worker('b', { start: () => 'ignore' }), inner),
  )

const leaf = { strategy: undefined, children: [], more: 0 }

describe('The supervision tree', () => {
  test('of an application is told with the states of its children', () =>
    with_applications(async () => {
      load_shop()
      ok(await application.start('shop'))
      const tree = await supervision_tree('shop')
      expect(tree).toEqual({
        id: '',
        name: 'shop_sup',
        pid: whereis('shop_sup'),
        type: 'supervisor',
        state: 'running',
        strategy: 'one_for_one',
        message_queue_len: 0,
        more: 0,
        children: [
          {
            ...leaf,
            id: 'a',
            type: 'worker',
            state: 'running',
            message_queue_len: 0,
            pid: expect.anything(),
          },
          { ...leaf, id: 'b', type: 'worker', state: 'stopped' },
          expect.objectContaining({
            id: 'inner',
            name: 'inner_sup',
            children: [expect.objectContaining({ id: "['tuple', 1]", state: 'running' })],
          }),
        ],
      })
      expect(await supervision_tree('inner_sup')).toMatchObject({ name: 'inner_sup', children: [{}] })
      expect(await supervision_tree('shop', { limit: 1 })).toMatchObject({ children: [{ id: 'a' }], more: 2 })
      expect(await supervision_tree('nothing')).toBeUndefined()
    }))

  test('names children that have no id by what they are', () =>
    with_applications(async () => {
      const pool: supervisor.Callbacks = {
        init: () => ['ok', [{ strategy: 'simple_one_for_one' }, [worker('x')]]],
      }
      const top = ok(await supervisor.start_link(pool))
      await supervisor.start_child(top, [])
      expect((await supervision_tree(top))?.children).toMatchObject([{ id: '', name: 'child:init/1' }])
    }))

  test('shows a supervisor that does not answer in time as busy', () =>
    with_applications(async () => {
      const hanging = { id: 'h', start: () => receive('never') as Promise<never> }
      load_shop()
      ok(await application.start('shop'))
      spawn(() => supervisor.start_child('inner_sup', hanging))
      await pause()
      const tree = await supervision_tree('shop', { timeout: 200 })
      expect(tree?.children[2]).toMatchObject({ name: 'inner_sup', state: 'busy', children: [] })
    }))
})

describe('The applications', () => {
  test('are told in the order of their start, those that only are loaded last', () =>
    with_applications(async () => {
      load_app('spare')
      load_shop()
      load_app('below', { applications: [] })
      ok(await application.start('below', 'permanent'))
      ok(await application.start('shop'))
      const told = await application_tree()
      const ours = told.filter(({ application: name }) => name !== 'kernel' && name !== 'stdlib')
      expect(ours).toMatchObject([
        {
          application: 'below',
          status: 'running',
          type: 'permanent',
          description: 'the below',
          vsn: '1',
          trees: [{ name: 'below_sup' }],
        },
        { application: 'shop', status: 'running', type: 'temporary', trees: [{ name: 'shop_sup' }] },
        { application: 'spare', status: 'loaded', type: undefined, trees: [] },
      ])
    }))

  test('that are starting or have ended by themselves are told as such', () =>
    with_applications(async () => {
      load_starting('slow', () => receive('never') as Promise<never>)
      load_app('short')
      ok(await application.start('short'))
      spawn(() => application.start('slow'))
      await pause()
      await supervisor_ends('short_sup')
      const states = (await application_tree()).map(({ application: name, status }) => [name, status])
      expect(states).toContainEqual(['slow', 'starting'])
      expect(states).toContainEqual(['short', 'ended'])
    }))

  test('come with the supervisors that belong to none, as long as there are any', () =>
    with_applications(async () => {
      const lone = async () => (await application_tree()).filter(node => node.application === undefined)
      expect(await lone()).toEqual([])
      load_app('shop')
      ok(await application.start('shop'))
      ok(await start_sup('one', inner))
      ok(await start_sup('two', worker('a'), worker('b'), worker('c')))
      expect(await lone()).toMatchObject([{ status: 'running', trees: [{ name: 'one' }, { name: 'two' }] }])
      const [cut] = (await application_tree({ limit: 4 })).slice(-1)
      expect(cut?.trees).toMatchObject([{ more: 0 }, { children: [{ id: 'a' }, { id: 'b' }], more: 1 }])
    }))

  test('can be looked at from outside any process', () =>
    with_applications(async () => {
      load_shop()
      ok(await application.start('shop'))
    }).then(async () => {
      expect((await application_tree()).map(node => node.application)).toContain('stdlib')
    }))
})

async function supervisor_ends(name: string): Promise<void> {
  const top = whereis(name)
  top?.entity?.exit_signal(top, 'kill', false)
  await pause()
}
