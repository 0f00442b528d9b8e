// What processes and supervisors really report, laid out for people.

import { afterEach, describe, expect, test } from '@jest/globals'
import { lay_out } from '../../../apps/kernel/logger_reports.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as gen_event from '../../../runtime/otp/gen_event.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import * as supervisor_bridge from '../../../runtime/otp/supervisor_bridge.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { layout_lines } from '../../support/layouts.ts'
import { reports_during } from '../../support/reports.ts'
import { stop, stubborn } from '../../support/supervised.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

/** The layouts of what is reported while `body` runs, each as lines with `<pid>` for pids. */
async function layouts_during(body: () => Promise<unknown>): Promise<string[][]> {
  const told = await reports_during(() =>
    in_virtual_time(async () => {
      await body()
      await receive('never', 1).catch(() => {})
    }),
  )
  return told.map(({ label, facts }) =>
    layout_lines(lay_out({ label: label.split(' '), report: facts })).map(line =>
      line.replaceAll(/<0\.\d+\.0>/g, '<pid>'),
    ),
  )
}

const counter: gen_server.Callbacks<number> = {
  module: 'counter',
  init: count => ['ok', count],
  handle_call: (_request, _from, count) => ['reply', count, count],
  handle_cast: (reason, count) => ['stop', reason, count],
}

describe('what is really reported', () => {
  test('of a server that was logged by sys: its last events, a line each', async () => {
    const [end] = await layouts_during(async () => {
      const server = ok(await gen_server.start(counter, 3, { debug: [['log', 2]] }))
      await gen_server.call(server, 'get')
      gen_server.cast(server, 'why')
    })
    const log = end!.find(line => line.startsWith('log: '))!
    expect(log.split('\n')).toHaveLength(2)
    expect(log).toMatch(/\[ 'in', \[ '\$gen_cast', 'why' \] \]$/)
  })

  test('of a process with a label: the label, and what it has worked', async () => {
    const [crash] = await layouts_during(async () => {
      proc_lib.spawn(() => {
        proc_lib.set_label(['cook', 1])
        throw new Error('burnt')
      })
    })
    expect(crash).toContain("label: [ 'cook', 1 ]")
    expect(crash!.find(line => line.startsWith('reductions: '))).toMatch(/: \d+$/)
  })

  test('of a handler of events that fails: the handler, the manager and the event', async () => {
    const fragile: gen_event.Callbacks = {
      module: 'fragile',
      init: () => ['ok', 1],
      handle_event: () => {
        throw new TypeError('broken')
      },
      handle_call: () => ['ok', 'ok', 1],
    }
    const [end] = await layouts_during(async () => {
      const manager = ok(await gen_event.start(['local', 'news']))
      await gen_event.add_handler(manager, fragile, [])
      await gen_event.sync_notify(manager, 'fire')
    })
    expect(end!.slice(0, 1)).toEqual(['gen_event handler fragile of news is removed'])
    expect(end).toContain("last event: 'fire'")
    expect(end![1]).toMatch(/^reason: .*TypeError: broken/)
  })

  test('of a bridge: that it started its process, and how this ended', async () => {
    const bridge: supervisor_bridge.Callbacks = {
      module: 'bridge',
      async init(count) {
        const below = ok(await gen_server.start(['local', 'below'], counter, count))
        return ['ok', below, 'state']
      },
      terminate: () => 'ok',
    }
    const told = await layouts_during(async () => {
      process_flag('trap_exit', true)
      await supervisor_bridge.start_link(['local', 'bridge_sup'], bridge, 3)
      gen_server.cast('below', 'why')
    })
    expect(told[0]).toEqual(['PROGRESS REPORT: bridge_sup started <pid>', 'start: bridge.init(3)'])
    expect(told).toContainEqual([
      'SUPERVISOR REPORT: bridge_sup: the process of bridge bridge terminated',
      "reason: 'why'",
      'pid: <pid>',
    ])
  })

  test('of children on demand that had to be killed at the end: how many they were', async () => {
    const many: supervisor.Callbacks = {
      module: 'many',
      init: () => [
        'ok',
        [{ strategy: 'simple_one_for_one' }, [{ id: 'one', start: stubborn, shutdown: 10 }]],
      ],
    }
    const told = await layouts_during(async () => {
      const sup = ok((await supervisor.start_link(['local', 'many_sup'], many)) as ['ok', Pid])
      await supervisor.start_child(sup, [])
      await supervisor.start_child(sup, [])
      await stop(sup)
    })
    expect(told).toContainEqual([
      'SUPERVISOR REPORT: many_sup: each of 2 children one did not stop as it should',
      "reason: 'killed'",
      'start: stubborn()',
      'child: permanent worker, shutdown 10 ms',
    ])
  })
})
