// Two sockets of line_transport.ts in one program: what goes into the one comes out of the other.

import type { Pid } from '../runtime/index.ts'
import type { Line } from './line_socket.ts'
import { arrived, ended, open } from './line_transport.ts'

type Done = 'ok' | readonly ['error', 'closed']

/** Bytes that may be under way before who sends has to wait. */
const capacity = 65_536

class End implements Line {
  other!: End
  socket!: Pid
  #under_way = 0
  #closed = false
  readonly #waiting: ((done: Done) => void)[] = []

  send(bytes: Uint8Array): Done | Promise<Done> {
    if (this.#closed || this.other.#closed) return ['error', 'closed']
    arrived(this.other.socket, bytes)
    this.#under_way += bytes.length
    return this.#under_way < capacity ? 'ok' : new Promise(resolve => this.#waiting.push(resolve))
  }

  resume(): void {
    this.other.#under_way = 0
    this.other.#go_on('ok')
  }

  end(): void {
    ended(this.other.socket)
  }

  close(): void {
    this.#closed = true
    this.end()
    for (const end of [this, this.other]) end.#go_on(['error', 'closed'])
  }

  #go_on(done: Done): void {
    for (const resolve of this.#waiting.splice(0)) resolve(done)
  }
}

/** The two ends, both the caller's. */
export async function pair(): Promise<[near: Pid, far: Pid]> {
  const [near, far] = [new End(), new End()]
  near.other = far
  far.other = near
  near.socket = await open(near)
  far.socket = await open(far)
  return [near.socket, far.socket]
}
