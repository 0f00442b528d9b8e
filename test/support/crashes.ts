// The application ssl in virtual time, with a listener and a connection: to see what is left of them when one of its
// processes has crashed.

import type { Pid } from '../../runtime/erlang/pid.ts'
import {
  _,
  exit,
  monitor,
  ok,
  process_flag,
  receive,
  self,
  send,
  spawn,
  whereis,
} from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { settle } from './memory_pair.ts'
import { MemoryTransport } from './memory_transport.ts'
import { reports_during, type Told } from './reports.ts'
import type { TestPki } from './tls_pair.ts'
import { in_virtual_time } from './virtual_time.ts'

/** The processes of the application that are always there, in the order in which they start. */
export const servers = [
  'ssl_manager',
  'ssl_pem_cache',
  'ssl_crl_cache',
  'tls_connection_sup',
  'ssl_listen_tracker_sup',
] as const

/** Both ends of a connection. */
export interface Ends {
  readonly client: ssl.SslSocket
  readonly server: ssl.SslSocket
}

/** What a test has to do with: the running process owns it, and is told of exit signals. */
export interface World extends Ends {
  readonly network: MemoryTransport
  readonly listener: ssl.SslListenSocket
  readonly port: number
  /** Options of a client. */
  readonly options: ssl.ConnectOptions
  /** Another listener, of the running process; on a port that is free, unless one is named. */
  listen(port?: number): Promise<ssl.SslListenSocket>
  /** Another connection to a listener. */
  connect(listener: ssl.SslListenSocket): Promise<Ends>
}

/**
 * Starts the application anew, and runs `body` in a process that traps exits.
 *
 * @returns what was reported meanwhile
 */
export const in_world = (pki: () => TestPki, body: (world: World) => Promise<unknown>): Promise<Told[]> =>
  reports_during(() =>
    in_virtual_time(async () => {
      await ssl.stop()
      ok(await ssl.start())
      process_flag('trap_exit', true)
      try {
        await body(await make_world(pki()))
      } finally {
        await ssl.stop()
        ok(await ssl.start())
      }
    }),
  )

async function make_world(pki: TestPki): Promise<World> {
  const network = new MemoryTransport()
  const passive = { mode: 'binary', active: false, cb_info: network.cb_info } as const
  const options = { ...passive, ...pki.client }
  const listen = async (port = 0) => ok(await ssl.listen(port, { ...passive, ...pki.server }))
  const connect = async (listener: ssl.SslListenSocket) => {
    const connecting = ssl.connect('localhost', port_of(listener), options)
    const server = ok(await ssl.transport_accept(listener))
    ok(await ssl.handshake(server))
    return { client: ok(await connecting), server }
  }
  const listener = await listen()
  return {
    ...{ network, listener, port: port_of(listener), options, listen, connect },
    ...(await connect(listener)),
  }
}

const port_of = (listener: ssl.SslListenSocket): number => ok(ssl.sockname(listener))[1]

/** Who bears a name now. */
export const bearer = (name: string): Pid => whereis(name) as Pid

/** The bearers of the names of all {@link servers}. */
export const bearers = (): Pid[] => servers.map(bearer)

/** Kills a process, and waits until all that follows from it has happened. */
export async function kill(pid: Pid): Promise<void> {
  exit(pid, 'kill')
  await settle()
}

/** Runs `body` in a process of its own, which then lives on. @returns what came of it, and the process */
export async function in_another<Value>(body: () => Promise<Value>): Promise<readonly [Value, Pid]> {
  const asker = self()
  const pid = spawn(async () => {
    send(asker, ['done', await body()])
    await receive('end')
  })
  const [, value] = await receive(['done', _])
  return [value, pid]
}

/** Runs `body` when a process ends. @returns the reason that it ended with */
export async function end_of(pid: Pid, body: () => Promise<unknown>): Promise<unknown> {
  const ref = monitor('process', pid)
  await body()
  const [, , , , reason] = await receive(['DOWN', ref, 'process', pid, _], 1_000)
  return reason
}

/** Sends something each way. @returns what came, {@link talked} */
export async function talk({ client, server }: Ends): Promise<string> {
  ok(await ssl.send(client, 'to the server, '))
  ok(await ssl.send(server, 'to the client'))
  return `${ok(await ssl.recv(server, 15))}${ok(await ssl.recv(client, 13))}`
}

/** What {@link talk} comes to. */
export const talked = 'to the server, to the client'
