// Public keys as JSON Web Keys (RFC 7517, 8037). OpenSSL 3 takes the numbers of a key ten times faster than it
// finds its way through the DER around them.

import type { PublicComponents } from './keys.ts'

type Members = Readonly<Record<string, string>>

const octet_key_curves = { ed25519: 'Ed25519', ed448: 'Ed448', x25519: 'X25519', x448: 'X448' } as const

/** The key as JWK, or undefined where that has no name for it or brings nothing. */
export function public_jwk(key: PublicComponents): Members | undefined {
  switch (key.type) {
    case 'rsa':
      return { kty: 'RSA', n: base64url(key.modulus), e: base64url(key.exponent) }
    case 'ec':
      return key.curve === 'secp256r1' && key.point.length === 65 ? p256_jwk(key.point) : undefined
    case 'ed25519':
    case 'ed448':
      return octet_key_jwk(key.type, key.point)
    default:
      return undefined
  }
}

/** A key that is a bare string of bytes. */
export function octet_key_jwk(curve: keyof typeof octet_key_curves, value: Uint8Array): Members {
  return { kty: 'OKP', crv: octet_key_curves[curve], x: base64url(value) }
}

function p256_jwk(point: Uint8Array): Members {
  return { kty: 'EC', crv: 'P-256', x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33)) }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}
