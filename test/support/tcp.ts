// Pairs of connected sockets on the loopback interface, and a check that nothing is left of them.

import { expect } from '@jest/globals'
import * as gen_tcp from '../../apps/kernel/gen_tcp.ts'
import * as inet from '../../apps/kernel/inet.ts'
import { timer_count } from '../../runtime/erlang/alarm.ts'
import { ports } from '../../runtime/erlang/port.ts'
import { processes } from '../../runtime/erlang/process_flags.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { ok } from '../../runtime/erlang/term.ts'

export const loopback = [127, 0, 0, 1] as const

/** A listener on a port of its own. */
export async function listener(options: gen_tcp.ListenOptions = {}): Promise<[gen_tcp.Socket, port: number]> {
  const socket = ok(await gen_tcp.listen(0, { ip: loopback, mode: 'binary', active: false, ...options }))
  return [socket, ok(inet.port(socket))]
}

/** Two ends of one connection, both owned by the caller; binary and passive unless the options say otherwise. */
export async function pair(
  client_options: gen_tcp.ConnectOptions = {},
  server_options: gen_tcp.ListenOptions = {},
): Promise<[client: gen_tcp.Socket, server: gen_tcp.Socket]> {
  const [listening, port] = await listener(server_options)
  const client = ok(
    await gen_tcp.connect(loopback, port, { mode: 'binary', active: false, ...client_options }),
  )
  const server = ok(await gen_tcp.accept(listening))
  gen_tcp.close(listening)
  return [client, server]
}

/** Runs `body` in a process, and expects that no socket, timer or process outlives it. */
export async function in_process(body: () => Promise<unknown>): Promise<void> {
  const before = { processes: processes().length, timers: timer_count() }
  await run(body)
  await settled()
  expect(ports()).toEqual([])
  expect({ processes: processes().length, timers: timer_count() }).toEqual(before)
}

/** Lets the event loop turn, so that what was set in motion has happened. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await new Promise(resolve => setImmediate(resolve))
}
