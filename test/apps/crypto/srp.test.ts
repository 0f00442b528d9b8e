import { describe, expect, test } from '@jest/globals'
import {
  dh_group_bits,
  type SrpGroupName,
  srp_client_key,
  srp_client_premaster,
  srp_group_name,
  srp_groups,
  srp_server_key,
  srp_server_premaster,
  srp_user_key,
  use_provider,
} from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { srp_sample } from '../../vectors/number_vectors.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const names = Object.keys(srp_groups) as SrpGroupName[]
const user_key = hex(srp_sample.user_key)
const other_key = srp_user_key(hex(srp_sample.salt), utf8('alice'), utf8('password124'))
const badarg = expect.objectContaining({ reason: ['badarg', expect.any(String)] })

const number = (bytes: Uint8Array) => BigInt(`0x${to_hex(bytes)}`)
const client_premaster = (...args: Parameters<typeof srp_client_premaster>) => {
  const premaster = srp_client_premaster(...args)
  return premaster && to_hex(premaster)
}
const server_premaster = (...args: Parameters<typeof srp_server_premaster>) => {
  const premaster = srp_server_premaster(...args)
  return premaster && to_hex(premaster)
}

/** Whether `n` is a prime for all that one can tell: the test of Miller and Rabin to the base 2. */
function is_probable_prime(n: bigint): boolean {
  let odd = n - 1n
  let twos = 0
  while ((odd & 1n) === 0n) {
    odd >>= 1n
    twos++
  }
  let x = modular_power(2n, odd, n)
  if (x === 1n || x === n - 1n) return true
  for (let count = 1; count < twos; count++) {
    x = (x * x) % n
    if (x === n - 1n) return true
  }
  return false
}

function modular_power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

describe('the groups', () => {
  test.each(names)('%s has as many bits as its name says, and is found by its numbers', name => {
    const { p, g } = srp_groups[name]
    expect(`srp_${dh_group_bits(srp_groups[name])}`).toBe(name)
    expect(srp_group_name(p, g)).toBe(name)
    expect(srp_group_name(Uint8Array.of(0, ...p), Uint8Array.of(0, 0, ...g))).toBe(name)
  })

  test.each(['srp_1024', 'srp_1536', 'srp_2048'] as const)('%s has a safe prime', name => {
    const p = number(srp_groups[name].p)
    expect([p, (p - 1n) / 2n].map(is_probable_prime)).toEqual([true, true])
  })

  test('have the generators of RFC 5054', () => {
    expect(names.map(name => srp_groups[name].g[0])).toEqual([2, 2, 2, 5, 5, 5, 19])
  })

  test('are no others', () => {
    const { p } = srp_groups.srp_1024
    expect(srp_group_name(p, Uint8Array.of(5))).toBeUndefined()
    expect(srp_group_name(p.subarray(1), Uint8Array.of(2))).toBeUndefined()
    expect(srp_group_name(srp_groups.srp_3072.p, Uint8Array.of(2))).toBeUndefined()
    expect(srp_group_name(new Uint8Array(0), new Uint8Array(0))).toBeUndefined()
  })
})

