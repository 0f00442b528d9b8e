// What a place to get revocation lists from must be able to do. OTP: the behaviour `ssl_crl_cache_api`.

import type { DistributionPoint } from '../../apps/public_key/pubkey_extensions.ts'
import type { GeneralName, Name } from '../../apps/public_key/pubkey_names.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import type { Awaitable } from './awaitable.ts'

/**
 * A module that has revocation lists, for the option `crl_cache`. Lists are DER, RFC 5280 §5.1. Its callbacks run in
 * the process of the connection that has a certificate to check, before the handshake goes on.
 *
 * A callback that fails, gives something else, or does not answer in time, is told to the logger: it has found
 * nothing, and the certificate's status stays undetermined.
 */
export interface CrlCacheApi<Handle = Term> {
  /**
   * The lists of a distribution point, as it stands in a certificate or in its freshest CRL.
   *
   * @param issuer - who issued the certificate
   * @returns `'not_available'`: none of them can be got
   */
  lookup(
    distribution_point: DistributionPoint,
    handle: Handle,
    issuer: Name,
  ): Awaitable<'not_available' | readonly Uint8Array[]>

  /**
   * All lists that were issued under that name, or one of these names; names are the same as RFC 5280 §7.1 says.
   *
   * @param issuer - of general names, only `directoryName` is a name of an issuer
   */
  select(issuer: Name | readonly GeneralName[], handle: Handle): Awaitable<readonly Uint8Array[]>

  /** A list that is newer than `crl`, which is out of date; the same if there is none. */
  fresh_crl(distribution_point: DistributionPoint, crl: Uint8Array): Awaitable<Uint8Array>
}

/**
 * Whether certificates are looked up in revocation lists, and where those are.
 *
 * `check`: `true`, each certificate of the chain; `'peer'`, the peer's own; `'best_effort'`, each, and one of which
 * nothing can be found out is accepted. The handle is given to the module as it is.
 *
 * OTP: the options `crl_check` and `crl_cache` of `ssl`
 */
export interface CrlCheck {
  readonly check: true | 'peer' | 'best_effort'
  readonly cache: readonly [module: CrlCacheApi, handle: Term]
}
