import { afterEach, describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'
import { open_port, port_close } from '../../../runtime/erlang/port.ts'
import { process_info, processes } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { name_of, register, registered, unregister, whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { kill_everybody } from '../../support/clean_slate.ts'

afterEach(kill_everybody)

const idle = () => receive('never')

describe('a name', () => {
  test('stands for its bearer until it is taken away', async () => {
    await run(async () => {
      expect(register('me', self())).toBe(true)
      expect(whereis('me')).toBe(self())
      expect(name_of(self())).toBe('me')
      expect(registered()).toEqual(['me'])
      send('me', 'hello')
      expect(await receive()).toBe('hello')
      expect(unregister('me')).toBe(true)
      expect(whereis('me')).toBeUndefined()
      expect(registered()).toEqual([])
    })
  })

  test('goes with its bearer, before anyone hears of the end', async () => {
    await run(async () => {
      const pid = spawn(idle)
      register('mortal', pid)
      exit(pid, 'kill')
      expect(whereis('mortal')).toBeUndefined()
      expect(register('mortal', self())).toBe(true)
    })
    expect(registered()).toEqual([])
  })

  test.each(['', 'undefined'])('cannot be %p', async name => {
    await run(() => expect(() => register(name, self())).toThrow('badarg'))
  })

  test('is borne by one, who bears no other', async () => {
    await run(() => {
      const pid = spawn(idle)
      register('one', pid)
      expect(() => register('one', self())).toThrow('badarg')
      expect(() => register('other', pid)).toThrow('badarg')
      expect(registered()).toEqual(['one'])
    })
  })

  test('is a text, and borne by a process or a port', async () => {
    await run(() => {
      expect(() => register(5 as never, self())).toThrow('badarg')
      expect(() => register('nothing', undefined as never)).toThrow('badarg')
      expect(() => register('reference', make_ref() as never)).toThrow('badarg')
    })
  })

  test('is not for the dead', async () => {
    await run(() => {
      const pid = spawn(idle)
      exit(pid, 'kill')
      expect(() => register('ghost', pid)).toThrow('badarg')
    })
  })

  test('that nobody bears cannot be taken away, nor sent to', async () => {
    await run(() => {
      expect(() => unregister('nobody')).toThrow('badarg')
      expect(() => send('nobody', 'x')).toThrow('badarg')
    })
  })

  test('can be the name of a port', async () => {
    await run(async () => {
      const commands: unknown[] = []
      const { port } = open_port({ close: () => {}, command: message => commands.push(message) })
      register('socket', port)
      send('socket', 'write this')
      expect(commands).toEqual(['write this'])
      port_close(port)
      expect(whereis('socket')).toBeUndefined()
    })
  })
})

describe('send', () => {
  test('gives the message', async () => {
    await run(() => {
      const message = ['a', 1]
      expect(send(self(), message)).toBe(message)
    })
  })

  test('shares the message, and does not copy it', async () => {
    await run(async () => {
      const message = send(self(), { deep: { down: [] } })
      expect(await receive()).toBe(message)
    })
  })

  test('to a process that has ended, a closed port or a plain reference is lost', async () => {
    await run(() => {
      const pid = spawn(idle)
      exit(pid, 'kill')
      const { port } = open_port({ close: () => {} })
      port_close(port)
      for (const destination of [pid, port, make_ref()]) expect(send(destination, 'x')).toBe('x')
    })
  })

  test('to an alias reaches whom it stands for, as long as it does', async () => {
    await run(async () => {
      const alias = make_ref()
      alias.alias = self().entity
      send(alias, 'one')
      alias.alias = undefined
      send(alias, 'two')
      expect(process_info(self(), 'messages')).toEqual(['messages', ['one']])
    })
  })

  test('works outside any process', async () => {
    const received = run(() => receive())
    await new Promise(resolve => setImmediate(resolve))
    send(processes()[0]!, 'from outside')
    expect(await received).toBe('from outside')
  })

  test('to something else is badarg', async () => {
    await run(() => expect(() => send(12 as never, 'x')).toThrow('badarg'))
  })
})
