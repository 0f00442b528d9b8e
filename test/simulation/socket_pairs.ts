// Sockets on a simulated network, for tests of it.

import { gen_tcp, inet } from '../../apps/kernel/index.ts'
import { ok } from '../../runtime/index.ts'
import { type NetworkOptions, type Simulation, simulate } from '../../simulation/index.ts'

export const binary = { mode: 'binary', active: false } as const

/** So many bytes, of which neighbours differ. */
export const bytes = (size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, index) => index % 251))

/** Two ends of a connection that belong to the running process. */
export async function pair(client: gen_tcp.ConnectOptions = {}, server: gen_tcp.ListenOptions = {}) {
  const listener = ok(await gen_tcp.listen(0, { ...binary, ...server }))
  const connecting = gen_tcp.connect('localhost', ok(inet.port(listener)), { ...binary, ...client })
  const accepted = ok(await gen_tcp.accept(listener))
  const connected = ok(await connecting)
  gen_tcp.close(listener)
  return [connected, accepted] as const
}

/** All that comes until the end, and what the end was. */
export async function read_all(socket: gen_tcp.Socket): Promise<[Buffer, unknown]> {
  const chunks: Uint8Array[] = []
  for (;;) {
    const [tag, data] = await gen_tcp.recv(socket, 0)
    if (tag === 'error') return [Buffer.concat(chunks), data]
    chunks.push(data as Uint8Array)
  }
}

/** Closes them all. */
export const close = (...sockets: readonly gen_tcp.Socket[]): void => {
  for (const socket of sockets) gen_tcp.close(socket)
}

/** Simulates a program that is to leave nothing behind on such a network. */
export const in_network = <Value>(
  network: NetworkOptions,
  program: (simulation: Simulation) => Promise<Value>,
  seed = 1,
): Promise<Value> => simulate(program, { network, seed, leaves_nothing: true })
