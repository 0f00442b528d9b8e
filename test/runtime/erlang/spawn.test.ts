import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import { is_process_alive, process_info, processes } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { type Level, type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { run_as, run_outside, running, self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn, spawn_link, spawn_monitor, spawn_opt } from '../../../runtime/erlang/spawn.ts'
import { _ } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

const next_turn = () => new Promise<void>(resolve => setImmediate(resolve))

afterEach(() => {
  use_report_handler()
  kill_everybody()
})

/** Runs `body` and gives what was reported meanwhile. */
async function reports_of(body: () => Promise<unknown>): Promise<[Level, Report][]> {
  const reports: [Level, Report][] = []
  use_report_handler((level, report) => reports.push([level, report]))
  await body()
  return reports
}

describe('spawn', () => {
  test('starts a process soon, and gives it its arguments', async () => {
    await run(async () => {
      const order: string[] = []
      const [pid, ref] = spawn_monitor((one: string, two: string) => order.push(one + two), 'a', 'b')
      order.push('spawned')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'normal'])
      expect(order).toEqual(['spawned', 'ab'])
    })
  })

  test('may be called outside any process', async () => {
    let who: unknown
    const pid = spawn(() => {
      who = self()
    })
    await quiet()
    expect(who).toBe(pid)
    expect(is_process_alive(pid)).toBe(false)
  })

  test('lets a message be sent before the process has begun', async () => {
    await run(async () => {
      const me = self()
      const pid = spawn(async () => send(me, ['echo', await receive()]))
      send(pid, 'early')
      expect(await receive()).toEqual(['echo', 'early'])
    })
  })

  test('starts nothing when the process is killed before it has begun', async () => {
    await run(async () => {
      let began = false
      const pid = spawn(() => {
        began = true
      })
      exit(pid, 'kill')
      await quiet()
      expect(began).toBe(false)
    })
  })

  test('starts a process that starts the next, for ever, and yet lets others run', async () => {
    let going = true
    const next = () => {
      if (going) spawn(next)
    }
    spawn(next)
    await new Promise<void>(resolve => setTimeout(resolve, 2))
    going = false
    await quiet()
    expect(processes()).toEqual([])
  })
})

describe('the reason that a process ends with', () => {
  const down_reason = async (body: () => unknown) => {
    const [, ref] = spawn_monitor(body)
    return (await receive(['DOWN', ref, _, _, _]))[4]
  }

  test('is normal when its function returns, whatever it returns', async () => {
    await run(async () => {
      expect(await down_reason(() => ['error', 'x'])).toBe('normal')
      expect(await down_reason(async () => 'x')).toBe('normal')
    })
  })

  test('is what it exits with', async () => {
    await run(async () => {
      expect(await down_reason(() => exit('shutdown'))).toBe('shutdown')
      expect(await down_reason(async () => exit(['shutdown', 1]))).toEqual(['shutdown', 1])
      expect(await down_reason(() => exit(undefined))).toBeUndefined()
    })
  })

  test('is the error, and reported, when it crashes', async () => {
    const error = new Error('crash')
    const reports = await reports_of(() =>
      run(async () => {
        const crash = async () => {
          await next_turn()
          throw error
        }
        expect(await down_reason(crash)).toBe(error)
      }),
    )
    expect(reports).toHaveLength(1)
    const [level, { label, report }] = reports[0]!
    expect([level, label]).toEqual(['error', ['error', 'process']])
    expect(report).toMatchObject({ initial_call: ['spawn', 'crash'], reason: error })
  })

  test('is nocatch, and reported, when it throws what is no error', async () => {
    const reports = await reports_of(() =>
      run(async () => {
        const throws = () => {
          const ball: unknown = 'ball'
          throw ball
        }
        expect(await down_reason(throws)).toEqual(['nocatch', 'ball'])
      }),
    )
    expect(reports.map(([, { report }]) => report.reason)).toEqual([['nocatch', 'ball']])
  })

  test('is not reported when it exits on purpose', async () => {
    const reports = await reports_of(() => run(() => down_reason(() => exit('boom'))))
    expect(reports).toEqual([])
  })

  test('reaches others though the handler of reports fails', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => {})
    use_report_handler(() => {
      throw new Error('no paper')
    })
    await run(async () => {
      const failing = () => {
        throw new TypeError('x')
      }
      expect(await down_reason(failing)).toBeInstanceOf(TypeError)
    })
    const texts = printed.mock.calls.map(([text]) => text)
    printed.mockRestore()
    expect(texts).toEqual([expect.stringContaining('no paper'), expect.stringContaining('TypeError: x')])
  })

  test('is reported outside any process, so that the handler may send', async () => {
    await run(async () => {
      const me = self()
      use_report_handler(() => send(me, ['reported by', running()?.pid]))
      const pid = spawn(() => {
        throw new Error('x')
      })
      expect(await receive()).toEqual(['reported by', undefined])
      expect(is_process_alive(pid)).toBe(false)
    })
  })
})

