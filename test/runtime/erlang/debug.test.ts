import { afterEach, describe, expect, test } from '@jest/globals'
import { deep_freeze, freeze_messages } from '../../../runtime/erlang/debug.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { send_after, start_timer } from '../../../runtime/erlang/timers.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(() => freeze_messages(false))

describe('deep_freeze', () => {
  test('freezes arrays and plain objects, all the way down', () => {
    const term = ['a', { b: [{ c: 1 }] }, Object.assign(Object.create(null), { d: [] })] as const
    deep_freeze(term)
    expect(Object.isFrozen(term)).toBe(true)
    expect(Object.isFrozen(term[1].b[0])).toBe(true)
    expect(Object.isFrozen(term[2].d)).toBe(true)
  })

  test('goes on below what was frozen before, but not deeply', () => {
    const term = Object.freeze([{ open: true }])
    deep_freeze(term)
    expect(Object.isFrozen(term[0])).toBe(true)
  })

  test('leaves alone what is neither: bytes, maps, instances of classes', () => {
    class Thing {
      readonly inner = {}
    }
    const term = [new Uint8Array(1), new Map([[1, {}]]), new Thing(), () => 1] as const
    deep_freeze(term)
    for (const part of term) expect(Object.isFrozen(part)).toBe(false)
    expect(Object.isFrozen(term[2].inner)).toBe(false)
  })

  test('comes to an end with terms that hold themselves, and with very deep ones', () => {
    const round: unknown[] = []
    round.push(round)
    deep_freeze(round)
    expect(Object.isFrozen(round)).toBe(true)
    let deep: unknown[] = []
    const bottom = deep
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    deep_freeze(deep)
    expect(Object.isFrozen(bottom)).toBe(true)
  })
})

describe('a message', () => {
  test('is frozen while that is asked for, so that a change to it is an error', async () => {
    freeze_messages(true)
    await run(async () => {
      send(self(), { list: [1] })
      const message = await receive()
      expect(() => message.list.push(2)).toThrow(TypeError)
    })
  })

  test('of a timer is frozen too, as soon as it is given away', async () => {
    freeze_messages(true)
    await in_virtual_time(() => {
      const messages = [['one'], ['two']]
      send_after(10, self(), messages[0])
      start_timer(10, self(), messages[1])
      expect(messages.map(message => Object.isFrozen(message))).toEqual([true, true])
    })
  })

  test('is left as it is otherwise', async () => {
    await run(async () => {
      send(self(), { list: [1] })
      expect((await receive()).list.push(2)).toBe(2)
    })
  })
})