with_each_provider(() => {
  const name = 'srp_1024'
  const sample_client = () => srp_client_key(name, hex(srp_sample.client_private))
  const sample_server = () => srp_server_key(name, user_key, hex(srp_sample.server_private))

  test('salt, user and password come to the key that RFC 5054 prints', () => {
    const { user, password, salt } = srp_sample
    expect(to_hex(srp_user_key(hex(salt), utf8(user), utf8(password)))).toBe(srp_sample.user_key)
  })

  test('the public keys are those that RFC 5054 prints', () => {
    expect(to_hex(sample_client().public_key)).toBe(to_hex(hex(srp_sample.client_public)))
    expect(to_hex(sample_server().public_key)).toBe(to_hex(hex(srp_sample.server_public)))
  })

  test('both sides come to the premaster secret that RFC 5054 prints', () => {
    const premaster = to_hex(hex(srp_sample.premaster))
    const { client_public, server_public } = srp_sample
    expect(client_premaster(name, sample_client(), hex(server_public), user_key)).toBe(premaster)
    expect(server_premaster(name, sample_server(), hex(client_public))).toBe(premaster)
  })

  test.each(names)('with %s, fresh keys come to one secret', group => {
    const [client, server] = [srp_client_key(group), srp_server_key(group, user_key)]
    const secret = client_premaster(group, client, server.public_key, user_key)
    expect(secret).toBeDefined()
    expect(server_premaster(group, server, client.public_key)).toBe(secret)
  })

  test('a wrong password comes to another secret', () => {
    const [client, server] = [srp_client_key(name), srp_server_key(name, user_key)]
    const secret = client_premaster(name, client, server.public_key, other_key)
    expect(secret).toBeDefined()
    expect(server_premaster(name, server, client.public_key)).not.toBe(secret)
  })

  test('fresh keys differ', () => {
    const publics = [srp_client_key(name), srp_client_key(name), srp_server_key(name, user_key)]
    expect(new Set(publics.map(({ public_key }) => to_hex(public_key))).size).toBe(3)
  })

  test('secrets and public values have no leading zeros', () => {
    // Found by trying: small private values whose results begin with a zero in this group.
    const { p } = srp_groups[name]
    expect(to_hex(srp_client_key(name, Uint8Array.of(3)).public_key)).toBe('08')
    const server = () => srp_server_key(name, user_key, Uint8Array.of(1))
    for (let private_value = 1; private_value < 2000; private_value++) {
      const client = srp_client_key(name, Uint8Array.of(private_value >> 8, private_value & 0xff))
      const secret = srp_server_premaster(name, server(), client.public_key)
      if (!secret || secret.length === p.length) continue
      const again = srp_client_key(name, Uint8Array.of(private_value >> 8, private_value & 0xff))
      expect(secret[0]).not.toBe(0)
      expect(client_premaster(name, again, server().public_key, user_key)).toBe(to_hex(secret))
      return
    }
    throw new Error('no secret began with a zero')
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['zero', new Uint8Array(128)],
    ['the prime', srp_groups.srp_1024.p],
    ['above the prime', new Uint8Array(128).fill(0xff)],
    ['twice the prime', hex((2n * number(srp_groups.srp_1024.p)).toString(16).padStart(258, '0'))],
  ])('a public value that is %s is refused', (_, value) => {
    expect(srp_client_premaster(name, sample_client(), value, user_key)).toBeUndefined()
    expect(srp_server_premaster(name, sample_server(), value)).toBeUndefined()
  })

  test('a server does not see anything in a public value of small order, were it not refused', () => {
    // One to the power of u is one, so that only verifier and own key are left in it.
    expect(srp_server_premaster(name, sample_server(), Uint8Array.of(1))).toBeDefined()
    // A server whose key is the verifier times the multiplier leaves nothing for the client to raise.
    const base = number(srp_server_key(name, user_key, Uint8Array.of(0)).public_key) - 1n
    const nothing = hex(base.toString(16).padStart(256, '0'))
    expect(srp_client_premaster(name, sample_client(), nothing, user_key)).toBeUndefined()
  })

  test('a password that comes to zero has the verifier one', () => {
    const [client, server] = [srp_client_key(name), srp_server_key(name, new Uint8Array(20))]
    const secret = client_premaster(name, client, server.public_key, new Uint8Array(20))
    expect(secret).toBeDefined()
    expect(server_premaster(name, server, client.public_key)).toBe(secret)
  })

  test('a key is for one exchange, and for its side', () => {
    const client = sample_client()
    const server = sample_server()
    const { client_public, server_public } = srp_sample
    expect(() => srp_server_premaster(name, client, hex(client_public))).toThrow(badarg)
    expect(() => srp_client_premaster(name, server, hex(server_public), user_key)).toThrow(badarg)
    expect(srp_client_premaster(name, client, hex(server_public), user_key)).toBeDefined()
    expect(() => srp_client_premaster(name, client, hex(server_public), user_key)).toThrow(badarg)
    expect(srp_server_premaster(name, server, new Uint8Array(1))).toBeUndefined()
    expect(() => srp_server_premaster(name, server, hex(client_public))).toThrow(badarg)
    expect(() => srp_server_premaster(name, { public_key: hex(server_public) }, hex(client_public))).toThrow(
      badarg,
    )
  })

  test('a key shows nothing but what the peer is sent', () => {
    expect(Object.keys(sample_server())).toEqual(['public_key'])
    expect(Object.isFrozen(sample_client())).toBe(true)
  })

  test('a key does not change when the bytes it was made from are wiped', () => {
    const private_value = hex(srp_sample.client_private)
    const key = srp_client_key(name, private_value)
    private_value.fill(0)
    const premaster = client_premaster(name, key, hex(srp_sample.server_public), user_key)
    expect(premaster).toBe(to_hex(hex(srp_sample.premaster)))
  })
})

test('a key that one provider made is one for the other', async () => {
  const client = srp_client_key('srp_1024')
  const server = srp_server_key('srp_1024', user_key)
  const secret = client_premaster('srp_1024', client, server.public_key, user_key)
  await use_provider('noble')
  expect(server_premaster('srp_1024', server, client.public_key)).toBe(secret)
  await use_provider('node')
})
