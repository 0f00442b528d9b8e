// Published answers of the hash functions (FIPS 180-4, RFC 1321) and of HMAC (RFC 2202, RFC 4231).

import type { HashType } from '../../apps/crypto/crypto.ts'

/** The hashes of nothing, of `abc`, and of a million times `a`. */
export const hashes: Readonly<Record<HashType, readonly [empty: string, abc: string, million: string]>> = {
  md5: [
    'd41d8cd98f00b204e9800998ecf8427e',
    '900150983cd24fb0d6963f7d28e17f72',
    '7707d6ae4e027c70eea2a935c2296f21',
  ],
  sha: [
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'a9993e364706816aba3e25717850c26c9cd0d89d',
    '34aa973cd4c4daa4f61eeb2bdbad27316534016f',
  ],
  sha224: [
    'd14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f',
    '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7',
    '20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67',
  ],
  sha256: [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
  ],
  sha384: [
    '38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b',
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    '9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985',
  ],
  sha512: [
    `cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce
     47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e`,
    `ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a
     2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f`,
    `e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb
     de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b`,
  ],
}

export interface MacVector {
  readonly title: string
  readonly key: string
  readonly data: string
  readonly macs: Readonly<Partial<Record<HashType, string>>>
}

/** Keys and data in hexadecimal digits. */
export const macs: readonly MacVector[] = [
  {
    title: 'RFC 4231 §4.2, a short key',
    key: '0b'.repeat(20),
    data: '4869205468657265',
    macs: {
      sha: 'b617318655057264e28bc0b6fb378c8ef146be00',
      sha224: '896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22',
      sha256: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
      sha384:
        'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
      sha512: `87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde
               daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854`,
    },
  },
  {
    title: 'RFC 4231 §4.3, a key shorter than the hash',
    key: '4a656665',
    data: '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    macs: {
      md5: '750c783e6ab0b503eaa86e310a5db738',
      sha: 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
      sha224: 'a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44',
      sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      sha384:
        'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
      sha512: `164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554
               9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737`,
    },
  },
  {
    title: 'RFC 4231 §4.7, a key longer than a block',
    key: 'aa'.repeat(131),
    data: `54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a
           65204b6579202d2048617368204b6579204669727374`,
    macs: {
      sha224: '95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e',
      sha256: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
      sha384:
        '4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952',
      sha512: `80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352
               6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598`,
    },
  },
]
