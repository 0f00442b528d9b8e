// A network inside the simulation: what gen_tcp and inet use instead of the machine's. When what is sent arrives, in
// which pieces, and what becomes of the connections of different processes in between, comes from the seed.

import type {
  Destination,
  Endpoint,
  Family,
  InetDriver,
  InetListener,
  InetStream,
  Interface,
  ListenHandlers,
  SocketAddress,
} from '../apps/kernel/inet_driver.ts'
import type { IpAddress } from '../apps/kernel/inet_parse.ts'
import { clear_timer, set_timer } from '../runtime/erlang/alarm.ts'
import { monotonic_time } from '../runtime/erlang/clock.ts'
import { enqueue } from '../runtime/erlang/scheduler.ts'
import { run_outside } from '../runtime/erlang/self.ts'
import type { Result } from '../runtime/erlang/term.ts'
import { AddressBook } from './network_addresses.ts'
import { type Medium, NetworkConnection } from './network_connection.ts'
import { type NetworkOptions, type NetworkTraits, network_traits } from './network_options.ts'
import type { Random } from './random.ts'

export type { NetworkConnection } from './network_connection.ts'

/** Milliseconds until a connection attempt is given up to which nobody answers: 6 repetitions, as Linux has it. */
const connect_timeout = 127_000

interface Listening extends InetListener {
  readonly handlers: ListenHandlers
  readonly v6only: boolean
}

/** The network of one simulation. */
export class SimulatedNetwork implements InetDriver {
  /** The connections of which an end is still there, oldest first. */
  readonly connections = new Set<NetworkConnection>()
  readonly #traits: NetworkTraits
  readonly #random: Random
  readonly #note: (text: string) => void
  readonly #addresses: AddressBook
  readonly #listeners = new Set<Listening>()
  readonly #unreachable = new Set<string>()
  #connected = 0

  /** @throws RangeError for an option whose value makes no sense */
  constructor(random: Random, options: NetworkOptions, note: (text: string) => void) {
    this.#traits = network_traits(options)
    this.#random = random
    this.#note = note
    this.#addresses = new AddressBook(options.hosts ?? {})
  }

  // ---- What a program can do to it

  /** From now on nobody answers who connects to an address: the attempt ends with `etimedout`, after two minutes. */
  silence(ip: IpAddress): void {
    this.#unreachable.add(ip.join())
  }

  /** Takes {@link silence} back. */
  restore(ip: IpAddress): void {
    this.#unreachable.delete(ip.join())
  }

  // ---- What the kernel asks

  connect({ to, from_ip, from_port }: Destination, done: (reason?: string) => void): InetStream {
    const from = this.#addresses.local_end(to, from_ip, from_port)
    const connection: NetworkConnection = new NetworkConnection(
      this.#medium,
      ++this.#connected,
      [from, to],
      () => this.#arrived(connection),
    )
    const { client } = connection.ends
    const settle = (reason?: string) => {
      if (reason === undefined && !client.destroyed) connection.open()
      else this.connections.delete(connection)
      if (!client.destroyed) done(reason)
    }
    const refused = this.#cannot_bind(from, to)
    this.connections.add(connection)
    this.#note(`${connection.number} connects to ${to.flat().join('.')}`)
    if (refused === undefined) this.#answer(to, settle)
    else this.#later(0, () => settle(refused))
    return client
  }

