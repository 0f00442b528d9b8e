// The revocation lists that a program has put in; and, for who asks for that, those that are to be had where a
// certificate says. OTP: the module `ssl_crl_cache`

import type { CertificateList } from '../../apps/public_key/pubkey_crl.ts'
import type { DistributionPoint } from '../../apps/public_key/pubkey_extensions.ts'
import type { GeneralName, Name } from '../../apps/public_key/pubkey_names.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { Exit, type Result, type Term, type Timeout } from '../../runtime/erlang/term.ts'
import { max_delay } from '../../runtime/erlang/timer_wheel.ts'
import type { Awaitable } from './awaitable.ts'
import { type CrlError, crls_at, crls_of } from './crl_files.ts'
import * as crl_keeper from './crl_keeper.ts'
import { http_uri } from './http_get.ts'

export type { CrlError } from './crl_files.ts'
export type { CrlCacheApi } from './ssl_crl_cache_api.ts'

/** Revocation lists: those of a PEM or DER file, other entries of which are skipped; or each as its DER. */
export type CrlSource = readonly ['file', path: string] | readonly ['der', ders: readonly Uint8Array[]]

/** A place where nothing can be put in. */
export type CrlPlaceError = readonly ['only_http_distribution_points_supported', uri: string]

/**
 * What `crl_cache` says beside this module. `['http', timeout]`: a list that was not put in is fetched from the `http`
 * URIs in a certificate, and each of its distribution points may take so many milliseconds.
 */
export type CrlCacheHandle = readonly ['internal', args: readonly (readonly ['http', Timeout])[]]

/** URIs of one distribution point that are tried. */
const most_uris = 4

// ---- API

/**
 * Puts revocation lists in.
 *
 * @param uri - where certificates say that they are; what was put in under that URI before is taken out. Without it,
 *   they are found by who issued them only
 * @returns `'ok'`; else `['error', reason]`: a POSIX code when the file cannot be read; `['decode_error', text]` when
 *   there is no list in it; `['only_http_distribution_points_supported', uri]` when that does not begin with `http:`
 * @throws {@link Exit} `['noproc', …]` when `ssl` is not started; `'badarg'` for what is no source
 * @see OTP: `ssl_crl_cache:insert/1,2`
 */
export function insert(source: CrlSource): Promise<'ok' | readonly ['error', CrlError]>
export function insert(
  uri: string,
  source: CrlSource,
): Promise<'ok' | readonly ['error', CrlError | CrlPlaceError]>
export async function insert(
  ...asked: [CrlSource] | [uri: string, CrlSource]
): Promise<'ok' | readonly ['error', CrlError | CrlPlaceError]> {
  const [given, source] = asked.length === 1 ? [undefined, asked[0]] : asked
  const uri = given === undefined ? given : http_uri(given)?.href
  if (given !== undefined && uri === undefined) return not_supported(given)
  const [tag, crls] = await crls_from(source)
  return tag === 'ok' ? crl_keeper.insert(uri, crls) : [tag, crls]
}

/**
 * Takes revocation lists out: those of a file or DER that were put in without a URI, or all that were put in under a URI.
 *
 * @returns `'ok'`, also when they were not there; else as {@link insert}
 * @throws as {@link insert}
 * @see OTP: `ssl_crl_cache:delete/1`
 */
async function remove(
  what: CrlSource | string,
): Promise<'ok' | readonly ['error', CrlError | CrlPlaceError]> {
  if (typeof what === 'string') {
    const uri = http_uri(what)?.href
    return uri === undefined ? not_supported(what) : crl_keeper.remove_uri(uri)
  }
  const [tag, crls] = await crls_from(what)
  return tag === 'ok' ? crl_keeper.remove(crls) : [tag, crls]
}

export { remove as delete }

// ---- What ssl asks of a cache

