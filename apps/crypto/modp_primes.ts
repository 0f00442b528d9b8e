// The primes of RFC 2409 and RFC 3526. They are made of the digits of pi, so that nobody can have chosen them to
// be weak: the first number above those digits, with 64 bits set before and after them, that is a safe prime.

import { bytes_of, number_of_hex } from './big_numbers.ts'

/** By how much the digits of pi were raised. RFC 2409 §6.2, RFC 3526 §2–7 */
const additions: ReadonlyMap<number, bigint> = new Map([
  [1024, 129_093n],
  [1536, 741_804n],
  [2048, 124_476n],
  [3072, 1_690_314n],
  [4096, 240_904n],
  [6144, 929_484n],
  [8192, 4_743_158n],
])

/** The first 8064 bits of pi. */
const pi = [
  'c90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b',
  '0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f2411',
  '7c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f3562085',
  '52bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28f',
  'b5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33a855',
  '21abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7abf5ae8cdb0933d71e8c94e04a25619dcee3d226',
  '1ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200cbbe117577a615d6c770988c0bad946e208e24fa074e5',
  'ab3143db5bfce0fd108e4b82d120a92108011a723c12a787e6d788719a10bdba5b2699c327186af4e23c1a946834b6150bda',
  '2583e9ca2ad44ce8dbbbc2db04de8ef92e8efc141fbecaa6287c59474e6bc05d99b2964fa090c3a2233ba186515be7ed1f61',
  '2970cee2d7afb81bdd762170481cd0069127d5b05aa993b4ea988d8fddc186ffb7dc90a6c08f4df435c93402849236c3fab4',
  'd27c7026c1d4dcb2602646dec9751e763dba37bdf8ff9406ad9e530ee5db382f413001aeb06a53ed9027d831179727b0865a',
  '8918da3edbebcf9b14ed44ce6cbaced4bb1bdb7f1447e6cc254b332051512bd7af426fb8f401378cd2bf5983ca01c64b92ec',
  'f032ea15d1721d03f482d7ce6e74fef6d55e702f46980c82b5a84031900b1c9e59e7c97fbec7e8f323a97a7e36cc88be0f1d',
  '45b7ff585ac54bd407b22b4154aacc8f6d7ebf48e1d814cc5ed20f8037e0a79715eef29be32806a1d58bb7c5da76f550aa3d',
  '8a1fbff0eb19ccb1a313d55cda56c9ec2ef29632387fe8d76e3c0468043e8f663f4860ee12bf2d5b0b7474d6e694f91e6dbe',
  '115974a3926f12fee5e438777cb6a932df8cd8bec4d073b931ba3bc832b68d9dd300741fa7bf8afc47ed2576f6936ba42466',
  '3aab639c5ae4f5683423b4742bf1c978238f16cbe39d652de3fdb8befc848ad922222e04a4037c0713eb57a81a23f0c73473',
  'fc646cea306b4bcbc8862f8385ddfa9d4b7fa2c087e879683303ed5bdd3a062b3cf5b3a278a66d2a13f83f44f82ddf310ee0',
  '74ab6a364597e899a0255dc164f31cc50846851df9ab48195ded7ea1b1d510bd7ee74d73faf36bc31ecfa268359046f4eb87',
  '9f924009438b481c6cd7889a002ed5ee382bc9190da6fc026e479558e4475677e9aa9e3050e2765694dfc81f56e880b96e71',
  '60c980dd98a573ea',
].join('')

/**
 * The prime with that many bits: 2^bits - 2^(bits - 64) - 1 + 2^64 * (floor(2^(bits - 130) * pi) + addition).
 *
 * @param bits - 1024, 1536, 2048, 3072, 4096, 6144 or 8192
 */
export function modp_prime(bits: number): Uint8Array {
  const digits = number_of_hex(pi.slice(0, (bits - 128) / 4))
  const ones = (1n << 64n) - 1n
  const number = (ones << BigInt(bits - 64)) + ((digits + (additions.get(bits) ?? 0n)) << 64n) - 1n
  return bytes_of(number, bits / 8)
}
