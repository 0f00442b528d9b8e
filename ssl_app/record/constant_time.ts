// Arithmetic on secrets that takes the same steps whatever they are. A mask is -1 (all bits set) for yes and 0
// for no; numbers are from 0 to 2^31 - 1.

/** Yes if `left < right`. */
export function less(left: number, right: number): number {
  return (left - right) >> 31
}

/** Yes if the two are the same. */
export function same(left: number, right: number): number {
  return is_zero(left ^ right)
}

/** Yes if `value` is 0. */
export function is_zero(value: number): number {
  return ~((value | -value) >> 31)
}

/** `yes` if the mask says so, else `no`. */
export function select(mask: number, yes: number, no: number): number {
  return (yes & mask) | (no & ~mask)
}

/** Yes if two byte strings of the same length are the same. */
export function same_bytes(left: Uint8Array, right: Uint8Array): number {
  let difference = 0
  for (let at = 0; at < left.length; at++) difference |= left[at]! ^ right[at]!
  return is_zero(difference)
}

/**
 * Copies `size` bytes from a secret place. Only `bytes`, `size` and `earliest` show in what memory is touched.
 *
 * @param start - the secret place: from `earliest` to the last one where `size` bytes are left
 * @param earliest - where the search for it begins
 */
export function bytes_at(bytes: Uint8Array, start: number, size: number, earliest: number): Uint8Array {
  const ring = new Uint8Array(size)
  let first = 0
  let slot = 0
  for (let at = earliest; at < bytes.length; at++) {
    const wanted = ~less(at, start) & less(at, start + size)
    ring[slot]! |= bytes[at]! & wanted
    first |= slot & same(at, start)
    slot = slot + 1 === size ? 0 : slot + 1
  }
  return turned(ring, first)
}

/** `ring` from its element number `first` on, by one conditional turn for each bit of `first`. */
function turned(ring: Uint8Array, first: number): Uint8Array {
  const { length } = ring
  let from = ring
  for (let step = 1; step < length; step <<= 1) {
    const to = new Uint8Array(length)
    const turn = ~is_zero(first & step)
    for (let at = 0; at < length; at++) {
      to[at] = select(turn, from[(at + step) % length]!, from[at]!)
    }
    from = to
  }
  return from
}
