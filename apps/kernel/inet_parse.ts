// IP addresses: tuples of numbers, as OTP has them, and their text forms.

import { Exit, type Result } from '../../runtime/erlang/term.ts'

/** Four numbers of 0 to 255. OTP: `inet:ip4_address()` */
export type Ip4Address = readonly [number, number, number, number]

/** Eight numbers of 0 to 65535. OTP: `inet:ip6_address()` */
export type Ip6Address = readonly [number, number, number, number, number, number, number, number]

/** OTP: `inet:ip_address()` */
export type IpAddress = Ip4Address | Ip6Address

/** Whether `term` is an address tuple, with every number in its range. OTP: `inet:is_ip_address/1` */
export function is_ip_address(term: unknown): term is IpAddress {
  if (!Array.isArray(term) || (term.length !== 4 && term.length !== 8)) return false
  const most = term.length === 4 ? 0xff : 0xffff
  return term.every(part => Number.isInteger(part) && part >= 0 && part <= most)
}

/** Whether `term` is such an address. OTP: `inet:is_ipv4_address/1` */
export const is_ipv4_address = (term: unknown): term is Ip4Address => is_ip_address(term) && term.length === 4

/** Whether `term` is such an address. OTP: `inet:is_ipv6_address/1` */
export const is_ipv6_address = (term: unknown): term is Ip6Address => is_ip_address(term) && term.length === 8

/**
 * The address that `text` stands for. IPv4 as `inet_aton` reads it: one to four parts, each decimal, octal (`010`)
 * or hexadecimal (`0x8`), of which the last fills what is left (`127.1`). IPv6: RFC 4291 §2.2; a scope
 * (`%eth0`) is left out.
 *
 * @returns `['error', 'einval']` when it is no address
 * @see OTP: `inet:parse_address/1`
 */
export function parse_address(text: string): Result<IpAddress> {
  return address(text.includes(':') ? parse_ip6(text) : parse_ip4(text))
}

/** As {@link parse_address}, but IPv4 needs all four parts. OTP: `inet:parse_strict_address/1` */
export function parse_strict_address(text: string): Result<IpAddress> {
  return !text.includes(':') && text.split('.').length !== 4 ? ['error', 'einval'] : parse_address(text)
}

/** As {@link parse_address}, of IPv4 only. OTP: `inet:parse_ipv4_address/1` */
export const parse_ipv4_address = (text: string): Result<Ip4Address> =>
  address(parse_ip4(text)) as Result<Ip4Address>

/** As {@link parse_strict_address}, of IPv4 only. OTP: `inet:parse_ipv4strict_address/1` */
export const parse_ipv4strict_address = (text: string): Result<Ip4Address> =>
  text.split('.').length === 4 ? parse_ipv4_address(text) : ['error', 'einval']

/** As {@link parse_address}, of IPv6; what is an IPv4 address comes mapped into IPv6. OTP: `inet:parse_ipv6_address/1` */
export function parse_ipv6_address(text: string): Result<Ip6Address> {
  const [tag, ip4] = parse_ipv4_address(text)
  return tag === 'ok' ? ['ok', ipv4_mapped_ipv6_address(ip4)] : parse_ipv6strict_address(text)
}

/** As {@link parse_address}, of IPv6 only. OTP: `inet:parse_ipv6strict_address/1` */
export const parse_ipv6strict_address = (text: string): Result<Ip6Address> =>
  text.includes(':') ? (address(parse_ip6(text)) as Result<Ip6Address>) : ['error', 'einval']

/**
 * The IPv6 address `::ffff:a.b.c.d` for an IPv4 one, RFC 4291 §2.5.5.2.
 *
 * @throws {@link Exit} `'badarg'` for what is no address
 * @see OTP: `inet:ipv4_mapped_ipv6_address/1`
 */
export function ipv4_mapped_ipv6_address(ip: Ip4Address): Ip6Address
/** The IPv4 address that stands in the last 32 bits of an IPv6 one. */
export function ipv4_mapped_ipv6_address(ip: Ip6Address): Ip4Address
/**
 * From one family to the other.
 *
 * @throws {@link Exit} `'badarg'` for what is no address
 * @see OTP: `inet:ipv4_mapped_ipv6_address/1`
 */
