// For servers that have no option to listen on the loopback only. Where the kernel lets us, such a server runs in
// a network namespace of its own and is reached through a unix socket; where it does not (a container without
// the right to it), the server listens on all addresses of this machine while the test runs.

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PeerProcess, start_process } from './peer_process.ts'

export interface ConfinedServer {
  /** On 127.0.0.1. */
  readonly port: number
  readonly process: PeerProcess
  stop(): Promise<void>
}

/**
 * Starts a server program out of reach of other machines.
 *
 * @param args - what to start it with, given the port it shall listen on
 */
export async function start_confined(
  program: string,
  args: (port: number) => readonly string[],
): Promise<ConfinedServer> {
  return namespaces_work() ? start_in_namespace(program, args) : start_in_the_open(program, args)
}

const enter_namespace = ['--map-root-user', '--net']
const port_inside = 4433
const relay = fileURLToPath(new URL('../peers/private_network.mjs', import.meta.url))

function namespaces_work(): boolean {
  return spawnSync('unshare', [...enter_namespace, 'ip', 'link', 'set', 'lo', 'up']).status === 0
}

async function start_in_namespace(
  program: string,
  args: (port: number) => readonly string[],
): Promise<ConfinedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-net-'))
  const unix_socket = join(folder, 'in')
  const inside = [relay, unix_socket, `${port_inside}`, program, ...args(port_inside)]
  const server = start_process('unshare', [...enter_namespace, process.execPath, ...inside])
  await server.wait_for(({ stdout }) => /^READY$/m.exec(stdout) ?? undefined)

  const entrance = net.createServer({ allowHalfOpen: true }, outside => join_streams(outside, unix_socket))
  await new Promise<void>(resolve => entrance.listen(0, '127.0.0.1', resolve))
  entrance.unref() // a test that failed and never stopped the server is not to keep the others waiting
  return {
    port: (entrance.address() as net.AddressInfo).port,
    process: server,
    async stop() {
      entrance.close()
      await server.stop()
      await rm(folder, { recursive: true })
    },
  }
}

function join_streams(outside: net.Socket, unix_socket: string): void {
  const inside = net.connect({ path: unix_socket, allowHalfOpen: true })
  outside.pipe(inside).pipe(outside)
  outside.on('error', () => inside.destroy())
  inside.on('error', () => outside.destroy())
}

async function start_in_the_open(
  program: string,
  args: (port: number) => readonly string[],
): Promise<ConfinedServer> {
  const port = await free_port()
  const server = start_process(program, args(port))
  await server.wait_for(({ output }) => /listening on .* port \d+\.\.\.done/.exec(output) ?? undefined)
  return { port, process: server, stop: () => server.stop() }
}

async function free_port(): Promise<number> {
  const probe = net.createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as net.AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}
