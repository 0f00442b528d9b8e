import { afterEach, describe, expect, test } from '@jest/globals'
import { exit, link, unlink } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import {
  is_process_alive,
  process_flag,
  process_info,
  processes,
} from '../../../runtime/erlang/process_flags.ts'
import { after, receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn, spawn_link, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, Exit } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const queue = () => process_info(self(), 'messages')![1]
const links_of = (pid: Pid) => process_info(pid, 'links')![1]
const idle = () => receive('never')

/** A process that traps exits and tells `whom` what it gets. */
const trapper = (whom: Pid) => {
  process_flag('trap_exit', true)
  return tell_on(whom)
}

async function tell_on(whom: Pid): Promise<never> {
  for (;;) send(whom, ['got', await receive()])
}

describe('a link', () => {
  test('goes both ways, and ends both sides with one reason', async () => {
    await run(async () => {
      const other = spawn(idle)
      const [pid, ref] = spawn_monitor(async () => {
        link(other)
        await idle()
      })
      await quiet()
      expect(links_of(other)).toEqual([pid])
      expect(links_of(pid)).toEqual([other])
      exit(other, 'burnt')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'burnt'])
    })
  })

  test('made twice is one link', async () => {
    await run(async () => {
      const pid = spawn_link(idle)
      link(pid)
      expect(links_of(self())).toEqual([pid])
      unlink(pid)
      exit(pid, 'boom')
      expect(is_process_alive(pid)).toBe(false)
    })
  })

  test('to oneself is nothing', async () => {
    await run(() => {
      expect(link(self())).toBe(true)
      expect(links_of(self())).toEqual([])
    })
  })

  test('does not carry on a normal end', async () => {
    await run(async () => {
      const pid = spawn_link(() => 'done')
      await quiet()
      expect(is_process_alive(pid)).toBe(false)
      expect(links_of(self())).toEqual([])
      expect(queue()).toEqual([])
    })
  })

  test('to a process that has ended is a noproc that can be caught', async () => {
    await run(async () => {
      const pid = spawn(() => {})
      await quiet()
      expect(() => link(pid)).toThrow(Exit)
      expect(links_of(self())).toEqual([])
      await quiet()
      expect(self()).toBeDefined()
    })
  })

  test('to a process that has ended is a message to one that traps exits', async () => {
    await run(async () => {
      process_flag('trap_exit', true)
      const pid = spawn(() => {})
      await quiet()
      expect(link(pid)).toBe(true)
      expect(queue()).toEqual([['EXIT', pid, 'noproc']])
      expect(links_of(self())).toEqual([])
    })
  })

  test('taken away carries no signal, from either side', async () => {
    await run(async () => {
      const me = self()
      const by_me = spawn_link(idle)
      unlink(by_me)
      const by_other = spawn_link(async () => {
        unlink(me)
        await idle()
      })
      await quiet()
      expect(links_of(me)).toEqual([])
      exit(by_me, 'boom')
      exit(by_other, 'boom')
      await quiet()
      expect(is_process_alive(me)).toBe(true)
    })
  })

  test('taken away leaves alone what it has carried before', async () => {
    await run(async () => {
      process_flag('trap_exit', true)
      const pid = spawn_link(() => exit('bye'))
      await quiet()
      unlink(pid)
      expect(queue()).toEqual([['EXIT', pid, 'bye']])
    })
  })

  test('that is not there can be taken away, from the living and the dead', async () => {
    await run(async () => {
      const pid = spawn(idle)
      expect(unlink(pid)).toBe(true)
      exit(pid, 'kill')
      expect(unlink(pid)).toBe(true)
    })
  })
})

