// Names of hosts to their addresses and back, by the resolver of the network in use; and this host's own.

import type { Result } from '../../runtime/erlang/term.ts'
import { inet_driver } from './inet_db.ts'
import type { Family, Interface } from './inet_driver.ts'
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

/** What is known of a host. OTP: the record `hostent` */
export interface Hostent {
  readonly h_name: string
  readonly h_aliases: readonly string[]
  readonly h_addrtype: Family
  /** Bytes of an address: 4 or 16. */
  readonly h_length: 4 | 16
  readonly h_addr_list: readonly IpAddress[]
}

/**
 * A host by its name, or by an address as text.
 *
 * @returns `['error', 'nxdomain']` when it has no address in that family; `['error', 'einval']` for what is no name
 * @see OTP: `inet:gethostbyname/1,2`
 */
export async function gethostbyname(name: string, family: Family = 'inet'): Promise<Result<Hostent>> {
  if (typeof name !== 'string') return ['error', 'einval']
  const literal = literal_address(name)
  if (literal !== undefined && family_of(literal) !== family) return ['error', 'nxdomain']
  const [tag, found] = await getaddrs(name, family)
  return tag === 'ok' ? ['ok', hostent(name, [], found)] : [tag, found]
}

/**
 * A host by its address, which may be given as text.
 *
 * @returns `['error', 'nxdomain']` when it has no name; `['error', 'einval']` for what is no address
 * @see OTP: `inet:gethostbyaddr/1`
 */
export async function gethostbyaddr(address: string | IpAddress): Promise<Result<Hostent>> {
  const ip = literal_address(address)
  if (ip === undefined) return ['error', 'einval']
  const [tag, names] = await new Promise<Result<readonly string[]>>(resolve =>
    inet_driver().reverse(ip, resolve),
  )
  return tag === 'ok' ? ['ok', hostent(names[0]!, names.slice(1), [ip])] : [tag, names]
}

/** The name of this host, without its domain. OTP: `inet:gethostname/0` */
export const gethostname = (): readonly ['ok', string] => ['ok', inet_driver().gethostname()]

/** The interfaces of this host that are up and have an address; Node tells of no others. OTP: `inet:getifaddrs/0` */
export const getifaddrs = (): readonly ['ok', readonly Interface[]] => ['ok', inet_driver().getifaddrs()]

const family_of = (ip: IpAddress): Family => (ip.length === 4 ? 'inet' : 'inet6')

const hostent = (
  h_name: string,
  h_aliases: readonly string[],
  h_addr_list: readonly IpAddress[],
): Hostent => {
  const h_addrtype = family_of(h_addr_list[0]!)
  return { h_name, h_aliases, h_addrtype, h_length: h_addrtype === 'inet' ? 4 : 16, h_addr_list }
}

function literal_address(host: Host): IpAddress | undefined {
  if (is_ip_address(host)) return host
  if (typeof host !== 'string') return undefined
  const [tag, ip] = host.includes(':') ? parse_address(host) : parse_strict_address(host)
  return tag === 'ok' ? ip : undefined
}
