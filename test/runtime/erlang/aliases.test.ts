import { afterEach, describe, expect, test } from '@jest/globals'
import { alias, type MonitorOptions, unalias } from '../../../runtime/erlang/aliases.ts'
import { demonitor, exit, monitor, node } from '../../../runtime/erlang/links.ts'
import { make_ref, type Ref } from '../../../runtime/erlang/pid.ts'
import { process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const queue = (): readonly Term[] => process_info(self(), 'messages')![1]
const idle = () => receive('never')

/** What has come after a message was sent to `ref`. */
function sent_to(ref: Ref, message: Term): readonly Term[] {
  send(ref, message)
  return queue()
}

describe('an alias', () => {
  test('lets messages through until it is taken back', async () => {
    await run(() => {
      const ref = alias()
      expect(sent_to(ref, 1)).toEqual([1])
      expect(sent_to(ref, 2)).toEqual([1, 2])
      expect(unalias(ref)).toBe(true)
      expect(sent_to(ref, 3)).toEqual([1, 2])
      expect(unalias(ref)).toBe(false)
    })
  })

  test('for one reply lets one message through', async () => {
    await run(() => {
      const ref = alias({ reply: true })
      expect(sent_to(ref, 1)).toEqual([1])
      expect(sent_to(ref, 2)).toEqual([1])
      expect(unalias(ref)).toBe(false)
    })
  })

  test('for one reply can be taken back before', async () => {
    await run(() => {
      const ref = alias({ reply: true })
      expect(unalias(ref)).toBe(true)
      expect(sent_to(ref, 1)).toEqual([])
    })
  })

  test('is taken back by its own process alone', async () => {
    await run(async () => {
      const me = self()
      const ref = alias({ explicit_unalias: true })
      spawn(() => send(me, unalias(ref)))
      expect(await receive()).toBe(false)
      expect(sent_to(ref, 'through')).toEqual(['through'])
      expect(unalias(make_ref())).toBe(false)
    })
  })

  test('of a process that has ended leads nowhere', async () => {
    await run(async () => {
      const me = self()
      spawn(() => send(me, alias()))
      const ref = await receive()
      await quiet()
      expect(send(ref, 'lost')).toBe('lost')
    })
  })

  test.each([{ wrong: true }, { reply: true, explicit_unalias: true }])('is refused %p', async options => {
    await run(() => expect(() => alias(options)).toThrow('badarg'))
  })

  test('is not looked for in what is no reference', async () => {
    await run(() => expect(() => unalias('name' as never)).toThrow('badarg'))
  })
})

describe('a monitor that is an alias', () => {
  const watch = (options: MonitorOptions) => {
    const pid = spawn(idle)
    return { pid, ref: monitor('process', pid, options) }
  }

  test('until it is taken back stays one when the monitor is gone', async () => {
    await run(() => {
      const { ref } = watch({ alias: 'explicit_unalias' })
      demonitor(ref)
      expect(sent_to(ref, 1)).toEqual([1])
      expect(unalias(ref)).toBe(true)
      expect(sent_to(ref, 2)).toEqual([1])
    })
  })

  test('until it is taken back stays one after its DOWN', async () => {
    await run(() => {
      const { pid, ref } = watch({ alias: 'explicit_unalias' })
      exit(pid, 'kill')
      const down = ['DOWN', ref, 'process', pid, 'killed']
      expect(sent_to(ref, 'still')).toEqual([down, 'still'])
    })
  })

  test('until demonitor is none after that', async () => {
    await run(() => {
      const { ref } = watch({ alias: 'demonitor' })
      expect(sent_to(ref, 1)).toEqual([1])
      demonitor(ref)
      expect(sent_to(ref, 2)).toEqual([1])
      expect(unalias(ref)).toBe(false)
    })
  })

  test('until demonitor is none after its DOWN', async () => {
    await run(() => {
      const { pid, ref } = watch({ alias: 'demonitor' })
      exit(pid, 'kill')
      expect(sent_to(ref, 'late')).toEqual([['DOWN', ref, 'process', pid, 'killed']])
    })
  })

  test('until a reply ends with the reply, and the monitor with it', async () => {
    await run(() => {
      const { pid, ref } = watch({ alias: 'reply_demonitor' })
      expect(sent_to(ref, 'answer')).toEqual(['answer'])
      expect(sent_to(ref, 'another')).toEqual(['answer'])
      expect(demonitor(ref, { info: true })).toBe(false)
      exit(pid, 'kill')
      expect(queue()).toEqual(['answer'])
    })
  })

  test('can be taken back while the monitor stays', async () => {
    await run(() => {
      const { pid, ref } = watch({ alias: 'reply_demonitor' })
      expect(unalias(ref)).toBe(true)
      expect(sent_to(ref, 'answer')).toEqual([])
      exit(pid, 'kill')
      expect(queue()).toEqual([['DOWN', ref, 'process', pid, 'killed']])
    })
  })

  test('of one who is gone tells so, and is none', async () => {
    await run(async () => {
      const pid = spawn(() => {})
      await quiet()
      const ref = monitor('process', pid, { alias: 'demonitor' })
      expect(sent_to(ref, 'late')).toEqual([['DOWN', ref, 'process', pid, 'noproc']])
    })
  })
})

describe('a monitor with a tag', () => {
  test('begins its message with the tag', async () => {
    await run(async () => {
      const pid = spawn(idle)
      const tag = ['my', 'tag']
      const ref = monitor('process', pid, { tag })
      exit(pid, 'enough')
      expect(queue()).toEqual([[tag, ref, 'process', pid, 'enough']])
      expect(queue()[0][0]).toBe(tag)
    })
  })

  test('is flushed like any other', async () => {
    await run(async () => {
      const pid = spawn(idle)
      const ref = monitor('process', pid, { tag: undefined })
      exit(pid, 'enough')
      send(self(), 'other')
      expect(queue()[0]).toEqual([undefined, ref, 'process', pid, 'enough'])
      demonitor(ref, { flush: true })
      expect(queue()).toEqual(['other'])
    })
  })

  test('tells a name that nobody bears', async () => {
    await run(() => {
      const ref = monitor('process', 'nobody', { tag: 'gone' })
      expect(queue()).toEqual([['gone', ref, 'process', ['nobody', node()], 'noproc']])
    })
  })
})

test.each([{ wrong: 1 }, { alias: 'for ever' }])('a monitor refuses the options %p', async options => {
  await run(() => expect(() => monitor('process', self(), options as MonitorOptions)).toThrow('badarg'))
})
