import { afterEach, describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { exit, unlink } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { current } from '../../../runtime/erlang/process.ts'
import { process_info, processes } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn, spawn_link, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { Exit } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

const next_turn = () => new Promise<void>(resolve => setImmediate(resolve))

afterEach(() => {
  use_report_handler()
  kill_everybody()
})

describe('a process that was killed', () => {
  test('stops at its next runtime call when it waits for the platform', async () => {
    await run(async () => {
      const log: string[] = []
      const [pid, ref] = spawn_monitor(async () => {
        try {
          await next_turn()
          log.push('resumed by the platform')
          await receive()
          log.push('went on')
        } finally {
          log.push('finally')
        }
      })
      await Promise.resolve()
      await Promise.resolve()
      exit(pid, 'kill')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'killed'])
      send(pid, 'message')
      await quiet()
      expect(log).toEqual(['resumed by the platform'])
    })
  })

  test('can neither send, spawn, signal nor ask who it is', async () => {
    await run(async () => {
      const me = self()
      const refused: unknown[] = []
      const attempt = (what: () => unknown) => {
        try {
          what()
        } catch (error) {
          refused.push(error instanceof Exit && error.reason)
        }
      }
      const pid = spawn(async () => {
        await next_turn()
        attempt(() => send(me, 'from the grave'))
        attempt(() => spawn(() => send(me, 'from an heir')))
        attempt(() => exit(me, 'haunted'))
        attempt(() => self())
      })
      await Promise.resolve()
      exit(pid, 'kill')
      await quiet()
      expect(refused).toEqual(['killed', 'killed', 'killed', 'killed'])
      expect(process_info(me, 'messages')).toEqual(['messages', []])
      expect(processes()).toEqual([me])
    })
  })

  test('is not told of as crashed when it fails afterwards', async () => {
    const reports: Report[] = []
    use_report_handler((_level, report) => reports.push(report))
    await run(async () => {
      const pid = spawn(async () => {
        await next_turn()
        throw new Error('after its end')
      })
      await Promise.resolve()
      exit(pid, 'kill')
      await quiet()
    })
    expect(reports).toEqual([])
  })
})

describe('a thousand processes', () => {
  test('spawned and dropped leave nothing', async () => {
    await run(async () => {
      for (let count = 0; count < 1_000; count++) {
        spawn_link(() => receive(['never'], 60_000).catch(() => {}))
        spawn_monitor(() => receive())
      }
      await quiet()
      const me = self()
      for (const pid of processes()) if (pid !== me) unlink_and_kill(pid)
      expect(processes()).toEqual([me])
      expect(timer_count()).toBe(0)
      expect(process_info(me)).toMatchObject({ links: [], monitors: [], monitored_by: [] })
      const { links, monitors, owned } = current()
      expect([links, monitors]).toEqual([undefined, undefined])
      expect(owned).not.toBeInstanceOf(Set)
    })
  })
})

function unlink_and_kill(pid: Pid): void {
  unlink(pid)
  exit(pid, 'kill')
}
