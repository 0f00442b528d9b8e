import { afterEach, describe, expect, test } from '@jest/globals'
import { demonitor, exit, monitor, node, unlink } from '../../../runtime/erlang/links.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'
import { open_port, port_info } from '../../../runtime/erlang/port.ts'
import { current } from '../../../runtime/erlang/process.ts'
import { process_flag, process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn, spawn_link, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _ } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const queue = () => process_info(self(), 'messages')![1]
const idle = () => receive('never')

describe('a monitor', () => {
  test('tells once that a process has ended, and why', async () => {
    await run(async () => {
      const pid = spawn(idle)
      const ref = monitor('process', pid)
      exit(pid, 'enough')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'enough'])
      await quiet()
      expect(queue()).toEqual([])
    })
  })

  test('does not end who watches, nor who is watched', async () => {
    await run(async () => {
      const pid = spawn(idle)
      const watcher = spawn(() => {
        monitor('process', pid)
        exit('watcher is gone')
      })
      await quiet()
      expect(process_info(watcher)).toBeUndefined()
      expect(process_info(pid)).toMatchObject({ monitored_by: [], links: [] })
    })
  })

  test('of a process that is gone tells noproc at once', async () => {
    await run(async () => {
      const pid = spawn(() => {})
      await quiet()
      const ref = monitor('process', pid)
      expect(queue()).toEqual([['DOWN', ref, 'process', pid, 'noproc']])
    })
  })

  test('by name tells the name, also of a name that nobody bears', async () => {
    await run(async () => {
      const pid = spawn(idle)
      register('watched', pid)
      const ref = monitor('process', 'watched')
      exit(pid, 'kill')
      expect(await receive()).toEqual(['DOWN', ref, 'process', ['watched', node()], 'killed'])
      const late = monitor('process', 'watched')
      expect(await receive()).toEqual(['DOWN', late, 'process', ['watched', node()], 'noproc'])
    })
  })

  test('is one of many that may watch the same process', async () => {
    await run(async () => {
      const pid = spawn(idle)
      const refs = [monitor('process', pid), monitor('process', pid), monitor('process', pid)]
      expect(new Set(refs)).toHaveProperty('size', 3)
      exit(pid, 'x')
      expect(queue()).toEqual(refs.map(ref => ['DOWN', ref, 'process', pid, 'x']))
    })
  })

  test('of oneself never tells', async () => {
    await run(async () => {
      const [pid, ref] = spawn_monitor(() => {
        monitor('process', self())
        exit('end')
      })
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'end'])
    })
  })

  test('tells after the exit signal of a link', async () => {
    await run(async () => {
      process_flag('trap_exit', true)
      const pid = spawn_link(idle)
      const ref = monitor('process', pid)
      exit(pid, 'x')
      expect(queue()).toEqual([
        ['EXIT', pid, 'x'],
        ['DOWN', ref, 'process', pid, 'x'],
      ])
    })
  })

  test('of anything but a process is refused', async () => {
    await run(() => {
      const type = 'port' as 'process'
      expect(() => monitor(type, self())).toThrow('badarg')
    })
  })
})

describe('demonitor', () => {
  test('keeps DOWN from coming', async () => {
    await run(async () => {
      const pid = spawn(idle)
      const ref = monitor('process', pid)
      expect(demonitor(ref)).toBe(true)
      exit(pid, 'x')
      await quiet()
      expect(queue()).toEqual([])
    })
  })

  test('leaves a DOWN that has come, and takes it out with flush', async () => {
    await run(async () => {
      const [pid, ref] = spawn_monitor(() => {})
      await quiet()
      expect(demonitor(ref)).toBe(true)
      expect(queue()).toEqual([['DOWN', ref, 'process', pid, 'normal']])
      send(self(), ['DOWN', make_ref(), 'process', pid, 'another'])
      expect(demonitor(ref, { flush: true })).toBe(true)
      expect(queue()).toHaveLength(1)
    })
  })

  test('tells with info whether the monitor was still there', async () => {
    await run(async () => {
      const pid = spawn(idle)
      const ref = monitor('process', pid)
      expect(demonitor(ref, { info: true })).toBe(true)
      expect(demonitor(ref, { info: true })).toBe(false)
      expect(demonitor(monitor('process', pid), { info: true, flush: true })).toBe(true)
      const late = monitor('process', pid)
      exit(pid, 'x')
      expect(demonitor(late, { info: true, flush: true })).toBe(false)
      expect(queue()).toEqual([])
      expect(demonitor(make_ref(), { info: true })).toBe(false)
      expect(demonitor(make_ref(), { info: true, flush: true })).toBe(false)
    })
  })

  test('does not touch the monitor of another process', async () => {
    await run(async () => {
      const me = self()
      const target = spawn(idle)
      const watcher = spawn(async () => {
        send(me, monitor('process', target))
        send(me, await receive())
      })
      const ref = await receive()
      expect(demonitor(ref, { info: true })).toBe(false)
      expect(process_info(watcher, 'monitors')).toEqual(['monitors', [['process', target]]])
      exit(target, 'x')
      expect(await receive(['DOWN', _, _, _, _])).toEqual(['DOWN', ref, 'process', target, 'x'])
    })
  })
})