describe('an exit signal', () => {
  test('becomes a message to a process that traps exits', async () => {
    await run(async () => {
      process_flag('trap_exit', true)
      const crashed = spawn_link(() => exit(['oops', 1]))
      expect(await receive()).toEqual(['EXIT', crashed, ['oops', 1]])
      const done = spawn_link(() => {})
      expect(await receive()).toEqual(['EXIT', done, 'normal'])
    })
  })

  test('names who sent it', async () => {
    await run(async () => {
      const me = self()
      const pid = spawn(trapper, me)
      await quiet()
      exit(pid, 'hint')
      expect(await receive()).toEqual(['got', ['EXIT', me, 'hint']])
    })
  })

  test('from outside any process reaches a process too', async () => {
    const pid = spawn(idle)
    await quiet()
    exit(pid, 'from outside')
    expect(is_process_alive(pid)).toBe(false)
  })

  test('normal does not end another process, though one that traps hears of it', async () => {
    await run(async () => {
      const pid = spawn(idle)
      const trapping = spawn(trapper, self())
      await quiet()
      exit(pid, 'normal')
      exit(trapping, 'normal')
      expect(is_process_alive(pid)).toBe(true)
      expect(await receive()).toEqual(['got', ['EXIT', self(), 'normal']])
    })
  })

  test('normal sent to oneself ends the process', async () => {
    await run(async () => {
      const [pid, ref] = spawn_monitor(async () => {
        exit(self(), 'normal')
        await quiet()
        exit('survived')
      })
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'normal'])
    })
  })

  test('normal sent to oneself is a message when exits are trapped', async () => {
    await run(async () => {
      process_flag('trap_exit', true)
      exit(self(), 'normal')
      expect(await receive()).toEqual(['EXIT', self(), 'normal'])
    })
  })

  test('kill cannot be trapped, and arrives at the neighbours as killed', async () => {
    await run(async () => {
      process_flag('trap_exit', true)
      const pid = spawn_link(trapper, self())
      await quiet()
      exit(pid, 'kill')
      expect(await receive()).toEqual(['EXIT', pid, 'killed'])
    })
  })

  test('kill sent to oneself ends the process there and then', async () => {
    await run(async () => {
      let went_on = false
      const [pid, ref] = spawn_monitor(() => {
        process_flag('trap_exit', true)
        exit(self(), 'kill')
        went_on = true
      })
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'killed'])
      expect(went_on).toBe(false)
    })
  })

  test('kill that a link carries is a reason like any other', async () => {
    await run(async () => {
      process_flag('trap_exit', true)
      const trapped = spawn_link(() => exit('kill'))
      expect(await receive()).toEqual(['EXIT', trapped, 'kill'])
      const [pid, ref] = spawn_monitor(async () => {
        spawn_link(() => exit('kill'))
        await idle()
      })
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'kill'])
    })
  })

  test('to a process that has ended is lost', async () => {
    await run(async () => {
      const pid = spawn(() => {})
      await quiet()
      expect(exit(pid, 'boom')).toBe(true)
    })
  })

  test('that comes back by a link stops who sent it', async () => {
    await run(async () => {
      const log: string[] = []
      const [pid, ref] = spawn_monitor(() => {
        exit(spawn_link(idle), 'boomerang')
        log.push('went on')
      })
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'boomerang'])
      expect(log).toEqual([])
    })
  })

  test('ends a process that is waiting, that is ready, and that has not begun', async () => {
    await run(async () => {
      const waiting = spawn(idle)
      const ready = spawn(async () => {
        await receive()
        exit('went on')
      })
      await quiet()
      send(ready, 'go')
      const new_one = spawn(idle)
      for (const pid of [waiting, ready, new_one]) exit(pid, 'stop')
      expect(processes()).toEqual([self()])
    })
  })
})

describe('many linked processes', () => {
  const size = 20_000

  test('in a chain all end when one does', async () => {
    await run(async () => {
      let last: Pid | undefined
      for (let count = 0; count < size; count++) {
        const before = last
        last = spawn(async () => {
          if (before) link(before)
          await idle()
        })
      }
      while (links_of(last!).length === 0) await quiet()
      expect(processes()).toHaveLength(size + 1)
      exit(processes()[1]!, 'domino')
      expect(processes()).toEqual([self()])
    })
  })

  test('around one all end when it does, in time that grows with their number', async () => {
    await run(async () => {
      const [centre, ref] = spawn_monitor(async () => {
        for (let count = 0; count < size; count++) spawn_link(idle)
        await idle()
      })
      while (processes().length < size + 2) await quiet()
      const started = performance.now()
      exit(centre, 'sunset')
      expect(performance.now() - started).toBeLessThan(3_000)
      expect(await receive()).toEqual(['DOWN', ref, 'process', centre, 'sunset'])
      expect(processes()).toEqual([self()])
    })
  })

  test('in a ring all end when one does', async () => {
    await run(async () => {
      const ring: Pid[] = []
      for (let count = 0; count < 1_000; count++) {
        ring.push(
          spawn(async () => {
            link(ring[(count + 1) % 1_000]!)
            await idle()
          }),
        )
      }
      while (links_of(ring[0]!).length < 2) await quiet()
      exit(ring[500]!, 'broken')
      expect(processes()).toEqual([self()])
    })
  })

  test('that come and go leave nothing in who was linked to them', async () => {
    await run(async () => {
      process_flag('trap_exit', true)
      for (let count = 0; count < 1_000; count++) spawn_link(() => exit(count))
      for (let count = 0; count < 1_000; count++) await receive(['EXIT', _, count])
      expect(links_of(self())).toEqual([])
      expect(queue()).toEqual([])
      await receive(after(0, () => {}))
    })
  })
})
