// Unix domain sockets.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_process, loopback } from '../../support/tcp.ts'

afterEach(kill_everybody)

const folder = mkdtempSync(join(tmpdir(), 'kista-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
const fresh = (): inet.LocalAddress => ['local', join(folder, `socket_${++count}`)]

const passive = { active: false, mode: 'binary' } as const

test('two ends speak through a path, as over TCP', () =>
  in_process(async () => {
    const at = fresh()
    const listening = ok(await gen_tcp.listen(0, { ...passive, ip: at, packet: 2 }))
    const client = ok(await gen_tcp.connect(at, 0, { ...passive, packet: 2, local: true }))
    const server = ok(await gen_tcp.accept(listening))
    gen_tcp.send(client, 'question')
    expect(await gen_tcp.recv(server, 0)).toEqual(['ok', Buffer.from('question')])
    gen_tcp.send(server, 'answer')
    gen_tcp.shutdown(server, 'write')
    expect(await gen_tcp.recv(client, 0)).toEqual(['ok', Buffer.from('answer')])
    expect(await gen_tcp.recv(client, 0)).toEqual(['error', 'closed'])
    for (const socket of [client, server, listening]) gen_tcp.close(socket)
  }))

test('the listener and the server are at the path, and the client nowhere; there is no port', () =>
  in_process(async () => {
    const at = fresh()
    const listening = ok(await gen_tcp.listen(0, { ...passive, ifaddr: at, local: true }))
    const client = ok(await gen_tcp.connect(at, 0, { ...passive, nodelay: true, keepalive: true }))
    const server = ok(await gen_tcp.accept(listening))
    expect(inet.sockname(listening)).toEqual(['ok', at])
    expect(inet.sockname(client)).toEqual(['ok', ['local', '']])
    expect(inet.peername(client)).toEqual(['ok', at])
    expect(inet.sockname(server)).toEqual(['ok', at])
    expect(inet.peername(server)).toEqual(['ok', ['local', '']])
    expect(inet.port(server)).toEqual(['error', 'einval'])
    expect(inet.sockets().map(({ module }) => module)).toEqual(['local_tcp', 'local_tcp', 'local_tcp'])
    for (const socket of [client, server, listening]) gen_tcp.close(socket)
  }))

test('an abrupt close ends the peer as well', () =>
  in_process(async () => {
    const at = fresh()
    const listening = ok(await gen_tcp.listen(0, { ...passive, ip: at }))
    const client = ok(await gen_tcp.connect(at, 0, { ...passive, linger: [true, 0] }))
    const server = ok(await gen_tcp.accept(listening))
    gen_tcp.close(client)
    expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'closed'])
    gen_tcp.close(server)
    gen_tcp.close(listening)
  }))

test('a path that is taken, or where nobody listens, is an error of the system', () =>
  in_process(async () => {
    const at = fresh()
    const listening = ok(await gen_tcp.listen(0, { ip: at }))
    expect(await gen_tcp.listen(0, { ip: at })).toEqual(['error', 'eaddrinuse'])
    gen_tcp.close(listening)
    expect(await gen_tcp.connect(fresh(), 0)).toEqual(['error', 'enoent'])
  }))

test('what does not go with a path is refused', () =>
  in_process(async () => {
    const at = fresh()
    await expect(gen_tcp.connect(at, 7)).rejects.toThrow('badarg')
    await expect(gen_tcp.connect(at, 0, { inet: true })).rejects.toThrow('badarg')
    await expect(gen_tcp.listen(7, { ip: at })).rejects.toThrow('badarg')
    await expect(gen_tcp.listen(0, { ip: at, inet6: true })).rejects.toThrow('badarg')
    await expect(gen_tcp.listen(0, { ip: ['local', ''] })).rejects.toThrow('badarg')
    expect(await gen_tcp.listen(0, { local: true })).toEqual(['error', 'einval'])
    expect(await gen_tcp.connect(at, 0, { ip: fresh() })).toEqual(['error', 'einval'])
    expect(await gen_tcp.connect(loopback, 7, { local: true })).toEqual(['error', 'einval'])
    expect(await gen_tcp.connect(loopback, 7, { ifaddr: at })).toEqual(['error', 'einval'])
  }))

test('a path that the system would cut off is refused', () =>
  in_process(async () => {
    const paths = [`/tmp/${'p'.repeat(200)}`, `/tmp/${'é'.repeat(60)}`, '/tmp/so\0cket']
    for (const path of paths) {
      expect(await gen_tcp.listen(0, { ip: ['local', path] })).toEqual(['error', 'einval'])
      expect(await gen_tcp.connect(['local', path], 0)).toEqual(['error', 'einval'])
    }
    const longest = join(folder, 'p'.repeat(103 - folder.length - 1))
    gen_tcp.close(ok(await gen_tcp.listen(0, { ip: ['local', longest] })))
  }))
