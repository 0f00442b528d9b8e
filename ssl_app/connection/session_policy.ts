// What sessions are good for: they go on only among connections that would check the peer in the same way, and tell it
// the same secrets.

import { hash, mac, strong_rand_bytes } from '../../apps/crypto/crypto.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import * as ssl_crl_cache from '../certificate/ssl_crl_cache.ts'
import type { TrustStore } from '../certificate/ssl_pkix_db.ts'
import type { CrlCacheOption } from './certificate_options.ts'
import type { SslOptions } from './connection_options.ts'

const identities = new WeakMap<object, number>()
let last_identity = 0

/** Sessions may be kept elsewhere: nobody there learns a secret, and no other process has the same identities. */
const process_key = strong_rand_bytes(32)

/**
 * The policy of `Session`, a text. It holds no secrets. Without functions and secrets among the options it is the same
 * in every process.
 *
 */
export const session_policy = (options: SslOptions, trusted: TrustStore): string =>
  JSON.stringify([
    options.verify,
    options.fail_if_no_peer_cert,
    options.depth,
    options.hostname,
    options.server_name,
    fingerprint(trusted),
    options.verify_fun?.map(identity_of),
    identity_of(options.partial_chain),
    demands(options),
    options.user_lookup_fun?.map(identity_of),
    options.srp_identity?.map(sealed),
  ])

/** What certificates must be like, besides leading to somebody who is trusted. */
function demands(options: SslOptions) {
  const { policy_set, explicit_policy, inhibit_policy_mapping, inhibit_any_policy } =
    options.cert_policy_opts ?? {}
  const { match_fun, fqdn_fun, fail_callback } = options.customize_hostname_check ?? {}
  const { rsa, dsa, ec } = options.least_key_bits
  return [
    [options.crl_check, ...(options.crl_check === false ? [] : places(options.crl_cache))],
    options.stapling?.ocsp_nonce,
    [policy_set, !!explicit_policy, !!inhibit_policy_mapping, !!inhibit_any_policy],
    options.allow_any_ca_purpose,
    options.signature_algs_cert ?? options.signature_algs,
    [rsa, dsa, ec],
    [match_fun, fqdn_fun, fail_callback].map(identity_of),
  ]
}

/** Where revocation lists are looked for; lists of words count by what is in them. */
function places([module, [handle, args]]: CrlCacheOption) {
  const words = [handle, ...args].flat(9)
  return module === ssl_crl_cache ? words.map(String) : [module, ...words].map(identity_of)
}

/** A text for each function, object or simple value: the same for the same one. */
function identity_of(thing: Term): string | undefined {
  if (thing === undefined) return undefined
  if (typeof thing !== 'function' && (typeof thing !== 'object' || thing === null)) {
    return sealed(`${typeof thing} ${String(thing)}`)
  }
  let known = identities.get(thing)
  if (known === undefined) {
    known = ++last_identity
    identities.set(thing, known)
  }
  return sealed(`#${known}`)
}

/** What stands for a text without telling it. */
const sealed = (text: string): string => base64(mac('hmac', 'sha256', process_key, Buffer.from(text)))

const fingerprints = new WeakMap<TrustStore, string>()

/** Authorities that are given anew with each connection are the same if their DER is. */
function fingerprint(trusted: TrustStore): string {
  let known = fingerprints.get(trusted)
  if (known === undefined) {
    known = base64(
      hash(
        'sha256',
        trusted.ders().map(der => hash('sha256', der)),
      ),
    )
    fingerprints.set(trusted, known)
  }
  return known
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
