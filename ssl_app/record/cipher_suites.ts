// Every cipher suite of OTP's ssl 7.3 in one table, in order of preference, and the lists made from it.
// How one of them is chosen for a connection is in cipher_choice.ts.

import { type SignatureAlgorithm, supports } from '../../apps/crypto/crypto.ts'
import { type BulkCipher, bulk_algorithm } from './bulk_ciphers.ts'
import { is_at_least, type ProtocolVersion } from './tls_version.ts'

/** OTP: `ssl:key_exchange()` */
export type KeyExchange =
  | 'rsa'
  | 'dhe_rsa'
  | 'dhe_dss'
  | 'ecdhe_rsa'
  | 'ecdhe_ecdsa'
  | 'ecdh_rsa'
  | 'ecdh_ecdsa'
  | 'dh_anon'
  | 'ecdh_anon'
  | 'psk'
  | 'dhe_psk'
  | 'rsa_psk'
  | 'srp_anon'
  | 'srp_rsa'
  | 'srp_dss'

/** The hash of a suite's MAC; `'null'` where the cipher authenticates by itself. */
export type MacHash = 'md5' | 'sha' | 'sha256' | 'sha384' | 'null'

/** The hash of a suite's PRF, from TLS 1.2 on. */
export type SuiteHash = 'sha256' | 'sha384'

/** A suite as users write it. OTP: `ssl:ciphersuite()` */
export type ErlangSuite =
  | readonly [KeyExchange, BulkCipher, MacHash]
  | readonly [KeyExchange, BulkCipher, MacHash, SuiteHash]

/** Only the suites of the group `'default'` are used without being asked for. */
export type SuiteGroup = 'default' | 'anonymous' | 'psk' | 'srp' | 'rc4' | 'des'

export interface CipherSuite {
  /** On the wire, 16 bits. */
  readonly code: number
  readonly key_exchange: KeyExchange
  readonly cipher: BulkCipher
  readonly mac: MacHash
  /** In versions before TLS 1.2 the PRF is the same for all suites. */
  readonly prf: SuiteHash
  readonly group: SuiteGroup
  /** The oldest version it is defined for. */
  readonly since: ProtocolVersion
  readonly erlang: ErlangSuite
  /** ChaCha20 as in the draft before RFC 7905. */
  readonly draft?: true
  /** OpenSSL's name for it, if OTP knows one. */
  readonly openssl: string | undefined
}

/** Stands in a client's list for an empty renegotiation_info extension. RFC 5746 §3.3 */
export const renegotiation_info_scsv = 0x00ff

/** Stands in the list of a client that retries with an older version. RFC 7507 */
export const fallback_scsv = 0x5600

type Row = readonly [
  code: number,
  key_exchange: KeyExchange,
  cipher: BulkCipher,
  mac: MacHash,
  prf: SuiteHash | 'default',
  since: ProtocolVersion,
  openssl?: string,
]

const tls12 = 'tlsv1.2'
const tls10 = 'tlsv1'
const ssl3 = 'sslv3'

/**
 * The ChaCha20 suites are those of RFC 7905, in the places where 7.3 has those of a draft. Single DES, which keeps nobody
 * out, and triple DES, whose blocks are too short for long connections (Sweet32), are by themselves. The two of `dh_anon` with a MAC of SHA-256 came with TLS 1.2 (RFC 5246 §A.5).
 */
