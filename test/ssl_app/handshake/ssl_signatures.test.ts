import { constants, createHash, createPublicKey, publicDecrypt, verify } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { subject_public_key } from '../../../apps/public_key/pubkey_keys.ts'
import {
  type HandshakeData,
  nothing_known,
  type OwnIdentity,
} from '../../../ssl_app/handshake/handshake_data.ts'
import {
  type DigitallySigned,
  default_signature_algs,
  hash_sign,
  type SignatureScheme,
  signature_scheme_names,
} from '../../../ssl_app/handshake/hash_signs.ts'
import {
  are_signed,
  find_scheme,
  is_handshake_signed,
  own_scheme,
  sign_handshake,
  sign_params,
} from '../../../ssl_app/handshake/ssl_signatures.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { make_pss_identity } from '../../support/certificates_of_other_keys.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { config, environment } from '../../support/engine_pair.ts'
import { type Everybody, make_everybody, versions } from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'
import { make_world } from '../../support/walks.ts'

const everybody: Everybody = await make_everybody()
const { rsa, dsa, ec } = everybody.identities
const eddsa: OwnIdentity = (await make_world('ed25519')).server
const rsa_pss: OwnIdentity = await make_pss_identity(everybody.ca)
const by_key_type: Readonly<Record<string, OwnIdentity>> = { rsa, rsa_pss, dsa, ec }

/** One who signs, or who looks at what somebody has signed, in the same handshake. */
function data_of(version: ProtocolVersion, identity: OwnIdentity, scheme?: SignatureScheme): HandshakeData {
  const certificate = identity.chain[0]!
  return {
    ...nothing_known('server', config('server', { identities: [identity] }), environment()),
    version,
    own: identity,
    scheme,
    client_random: new Uint8Array(32).fill(1),
    server_random: new Uint8Array(32).fill(2),
    history: [hex('0102'), hex('03')],
    master_secret: new Uint8Array(48).fill(3),
    peer: { certificate, public_key: subject_public_key(decode_certificate(certificate)) },
  }
}

const heard = (data: HandshakeData): HandshakeData => ({ ...data, history: [...data.history, hex('ff')] })

const with_bit_flipped = ({ signature, ...rest }: DigitallySigned): DigitallySigned => ({
  ...rest,
  signature: signature.map((byte, at) => (at === signature.length - 1 ? byte ^ 1 : byte)),
})

describe('find_scheme', () => {
  test('goes by the order of the peer', () => {
    const listed = [
      'rsa_pss_rsae_sha512',
      0x0a0a,
      'ecdsa_sha1',
      'ecdsa_secp256r1_sha256',
      'dsa_sha256',
    ] as const
    expect(find_scheme(ec.key, default_signature_algs, listed)).toBe('ecdsa_sha1')
    expect(find_scheme(rsa.key, default_signature_algs, listed)).toBe('rsa_pss_rsae_sha512')
    expect(find_scheme(dsa.key, default_signature_algs, listed)).toBe('dsa_sha256')
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
    expect(find_scheme(dsa.key, default_signature_algs, undefined)).toBe('dsa_sha1')
    expect(find_scheme(rsa.key, ['rsa_pkcs1_sha256'], undefined)).toBeUndefined()
  })
})

describe('own_scheme', () => {
  test('is negotiated from TLS 1.2 on', () => {
    const listed = [0x1a1a, 'rsa_pkcs1_sha384', 'ed25519'] as const
    expect(own_scheme(rsa, data_of('tlsv1.2', rsa), listed)).toEqual({ own: rsa, scheme: 'rsa_pkcs1_sha384' })
    expect(own_scheme(eddsa, data_of('tlsv1.2', eddsa), listed)).toEqual({ own: eddsa, scheme: 'ed25519' })
    expect(own_scheme(dsa, data_of('tlsv1.2', dsa), listed)).toBeUndefined()
  })

  test.each(['sslv3', 'tlsv1', 'tlsv1.1'] as const)(
    'is that of the key in %s, where there is one',
    version => {
      for (const identity of [rsa, dsa, ec]) {
        expect(own_scheme(identity, data_of(version, identity), ['ed25519'])).toEqual({
          own: identity,
          scheme: undefined,
        })
      }
      expect(own_scheme(eddsa, data_of(version, eddsa), undefined)).toBeUndefined()
    },
  )
})

