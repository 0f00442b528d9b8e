// Names, addresses and interfaces as the machine knows them: the only door to node:dns and node:os for sockets.

import { lookup, reverse as reverse_lookup } from 'node:dns'
import { hostname, networkInterfaces } from 'node:os'
import { run_outside } from '../../runtime/erlang/self.ts'
import type { Result } from '../../runtime/erlang/term.ts'
import type { Family, Interface } from './inet_driver.ts'
import { type IpAddress, ntoa, parse_address } from './inet_parse.ts'
import { posix_code } from './inet_posix.ts'

/** The addresses of a name, by the system's own resolver. See {@link InetDriver.resolve}. */
export function resolve(
  name: string,
  family: Family,
  done: (found: Result<readonly IpAddress[]>) => void,
): void {
  run_outside(() =>
    lookup(name, { all: true, family: family === 'inet' ? 4 : 6 }, (error, found) => {
      if (error !== null) return done(['error', posix_code(error)])
      const addresses = found.map(({ address }) => ip_of(address)).filter(ip => ip !== undefined)
      done(addresses.length === 0 ? ['error', 'nxdomain'] : ['ok', addresses])
    }),
  )
}

/** The names of an address, from the name servers and the file of hosts. See {@link InetDriver.reverse}. */
export function reverse(ip: IpAddress, done: (found: Result<readonly string[]>) => void): void {
  run_outside(() =>
    reverse_lookup(ntoa(ip) as string, (error, names) => {
      if (error !== null) return done(['error', posix_code(error)])
      done(names.length === 0 ? ['error', 'nxdomain'] : ['ok', names])
    }),
  )
}

/** The name of this host, without its domain. */
export const gethostname = (): string => hostname().replace(/\..*/, '')

/** The network interfaces of this host that are up and have an address; Node tells of no others. */
export const getifaddrs = (): Interface[] =>
  Object.entries(networkInterfaces()).map(([name, found = []]) => {
    const hwaddr = found[0]?.mac.split(':').map(part => Number.parseInt(part, 16)) ?? []
    return {
      name,
      flags: found[0]?.internal ? ['up', 'loopback', 'running'] : ['up', 'running'],
      addresses: found.flatMap(({ address, netmask }) => {
        const [addr, mask] = [ip_of(address), ip_of(netmask)]
        return addr === undefined || mask === undefined ? [] : [{ addr, netmask: mask }]
      }),
      ...(hwaddr.some(byte => byte !== 0) && { hwaddr }),
    }
  })

function ip_of(text: string): IpAddress | undefined {
  const [tag, ip] = parse_address(text)
  return tag === 'ok' ? ip : undefined
}
