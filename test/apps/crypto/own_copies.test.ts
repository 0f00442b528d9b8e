import { expect, test } from '@jest/globals'
import {
  dh_compute_key,
  dh_generate_key,
  dh_group,
  generate_key,
  srp_client_key,
  srp_client_premaster,
  srp_server_key,
  srp_server_premaster,
} from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'

/** `slice` of a Buffer is no copy, so that what is wiped, or changed, at one place is so at the other. */
const private_value = (size: number) => Buffer.alloc(size, 0x11)

with_each_provider(() => {
  test('a private value is left as it was given', () => {
    const [of_client, of_server] = [private_value(32), private_value(32)]
    const client = srp_client_key('srp_1024', of_client)
    const server = srp_server_key('srp_1024', private_value(20), of_server)
    srp_client_premaster('srp_1024', client, server.public_key, private_value(20))
    srp_server_premaster('srp_1024', server, client.public_key)
    expect(of_client).toEqual(private_value(32))
    expect(of_server).toEqual(private_value(32))
  })

  test('a key stays the same whatever becomes of the private value that it was made with', () => {
    const group = dh_group('modp1024')
    const value = private_value(20)
    const { private_key } = dh_generate_key(group, value)!
    const before = dh_compute_key(group, Uint8Array.of(5), private_key)
    value.fill(0x22)
    expect(dh_compute_key(group, Uint8Array.of(5), private_key)).toEqual(before)
  })

  test.each(['x25519', 'secp256r1'] as const)('and so does one on %s', curve => {
    const value = private_value(32)
    const peer = generate_key(curve)
    const { private_key } = generate_key(curve, value)
    const before = private_key.compute(peer.public_key)
    value.fill(0x22)
    expect(private_key.compute(peer.public_key)).toEqual(before)
  })
})
