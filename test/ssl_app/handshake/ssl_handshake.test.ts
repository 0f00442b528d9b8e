import { beforeAll, describe, expect, test } from '@jest/globals'
import type { PublicKey } from '../../../apps/crypto/crypto.ts'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { subject_public_key } from '../../../apps/public_key/pubkey_keys.ts'
import type { OwnIdentity } from '../../../ssl_app/handshake/handshake_data.ts'
import { default_signature_algs } from '../../../ssl_app/handshake/hash_signs.ts'
import { choose_scheme, find_scheme, is_signed, sign_with } from '../../../ssl_app/handshake/ssl_handshake.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'
import { make_world } from '../../support/walks.ts'

const content = [hex('01'), hex('0203')]
const public_key = ({ chain }: OwnIdentity): PublicKey => subject_public_key(decode_certificate(chain[0]!))

describe('find_scheme', () => {
  let ec: OwnIdentity
  let rsa: OwnIdentity
  beforeAll(async () => {
    ec = (await make_world()).server
    rsa = (await make_world('rsa')).server
  })

  test('goes by the order of the peer', () => {
    const listed = ['rsa_pss_rsae_sha512', 0x0a0a, 'ecdsa_sha1', 'ecdsa_secp256r1_sha256'] as const
    expect(find_scheme(ec.key, default_signature_algs, listed)).toBe('ecdsa_sha1')
    expect(find_scheme(rsa.key, default_signature_algs, listed)).toBe('rsa_pss_rsae_sha512')
  })

  test('leaves out what is not its own', () => {
    const listed = ['rsa_pkcs1_md5', 'rsa_pkcs1_sha256'] as const
    expect(find_scheme(rsa.key, default_signature_algs, listed)).toBe('rsa_pkcs1_sha256')
    expect(find_scheme(rsa.key, ['rsa_pkcs1_sha384'], listed)).toBeUndefined()
  })

  test('leaves out what its key is too short for', () => {
    const listed = ['rsa_pss_rsae_sha512', 'rsa_pkcs1_sha512', 'rsa_pkcs1_sha256'] as const
    const short = { ...rsa.key, bits: 1024 }
    expect(find_scheme(short, default_signature_algs, listed)).toBe('rsa_pkcs1_sha512')
  })

  test('takes SHA-1 for a peer that does not tell, if it may', () => {
    expect(find_scheme(ec.key, default_signature_algs, undefined)).toBe('ecdsa_sha1')
    expect(find_scheme(rsa.key, default_signature_algs, undefined)).toBe('rsa_pkcs1_sha1')
    expect(find_scheme(rsa.key, ['rsa_pkcs1_sha256'], undefined)).toBeUndefined()
  })

  test('is choose_scheme for those who cannot do without', () => {
    expect(choose_scheme(ec.key, default_signature_algs, undefined)).toBe('ecdsa_sha1')
    expect(thrown_alert(() => choose_scheme(ec.key, default_signature_algs, []))).toBe('handshake_failure')
  })
})

with_each_provider(() => {
  test('a signature is right for its content, its key and its scheme', async () => {
    const { server, client } = await make_world()
    const key = public_key(server)
    const signed = sign_with(server.key, 'ecdsa_secp256r1_sha256', content)
    expect(is_signed(signed, content, key, default_signature_algs)).toBe(true)
    expect(is_signed(signed, hex('010203'), key, default_signature_algs)).toBe(true)
    expect(is_signed(signed, hex('010204'), key, default_signature_algs)).toBe(false)
    expect(is_signed(signed, content, public_key(client), default_signature_algs)).toBe(false)
    const other = { ...signed, algorithm: 'ecdsa_sha1' } as const
    expect(is_signed(other, content, key, default_signature_algs)).toBe(false)
  })

  test.each(['ed25519', 'rsa_pkcs1_sha256', 'ecdsa_sha224', 0x0403, undefined] as const)(
    'a signature that says %s is refused, where that was not offered or is not for the key',
    async algorithm => {
      const { server } = await make_world()
      const { signature } = sign_with(server.key, 'ecdsa_secp256r1_sha256', content)
      const signed = algorithm === undefined ? { signature } : { signature, algorithm }
      const offered = ['ecdsa_secp256r1_sha256', 'rsa_pkcs1_sha256', 'ed25519'] as const
      expect(thrown_alert(() => is_signed(signed, content, public_key(server), offered))).toBe(
        'illegal_parameter',
      )
    },
  )
})
