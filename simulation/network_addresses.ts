// The names and addresses of a simulated network. All of them are this one host's.

import type { Family, Interface, SocketAddress } from '../apps/kernel/inet_driver.ts'
import type { IpAddress } from '../apps/kernel/inet_parse.ts'
import type { Result } from '../runtime/erlang/term.ts'

const loopback4: IpAddress = [127, 0, 0, 1]
const loopback6: IpAddress = [0, 0, 0, 0, 0, 0, 0, 1]
/** The first of the ports that a system gives out, as Linux has it. */
const first_port = 32_768
const last_port = 60_999

/** The names, addresses and ports of the simulated host. */
export class AddressBook {
  readonly hostname = 'simulated'
  readonly #hosts: ReadonlyMap<string, readonly IpAddress[]>
  #last_port = first_port - 1

  /** @param hosts - names and their addresses, beside `localhost` */
  constructor(hosts: Readonly<Record<string, readonly IpAddress[]>>) {
    const own = [loopback4, loopback6]
    this.#hosts = new Map([['localhost', own], [this.hostname, own], ...Object.entries(hosts)])
  }

  resolve(name: string, family: Family): Result<readonly IpAddress[]> {
    const size = family === 'inet' ? 4 : 8
    const found = (this.#hosts.get(name) ?? []).filter(ip => ip.length === size)
    return found.length === 0 ? ['error', 'nxdomain'] : ['ok', found]
  }

  reverse(ip: IpAddress): Result<readonly string[]> {
    const names = [...this.#hosts]
      .filter(([, all]) => all.some(known => same(known, ip)))
      .map(([name]) => name)
    return names.length === 0 ? ['error', 'nxdomain'] : ['ok', names]
  }

  /** Whether packets for this address arrive anywhere. */
  is_here(ip: IpAddress): boolean {
    if (ip.length === 4 && ip[0] === 127) return true
    return [...this.#hosts.values()].some(all => all.some(known => same(known, ip)))
  }

  /** Whether a socket can be bound to it: an address of this host, or any. */
  can_bind = (ip: IpAddress): boolean => ip.every(part => part === 0) || this.is_here(ip)

  next_port(): number {
    this.#last_port = this.#last_port >= last_port ? first_port : this.#last_port + 1
    return this.#last_port
  }

  /** Where a connection comes from: what was asked for, else the address it goes to, which is this host's too. */
  local_end(to: SocketAddress, ip: IpAddress | undefined, port: number | undefined): SocketAddress {
    if (to[0] === 'local') return ['local', '']
    const chosen = ip === undefined || ip.every(part => part === 0) ? to[0] : ip
    return [chosen, port === undefined || port === 0 ? this.next_port() : port]
  }

  interfaces(): Interface[] {
    const outside = [...this.#hosts.values()]
      .flat()
      .filter(ip => !same(ip, loopback4) && !same(ip, loopback6))
    const lo: Interface = {
      name: 'lo',
      flags: ['up', 'loopback', 'running'],
      addresses: [
        { addr: loopback4, netmask: [255, 0, 0, 0] },
        { addr: loopback6, netmask: netmask6(128) },
      ],
    }
    if (outside.length === 0) return [lo]
    const addresses = outside.map(addr => ({ addr, netmask: netmask_of(addr) }))
    return [
      lo,
      {
        name: 'eth0',
        flags: ['up', 'broadcast', 'running'],
        addresses,
        hwaddr: [2, 0, 0, 0, 0, 1],
      },
    ]
  }
}

const same = (one: IpAddress, two: IpAddress): boolean => one.join() === two.join()

const netmask_of = (ip: IpAddress): IpAddress => (ip.length === 4 ? [255, 255, 255, 0] : netmask6(64))

const netmask6 = (bits: 64 | 128): IpAddress => {
  const low = bits === 128 ? 0xffff : 0
  return [0xffff, 0xffff, 0xffff, 0xffff, low, low, low, low]
}