describe('a thousand monitors', () => {
  test('leave nothing behind, however they end', async () => {
    await run(async () => {
      const target = spawn(idle)
      for (let count = 0; count < 1_000; count++) demonitor(monitor('process', target))
      for (let count = 0; count < 1_000; count++) spawn_monitor(() => {})
      for (let count = 0; count < 1_000; count++) await receive(['DOWN', _, _, _, 'normal'])
      for (let count = 0; count < 1_000; count++) spawn(() => void monitor('process', target))
      await quiet()
      await quiet()
      expect(current().monitors).toBeUndefined()
      expect(process_info(target, 'monitored_by')).toEqual(['monitored_by', []])
    })
  })
})

describe('a monitor of a port', () => {
  const driver = { close: () => {} }

  test('tells when the port is closed, and why', async () => {
    await run(async () => {
      process_flag('trap_exit', true)
      const it = open_port(driver)
      const ref = monitor('port', it.port)
      expect(process_info(self(), 'monitors')![1]).toEqual([['port', it.port]])
      expect(port_info(it.port, 'monitored_by')).toEqual(['monitored_by', [self()]])
      it.close('broken')
      expect(queue()).toEqual([
        ['EXIT', it.port, 'broken'],
        ['DOWN', ref, 'port', it.port, 'broken'],
      ])
    })
  })

  test('of one that is closed tells noproc, by its name too', async () => {
    await run(async () => {
      const it = open_port(driver)
      unlink(it.port)
      it.close('normal')
      const ref = monitor('port', it.port)
      const named = monitor('port', 'no port', { tag: 'gone' })
      expect(queue()).toEqual([
        ['DOWN', ref, 'port', it.port, 'noproc'],
        ['gone', named, 'port', ['no port', node()], 'noproc'],
      ])
    })
  })

  test('by name tells the name', async () => {
    await run(async () => {
      const it = open_port(driver)
      unlink(it.port)
      register('a_port', it.port)
      const ref = monitor('port', 'a_port', { tag: 'shut' })
      it.close('normal')
      expect(queue()).toEqual([['shut', ref, 'port', ['a_port', node()], 'normal']])
    })
  })

  test('can be taken away', async () => {
    await run(async () => {
      const it = open_port(driver)
      unlink(it.port)
      expect(demonitor(monitor('port', it.port), { info: true })).toBe(true)
      it.close('normal')
      expect(queue()).toEqual([])
    })
  })

  test('is no monitor of a process, nor the other way round', async () => {
    await run(async () => {
      const { port } = open_port(driver)
      expect(() => monitor('process', port as never)).toThrow('badarg')
      expect(() => monitor('port', self() as never)).toThrow('badarg')
      expect(() => monitor('moon' as 'port', port)).toThrow('badarg')
    })
  })
})

describe('A monitor of oneself', () => {
  test('is none: it is told nowhere, and is no alias', async () => {
    await run(async () => {
      const ref = monitor('process', self(), { alias: 'explicit_unalias' })
      send(ref, 'lost')
      expect(queue()).toEqual([])
      expect(process_info(self(), ['monitors', 'monitored_by'])).toEqual([
        ['monitors', []],
        ['monitored_by', []],
      ])
      expect(demonitor(ref, { info: true })).toBe(false)
    })
  })
})