// biome-ignore format: a table
const table: Readonly<Record<SuiteGroup, readonly Row[]>> = {
  default: [
    [0xcca9, 'ecdhe_ecdsa', 'chacha20_poly1305', 'null',   'sha256',  tls12, 'ECDHE-ECDSA-CHACHA20-POLY1305'],
    [0xcca8, 'ecdhe_rsa',   'chacha20_poly1305', 'null',   'sha256',  tls12, 'ECDHE-RSA-CHACHA20-POLY1305'],
    [0xc02c, 'ecdhe_ecdsa', 'aes_256_gcm',       'null',   'sha384',  tls12, 'ECDHE-ECDSA-AES256-GCM-SHA384'],
    [0xc030, 'ecdhe_rsa',   'aes_256_gcm',       'null',   'sha384',  tls12, 'ECDHE-RSA-AES256-GCM-SHA384'],
    [0xc024, 'ecdhe_ecdsa', 'aes_256_cbc',       'sha384', 'sha384',  tls12, 'ECDHE-ECDSA-AES256-SHA384'],
    [0xc028, 'ecdhe_rsa',   'aes_256_cbc',       'sha384', 'sha384',  tls12, 'ECDHE-RSA-AES256-SHA384'],
    [0xc02e, 'ecdh_ecdsa',  'aes_256_gcm',       'null',   'sha384',  tls12, 'ECDH-ECDSA-AES256-GCM-SHA384'],
    [0xc032, 'ecdh_rsa',    'aes_256_gcm',       'null',   'sha384',  tls12, 'ECDH-RSA-AES256-GCM-SHA384'],
    [0xc026, 'ecdh_ecdsa',  'aes_256_cbc',       'sha384', 'sha384',  tls12, 'ECDH-ECDSA-AES256-SHA384'],
    [0xc02a, 'ecdh_rsa',    'aes_256_cbc',       'sha384', 'sha384',  tls12, 'ECDH-RSA-AES256-SHA384'],
    [0xccaa, 'dhe_rsa',     'chacha20_poly1305', 'null',   'sha256',  tls12, 'DHE-RSA-CHACHA20-POLY1305'],
    [0x009f, 'dhe_rsa',     'aes_256_gcm',       'null',   'sha384',  tls12, 'DHE-RSA-AES256-GCM-SHA384'],
    [0x00a3, 'dhe_dss',     'aes_256_gcm',       'null',   'sha384',  tls12, 'DHE-DSS-AES256-GCM-SHA384'],
    [0x006b, 'dhe_rsa',     'aes_256_cbc',       'sha256', 'default', tls12, 'DHE-RSA-AES256-SHA256'],
    [0x006a, 'dhe_dss',     'aes_256_cbc',       'sha256', 'default', tls12, 'DHE-DSS-AES256-SHA256'],
    [0x009d, 'rsa',         'aes_256_gcm',       'null',   'sha384',  tls12, 'AES256-GCM-SHA384'],
    [0x003d, 'rsa',         'aes_256_cbc',       'sha256', 'default', tls12, 'AES256-SHA256'],
    [0xc02b, 'ecdhe_ecdsa', 'aes_128_gcm',       'null',   'sha256',  tls12, 'ECDHE-ECDSA-AES128-GCM-SHA256'],
    [0xc02f, 'ecdhe_rsa',   'aes_128_gcm',       'null',   'sha256',  tls12, 'ECDHE-RSA-AES128-GCM-SHA256'],
    [0xc023, 'ecdhe_ecdsa', 'aes_128_cbc',       'sha256', 'sha256',  tls12, 'ECDHE-ECDSA-AES128-SHA256'],
    [0xc027, 'ecdhe_rsa',   'aes_128_cbc',       'sha256', 'sha256',  tls12, 'ECDHE-RSA-AES128-SHA256'],
    [0xc02d, 'ecdh_ecdsa',  'aes_128_gcm',       'null',   'sha256',  tls12, 'ECDH-ECDSA-AES128-GCM-SHA256'],
    [0xc031, 'ecdh_rsa',    'aes_128_gcm',       'null',   'sha256',  tls12, 'ECDH-RSA-AES128-GCM-SHA256'],
    [0xc025, 'ecdh_ecdsa',  'aes_128_cbc',       'sha256', 'sha256',  tls12, 'ECDH-ECDSA-AES128-SHA256'],
    [0xc029, 'ecdh_rsa',    'aes_128_cbc',       'sha256', 'sha256',  tls12, 'ECDH-RSA-AES128-SHA256'],
    [0x009e, 'dhe_rsa',     'aes_128_gcm',       'null',   'sha256',  tls12, 'DHE-RSA-AES128-GCM-SHA256'],
    [0x00a2, 'dhe_dss',     'aes_128_gcm',       'null',   'sha256',  tls12, 'DHE-DSS-AES128-GCM-SHA256'],
    [0x0067, 'dhe_rsa',     'aes_128_cbc',       'sha256', 'default', tls12, 'DHE-RSA-AES128-SHA256'],
    [0x0040, 'dhe_dss',     'aes_128_cbc',       'sha256', 'default', tls12, 'DHE-DSS-AES128-SHA256'],
    [0x009c, 'rsa',         'aes_128_gcm',       'null',   'sha256',  tls12, 'AES128-GCM-SHA256'],
    [0x003c, 'rsa',         'aes_128_cbc',       'sha256', 'default', tls12, 'AES128-SHA256'],
    [0xc00a, 'ecdhe_ecdsa', 'aes_256_cbc',       'sha',    'default', tls10, 'ECDHE-ECDSA-AES256-SHA'],
    [0xc014, 'ecdhe_rsa',   'aes_256_cbc',       'sha',    'default', tls10, 'ECDHE-RSA-AES256-SHA'],
    [0x0039, 'dhe_rsa',     'aes_256_cbc',       'sha',    'default', ssl3,  'DHE-RSA-AES256-SHA'],
    [0x0038, 'dhe_dss',     'aes_256_cbc',       'sha',    'default', ssl3,  'DHE-DSS-AES256-SHA'],
    [0xc005, 'ecdh_ecdsa',  'aes_256_cbc',       'sha',    'default', tls10, 'ECDH-ECDSA-AES256-SHA'],
    [0xc00f, 'ecdh_rsa',    'aes_256_cbc',       'sha',    'default', tls10, 'ECDH-RSA-AES256-SHA'],
    [0x0035, 'rsa',         'aes_256_cbc',       'sha',    'default', ssl3,  'AES256-SHA'],
    [0xc009, 'ecdhe_ecdsa', 'aes_128_cbc',       'sha',    'default', tls10, 'ECDHE-ECDSA-AES128-SHA'],
    [0xc013, 'ecdhe_rsa',   'aes_128_cbc',       'sha',    'default', tls10, 'ECDHE-RSA-AES128-SHA'],
    [0x0033, 'dhe_rsa',     'aes_128_cbc',       'sha',    'default', ssl3,  'DHE-RSA-AES128-SHA'],
    [0x0032, 'dhe_dss',     'aes_128_cbc',       'sha',    'default', ssl3,  'DHE-DSS-AES128-SHA'],
    [0xc004, 'ecdh_ecdsa',  'aes_128_cbc',       'sha',    'default', tls10, 'ECDH-ECDSA-AES128-SHA'],
    [0xc00e, 'ecdh_rsa',    'aes_128_cbc',       'sha',    'default', tls10, 'ECDH-RSA-AES128-SHA'],
    [0x002f, 'rsa',         'aes_128_cbc',       'sha',    'default', ssl3,  'AES128-SHA'],
  ],
  anonymous: [
    [0x00a6, 'dh_anon',     'aes_128_gcm',       'null',   'sha256',  tls12],
    [0x00a7, 'dh_anon',     'aes_256_gcm',       'null',   'sha384',  tls12],
    [0x0018, 'dh_anon',     'rc4_128',           'md5',    'default', ssl3],
    [0x001a, 'dh_anon',     'des_cbc',           'sha',    'default', ssl3],
    [0x001b, 'dh_anon',     '3des_ede_cbc',      'sha',    'default', ssl3],
    [0x0034, 'dh_anon',     'aes_128_cbc',       'sha',    'default', ssl3],
    [0x003a, 'dh_anon',     'aes_256_cbc',       'sha',    'default', ssl3],
    [0x006c, 'dh_anon',     'aes_128_cbc',       'sha256', 'default', tls12],
    [0x006d, 'dh_anon',     'aes_256_cbc',       'sha256', 'default', tls12],
    [0xc016, 'ecdh_anon',   'rc4_128',           'sha',    'default', ssl3],
    [0xc017, 'ecdh_anon',   '3des_ede_cbc',      'sha',    'default', ssl3],
    [0xc018, 'ecdh_anon',   'aes_128_cbc',       'sha',    'default', ssl3],
    [0xc019, 'ecdh_anon',   'aes_256_cbc',       'sha',    'default', ssl3],
  ],
  psk: [
    [0x00ab, 'dhe_psk',     'aes_256_gcm',       'null',   'sha384',  tls12],
    [0x00ad, 'rsa_psk',     'aes_256_gcm',       'null',   'sha384',  tls12],
    [0x00a9, 'psk',         'aes_256_gcm',       'null',   'sha384',  tls12],
    [0x00b3, 'dhe_psk',     'aes_256_cbc',       'sha384', 'default', tls12],
    [0x00b7, 'rsa_psk',     'aes_256_cbc',       'sha384', 'default', tls12],
    [0x00af, 'psk',         'aes_256_cbc',       'sha384', 'default', tls12],
    [0x00aa, 'dhe_psk',     'aes_128_gcm',       'null',   'sha256',  tls12],
    [0x00ac, 'rsa_psk',     'aes_128_gcm',       'null',   'sha256',  tls12],
    [0x00a8, 'psk',         'aes_128_gcm',       'null',   'sha256',  tls12],
    [0x00b2, 'dhe_psk',     'aes_128_cbc',       'sha256', 'default', tls12],
    [0x00b6, 'rsa_psk',     'aes_128_cbc',       'sha256', 'default', tls12],
    [0x00ae, 'psk',         'aes_128_cbc',       'sha256', 'default', tls12],
    [0x0091, 'dhe_psk',     'aes_256_cbc',       'sha',    'default', ssl3],
    [0x0095, 'rsa_psk',     'aes_256_cbc',       'sha',    'default', ssl3],
    [0x008d, 'psk',         'aes_256_cbc',       'sha',    'default', ssl3,  'PSK-AES256-CBC-SHA'],
    [0x0090, 'dhe_psk',     'aes_128_cbc',       'sha',    'default', ssl3],
    [0x0094, 'rsa_psk',     'aes_128_cbc',       'sha',    'default', ssl3],
    [0x008c, 'psk',         'aes_128_cbc',       'sha',    'default', ssl3,  'PSK-AES128-CBC-SHA'],
    [0x008f, 'dhe_psk',     '3des_ede_cbc',      'sha',    'default', ssl3],
    [0x0093, 'rsa_psk',     '3des_ede_cbc',      'sha',    'default', ssl3],
    [0x008b, 'psk',         '3des_ede_cbc',      'sha',    'default', ssl3,  'PSK-3DES-EDE-CBC-SHA'],
    [0x008e, 'dhe_psk',     'rc4_128',           'sha',    'default', ssl3],
    [0x0092, 'rsa_psk',     'rc4_128',           'sha',    'default', ssl3],
    [0x008a, 'psk',         'rc4_128',           'sha',    'default', ssl3,  'PSK-RC4-SHA'],
  ],
  srp: [
    [0xc01a, 'srp_anon',    '3des_ede_cbc',      'sha',    'default', ssl3],
    [0xc01b, 'srp_rsa',     '3des_ede_cbc',      'sha',    'default', ssl3,  'SRP-RSA-3DES-EDE-CBC-SHA'],
    [0xc01c, 'srp_dss',     '3des_ede_cbc',      'sha',    'default', ssl3,  'SRP-DSS-3DES-EDE-CBC-SHA'],
    [0xc01d, 'srp_anon',    'aes_128_cbc',       'sha',    'default', ssl3],
    [0xc01e, 'srp_rsa',     'aes_128_cbc',       'sha',    'default', ssl3,  'SRP-RSA-AES-128-CBC-SHA'],
    [0xc01f, 'srp_dss',     'aes_128_cbc',       'sha',    'default', ssl3,  'SRP-DSS-AES-128-CBC-SHA'],
    [0xc020, 'srp_anon',    'aes_256_cbc',       'sha',    'default', ssl3],
    [0xc021, 'srp_rsa',     'aes_256_cbc',       'sha',    'default', ssl3,  'SRP-RSA-AES-256-CBC-SHA'],
    [0xc022, 'srp_dss',     'aes_256_cbc',       'sha',    'default', ssl3,  'SRP-DSS-AES-256-CBC-SHA'],
  ],
  rc4: [
    [0xc007, 'ecdhe_ecdsa', 'rc4_128',           'sha',    'default', tls10, 'ECDHE-ECDSA-RC4-SHA'],
    [0xc011, 'ecdhe_rsa',   'rc4_128',           'sha',    'default', tls10, 'ECDHE-RSA-RC4-SHA'],
    [0x0005, 'rsa',         'rc4_128',           'sha',    'default', ssl3,  'RC4-SHA'],
    [0x0004, 'rsa',         'rc4_128',           'md5',    'default', ssl3,  'RC4-MD5'],
    [0xc002, 'ecdh_ecdsa',  'rc4_128',           'sha',    'default', tls10, 'ECDH-ECDSA-RC4-SHA'],
    [0xc00c, 'ecdh_rsa',    'rc4_128',           'sha',    'default', tls10, 'ECDH-RSA-RC4-SHA'],
  ],
  des: [
    [0xc008, 'ecdhe_ecdsa', '3des_ede_cbc',      'sha',    'default', tls10, 'ECDHE-ECDSA-DES-CBC3-SHA'],
    [0xc012, 'ecdhe_rsa',   '3des_ede_cbc',      'sha',    'default', tls10, 'ECDHE-RSA-DES-CBC3-SHA'],
    [0x0016, 'dhe_rsa',     '3des_ede_cbc',      'sha',    'default', ssl3,  'EDH-RSA-DES-CBC3-SHA'],
    [0x0013, 'dhe_dss',     '3des_ede_cbc',      'sha',    'default', ssl3,  'EDH-DSS-DES-CBC3-SHA'],
    [0xc003, 'ecdh_ecdsa',  '3des_ede_cbc',      'sha',    'default', tls10, 'ECDH-ECDSA-DES-CBC3-SHA'],
    [0xc00d, 'ecdh_rsa',    '3des_ede_cbc',      'sha',    'default', tls10, 'ECDH-RSA-DES-CBC3-SHA'],
    [0x000a, 'rsa',         '3des_ede_cbc',      'sha',    'default', ssl3,  'DES-CBC3-SHA'],
    [0x0015, 'dhe_rsa',     'des_cbc',           'sha',    'default', ssl3,  'EDH-RSA-DES-CBC-SHA'],
    [0x0009, 'rsa',         'des_cbc',           'sha',    'default', ssl3,  'DES-CBC-SHA'],
  ],
}

