// DES and triple DES in CBC mode (FIPS 46-3, FIPS 81), which the portable packages have not. Its tables are looked up
// by secrets, so that it is not constant in time.

import type { CipherState, Direction } from './provider.ts'

type Block = [left: number, right: number]

/** Eight numbers of six bits for each of 16 rounds, in the order in which they are used. */
type Schedule = Uint8Array

const block_size = 8
const key_size = 8
const rounds = 16

/** The substitution boxes, four rows of 16 each. FIPS 46-3, appendix 1 */
const boxes = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
]

/** FIPS 46-3, P: which bit of the boxes' output comes where, from 1. */
const output_order = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
  11, 4, 25,
]

/** PC-1: which bits of the key make up the two registers. */
const key_order = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
]

/** PC-2: which bits of the registers make up the key of a round. */
const round_order = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47,
  55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
]

/** By how much the registers have turned before each round. */
const turned = [1, 2, 4, 6, 8, 10, 12, 14, 15, 17, 19, 21, 23, 25, 27, 28]

/** What each box gives for six bits, in its place after P: eight tables of 64. */
const outputs = Int32Array.from({ length: 8 * 64 }, (_, index) => output_of(index >> 6, index & 63))

/**
 * A stream of blocks under DES or, with a key of 24 bytes, under triple DES: encrypted, decrypted and encrypted again,
 * each with a third of the key.
 *
 * @param key - 8 or 24 bytes; parity bits do not matter
 */
export function des_cbc_init(key: Uint8Array, iv: Uint8Array, direction: Direction): CipherState {
  const passes = passes_of(key, direction)
  const last = load(iv, 0)
  return {
    block_size,
    update(data) {
      const result = new Uint8Array(data.length)
      for (let at = 0; at < data.length; at += block_size) {
        const block = load(data, at)
        store(
          direction === 'encrypt' ? encrypt_next(block, last, passes) : decrypt_next(block, last, passes),
          result,
          at,
        )
      }
      return result
    },
  }
}

function encrypt_next(block: Block, last: Block, passes: readonly Schedule[]): Block {
  block[0] ^= last[0]
  block[1] ^= last[1]
  crypt(block, passes)
  last[0] = block[0]
  last[1] = block[1]
  return block
}

function decrypt_next(block: Block, last: Block, passes: readonly Schedule[]): Block {
  const [left, right] = block
  crypt(block, passes)
  block[0] ^= last[0]
  block[1] ^= last[1]
  last[0] = left
  last[1] = right
  return block
}

// ---- One block

function crypt(block: Block, passes: readonly Schedule[]): void {
  permute_initially(block)
  for (const pass of passes) sixteen_rounds(block, pass)
  permute_finally(block)
}

/** With the exchange of the halves that follows the last round. */
function sixteen_rounds(block: Block, keys: Schedule): void {
  let [left, right] = block
  for (let at = 0; at < 8 * rounds; at += 8) {
    let output = 0
    for (let box = 0; box < 8; box++) {
      const turn = 5 + 4 * box
      const six_bits = ((right << turn) | (right >>> (32 - turn))) & 63
      output ^= outputs[(box << 6) | (six_bits ^ keys[at + box]!)]!
    }
    ;[left, right] = [right, left ^ output]
  }
  block[0] = right
  block[1] = left
}

/** IP as five exchanges of bits between the halves. */
function permute_initially(block: Block): void {
  exchange(block, 0, 4, 0x0f0f0f0f)
  exchange(block, 0, 16, 0x0000ffff)
  exchange(block, 1, 2, 0x33333333)
  exchange(block, 1, 8, 0x00ff00ff)
  exchange(block, 0, 1, 0x55555555)
}

/** The same backwards. */
function permute_finally(block: Block): void {
  exchange(block, 0, 1, 0x55555555)
  exchange(block, 1, 8, 0x00ff00ff)
  exchange(block, 1, 2, 0x33333333)
  exchange(block, 0, 16, 0x0000ffff)
  exchange(block, 0, 4, 0x0f0f0f0f)
}

/** The bits of one half that are `shift` to the left of `mask`, with those of the other half in `mask`. */
function exchange(block: Block, upper: 0 | 1, shift: number, mask: number): void {
  const lower = upper === 0 ? 1 : 0
  const different = ((block[upper] >>> shift) ^ block[lower]) & mask
  block[lower] ^= different
  block[upper] ^= different << shift
}

function load(bytes: Uint8Array, at: number): Block {
  return [word(bytes, at), word(bytes, at + 4)]
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function store([left, right]: Block, bytes: Uint8Array, at: number): void {
  for (let index = 0; index < 4; index++) {
    bytes[at + index] = left >>> (24 - 8 * index)
    bytes[at + 4 + index] = right >>> (24 - 8 * index)
  }
}

// ---- Keys

function passes_of(key: Uint8Array, direction: Direction): readonly Schedule[] {
  const thirds = Array.from({ length: key.length / key_size }, (_, index) =>
    key.subarray(index * key_size, (index + 1) * key_size),
  )
  const decrypts = direction === 'decrypt'
  const passes = thirds.map((third, index) => schedule(third, (index % 2 === 1) !== decrypts))
  return decrypts ? passes.reverse() : passes
}

function schedule(key: Uint8Array, backwards: boolean): Schedule {
  const bit = (number: number) => (key[(number - 1) >> 3]! >> (7 - ((number - 1) & 7))) & 1
  const registers = key_order.map(bit)
  const keys = new Uint8Array(8 * rounds)
  for (const [round, turn] of turned.entries()) {
    const at = 8 * (backwards ? rounds - 1 - round : round)
    for (const [index, number] of round_order.entries()) {
      const register = number > 28 ? 28 : 0
      const box = at + Math.floor(index / 6)
      keys[box] = (keys[box]! << 1) | registers[register + ((number - 1 - register + turn) % 28)]!
    }
  }
  return keys
}

function output_of(box: number, six_bits: number): number {
  const row = ((six_bits >> 4) & 2) | (six_bits & 1)
  const column = (six_bits >> 1) & 15
  const four_bits = Number.parseInt(boxes[box]![row * 16 + column]!, 16) << (28 - 4 * box)
  return output_order.reduce((word, number, index) => {
    return word | (((four_bits >>> (32 - number)) & 1) << (31 - index))
  }, 0)
}
