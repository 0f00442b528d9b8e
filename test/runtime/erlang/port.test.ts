import { afterEach, describe, expect, test } from '@jest/globals'
import { exit, link, unlink } from '../../../runtime/erlang/links.ts'
import { is_port, type Pid, type Port } from '../../../runtime/erlang/pid.ts'
import {
  type Driver,
  open_port,
  port_close,
  port_connect,
  port_info,
  ports,
} from '../../../runtime/erlang/port.ts'
import { current } from '../../../runtime/erlang/process.ts'
import { process_flag, process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { running, self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _ } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(() => {
  kill_everybody()
  use_report_handler()
  expect(ports()).toEqual([])
})

/** A driver that notes why it was closed. */
function noting_driver(): Driver & { closed: unknown[] } {
  const closed: unknown[] = []
  return { closed, close: reason => closed.push(reason) }
}

const idle = () => receive('never')
const open = (driver: Driver = noting_driver()): Port => open_port(driver).port

/** Starts a process that owns a port of `driver`, and gives both. */
async function owner_of(driver: Driver, then: () => unknown = idle): Promise<[Pid, Port]> {
  const me = self()
  const pid = spawn(async () => {
    send(me, open(driver))
    await then()
  })
  return [pid, await receive()]
}

describe('a port', () => {
  test('belongs to, and is linked to, the process that opened it', async () => {
    await run(() => {
      const port = open()
      expect(is_port(port)).toBe(true)
      expect(ports()).toEqual([port])
      expect(port_info(port)).toMatchObject({ connected: self(), links: [self()] })
      expect(process_info(self(), 'links')).toEqual(['links', [port]])
    })
  })

  test.each(['normal', 'crash', 'kill'])('is closed when its owner ends with %s', async reason => {
    await run(async () => {
      const driver = noting_driver()
      const [, port] = await owner_of(driver, () => exit(reason))
      await quiet()
      expect(driver.closed).toEqual([reason])
      expect(port_info(port)).toBeUndefined()
    })
  })

  test('is closed once, with killed, when its owner is killed', async () => {
    await run(async () => {
      const driver = noting_driver()
      const [pid] = await owner_of(driver)
      exit(pid, 'kill')
      expect(driver.closed).toEqual(['killed'])
    })
  })

  test('outlives its owner when that one took the link away', async () => {
    await run(async () => {
      const driver = noting_driver()
      const [pid, port] = await owner_of(driver, () => unlink(ports()[0]!))
      await quiet()
      expect(driver.closed).toEqual([])
      expect(port_info(port)).toMatchObject({ connected: pid, links: [] })
      port_close(port)
    })
  })

  test('sends normal to its owner when it is closed, which is heard by one that traps exits', async () => {
    await run(() => {
      process_flag('trap_exit', true)
      const driver = noting_driver()
      const port = open(driver)
      expect(port_close(port)).toBe(true)
      expect(driver.closed).toEqual(['normal'])
      expect(process_info(self(), 'messages')).toEqual(['messages', [['EXIT', port, 'normal']]])
      expect(process_info(self(), 'links')).toEqual(['links', []])
    })
  })

  test('that breaks takes its owner along', async () => {
    await run(async () => {
      const me = self()
      const [pid, ref] = spawn_monitor(async () => {
        send(me, open_port(noting_driver()))
        await idle()
      })
      const port = await receive()
      port.close('einval')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'einval'])
    })
  })

  test('cannot be closed twice', async () => {
    await run(() => {
      const driver = noting_driver()
      const port = open(driver)
      port_close(port)
      expect(() => port_close(port)).toThrow('badarg')
      expect(driver.closed).toEqual(['normal'])
    })
  })

  test('is closed by an exit signal, though not by normal from one who does not own it', async () => {
    await run(async () => {
      const driver = noting_driver()
      const [, port] = await owner_of(driver)
      exit(port, 'normal')
      expect(driver.closed).toEqual([])
      exit(port, 'stop')
      expect(driver.closed).toEqual(['stop'])
    })
  })

  test('hears nothing from one to whom it is linked no more', async () => {
    await run(async () => {
      const driver = noting_driver()
      const port = open(driver)
      const other = spawn(async () => {
        link(port)
        await idle()
      })
      await quiet()
      expect(port_info(port)?.links).toEqual([self(), other])
      port.entity!.unlink(other)
      exit(other, 'kill')
      expect(driver.closed).toEqual([])
    })
  })

  test('closed from its own driver is closed but once', async () => {
    await run(() => {
      process_flag('trap_exit', true)
      let closed = 0
      const it = open_port({
        close: () => {
          closed++
          it.close('again')
        },
      })
      it.close('first')
      expect(closed).toBe(1)
    })
  })

  test('takes what is sent to it as a command', async () => {
    await run(() => {
      const commands: unknown[] = []
      const port = open({ close: () => {}, command: message => commands.push(message) })
      send(port, ['command', 'x'])
      expect(commands).toEqual([['command', 'x']])
    })
  })

  test('without commands lets them pass', async () => {
    await run(() => expect(send(open(), 'x')).toBe('x'))
  })
})