/** What 7.3 has in the places of the RFC's ChaCha20 suites: for peers of that age, who alone know these codes. */
const draft_rows: readonly Row[] = [
  [0xcc14, 'ecdhe_ecdsa', 'chacha20_poly1305', 'null', 'sha256', tls12],
  [0xcc13, 'ecdhe_rsa', 'chacha20_poly1305', 'null', 'sha256', tls12],
  [0xcc15, 'dhe_rsa', 'chacha20_poly1305', 'null', 'sha256', tls12],
]

// ---- What is implemented

/** What signs, or encrypts, with the key of the certificate. Static ECDH does neither, but its curves come with ECDSA. */
const algorithms: Readonly<Partial<Record<KeyExchange, SignatureAlgorithm>>> = {
  rsa: 'rsa',
  rsa_psk: 'rsa',
  dhe_rsa: 'rsa',
  ecdhe_rsa: 'rsa',
  srp_rsa: 'rsa',
  dhe_dss: 'dsa',
  srp_dss: 'dsa',
  ecdhe_ecdsa: 'ecdsa',
  ecdh_ecdsa: 'ecdsa',
  ecdh_rsa: 'ecdsa',
}

/** Whether the suite can be spoken, with the crypto provider in use. Nothing else is ever listed, offered or chosen. */
export function implemented({ key_exchange, cipher, draft }: CipherSuite): boolean {
  const algorithm = algorithms[key_exchange]
  if (algorithm !== undefined && !supports().public_keys.includes(algorithm)) return false
  return bulk_algorithm(cipher, draft) !== undefined
}

