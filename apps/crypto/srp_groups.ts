// The groups of SRP in TLS: RFC 5054 appendix A. The four large ones have the primes of RFC 3526, with generators
// of their own.

import { bytes_of, number_of, number_of_hex } from './big_numbers.ts'
import type { DhGroup } from './dh.ts'
import { modp_prime } from './modp_primes.ts'

/** RFC 5054 appendix A. OTP: `ssl:srp_param_type()` */
export type SrpGroupName =
  | 'srp_1024'
  | 'srp_1536'
  | 'srp_2048'
  | 'srp_3072'
  | 'srp_4096'
  | 'srp_6144'
  | 'srp_8192'

const prime_1024 = [
  'eeaf0ab9adb38dd69c33f80afa8fc5e86072618775ff3c0b9ea2314c9c256576d674df7496ea81d3383b4813d692c6e0e0d5',
  'd8e250b98be48e495c1d6089dad15dc7d7b46154d6b6ce8ef4ad69b15d4982559b297bcf1885c529f566660e57ec68edbc3c',
  '05726cc02fd4cbf4976eaa9afd5138fe8376435b9fc61d2fc0eb06e3',
].join('')

const prime_1536 = [
  '9def3cafb939277ab1f12a8617a47bbbdba51df499ac4c80beeea9614b19cc4d5f4f5f556e27cbde51c6a94be4607a291558',
  '903ba0d0f84380b655bb9a22e8dcdf028a7cec67f0d08134b1c8b97989149b609e0be3bab63d47548381dbc5b1fc764e3f4b',
  '53dd9da1158bfd3e2b9c8cf56edf019539349627db2fd53d24b7c48665772e437d6c7f8ce442734af7ccb7ae837c264ae3a9',
  'beb87f8a2fe9b8b5292e5a021fff5e91479e8ce7a28c2442c6f315180f93499a234dcf76e3fed135f9bb',
].join('')

const prime_2048 = [
  'ac6bdb41324a9a9bf166de5e1389582faf72b6651987ee07fc3192943db56050a37329cbb4a099ed8193e0757767a13dd523',
  '12ab4b03310dcd7f48a9da04fd50e8083969edb767b0cf6095179a163ab3661a05fbd5faaae82918a9962f0b93b855f97993',
  'ec975eeaa80d740adbf4ff747359d041d5c33ea71d281e446b14773bca97b43a23fb801676bd207a436c6481f1d2b9078717',
  '461a5b9d32e688f87748544523b524b0d57d5ea77a2775d2ecfa032cfbdbf52fb3786160279004e57ae6af874e7303ce5329',
  '9ccc041c7bc308d82a5698f3a8d0c38271ae35f8e9dbfbb694b5c803d89f7ae435de236d525f54759b65e372fcd68ef20fa7',
  '111f9e4aff73',
].join('')

/** The groups by name: the only ones that a client accepts. RFC 5054 appendix A */
export const srp_groups: Readonly<Record<SrpGroupName, DhGroup>> = {
  srp_1024: group(bytes_of(number_of_hex(prime_1024)), 2),
  srp_1536: group(bytes_of(number_of_hex(prime_1536)), 2),
  srp_2048: group(bytes_of(number_of_hex(prime_2048)), 2),
  srp_3072: group(modp_prime(3072), 5),
  srp_4096: group(modp_prime(4096), 5),
  srp_6144: group(modp_prime(6144), 5),
  srp_8192: group(modp_prime(8192), 19),
}

const names = Object.keys(srp_groups) as SrpGroupName[]

/** The name of the group of RFC 5054 with this modulus and generator, both big endian. */
export function srp_group_name(n: Uint8Array, g: Uint8Array): SrpGroupName | undefined {
  const modulus = number_of(n)
  const generator = number_of(g)
  return names.find(name => {
    const group = srp_groups[name]
    return number_of(group.p) === modulus && number_of(group.g) === generator
  })
}

function group(p: Uint8Array, generator: number): DhGroup {
  return { p, g: Uint8Array.of(generator) }
}