export function ipv4_mapped_ipv6_address(ip: IpAddress): IpAddress {
  if (is_ipv4_address(ip)) return [0, 0, 0, 0, 0, 0xffff, ip[0] * 256 + ip[1], ip[2] * 256 + ip[3]]
  if (!is_ipv6_address(ip)) throw new Exit('badarg')
  return [ip[6] >> 8, ip[6] & 0xff, ip[7] >> 8, ip[7] & 0xff]
}

/**
 * An address as text: dotted, or as RFC 5952 writes IPv6.
 *
 * @returns `['error', 'einval']` for what is no address
 * @see OTP: `inet:ntoa/1`
 */
export function ntoa(ip: IpAddress): string | readonly ['error', 'einval'] {
  if (!is_ip_address(ip)) return ['error', 'einval']
  return ip.length === 4 ? ip.join('.') : format_ip6(ip)
}

const address = (parts: readonly number[] | undefined): Result<IpAddress> =>
  parts === undefined ? ['error', 'einval'] : ['ok', parts as unknown as IpAddress]

function parse_ip4(text: string): number[] | undefined {
  const numbers = text.split('.').map(part_of_ip4)
  if (numbers.length > 4) return undefined
  const last = numbers.pop()
  const left = 4 - numbers.length
  if (last === undefined || last >= 256 ** left) return undefined

  const bytes: number[] = []
  for (const number of numbers) {
    if (number === undefined || number > 255) return undefined
    bytes.push(number)
  }
  for (let at = left - 1; at >= 0; at--) bytes.push(Math.floor(last / 256 ** at) % 256)
  return bytes
}

function part_of_ip4(text: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16)
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8)
  return /^[1-9][0-9]*$/.test(text) ? Number(text) : undefined
}

function parse_ip6(text: string): number[] | undefined {
  const [unscoped = '', ...scope] = text.split('%')
  if (scope.length > 1 || scope[0] === '') return undefined
  const halves = unscoped.split('::')
  const [head, tail] = halves.map((half, index) => groups_of_ip6(half, index === halves.length - 1))
  if (head === undefined || halves.length > 2) return undefined
  if (halves.length === 1) return head.length === 8 ? head : undefined
  if (tail === undefined || head.length + tail.length > 7) return undefined
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** Groups between colons; the last of an address may be written as IPv4. */
function groups_of_ip6(text: string, is_end: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (is_end && part.includes('.') && index === parts.length - 1) {
      const ip4 = part.split('.').length === 4 ? parse_ip4(part) : undefined
      if (ip4 === undefined) return undefined
      groups.push(ip4[0]! * 256 + ip4[1]!, ip4[2]! * 256 + ip4[3]!)
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined
      groups.push(Number.parseInt(part, 16))
    }
  }
  return groups
}

function format_ip6(ip: Ip6Address): string {
  const embeds_ip4 = ip.slice(0, 5).every(part => part === 0) && (ip[5] === 0xffff || ip[5] === 0)
  if (embeds_ip4 && ip[6] !== 0) {
    const ip4 = [ip[6] >> 8, ip[6] & 0xff, ip[7] >> 8, ip[7] & 0xff].join('.')
    return ip[5] === 0 ? `::${ip4}` : `::ffff:${ip4}`
  }
  const hexadecimal = (parts: readonly number[]) => parts.map(part => part.toString(16)).join(':')
  const [start, length] = longest_zeros(ip)
  if (length < 2) return hexadecimal(ip)
  return `${hexadecimal(ip.slice(0, start))}::${hexadecimal(ip.slice(start + length))}`
}

/** The first of the longest runs of zeros. */
function longest_zeros(parts: readonly number[]): [start: number, length: number] {
  let longest: [number, number] = [0, 0]
  for (let start = 0; start < parts.length; start++) {
    let end = start
    while (parts[end] === 0) end++
    if (end - start > longest[1]) longest = [start, end - start]
    if (end > start) start = end
  }
  return longest
}