// ---- Lists

const listed_suites: readonly CipherSuite[] = Object.entries(table).flatMap(([group, rows]) =>
  rows.map(row => suite_of_row(group as SuiteGroup, row)),
)
const draft_suites: readonly CipherSuite[] = draft_rows.map(row => ({
  ...suite_of_row('default', row),
  draft: true,
}))
const by_code = new Map([...listed_suites, ...draft_suites].map(suite => [suite.code, suite]))
const by_triple = new Map(listed_suites.map(suite => [triple(suite.erlang), suite]))
/** The suites used with `version` unless the user says otherwise, the preferred first. */
export function suites(version: ProtocolVersion): CipherSuite[] {
  return all_suites(version).filter(suite => suite.group === 'default')
}

/** {@link suites}, then those that users must ask for by name: anonymous, PSK, SRP, RC4, DES. */
export function all_suites(version: ProtocolVersion): CipherSuite[] {
  return listed_suites.filter(suite => is_suite_of(suite, version))
}

/** Whether the suite can be used with `version`. */
export function is_suite_of(suite: CipherSuite, version: ProtocolVersion): boolean {
  return is_at_least(version, suite.since) && implemented(suite)
}

/** The whole table, implemented or not; ChaCha20 as in the RFC only. */
export function known_suites(): readonly CipherSuite[] {
  return listed_suites
}

