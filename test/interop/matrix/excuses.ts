// Why cells of the matrix are empty, and why some are without a resumption. Declared here, line by line: a cell that
// no line excuses has to be filled, and a line that excuses no cell has no place here.

import type { BulkCipher } from '../../../ssl_app/record/bulk_ciphers.ts'
import type { KeyExchange, MacHash } from '../../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import type { Cell, PeerName } from './cells.ts'

/** The cells it is for: all that are among each list that is given. */
export interface Excuse {
  readonly why: string
  readonly peers: readonly PeerName[]
  /** Kista's. */
  readonly roles?: readonly Role[]
  readonly versions?: readonly ProtocolVersion[]
  readonly key_exchanges?: readonly KeyExchange[]
  readonly ciphers?: readonly BulkCipher[]
  readonly macs?: readonly MacHash[]
}

const with_psk: readonly KeyExchange[] = ['psk', 'dhe_psk', 'rsa_psk']
const with_srp: readonly KeyExchange[] = ['srp_anon', 'srp_rsa', 'srp_dss']
const static_ecdh: readonly KeyExchange[] = ['ecdh_rsa', 'ecdh_ecdsa']
const before_tls12: readonly ProtocolVersion[] = ['sslv3', 'tlsv1', 'tlsv1.1']

/** Why the peer can not do the cell at all. */
export const excuses: readonly Excuse[] = [
  { why: 'built without SSL 3.0', peers: ['openssl', 'gnutls', 'erlang'], versions: ['sslv3'] },
  {
    why: 'PSK, SRP and elliptic curves came with TLS; only OTP 18 offers their suites in SSL 3.0',
    peers: ['java', 'old node', 'bouncy castle'],
    versions: ['sslv3'],
    key_exchanges: [...with_psk, ...with_srp, 'ecdh_anon'],
  },

  { why: 'no static ECDH since OpenSSL 1.1', peers: ['openssl'], key_exchanges: static_ecdh },
  {
    why: 'no RC4, DES or 3DES in its TLS',
    peers: ['openssl'],
    ciphers: ['rc4_128', 'des_cbc', '3des_ede_cbc'],
  },
  { why: 'its programs crash over SRP', peers: ['openssl'], key_exchanges: with_srp },

  { why: 'no static ECDH', peers: ['gnutls'], key_exchanges: static_ecdh },
  { why: 'no DES in its TLS', peers: ['gnutls'], ciphers: ['des_cbc'] },
  {
    why: 'gnutls-cli crashes right after such a handshake',
    peers: ['gnutls'],
    roles: ['server'],
    key_exchanges: ['dhe_psk'],
  },

  { why: 'no PSK, no SRP', peers: ['java', 'old node'], key_exchanges: [...with_psk, ...with_srp] },
  {
    why: 'its server signs with DSA in TLS 1.2 only',
    peers: ['java'],
    roles: ['client'],
    versions: before_tls12,
    key_exchanges: ['dhe_dss'],
  },
  {
    why: 'DES is for the versions before TLS 1.2',
    peers: ['java'],
    versions: ['tlsv1.2'],
    ciphers: ['des_cbc'],
  },

  {
    why: 'its server signs with DSA in TLS 1.2 only',
    peers: ['erlang'],
    roles: ['client'],
    versions: before_tls12,
    key_exchanges: ['dhe_dss'],
  },
  {
    why: 'OTP 25 has no such suite',
    peers: ['erlang'],
    key_exchanges: ['dh_anon'],
    ciphers: ['aes_128_cbc', 'aes_256_cbc'],
    macs: ['sha'],
  },
  { why: 'OTP 25 has no such suite', peers: ['erlang'], key_exchanges: ['ecdh_anon'], ciphers: ['rc4_128'] },
  {
    why: 'OTP 25 has RSA-PSK in TLS 1.0 and 1.2, and not between them',
    peers: ['erlang'],
    versions: ['tlsv1.1'],
    key_exchanges: ['rsa_psk'],
  },
  {
    why: 'OTP 25 has no such suite in TLS 1.2',
    peers: ['erlang'],
    versions: ['tlsv1.2'],
    key_exchanges: ['rsa_psk', 'srp_rsa', 'srp_dss'],
    ciphers: ['3des_ede_cbc'],
  },

  {
    why: 'OTP 25 has no anonymous ECDH in TLS 1.0',
    peers: ['erlang'],
    versions: ['tlsv1'],
    key_exchanges: ['ecdh_anon'],
  },

  { why: 'no DES, no ChaCha20', peers: ['old node'], ciphers: ['des_cbc', 'chacha20_poly1305'] },

  { why: 'no RC4, no DES', peers: ['bouncy castle'], ciphers: ['rc4_128', 'des_cbc'] },
  { why: 'static ECDH with client certificates only', peers: ['bouncy castle'], key_exchanges: static_ecdh },
]

/** Why the peer does the cell, and has no second handshake that is short. */
export const short_of_resumption: readonly Excuse[] = [
  {
    why: 'its server resumes no session without an extended master secret, which SSL 3.0 has not',
    peers: ['java', 'bouncy castle'],
    roles: ['client'],
    versions: ['sslv3'],
  },
]

/** The first excuse there is for the cell. */
export function excuse_for(cell: Cell): Excuse | undefined {
  return excuses.find(excuse => covers(excuse, cell))
}

/** The same, for its resumption. */
export function excuse_for_resumption(cell: Cell): Excuse | undefined {
  return short_of_resumption.find(excuse => covers(excuse, cell))
}

export function covers(excuse: Excuse, { peer, role, version, suite }: Cell): boolean {
  return (
    among(excuse.peers, peer) &&
    among(excuse.roles, role) &&
    among(excuse.versions, version) &&
    among(excuse.key_exchanges, suite.key_exchange) &&
    among(excuse.ciphers, suite.cipher) &&
    among(excuse.macs, suite.mac)
  )
}

function among<Value>(list: readonly Value[] | undefined, value: Value): boolean {
  return list === undefined || list.includes(value)
}
