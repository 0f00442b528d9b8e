// What a listener does when the system has no connection to give.

import { expect, test } from '@jest/globals'
import type { InetListener, InetStream } from '../../../apps/kernel/inet_driver.ts'
import { socket_options } from '../../../apps/kernel/inet_options.ts'
import { Listener } from '../../../apps/kernel/tcp_listener.ts'
import { port_close } from '../../../runtime/erlang/port.ts'
import { current } from '../../../runtime/erlang/process.ts'
import { in_process } from '../../support/tcp.ts'

const server: InetListener = { sockname: undefined, close: () => {} }

test('a failure to accept goes to the one who has waited longest, and the listener goes on', () =>
  in_process(async () => {
    const listener = new Listener(current(), server, socket_options({}), 10)
    const [first, second] = [listener.accept('infinity'), listener.accept('infinity')]
    listener.failed('emfile')
    expect(await first).toEqual(['error', 'emfile'])
    listener.failed('emfile')
    expect(await second).toEqual(['error', 'emfile'])
    listener.failed('emfile')
    expect(await listener.accept(0)).toEqual(['error', 'timeout'])
    expect(listener.sockname()).toEqual(['error', 'ebadf'])
  }))

test('a connection that comes when the listener has just closed is closed', () =>
  in_process(async () => {
    const listener = new Listener(current(), server, socket_options({}), 10)
    port_close(listener.port)
    let destroyed = false
    listener.arrived({ destroy: () => (destroyed = true) } as unknown as InetStream)
    expect(destroyed).toBe(true)
  }))
