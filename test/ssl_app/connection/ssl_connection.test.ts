import { describe, expect, test } from '@jest/globals'
import type { Process } from '../../../runtime/erlang/process.ts'
import {
  _,
  exit,
  ok,
  type Pid,
  type Port,
  ports,
  receive,
  self,
  send,
  spawn,
  whereis,
} from '../../../runtime/index.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { in_memory, settle } from '../../support/memory_pair.ts'
import { MemoryTransport } from '../../support/memory_transport.ts'
import { reports_during } from '../../support/reports.ts'
import { with_ssl } from '../../support/tls_pair.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const pki = with_ssl()

const bytes = (text: string) => Buffer.from(text)

/** Both sides of an upgrade. */
const secure = ({ cb_info }: MemoryTransport, near: Port, far: Port) =>
  Promise.all([
    ssl.connect(near, { mode: 'binary', active: false, cb_info, ...pki().client }),
    ssl.handshake(far, { mode: 'binary', active: false, cb_info, ...pki().server }),
  ])

describe('a socket of the transport', () => {
  test('becomes a TLS socket', () =>
    in_memory(async network => {
      const [client, server] = await secure(network, ...network.pair())
      ok(await ssl.send(ok(client), 'hello'))
      expect(await ssl.recv(ok(server), 0)).toEqual(['ok', bytes('hello')])
    }))

  test('of another process stays what it was', () =>
    in_memory(async network => {
      const { cb_info } = network
      const [near, far] = network.pair()
      const me = self()
      spawn(async () => {
        send(me, ['client', await ssl.connect(near, { cb_info, ...pki().client })])
        send(me, ['server', await ssl.handshake(near, { cb_info, ...pki().server })])
      })
      expect(await receive(['client', _], 1_000)).toEqual(['client', ['error', 'not_owner']])
      expect(await receive(['server', _], 1_000)).toEqual(['server', ['error', 'not_owner']])
      expect(network.send(near, [bytes('plain')])).toBe('ok')
      expect(await network.recv(far, 0)).toEqual(['ok', bytes('plain')])
    }))

  test('that is closed cannot become one', () =>
    in_memory(async network => {
      const { cb_info } = network
      const [near, far] = network.pair()
      network.close(near)
      expect(await ssl.connect(near, { cb_info, ...pki().client })).toEqual(['error', 'einval'])
      expect(await ssl.handshake(near, { cb_info, ...pki().server })).toEqual(['error', 'einval'])
      expect(await ssl.handshake(far, { cb_info, ...pki().server })).toEqual(['error', 'closed'])
    }))

  test('stays what it was while ssl is not started', () =>
    in_virtual_time(async () => {
      const network = new MemoryTransport()
      const { cb_info } = network
      const [near, far] = network.pair()
      const listener = ok(await network.listen(0, { active: false }))
      const [, port] = ok(network.sockname(listener))
      await ssl.stop()
      expect(await ssl.connect(near, { cb_info, ...pki().client })).toEqual(['error', 'ssl_not_started'])
      expect(await ssl.handshake(near, { cb_info, ...pki().server })).toEqual(['error', 'ssl_not_started'])
      expect(await ssl.connect('localhost', port, { cb_info })).toEqual(['error', 'ssl_not_started'])
      const accepted = ok(await network.accept(listener))
      expect(await network.recv(accepted, 0)).toEqual(['error', 'closed'])
      ok(await ssl.start())
      const [client] = await secure(network, near, far)
      expect(client[0]).toBe('ok')
    }))
})

describe('a supervisor that goes while it is asked', () => {
  test.each([
    [
      'connect',
      'tls_connection_sup',
      (port: number, options: object) => ssl.connect('localhost', port, options),
    ],
    ['listen', 'ssl_listen_tracker_sup', (_port: number, options: object) => ssl.listen(0, options)],
  ])('makes %s say that ssl is not started', (_name, supervisor, ask) =>
    in_virtual_time(async () => {
      const network = new MemoryTransport()
      const listener = ok(await network.listen(0, { active: false }))
      const [, port] = ok(network.sockname(listener))
      const before = ports()
      suspend(supervisor)
      const asking = ask(port, { cb_info: network.cb_info })
      await settle()
      await reports_during(async () => {
        exit(whereis(supervisor) as Pid, 'kill')
        expect(await asking).toEqual(['error', 'ssl_not_started'])
        await settle()
      })
      expect(ports()).toEqual(before)
      const [client] = await secure(network, ...network.pair())
      expect(client[0]).toBe('ok')
    }),
  )
})

/** Lets a process handle nothing more. */
const suspend = (name: string) => ((whereis(name)!.entity as Process).busy = true)

describe('data that has come before the handshake was asked for', () => {
  test('is part of it', () =>
    in_memory(async network => {
      const { cb_info } = network
      const options = { mode: 'binary', active: false, cb_info } as const
      const listener = ok(await ssl.listen(0, { ...options, ...pki().server }))
      const [, port] = ok(ssl.sockname(listener))
      const connecting = ssl.connect('localhost', port, { ...options, ...pki().client })
      const accepted = ok(await ssl.transport_accept(listener))
      const hello = ok(await network.recv(accepted.transport_socket, 0))
      send(accepted.pid, [cb_info[1], accepted.transport_socket, hello])
      expect(await ssl.handshake(accepted)).toEqual(['ok', accepted])
      ok(await connecting)
    }))
})

describe('a call', () => {
  test('of a connection that crashes does not tell what it was about', () =>
    in_memory(async network => {
      const [client] = await secure(network, ...network.pair())
      const socket = ok(client)
      network.send = () => {
        throw new Error('the transport is out of order')
      }
      const failure = await ssl.send(socket, 'secret').catch((error: unknown) => error)
      const form = ['ssl', 'send', [socket.pid]]
      expect(failure).toMatchObject({ reason: [{ message: 'the transport is out of order' }, form] })
    }))
})
