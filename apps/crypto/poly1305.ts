// The one-time authenticator Poly1305 (RFC 8439 §2.5) alone, which no provider gives. Numbers modulo 2^130 - 5 are
// ten limbs of 13 bits, whose products a double holds exactly; nothing branches on a secret.

const limb_count = 10
const limb_bits = 13
const limb_size = 1 << limb_bits
const limb_mask = limb_size - 1
const block_size = 16
const clamp = [255, 255, 255, 15, 252, 255, 255, 15, 252, 255, 255, 15, 252, 255, 255, 15] as const

/**
 * The tag of `message`.
 *
 * @param key - 32 bytes, never used for a second message
 * @returns 16 bytes
 */
export function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const r = clamped_limbs(key)
  const h = new Float64Array(limb_count)
  const block = new Uint8Array(block_size + 1)
  for (let at = 0; at < message.length; at += block_size) {
    const piece = message.subarray(at, at + block_size)
    block.fill(0)
    block.set(piece)
    block[piece.length] = 1
    for (let i = 0; i < limb_count; i++) h[i]! += limb(block, i)
    multiply(h, r)
  }
  const tag = finish(h, key)
  r.fill(0)
  h.fill(0)
  return tag
}

/** The multiplier, and before it the same times five: so what overflows 2^130 comes back. */
function clamped_limbs(key: Uint8Array): Float64Array {
  const bytes = new Uint8Array(block_size + 1)
  for (let index = 0; index < block_size; index++) bytes[index] = key[index]! & clamp[index]!
  const limbs = new Float64Array(2 * limb_count)
  for (let i = 0; i < limb_count; i++) {
    limbs[i] = 5 * limb(bytes, i)
    limbs[limb_count + i] = limb(bytes, i)
  }
  bytes.fill(0)
  return limbs
}

function limb(bytes: Uint8Array, index: number): number {
  const bit = index * limb_bits
  const at = bit >> 3
  const word = bytes[at]! | (bytes[at + 1]! << 8) | ((bytes[at + 2] ?? 0) << 16)
  return (word >>> (bit & 7)) & limb_mask
}

const product = new Float64Array(limb_count)

function multiply(h: Float64Array, r: Float64Array): void {
  for (let i = 0; i < limb_count; i++) {
    let sum = 0
    for (let j = 0; j < limb_count; j++) {
      sum += h[j]! * r[limb_count + i - j]!
    }
    product[i] = sum
  }
  h.set(product)
  carry(h)
}

function carry(h: Float64Array): void {
  let over = 0
  for (let i = 0; i < limb_count; i++) {
    const sum = h[i]! + over
    over = Math.floor(sum / limb_size)
    h[i] = sum - over * limb_size
  }
  h[0]! += 5 * over
  over = Math.floor(h[0]! / limb_size)
  h[0]! -= over * limb_size
  h[1]! += over
}

/** Reduces `h` wholly and adds the second half of the key, modulo 2^128. */
function finish(h: Float64Array, key: Uint8Array): Uint8Array {
  carry(h)
  carry(h)
  // If 5 more overflow 2^130, what is left of that is the remainder.
  const more = h.slice()
  more[0]! += 5
  for (let i = 0; i < limb_count - 1; i++) {
    const over = Math.floor(more[i]! / limb_size)
    more[i]! -= over * limb_size
    more[i + 1]! += over
  }
  const overflows = Math.floor(more[limb_count - 1]! / limb_size)
  more[limb_count - 1]! -= overflows * limb_size
  for (let i = 0; i < limb_count; i++) h[i] = more[i]! * overflows + h[i]! * (1 - overflows)
  return add(h, key)
}

function add(h: Float64Array, key: Uint8Array): Uint8Array {
  const tag = new Uint8Array(block_size)
  let bits = 0
  let held = 0
  let next = 0
  let over = 0
  for (let index = 0; index < block_size; index++) {
    while (held < 8) {
      bits += h[next++]! * 2 ** held
      held += limb_bits
    }
    const sum = (bits & 0xff) + key[block_size + index]! + over
    tag[index] = sum & 0xff
    over = sum >> 8
    bits >>>= 8
    held -= 8
  }
  return tag
}
