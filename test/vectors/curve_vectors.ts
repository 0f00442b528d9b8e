// Published answers on curves: Diffie-Hellman (RFC 7748 §6, RFC 5903 §8.1) and signatures (RFC 8032 §7, RFC 6979
// §A.2.5). All in hexadecimal digits.

import type { Curve } from '../../apps/crypto/crypto.ts'

export interface AgreementVector {
  readonly curve: Curve
  /** Two pairs, each a private value and the public one that belongs to it. */
  readonly alice: readonly [private_value: string, public_value: string]
  readonly bob: readonly [private_value: string, public_value: string]
  readonly shared: string
}

export const agreements: readonly AgreementVector[] = [
  {
    curve: 'x25519',
    alice: [
      '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
      '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    ],
    bob: [
      '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    ],
    shared: '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
  },
  {
    curve: 'x448',
    alice: [
      `9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d
       d9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b`,
      `9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c
       22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0`,
    ],
    bob: [
      `1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d
       6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d`,
      `3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b430
       27d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609`,
    ],
    shared: `07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b
             b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d`,
  },
  {
    curve: 'secp256r1',
    alice: [
      'c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433',
      `04 dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180
          5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3`,
    ],
    bob: [
      'c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53',
      `04 d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63
          56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab`,
    ],
    shared: 'd6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de',
  },
]

/** Public values of RFC 7748's curves that turn every private value into zero. */
export const low_order: readonly (readonly [curve: 'x25519' | 'x448', value: string])[] = [
  ['x25519', '00'.repeat(32)],
  ['x25519', `01${'00'.repeat(31)}`],
  ['x25519', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
  ['x25519', '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'],
  ['x25519', `ec${'ff'.repeat(30)}7f`],
  ['x25519', `ed${'ff'.repeat(30)}7f`],
  ['x25519', `ee${'ff'.repeat(30)}7f`],
  ['x448', '00'.repeat(56)],
  ['x448', `01${'00'.repeat(55)}`],
  ['x448', `fe${'ff'.repeat(27)}fe${'ff'.repeat(27)}`],
]

/** RFC 6979 §A.2.5: the message is `sample`, the digest SHA-256. */
export const ecdsa_sample = {
  private_value: 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
  public_point: `04 60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6
                    7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299`,
  signature: `3046 022100 efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716
                   022100 f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8`,
} as const

export interface EddsaVector {
  readonly type: 'ed25519' | 'ed448'
  readonly seed: string
  readonly public_value: string
  readonly message: string
  readonly signature: string
}

/** RFC 8032 §7.1, the second test, and §7.4, the first. */
export const eddsa: readonly EddsaVector[] = [
  {
    type: 'ed25519',
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    public_value: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature: `92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
                085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00`,
  },
  {
    type: 'ed448',
    seed: `6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3
           528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b`,
    public_value: `5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778
                   edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180`,
    message: '',
    signature: `533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f
                2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a
                9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db
                b61149f05a7363268c71d95808ff2e652600`,
  },
]