with_each_provider(() => {
  const signers = [
    ['RSA', rsa, 'rsa_pkcs1_sha256'],
    ['DSA', dsa, 'dsa_sha256'],
    ['ECDSA', ec, 'ecdsa_secp256r1_sha256'],
  ] as const
  const cases = versions.flatMap(version =>
    signers.map(([name, identity, scheme]) => {
      return [name, version, identity, version === 'tlsv1.2' ? scheme : undefined] as const
    }),
  )

  describe.each(cases)('a signature by %s in %s', (_name, version, identity, scheme) => {
    const data = data_of(version, identity, scheme)
    const stranger = data_of(version, identity === ec ? everybody.client : identity, scheme)

    test('of a share is right for that share and both randoms', () => {
      const signed = sign_params(data, hex('010203'))
      expect(signed.algorithm).toBe(scheme)
      expect(are_signed(data, signed, hex('010203'))).toBe(true)
      expect(are_signed(data, signed, hex('010204'))).toBe(false)
      expect(are_signed({ ...data, client_random: data.server_random }, signed, hex('010203'))).toBe(false)
      expect(are_signed({ ...data, server_random: data.client_random }, signed, hex('010203'))).toBe(false)
      expect(are_signed(data, with_bit_flipped(signed), hex('010203'))).toBe(false)
      if (identity === ec) expect(are_signed(stranger, signed, hex('010203'))).toBe(false)
    })

    test('of a handshake is right for all its messages', () => {
      const signed = sign_handshake(data)
      expect(is_handshake_signed(heard(data), signed)).toBe(true)
      expect(is_handshake_signed(data, signed)).toBe(false)
      expect(is_handshake_signed({ ...data, history: [hex('0102'), hex('04'), hex('ff')] }, signed)).toBe(
        false,
      )
      expect(is_handshake_signed(heard(data), with_bit_flipped(signed))).toBe(false)
      const other = { ...heard(data), master_secret: new Uint8Array(48) }
      // RFC 6101 §5.6.8: only there is the master secret part of what is signed.
      expect(is_handshake_signed(other, signed)).toBe(version !== 'sslv3')
    })
  })

  test.each(signature_scheme_names.filter(name => !name.startsWith('ed')))(
    '%s signs and verifies',
    scheme => {
      const identity = by_key_type[hash_sign(scheme)!.key_type]!
      const data = data_of('tlsv1.2', identity, scheme)
      const taught = { ...data, config: { ...data.config, signature_algs: signature_scheme_names } }
      expect(are_signed(taught, sign_params(data, hex('01')), hex('01'))).toBe(true)
    },
  )

  test.each(['ed25519', 'rsa_pkcs1_sha256', 'ecdsa_sha224', 0x0403, undefined] as const)(
    'a signature that says %s is refused, where that was not offered or is not for the key',
    algorithm => {
      const data = data_of('tlsv1.2', ec, 'ecdsa_secp256r1_sha256')
      const { signature } = sign_params(data, hex('01'))
      const signed = algorithm === undefined ? { signature } : { signature, algorithm }
      const signature_algs = ['ecdsa_secp256r1_sha256', 'rsa_pkcs1_sha256', 'ed25519'] as const
      const strict = { ...data, config: { ...data.config, signature_algs } }
      expect(thrown_alert(() => are_signed(strict, signed, hex('01')))).toBe('illegal_parameter')
    },
  )

  test('a peer with a key that is too new for the version is refused', () => {
    const data = data_of('tlsv1.1', eddsa)
    const signed = { signature: new Uint8Array(64) }
    expect(thrown_alert(() => are_signed(data, signed, hex('01')))).toBe('unsupported_certificate')
  })
})

describe('what is signed before TLS 1.2', () => {
  const params = hex('0a0b0c')
  const randoms = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
  const digest = (name: string, ...pieces: Uint8Array[]) =>
    createHash(name).update(Buffer.concat(pieces)).digest()
  const node_key = ({ key }: OwnIdentity, chain: OwnIdentity['chain']) => {
    expect(key.bits).toBeGreaterThan(0)
    const { der } = decode_certificate(chain[0]!).tbsCertificate.subjectPublicKeyInfo
    return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  }

  test.each(['sslv3', 'tlsv1', 'tlsv1.1'] as const)('with RSA is MD5 and SHA-1, bare, in %s', version => {
    const { signature } = sign_params(data_of(version, rsa), params)
    const key = node_key(rsa, rsa.chain)
    const content = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature)
    expect(content).toEqual(
      Buffer.concat([digest('md5', ...randoms, params), digest('sha1', ...randoms, params)]),
    )
  })

  test.each([
    ['DSA', dsa],
    ['ECDSA', ec],
  ] as const)('with %s is SHA-1', (_name, identity) => {
    const { signature } = sign_params(data_of('tlsv1', identity), params)
    const key = node_key(identity, identity.chain)
    expect(verify('sha1', Buffer.concat([...randoms, params]), key, signature)).toBe(true)
  })

  test('of a handshake in SSL 3.0 is hashes of hashes', () => {
    const data = data_of('sslv3', rsa)
    const { signature } = sign_handshake(data)
    const content = publicDecrypt(
      { key: node_key(rsa, rsa.chain), padding: constants.RSA_PKCS1_PADDING },
      signature,
    )
    const nested = (name: string, pads: number) => {
      const [inner, outer] = [0x36, 0x5c].map(byte => new Uint8Array(pads).fill(byte))
      const within = digest(name, ...data.history, data.master_secret!, inner!)
      return digest(name, data.master_secret!, outer!, within)
    }
    expect(content).toEqual(Buffer.concat([nested('md5', 48), nested('sha1', 40)]))
  })
})
