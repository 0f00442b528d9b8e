// The one-time authenticator Poly1305 (RFC 8439 §2.5) alone, which no provider gives. Numbers modulo 2^130 - 5 are
// ten limbs of 13 bits, whose products a double holds exactly; nothing branches on a secret.

const limb_count = 10
const limb_bits = 13
const limb_size = 1 << limb_bits
const limb_mask = limb_size - 1
const block_size = 16
// Bit 128, in the limb that begins with bit 117: a whole block has it after its last byte.
const top_bit = 1 << 11
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
  const product = new Float64Array(limb_count)
  const whole = message.length - (message.length % block_size)
  for (let at = 0; at < whole; at += block_size) {
    add_limbs(h, message, at)
    h[limb_count - 1]! += top_bit
    multiply(h, r, product)
  }
  if (whole < message.length) {
    const block = new Uint8Array(block_size)
    block.set(message.subarray(whole))
    block[message.length - whole] = 1
    add_limbs(h, block, 0)
    multiply(h, r, product)
  }
  const tag = finish(h, key)
  r.fill(0)
  h.fill(0)
  product.fill(0)
  return tag
}

/** The multiplier, and before it the same times five: so what overflows 2^130 comes back. */
function clamped_limbs(key: Uint8Array): Float64Array {
  const bytes = new Uint8Array(block_size)
  for (let index = 0; index < block_size; index++) bytes[index] = key[index]! & clamp[index]!
  const limbs = new Float64Array(2 * limb_count)
  add_limbs(limbs, bytes, 0)
  for (let i = 0; i < limb_count; i++) {
    limbs[limb_count + i] = limbs[i]!
    limbs[i]! *= 5
  }
  bytes.fill(0)
  return limbs
}

/** Adds the 128 bits that begin at `at`. */
function add_limbs(to: Float64Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < limb_count - 1; i++) {
    const bit = i * limb_bits
    const from = at + (bit >> 3)
    const word = bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16)
    to[i]! += (word >>> (bit & 7)) & limb_mask
  }
  to[limb_count - 1]! += (bytes[at + 14]! | (bytes[at + 15]! << 8)) >>> 5
}

function multiply(h: Float64Array, r: Float64Array, product: Float64Array): void {
  for (let i = 0; i < limb_count; i++) {
    let sum = 0
    for (let j = 0; j < limb_count; j++) sum += h[j]! * r[limb_count + i - j]!
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
