// IP addresses as certificates have them: 4 or 16 bytes. The text forms are those of RFC 4291 §2.2.

/** The bytes of an IP address, or undefined when `text` is something else, such as a host name. */
export function ip_address_bytes(text: string): Uint8Array | undefined {
  const bytes = text.includes(':') ? ipv6(text) : ipv4(text)
  return bytes && Uint8Array.from(bytes)
}

/**
 * The bytes of an address as a tuple: four numbers, or eight of 16 bits. Undefined for any other numbers.
 *
 * @see OTP: `inet:ip_address()`
 */
export function ip_tuple_bytes(tuple: readonly number[]): Uint8Array | undefined {
  const limit = { 4: 0x100, 8: 0x10000 }[tuple.length]
  if (!limit || !tuple.every(part => Number.isInteger(part) && part >= 0 && part < limit)) return undefined
  return Uint8Array.from(limit === 0x100 ? tuple : tuple.flatMap(part => [part >> 8, part & 0xff]))
}

function ipv4(text: string): readonly number[] | undefined {
  const parts = text.split('.')
  const is_address =
    parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  return is_address ? parts.map(Number) : undefined
}

function ipv6(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groups(halves[0]!)
  if (halves.length === 1) return head?.length === 16 ? head : undefined

  const tail = groups(halves[1]!)
  if (!head || !tail || head.length + tail.length > 14) return undefined
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail]
}

/** Groups of 16 bits, the last of which may be an IPv4 address. */
function groups(text: string): readonly number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const last = parts.at(-1)!
  const embedded = last.includes('.') ? ipv4(last) : []
  if (!embedded) return undefined

  const hexadecimal = last.includes('.') ? parts.slice(0, -1) : parts
  if (!hexadecimal.every(part => /^[0-9a-fA-F]{1,4}$/.test(part))) return undefined
  const numbers = hexadecimal.map(part => Number.parseInt(part, 16))
  return [...numbers.flatMap(number => [number >> 8, number & 0xff]), ...embedded]
}
