// Names of hosts to their addresses, by the resolver of the network in use.

import type { Result } from '../../runtime/erlang/term.ts'
import { inet_driver } from './inet_db.ts'
import type { Family } from './inet_driver.ts'
import { type IpAddress, is_ip_address, parse_address, parse_strict_address } from './inet_parse.ts'

/** A name, an address as text, or an address. */
export type Host = string | IpAddress

/**
 * Every address of a host, in the resolver's order. An address stands for itself, whatever its family.
 *
 * @returns `['error', 'nxdomain']` when there is none, or another POSIX code
 * @see OTP: `inet:getaddrs/2`
 */
export function getaddrs(host: Host, family: Family = 'inet'): Promise<Result<readonly IpAddress[]>> {
  const literal = literal_address(host)
  if (literal !== undefined) return Promise.resolve(['ok', [literal]])
  if (typeof host !== 'string' || host === '') return Promise.resolve(['error', 'nxdomain'])

  return new Promise(resolve => inet_driver().resolve(host, family, resolve))
}

/**
 * The first address of a host.
 *
 * @returns as {@link getaddrs}
 * @see OTP: `inet:getaddr/2`
 */
export async function getaddr(host: Host, family: Family = 'inet'): Promise<Result<IpAddress>> {
  const found = await getaddrs(host, family)
  return found[0] === 'ok' ? ['ok', found[1][0]!] : found
}

function literal_address(host: Host): IpAddress | undefined {
  if (is_ip_address(host)) return host
  if (typeof host !== 'string') return undefined
  const [tag, ip] = host.includes(':') ? parse_address(host) : parse_strict_address(host)
  return tag === 'ok' ? ip : undefined
}