  listen({ at, ipv6_v6only }: Endpoint, handlers: ListenHandlers): InetListener {
    let sockname: SocketAddress | undefined
    const listener: Listening = {
      handlers,
      v6only: ipv6_v6only,
      get sockname() {
        return sockname
      },
      close: () => {
        if (!this.#listeners.delete(listener)) closed = true
      },
    }
    let closed = false
    this.#later(0, () => {
      if (closed) return
      const [tag, bound] = this.#bind(at, ipv6_v6only)
      if (tag === 'error') {
        handlers.failed(bound)
        return
      }
      sockname = bound
      this.#listeners.add(listener)
      handlers.listening()
    })
    return listener
  }

  resolve(name: string, family: Family, done: (found: Result<readonly IpAddress[]>) => void): void {
    this.#later(this.#one_way(), () => done(this.#addresses.resolve(name, family)))
  }

  reverse(ip: IpAddress, done: (found: Result<readonly string[]>) => void): void {
    this.#later(this.#one_way(), () => done(this.#addresses.reverse(ip)))
  }

  poll(done: () => void): void {
    this.#later(0, done)
  }

  gethostname = (): string => this.#addresses.hostname

  getifaddrs = (): readonly Interface[] => this.#addresses.interfaces()

  // ---- Internals

  get #medium(): Medium {
    return {
      traits: this.#traits,
      random: this.#random,
      now: monotonic_time,
      later: (delay, event) => this.#later(delay, event),
      note: this.#note,
      over: connection => void this.connections.delete(connection),
    }
  }

  #one_way = (): number => this.#random.between(...this.#traits.delay)

  /** Why nothing can be connected from there. */
  #cannot_bind(from: SocketAddress, to: SocketAddress): string | undefined {
    if (from[0] === 'local') return undefined
    if (!this.#addresses.can_bind(from[0])) return to[0] === from[0] ? undefined : 'eaddrnotavail'
    const taken = [...this.connections].some(it => same_place(it.client, from) && same_place(it.server, to))
    return taken ? 'eaddrinuse' : undefined
  }

  /** What comes of an attempt to connect, once it has gone there and back. */
  #answer(to: SocketAddress, settle: (reason?: string) => void): void {
    if (to[0] !== 'local' && this.#unreachable.has(to[0].join())) {
      this.#later(connect_timeout, () => settle('etimedout'))
      return
    }
    this.#later(this.#one_way() + this.#one_way(), () => {
      if (this.#listener_at(to) !== undefined) settle()
      else if (to[0] === 'local') settle('enoent')
      else settle(this.#addresses.can_bind(to[0]) ? 'econnrefused' : 'ehostunreach')
    })
  }

  /** The connection is open on the server's side as well; its listener may have gone meanwhile. */
  #arrived(connection: NetworkConnection): void {
    const listener = this.#listener_at(connection.server)
    if (listener === undefined) connection.ends.server.reset()
    else listener.handlers.connection(connection.ends.server)
  }

  #bind(at: SocketAddress, v6only: boolean): Result<SocketAddress, string> {
    if (at[0] !== 'local' && !this.#addresses.can_bind(at[0])) return ['error', 'eaddrnotavail']
    const taken = (address: SocketAddress) =>
      [...this.#listeners].some(it => overlap(it.sockname!, it.v6only, address, v6only))
    if (at[0] === 'local' || at[1] !== 0) return taken(at) ? ['error', 'eaddrinuse'] : ['ok', at]
    for (;;) {
      const free: SocketAddress = [at[0] as IpAddress, this.#addresses.next_port()]
      if (!taken(free)) return ['ok', free]
    }
  }

  #listener_at(to: SocketAddress): Listening | undefined {
    for (const listener of this.#listeners) {
      if (overlap(listener.sockname!, listener.v6only, to, true)) return listener
    }
    return undefined
  }

  /** @returns what forgets it */
  #later(delay: number, event: () => void): () => void {
    if (delay <= 0) {
      let wanted = true
      enqueue({ run: () => wanted && run_outside(event) })
      return () => {
        wanted = false
      }
    }
    const timer = run_outside(() => set_timer(delay, event))
    return () => void clear_timer(timer)
  }
}

/** Whether two listeners, or a listener and who connects, mean the same place. */
function overlap(one: SocketAddress, one_v6only: boolean, two: SocketAddress, two_v6only: boolean): boolean {
  if (one[0] === 'local' || two[0] === 'local') return one[0] === two[0] && one[1] === two[1]
  if (one[1] !== two[1]) return false
  return covers(one[0], two[0], one_v6only) || covers(two[0], one[0], two_v6only)
}

const same_place = (one: SocketAddress, two: SocketAddress): boolean => one.join() === two.join()

function covers(wide: IpAddress, narrow: IpAddress, v6only: boolean): boolean {
  if (wide.join() === narrow.join()) return true
  if (wide.some(part => part !== 0)) return false
  return wide.length === narrow.length || (wide.length === 8 && !v6only)
}
