// Published answers of the ciphers: AES-GCM (McGrew and Viega's test cases, which NIST took over), ChaCha20 and
// Poly1305 (RFC 8439, draft-agl-tls-chacha20poly1305-04), CBC (NIST SP 800-38A, FIPS 81), RC4 (RFC 6229). All in hexadecimal digits.

import type { AeadCipher, BlockCipher } from '../../apps/crypto/crypto.ts'

export interface AeadVector {
  readonly title: string
  readonly cipher: AeadCipher
  readonly key: string
  readonly iv: string
  readonly aad: string
  readonly plaintext: string
  readonly ciphertext: string
  readonly tag: string
}

const gcm_plaintext = `
  d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
  1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39`

export const aeads: readonly AeadVector[] = [
  {
    title: 'GCM test case 1: nothing at all',
    cipher: 'aes_128_gcm',
    key: '00'.repeat(16),
    iv: '00'.repeat(12),
    aad: '',
    plaintext: '',
    ciphertext: '',
    tag: '58e2fccefa7e3061367f1d57a4e7455a',
  },
  {
    title: 'GCM test case 2: one block',
    cipher: 'aes_128_gcm',
    key: '00'.repeat(16),
    iv: '00'.repeat(12),
    aad: '',
    plaintext: '00'.repeat(16),
    ciphertext: '0388dace60b6a392f328c2b971b2fe78',
    tag: 'ab6e47d42cec13bdf53a67b21257bddf',
  },
  {
    title: 'GCM test case 4: additional data, and a last block that is not whole',
    cipher: 'aes_128_gcm',
    key: 'feffe9928665731c6d6a8f9467308308',
    iv: 'cafebabefacedbaddecaf888',
    aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    plaintext: gcm_plaintext,
    ciphertext: `
      42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e
      21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091`,
    tag: '5bc94fbc3221a5db94fae95ae7121a47',
  },
  {
    title: 'GCM test case 14: one block',
    cipher: 'aes_256_gcm',
    key: '00'.repeat(32),
    iv: '00'.repeat(12),
    aad: '',
    plaintext: '00'.repeat(16),
    ciphertext: 'cea7403d4d606b6e074ec5d3baf39d18',
    tag: 'd0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    title: 'GCM test case 16: additional data, and a last block that is not whole',
    cipher: 'aes_256_gcm',
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    iv: 'cafebabefacedbaddecaf888',
    aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    plaintext: gcm_plaintext,
    ciphertext: `
      522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
      8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662`,
    tag: '76fc6ece0f4e1768cddf8853bb2d551b',
  },
  {
    title: 'RFC 8439 §2.8.2',
    cipher: 'chacha20_poly1305',
    key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
    iv: '070000004041424344454647',
    aad: '50515253c0c1c2c3c4c5c6c7',
    plaintext: `
      4c616469657320616e642047656e746c656d656e206f662074686520636c6173
      73206f66202739393a204966204920636f756c64206f6666657220796f75206f
      6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73
      637265656e20776f756c642062652069742e`,
    ciphertext: `
      d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6
      3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36
      92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
      3ff4def08e4b7a9de576d26586cec64b6116`,
    tag: '1ae10b594f09e26a7e902ecbd0600691',
  },
  {
    title: 'draft-agl-tls-chacha20poly1305-04 §7',
    cipher: 'chacha20_poly1305_draft',
    key: '4290bcb154173531f314af57f3be3b5006da371ece272afa1b5dbdd1100a1007',
    iv: 'cd7cf67be39c794a',
    aad: '87e229d4500845a079c0',
    plaintext: '86d09974840bded2a5ca',
    ciphertext: 'e3e446f7ede9a19b62a4',
    tag: '677dabf4e3d24b876bb284753896e1d6',
  },
]

export interface BlockVector {
  readonly title: string
  readonly cipher: BlockCipher
  readonly key: string
  readonly iv: string
  readonly plaintext: string
  readonly ciphertext: string
}

const aes_plaintext = `
  6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51
  30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710`

/** "Now is the time for all " */
const des_plaintext = '4e6f77206973207468652074696d6520666f7220616c6c20'

export const cbc: readonly BlockVector[] = [
  {
    title: 'SP 800-38A §F.2.1',
    cipher: 'aes_128_cbc',
    key: '2b7e151628aed2a6abf7158809cf4f3c',
    iv: '000102030405060708090a0b0c0d0e0f',
    plaintext: aes_plaintext,
    ciphertext: `
      7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2
      73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7`,
  },
  {
    title: 'SP 800-38A §F.2.3',
    cipher: 'aes_192_cbc',
    key: '8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b',
    iv: '000102030405060708090a0b0c0d0e0f',
    plaintext: aes_plaintext,
    ciphertext: `
      4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a
      571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd`,
  },
  {
    title: 'SP 800-38A §F.2.5',
    cipher: 'aes_256_cbc',
    key: '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    iv: '000102030405060708090a0b0c0d0e0f',
    plaintext: aes_plaintext,
    ciphertext: `
      f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d
      39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b`,
  },
  {
    title: 'FIPS 81, table C1',
    cipher: 'des_cbc',
    key: '0123456789abcdef',
    iv: '1234567890abcdef',
    plaintext: des_plaintext,
    ciphertext: 'e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6',
  },
  {
    title: 'FIPS 81, table C1, with the key three times',
    cipher: 'des_ede3_cbc',
    key: '0123456789abcdef0123456789abcdef0123456789abcdef',
    iv: '1234567890abcdef',
    plaintext: des_plaintext,
    ciphertext: 'e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6',
  },
  {
    title: "NIST's example with three keys",
    cipher: 'des_ede3_cbc',
    key: '0123456789abcdef23456789abcdef01456789abcdef0123',
    iv: 'f69f2445df4f9b17',
    plaintext: '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51',
    ciphertext: '2079c3d53aa763e193b79e2569ab5262516570481f25b50f73c0bda85c8e0da7',
  },
]

/** RFC 6229 §2: the key stream at offset 0 and at offset 4096. */
export const rc4: readonly (readonly [key: string, at_0: string, at_4096: string])[] = [
  [
    '0102030405060708090a0b0c0d0e0f10',
    '9ac7cc9a609d1ef7b2932899cde41b97 5248c4959014126a6e8a84f11d1a9e1c',
    'a36a4c301ae8ac13610ccbc12256cacc',
  ],
  [
    '0102030405',
    'b2396305f03dc027ccc3524a0a1118a8 6982944f18fc82d589c403a47a0d0919',
    'ff25b58995996707e51fbdf08b34d875',
  ],
]
