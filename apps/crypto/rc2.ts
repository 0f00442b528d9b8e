// RC2 in CBC mode (RFC 2268), which OpenSSL 3 has put away. Nothing is encrypted with it any more but old key files.

import { Exit } from '../../runtime/erlang/term.ts'
import type { CipherState, Direction, Rc2Cipher } from './provider.ts'

/** 64 numbers of 16 bits. */
type Schedule = Uint16Array

/** Four numbers of 16 bits, changed in place. */
type Block = Uint16Array

const block_size = 8
const max_key_size = 128

/** All of them. */
export const rc2_ciphers = ['rc2_cbc', 'rc2_64_cbc', 'rc2_40_cbc'] as const

/** How many bits of a key count, however long it is. OTP's names. */
const effective_bits: Readonly<Record<Rc2Cipher, number>> = { rc2_cbc: 128, rc2_64_cbc: 64, rc2_40_cbc: 40 }

/** How far each number turns in a mixing round. */
const turns = [1, 2, 3, 5] as const

/** PITABLE, RFC 2268 §2: the digits of pi make it. */
const substitution = Uint8Array.from(
  [
    'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2',
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82',
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626',
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7',
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec',
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731',
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9',
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  ]
    .join('')
    .match(/../g)!,
  digits => Number.parseInt(digits, 16),
)

/** Mixing rounds before each of the two mashing ones, and after them. */
const mixing_rounds = [5, 6, 5] as const

/**
 * A stream of blocks.
 *
 * @param key - 1 to 128 bytes
 * @throws {@link Exit} `['badarg', …]` for a key or a vector of another size
 */
export function rc2_cbc_init(
  cipher: Rc2Cipher,
  key: Uint8Array,
  iv: Uint8Array,
  direction: Direction,
): CipherState {
  if (key.length < 1 || key.length > max_key_size) throw new Exit(['badarg', `a key of ${key.length} bytes`])
  if (iv.length !== block_size) throw new Exit(['badarg', `a vector of ${iv.length} bytes`])
  const schedule = expand(key, effective_bits[cipher])
  const next = direction === 'encrypt' ? encrypt_next : decrypt_next
  let last = load(iv, 0)
  const update = (data: Uint8Array) => {
    const result = new Uint8Array(data.length)
    for (let at = 0; at < data.length; at += block_size) {
      const [block, following] = next(load(data, at), last, schedule)
      store(block, result, at)
      last = following
    }
    return result
  }
  return { block_size, update }
}

function encrypt_next(block: Block, last: Block, schedule: Schedule): readonly [result: Block, last: Block] {
  for (let index = 0; index < 4; index++) block[index]! ^= last[index]!
  encrypt(block, schedule)
  return [block, block]
}

function decrypt_next(block: Block, last: Block, schedule: Schedule): readonly [result: Block, last: Block] {
  const following = block.slice()
  decrypt(block, schedule)
  for (let index = 0; index < 4; index++) block[index]! ^= last[index]!
  return [block, following]
}

/** RFC 2268 §3 */
function encrypt(r: Block, k: Schedule): void {
  let at = 0
  for (const [phase, rounds] of mixing_rounds.entries()) {
    for (let round = 0; round < 4 * rounds; round++, at++) {
      const i = at & 3
      const mixed = r[i]! + k[at]! + of_three(r, i)
      r[i] = (mixed << turns[i]!) | ((mixed & 0xffff) >>> (16 - turns[i]!))
    }
    if (phase < 2) for (let i = 0; i < 4; i++) r[i]! += k[r[(i + 3) & 3]! & 63]!
  }
}

/** RFC 2268 §4 */
function decrypt(r: Block, k: Schedule): void {
  let at = 63
  for (const [phase, rounds] of mixing_rounds.entries()) {
    for (let round = 0; round < 4 * rounds; round++, at--) {
      const i = at & 3
      const turned = (r[i]! >>> turns[i]!) | (r[i]! << (16 - turns[i]!))
      r[i] = turned - k[at]! - of_three(r, i)
    }
    if (phase < 2) for (let i = 3; i >= 0; i--) r[i]! -= k[r[(i + 3) & 3]! & 63]!
  }
}

/** One of two numbers, bit by bit, as the third says. */
function of_three(r: Block, i: number): number {
  const [first, second, third] = [r[(i + 3) & 3]!, r[(i + 2) & 3]!, r[(i + 1) & 3]!]
  return (first & second) + (~first & third)
}

/** RFC 2268 §2 */
function expand(key: Uint8Array, bits: number): Schedule {
  const bytes = new Uint8Array(128)
  bytes.set(key)
  for (let at = key.length; at < 128; at++) {
    bytes[at] = substitution[(bytes[at - 1]! + bytes[at - key.length]!) & 0xff]!
  }
  const size = bits / 8
  bytes[128 - size] = substitution[bytes[128 - size]!]!
  for (let at = 127 - size; at >= 0; at--) bytes[at] = substitution[bytes[at + 1]! ^ bytes[at + size]!]!
  return Uint16Array.from({ length: 64 }, (_, index) => bytes[2 * index]! | (bytes[2 * index + 1]! << 8))
}

/** Little endian. */
function load(bytes: Uint8Array, at: number): Block {
  return Uint16Array.from(
    { length: 4 },
    (_, index) => bytes[at + 2 * index]! | (bytes[at + 2 * index + 1]! << 8),
  )
}

function store(block: Block, bytes: Uint8Array, at: number): void {
  for (const [index, number] of block.entries()) {
    bytes[at + 2 * index] = number
    bytes[at + 2 * index + 1] = number >> 8
  }
}
