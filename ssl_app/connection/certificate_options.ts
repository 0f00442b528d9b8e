// The options of a connection that concern certificates: the own ones, and how the peer's are checked. As users write
// them, and as they are once they were checked and completed.

import type { LeastKeyBits } from '../../apps/public_key/pubkey_cert.ts'
import type { HostnameCheck } from '../../apps/public_key/pubkey_hostname.ts'
import type { CombinedCert } from '../../apps/public_key/pubkey_os_cacerts.ts'
import type { PolicyOptions } from '../../apps/public_key/pubkey_policies.ts'
import type { BadCertReason } from '../../apps/public_key/verify_fun.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import type { Awaitable } from '../certificate/awaitable.ts'
import type { SslVerifyFun } from '../certificate/path_verdict.ts'
import type { PartialChain } from '../certificate/ssl_certificate.ts'
import type { CrlCacheApi } from '../certificate/ssl_crl_cache_api.ts'
import type { SignatureScheme } from '../handshake/hash_signs.ts'

// ---- As users write them

/** The path of a file, also as its bytes in UTF-8. */
export type Path = string | Uint8Array

/** A private key: the type of the DER, and the DER. `'rsa'` and `'dsa'` are older words for the first two. */
export type KeyOption = readonly [type: KeyValue[0] | 'rsa' | 'dsa', der: Uint8Array]

/** A password, or who tells it when it is needed. In a string it is UTF-8. */
export type Password = string | Uint8Array | (() => Awaitable<string | Uint8Array>)

/** A certificate and its key. OTP: `cert_key_conf()` */
export interface CertKeyConf {
  /** The own certificate, DER, or a list: the own one, then those that issued it. It takes precedence over `certfile`. */
  readonly cert?: Uint8Array | readonly Uint8Array[]
  /** PEM: the first certificate is the own one, others after it are those that issued it. */
  readonly certfile?: Path
  /** The own key; it takes precedence over `keyfile`. */
  readonly key?: KeyOption
  /** PEM, with exactly one private key. Default: `certfile` */
  readonly keyfile?: Path
  /** Of the key in `keyfile`, if that is encrypted. A function is asked only then; it may give a promise. */
  readonly password?: Password
}

/** The older form of a `verify_fun`: is asked about what is wrong alone, and whether it may be overlooked. */
export type OldVerifyFun = (wrong: readonly [readonly ['bad_cert', BadCertReason]]) => Awaitable<boolean>

/**
 * A scheme of signatures by its name in RFC 8446 §4.2.3, by one of OTP's own, or as OTP's pair of hash and algorithm for
 * TLS 1.2.
 */
export type SignatureAlg =
  | SignatureScheme
  | 'eddsa_ed25519'
  | 'eddsa_ed448'
  | readonly [
      hash: 'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512',
      algorithm: 'rsa' | 'dsa' | 'ecdsa',
    ]

/** Where to look for revocation lists: a module, what it works on, and how. */
export type CrlCacheOption = readonly [module: CrlCacheApi, readonly [handle: Term, args: readonly Term[]]]

