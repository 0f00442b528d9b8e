import { afterEach, describe, expect, test } from '@jest/globals'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { type Priority, RunQueue } from '../../../runtime/erlang/run_queue.ts'
import { bump_reductions, reductions_per_turn } from '../../../runtime/erlang/scheduler.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn, spawn_opt } from '../../../runtime/erlang/spawn.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const first = () => 0

function taken(queue: RunQueue<string>, count: number): string {
  return Array.from({ length: count }, () => queue.take(first)).join('')
}

describe('a run queue', () => {
  test('gives the most urgent first, and among equals the oldest', () => {
    const queue = new RunQueue<string>()
    const tasks: [string, Priority | undefined][] = [
      ['c', 'normal'],
      ['d', undefined],
      ['b', 'high'],
      ['a', 'max'],
      ['e', 'low'],
    ]
    for (const [task, priority] of tasks) queue.push(task, priority)
    expect(queue.length).toBe(5)
    expect(taken(queue, 5)).toBe('abcde')
    expect(queue.length).toBe(0)
  })

  test('lets a low one come after each seven normal ones', () => {
    const queue = new RunQueue<string>()
    for (let count = 0; count < 3; count++) queue.push('l', 'low')
    for (let count = 0; count < 16; count++) queue.push('n', 'normal')
    expect(taken(queue, 19)).toBe('nnnnnnnlnnnnnnnlnnl')
  })

  test('holds many, whatever was taken before', () => {
    const queue = new RunQueue<number>()
    for (let task = 0; task < 700; task++) queue.push(task, undefined)
    for (let task = 0; task < 500; task++) expect(queue.take(first)).toBe(task)
    for (let task = 700; task < 5_000; task++) queue.push(task, undefined)
    for (let task = 500; task < 5_000; task++) expect(queue.take(first)).toBe(task)
  })
})

describe('processes that are ready at the same time', () => {
  test('begin by priority', async () => {
    await run(async () => {
      const me = self()
      for (const priority of ['low', 'normal', 'high', 'max'] as const) {
        spawn_opt(() => send(me, priority), { priority })
      }
      const order = [await receive(), await receive(), await receive(), await receive()]
      expect(order).toEqual(['max', 'high', 'normal', 'low'])
    })
  })

  test('go on by priority', async () => {
    await run(async () => {
      const me = self()
      const waits = (priority: Priority) =>
        spawn(async () => {
          process_flag('priority', priority)
          send(me, await receive())
        })
      const pids = (['low', 'normal', 'high', 'max'] as const).map(waits)
      await quiet()
      bump_reductions(reductions_per_turn)
      pids.forEach((pid, index) => {
        send(pid, index)
      })
      expect([await receive(), await receive(), await receive(), await receive()]).toEqual([3, 2, 1, 0])
    })
  })

  test('of low priority are not starved by two that send to each other for ever', async () => {
    await run(async () => {
      const me = self()
      const forever = async () => {
        for (;;) send(await receive(), self())
      }
      const [one, two] = [spawn(forever), spawn(forever)]
      send(one, two)
      const low = spawn_opt(
        async () => {
          for (let count = 0; count < 50; count++) await receive()
          send(me, 'done')
        },
        { priority: 'low' },
      )
      for (let count = 0; count < 50; count++) send(low, count)
      expect(await receive()).toBe('done')
    })
  })
})