describe('spawn_link, spawn_monitor and spawn_opt', () => {
  test('have linked and monitored before the process can end', async () => {
    await run(async () => {
      const linked = spawn_link(() => receive())
      expect(process_info(self(), 'links')).toEqual(['links', [linked]])
      expect(process_info(linked, 'links')).toEqual(['links', [self()]])
      const [monitored, ref] = spawn_opt(() => exit('at once'), { monitor: true })
      expect(await receive()).toEqual(['DOWN', ref, 'process', monitored, 'at once'])
    })
  })

  test('do both, or neither, as the options say', async () => {
    await run(async () => {
      const [pid] = spawn_opt(() => receive(), { link: true, monitor: true })
      expect(process_info(pid)).toMatchObject({ links: [self()], monitored_by: [self()] })
      const lone = spawn_opt(() => receive(), {})
      expect(process_info(lone)).toMatchObject({ links: [], monitored_by: [] })
      exit(lone, 'kill')
    })
  })

  test.each([
    [{ colour: 'red' }, ['badarg', 'colour']],
    [{ toString: true }, ['badarg', 'toString']],
    [{ link: 'yes' }, ['badarg', 'link']],
    [{ priority: 'urgent' }, ['badarg', 'priority']],
    [{ monitor: { tag: 1, other: 2 } }, ['badarg', 'monitor']],
    [{ monitor: null }, ['badarg', 'monitor']],
    [{ message_queue_data: 'on_heap' }, ['badarg', 'message_queue_data']],
    [{ max_heap_size: 1_000 }, ['not_supported', 'max_heap_size']],
    [{ fullsweep_after: 0 }, ['not_supported', 'fullsweep_after']],
  ])('refuse the options %j, and start nothing', async (options, reason) => {
    await run(() => {
      expect(() => spawn_opt(() => {}, options as object)).toThrow(expect.objectContaining({ reason }))
      expect(processes()).toEqual([self()])
    })
  })

  test('take the options of a monitor', async () => {
    await run(async () => {
      const [pid, ref] = spawn_opt(() => exit('over'), { monitor: { tag: 'gone', alias: 'demonitor' } })
      send(ref, 'by alias')
      expect(await receive()).toBe('by alias')
      expect(await receive()).toEqual(['gone', ref, 'process', pid, 'over'])
    })
  })

  test('take a priority, which is seen at once', async () => {
    await run(() => {
      const pid = spawn_opt(() => receive(), { priority: 'high', message_queue_data: 'off_heap' })
      expect(process_info(pid, ['priority', 'message_queue_data'])).toEqual([
        ['priority', 'high'],
        ['message_queue_data', 'off_heap'],
      ])
    })
  })

  test('need a process to link to, and start none without', () => {
    expect(() => spawn_link(() => {})).toThrow('not in a process')
    expect(() => spawn_monitor(() => {})).toThrow('not in a process')
    expect(processes()).toEqual([])
  })

  test('tell who the parent is', async () => {
    await run(() => {
      const pid = spawn(() => {})
      expect(process_info(pid, 'parent')).toEqual(['parent', self()])
    })
  })
})

describe('run', () => {
  test('gives what its function gives', async () => {
    expect(await run(() => 1)).toBe(1)
    expect(await run(async () => 'later')).toBe('later')
  })

  test('rejects with what its function throws', async () => {
    const error = new Error('x')
    await expect(run(() => Promise.reject(error))).rejects.toBe(error)
    await expect(run(() => exit('left'))).rejects.toMatchObject({ reason: 'left' })
    await expect(
      run(() => {
        throw error
      }),
    ).rejects.toBe(error)
  })

  test('rejects with the exit reason when its process is ended from outside', async () => {
    const doomed = run(() => {
      exit(self(), 'kill')
      return 'survived'
    })
    await expect(doomed).rejects.toMatchObject({ reason: 'killed' })
    const linked = run(async () => {
      spawn_link(() => exit('infectious'))
      return receive()
    })
    await expect(linked).rejects.toMatchObject({ reason: 'infectious' })
  })

  test('does not report what it rejects with', async () => {
    const reports = await reports_of(() => run(() => Promise.reject(new Error('x'))).catch(() => {}))
    expect(reports).toEqual([])
  })

  test('within a process runs another', async () => {
    await run(async () => {
      const me = self()
      const inner = await run(() => self())
      expect(inner).not.toBe(me)
      expect(self()).toBe(me)
    })
  })
})

describe('self', () => {
  test('is an error outside any process', () => {
    expect(() => self()).toThrow('not in a process')
    expect(running()).toBeUndefined()
  })

  test('stays right after whatever is awaited', async () => {
    const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const waits: (() => Promise<unknown>)[] = [
      () => Promise.resolve(),
      () => next_turn(),
      () => new Promise(resolve => setTimeout(resolve, 1)),
      () => new Promise<void>(resolve => process.nextTick(resolve)),
      () => new Promise<void>(resolve => queueMicrotask(resolve)),
      () => readFile(fileURLToPath(import.meta.url)),
      async () => (await fetch(`http://127.0.0.1:${port}/`)).text(),
      async () => {
        send(self(), 'x')
        return receive()
      },
      () => run(() => 'in another process'),
      () => Promise.all([receive('never', 0).catch(() => {}), next_turn()]),
    ]
    const body = async () => {
      const me = self()
      for (const wait of waits) {
        await wait()
        expect(self()).toBe(me)
      }
    }
    try {
      await Promise.all([run(body), run(body), run(body)])
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  test('is the sender no more once a message has been handed over', async () => {
    await run(async () => {
      const me = self()
      const pid = spawn(async () => {
        await receive()
        send(me, ['I am', self()])
      })
      await quiet()
      send(pid, 'go')
      expect(self()).toBe(me)
      expect(await receive()).toEqual(['I am', pid])
    })
  })

  test('can be left, and entered', async () => {
    await run(async () => {
      const context = running()!
      const inside = run_outside(() => [running(), run_as(context, () => self())])
      expect(inside).toEqual([undefined, self()])
    })
  })
})