/** Who one is, and what the peer's certificates must be like. */
export interface CertificateOptions extends CertKeyConf {
  /**
   * Several certificates, the preferred first among those with the same kind of key; EdDSA is preferred to ECDSA, that
   * to RSA, and that to DSA. The first one that the peer can use is shown. It takes precedence over `cert`, `certfile`,
   * `key`, `keyfile` and `password`.
   */
  readonly certs_keys?: readonly CertKeyConf[]
  /**
   * Whether the peer must show a certificate that holds. With `'verify_peer'` it must lead to one of `cacerts` or
   * `cacertfile`, one of which is to be given unless a `verify_fun` decides; a client checks also that the
   * certificate is for the host it wants. A client that overlooks this option gets that, and where it
   * gives no authorities those of the platform count. Default of a server: `'verify_none'`
   *
   * Older numbers for it: 0, `'verify_none'`; 1 and 2, `'verify_peer'`, without and with `fail_if_no_peer_cert`.
   */
  readonly verify?: 'verify_peer' | 'verify_none' | 0 | 1 | 2
  /**
   * Function and initial state. It is asked about every error, every unknown extension and every certificate that is
   * good, and can overlook what is wrong. Default: overlooks nothing with `'verify_peer'`, all with `'verify_none'`
   */
  readonly verify_fun?: SslVerifyFun | OldVerifyFun
  /** May trust a certificate that the peer shows where no authority is known. Default: `() => 'unknown_ca'` */
  readonly partial_chain?: PartialChain
  /**
   * How many certificates that are not self-issued may stand between the peer's and the authority's: 0 to 255.
   * Default: 1
   */
  readonly depth?: number
  /**
   * Authorities, DER, or as `public_key.cacerts_get()` gives them; they take precedence over `cacertfile`. Those
   * between the own certificate and its root are sent along.
   */
  readonly cacerts?: readonly (Uint8Array | CombinedCert)[]
  /** PEM: as `cacerts`. Connections share what was read from it. */
  readonly cacertfile?: Path
  /**
   * Whether certificates are looked up in revocation lists: all of the chain (`true`), or the peer's own (`'peer'`); with
   * `'best_effort'` all, and one of which nothing can be found out is accepted. Default: false
   */
  readonly crl_check?: boolean | 'peer' | 'best_effort'
  /**
   * Where those lists are. Default: `[ssl_crl_cache, ['internal', []]]`, which has those that were inserted;
   * `[['http', timeout]]` in place of `[]` has it fetch others, in so many milliseconds
   */
  readonly crl_cache?: CrlCacheOption
  /** Which policies the peer's chain must be under. Default: any, or none */
  readonly cert_policy_opts?: PolicyOptions
  /**
   * Whether the keys of authorities may be for any purpose. Else their `extKeyUsage` bounds what the peer's
   * certificate may be for, too. Default: false
   */
  readonly allow_any_ca_purpose?: boolean
  /**
   * How handshakes may be signed in TLS 1.2, the preferred first; and certificates, where `signature_algs_cert` says
   * nothing. Names of what is unknown here count for nothing. Default: all but those with MD5
   */
  readonly signature_algs?: readonly SignatureAlg[]
  /**
   * How the certificates of the peer's chain may be signed, in every version; that of the authority need not be.
   * Default: as `signature_algs` says, else in any way but with MD5 or SHA-1
   */
  readonly signature_algs_cert?: readonly SignatureAlg[]
  /** How long the keys in the peer's chain must be. Default: `{ rsa: 1024, dsa: 1024, ec: 160 }`, also in part */
  readonly least_key_bits?: LeastKeyBits
}

/** What a client can say of a server's certificate besides that. */
export interface ClientCertificateOptions {
  /** How the name in the server's certificate is compared. Default: as RFC 6125 says */
  readonly customize_hostname_check?: HostnameCheck
  /**
   * Whether the server is asked for what its OCSP responder says of its certificate (RFC 6066 §8). A server need not
   * have it, unless its certificate says so; what it shows must be good. With `ocsp_nonce: true`, which `'staple'`
   * stands for, it must be said for this connection, if the responder can do that. Default: `'no_staple'`
   */
  readonly stapling?: 'no_staple' | 'staple' | { readonly ocsp_nonce?: boolean }
}

// ---- Checked and completed

/** A private key as {@link KeyOption} has it, by the newer names of the types. */
export type KeyValue = readonly [
  type: 'RSAPrivateKey' | 'DSAPrivateKey' | 'ECPrivateKey' | 'PrivateKeyInfo',
  der: Uint8Array,
]

/** {@link CertKeyConf} */
export interface CertKeyValues {
  /** Not empty, the own certificate first. */
  readonly cert: readonly Uint8Array[] | undefined
  readonly certfile: string | undefined
  readonly key: KeyValue | undefined
  readonly keyfile: string | undefined
  readonly password: Password
}

/** What each option that concerns certificates comes to. */
export interface CertificateValues extends CertKeyValues {
  /** Undefined: what the other options say. */
  readonly certs_keys: readonly CertKeyValues[] | undefined
  readonly verify: 'verify_peer' | 'verify_none'
  /** Undefined: what `verify` stands for. */
  readonly verify_fun: SslVerifyFun | undefined
  readonly partial_chain: PartialChain | undefined
  readonly depth: number
  /** DER; not empty. */
  readonly cacerts: readonly Uint8Array[] | undefined
  readonly cacertfile: string | undefined
  readonly crl_check: boolean | 'peer' | 'best_effort'
  readonly crl_cache: CrlCacheOption
  readonly customize_hostname_check: HostnameCheck | undefined
  readonly cert_policy_opts: PolicyOptions | undefined
  readonly allow_any_ca_purpose: boolean
  /** The preferred first; not empty. */
  readonly signature_algs: readonly SignatureScheme[] | undefined
  /** Not empty. */
  readonly signature_algs_cert: readonly SignatureScheme[] | undefined
  readonly least_key_bits: Required<LeastKeyBits>
  /** Undefined: nothing is asked for. */
  readonly stapling: { readonly ocsp_nonce: boolean } | undefined
}
