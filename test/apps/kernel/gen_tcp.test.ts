// Connections on the loopback interface: connect, accept, send, recv, close, shutdown.

import { describe, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { in_process, listener, loopback, pair } from '../../support/tcp.ts'

const text = (result: any): string => String(ok(result))

describe('recv', () => {
  test('gives exactly as many bytes as asked for, and what there is for 0', () =>
    in_process(async () => {
      const [client, server] = await pair()
      expect(gen_tcp.send(client, 'hello world')).toBe('ok')
      expect(text(await gen_tcp.recv(server, 5))).toBe('hello')
      expect(text(await gen_tcp.recv(server, 1))).toBe(' ')
      expect(text(await gen_tcp.recv(server, 0))).toBe('world')
    }))

  test('waits for bytes that come in pieces', () =>
    in_process(async () => {
      const [client, server] = await pair()
      const waiting = gen_tcp.recv(server, 6)
      gen_tcp.send(client, 'abc')
      expect(await gen_tcp.recv(server, 1)).toEqual(['error', 'ealready'])
      gen_tcp.send(client, 'def')
      expect(text(await waiting)).toBe('abcdef')
    }))
})

describe('owners', () => {
  test('any process may accept, and owns what it accepted', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      const me = self()
      for (let index = 0; index < 3; index++) {
        spawn(async () => {
          const socket = ok(await gen_tcp.accept(listening))
          gen_tcp.send(socket, 'hi')
          send(me, ['served', self(), (await gen_tcp.recv(socket, 0))[1]])
        })
      }
      for (let index = 0; index < 3; index++) {
        const client = ok(await gen_tcp.connect('localhost', port, {}))
        expect(await receive(['tcp', client, 'hi'])).toBeTruthy()
        gen_tcp.close(client)
        expect((await receive())[2]).toBe('closed')
      }
      expect(inet.peername(listening)).toEqual(['error', 'enotconn'])
      expect(loopback).toBeTruthy()
    }))
})