/**
 * The lists that were put in under one of the URIs of the distribution point; if there are none, and it may be asked
 * for, those that are there. What was fetched is not kept.
 *
 * @see OTP: the callback `lookup` of `ssl_crl_cache_api`
 */
export function lookup(
  { distributionPoint }: DistributionPoint,
  handle: CrlCacheHandle,
): Awaitable<'not_available' | readonly Uint8Array[]> {
  if (distributionPoint?.[0] !== 'fullName') return 'not_available'
  const uris = distributionPoint[1].flatMap(http_uris)
  for (const uri of uris) {
    const found = crl_keeper.crl_table()?.at(uri)
    if (found !== undefined && found.length > 0) return found
  }
  const timeout = http_timeout(handle)
  return timeout === undefined ? 'not_available' : fetch_first(uris.slice(0, most_uris), timeout)
}

/**
 * The lists that were put in and were issued under that name, or under one of those names.
 *
 * @see OTP: the callback `select` of `ssl_crl_cache_api`
 */
export function select(
  issuer: Name | readonly GeneralName[],
  _handle: CrlCacheHandle,
): readonly Uint8Array[] {
  const names = 'rdnSequence' in issuer ? [issuer] : issuer.flatMap(directory_names)
  return names.flatMap(name => crl_keeper.crl_table()?.of(name) ?? [])
}

/**
 * The same list: a newer one would have been found.
 *
 * @see OTP: the callback `fresh_crl` of `ssl_crl_cache_api`
 */
export const fresh_crl = (_distribution_point: DistributionPoint, crl: Uint8Array): Uint8Array => crl

// ---- Internals

async function crls_from(source: CrlSource): Promise<Result<readonly CertificateList[], CrlError>> {
  const [kind, what] = Array.isArray(source) ? (source as CrlSource) : []
  if (kind === 'file' && typeof what === 'string') return crls_at(what)
  if (kind === 'der' && are_bytes(what)) return crls_of(what)
  throw new Exit('badarg')
}

const are_bytes = (term: Term): term is readonly Uint8Array[] =>
  Array.isArray(term) && term.every(der => der instanceof Uint8Array)

const not_supported = (uri: string): readonly ['error', CrlPlaceError] => [
  'error',
  ['only_http_distribution_points_supported', uri],
]

/** What cannot be asked for by `http` is passed over. */
function http_uris([kind, value]: GeneralName): string[] {
  const uri = kind === 'uniformResourceIdentifier' ? http_uri(value) : undefined
  return uri === undefined ? [] : [uri.href]
}

const directory_names = ([kind, value]: GeneralName): Name[] =>
  kind === 'directoryName' ? [value as Name] : []

/** The one argument that there is, if it is what it should be. */
function http_timeout([, args]: CrlCacheHandle): Timeout | undefined {
  const [only, ...others]: readonly Term[] = Array.isArray(args) ? args : []
  if (others.length > 0 || !Array.isArray(only) || only[0] !== 'http') return undefined
  const timeout = only[1]
  if (timeout === 'infinity') return timeout
  return typeof timeout === 'number' && timeout >= 0 && timeout <= max_delay ? timeout : undefined
}

/** One URI after the other, in the time that there is for all of them. */
async function fetch_first(
  uris: readonly string[],
  timeout: Timeout,
): Promise<'not_available' | readonly Uint8Array[]> {
  const deadline = timeout === 'infinity' ? timeout : monotonic_time() + timeout
  for (const uri of uris) {
    const left = deadline === 'infinity' ? deadline : Math.max(0, deadline - monotonic_time())
    const found = await fetched(uri, timeout, left)
    if (found.length > 0) return found
  }
  return 'not_available'
}

/** None also when it takes too long, and when `ssl` is not started. */
async function fetched(uri: string, timeout: Timeout, left: Timeout): Promise<readonly Uint8Array[]> {
  try {
    return await crl_keeper.fetch(uri, timeout, left)
  } catch (thrown) {
    if (thrown instanceof Exit) return []
    throw thrown
  }
}