/**
 * What the code on the wire stands for, implemented or not, the drafts' too; `undefined` if it is in no table.
 */
export function suite_definition(code: number): CipherSuite | undefined {
  return by_code.get(code)
}

// ---- Names

/**
 * The suite that a user's tuple means. The fourth element, the PRF, may be left out: the first three tell all
 * suites apart.
 */
export function suite_from_erlang(tuple: readonly unknown[]): CipherSuite | undefined {
  const suite = by_triple.get(triple(tuple))
  if (tuple.length === 3) return suite
  return tuple.length === 4 && suite?.prf === tuple[3] ? suite : undefined
}

/** OpenSSL's name of the suite, or where OTP knows none its tuple. */
export function openssl_name(suite: CipherSuite): string | ErlangSuite {
  return suite.openssl ?? suite.erlang
}

function suite_of_row(group: SuiteGroup, row: Row): CipherSuite {
  const [code, key_exchange, cipher, mac, explicit_prf, since, openssl] = row
  const is_default = explicit_prf === 'default'
  const prf = is_default ? default_prf(mac) : explicit_prf
  const erlang: ErlangSuite = is_default ? [key_exchange, cipher, mac] : [key_exchange, cipher, mac, prf]
  return { code, key_exchange, cipher, mac, prf, group, since, erlang, openssl }
}

/** RFC 5246 §5, and RFC 5487 §3.1 for the PSK suites whose MAC is SHA-384. */
function default_prf(mac: MacHash): SuiteHash {
  return mac === 'sha384' ? 'sha384' : 'sha256'
}

function triple(tuple: readonly unknown[]): string {
  return tuple.slice(0, 3).join(' ')
}