describe('port_connect', () => {
  test('gives the port another owner, with whom it ends', async () => {
    await run(async () => {
      const driver = noting_driver()
      const port = open(driver)
      const heir = spawn(idle)
      expect(port_connect(port, heir)).toBe(true)
      unlink(port)
      expect(port_info(port)).toMatchObject({ connected: heir, links: [heir] })
      exit(heir, 'kill')
      expect(driver.closed).toEqual(['killed'])
    })
  })

  test('leaves the former owner linked, whose normal end then does not close it', async () => {
    await run(async () => {
      const driver = noting_driver()
      const heir = spawn(idle)
      const [, port] = await owner_of(driver, () => port_connect(ports()[0]!, heir))
      await quiet()
      expect(driver.closed).toEqual([])
      expect(port_info(port)).toMatchObject({ connected: heir, links: [heir] })
    })
  })

  test('is refused for the dead, on both sides', async () => {
    await run(() => {
      const port = open()
      const dead = spawn(() => {})
      exit(dead, 'kill')
      expect(() => port_connect(port, dead)).toThrow('badarg')
      port_close(port)
      expect(() => port_connect(port, self())).toThrow('badarg')
    })
  })
})

describe('a driver', () => {
  test('is closed outside any process', async () => {
    await run(() => {
      const contexts: unknown[] = []
      const port = open({ close: () => contexts.push(running()) })
      port_close(port)
      expect(contexts).toEqual([undefined])
    })
  })

  test('that fails to close is reported, and disturbs neither who closes nor who is linked', async () => {
    const reports: Report[] = []
    use_report_handler((_level, report) => reports.push(report))
    await run(async () => {
      const failing = {
        close: () => {
          throw new Error('stuck')
        },
      }
      process_flag('trap_exit', true)
      const port = open(failing)
      expect(port_close(port)).toBe(true)
      expect(await receive()).toEqual(['EXIT', port, 'normal'])
      const [pid, ref] = spawn_monitor(() => {
        open(failing)
        link(self())
        exit('crash')
      })
      expect(await receive(['DOWN', ref, _, _, _])).toEqual(['DOWN', ref, 'process', pid, 'crash'])
    })
    expect(reports.map(({ report }) => report.reason)).toEqual([new Error('stuck'), new Error('stuck')])
  })
})

describe('a resource that a process owns', () => {
  test('is released once when the process ends, outside any process', async () => {
    await run(async () => {
      const released: unknown[] = []
      const [, ref] = spawn_monitor(() => {
        current().own({ release: () => released.push(running()) })
        exit('end')
      })
      await receive(['DOWN', ref, _, _, _])
      expect(released).toEqual([undefined])
    })
  })

  test('that cannot be released is reported, and the others are released', async () => {
    const reports: Report[] = []
    use_report_handler((_level, report) => reports.push(report))
    await run(async () => {
      const released: string[] = []
      const [pid, ref] = spawn_monitor(() => {
        const process = current()
        process.own({ release: () => released.push('first') })
        process.own({
          release: () => {
            throw new Error('stuck')
          },
        })
        process.own({ release: () => released.push('last') })
      })
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'normal'])
      expect(released).toEqual(['first', 'last'])
    })
    expect(reports).toHaveLength(1)
    expect(reports[0]!.report.reason).toEqual(new Error('stuck'))
  })

  test('that was given up is not released', async () => {
    await run(async () => {
      let released = false
      const [, ref] = spawn_monitor(() => {
        const resource = {
          release: () => {
            released = true
          },
        }
        current().own(resource)
        current().disown(resource)
      })
      await receive(['DOWN', ref, _, _, _])
      expect(released).toBe(false)
    })
  })
})
