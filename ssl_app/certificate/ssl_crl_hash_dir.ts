// Revocation lists in a directory, as OpenSSL's `c_rehash` arranges it: each in a file that is named after the hash of
// its issuer's name, such as `9dce6b77.r0`. OTP: the module `ssl_crl_hash_dir`
//
// `crl_cache: [ssl_crl_hash_dir, ['internal', [['dir', path]]]]`

import type { CertificateList } from '../../apps/public_key/pubkey_crl.ts'
import type { DistributionPoint } from '../../apps/public_key/pubkey_extensions.ts'
import { short_name_hash } from '../../apps/public_key/pubkey_name_hash.ts'
import { type GeneralName, is_same_name, type Name } from '../../apps/public_key/pubkey_names.ts'
import { pkix_match_dist_point } from '../../apps/public_key/public_key_crl.ts'
import { type Level, report } from '../../runtime/erlang/report.ts'
import { Exit, type Term } from '../../runtime/erlang/term.ts'
import { current_crls_at, is_directory } from './crl_files.ts'

/** What `crl_cache` says beside this module: the directory. */
export type HashDirHandle = readonly [Term, args: readonly [readonly ['dir', path: string]]]

/** Files for one hash, and names for which lists are looked for. */
const most_files = 100
const most_names = 4

/**
 * The lists of the certificate's issuer; or, where the distribution point says that they are somebody else's, those of
 * that one which are for this point.
 *
 * @see OTP: the callback `lookup` of `ssl_crl_cache_api`
 */
export async function lookup(
  point: DistributionPoint,
  handle: HashDirHandle,
  issuer: Name,
): Promise<readonly Uint8Array[]> {
  const crls = await crls_of(point.cRLIssuer ?? issuer, handle)
  return ders(point.cRLIssuer === undefined ? crls : crls.filter(crl => pkix_match_dist_point(crl, point)))
}

/**
 * The lists that were issued under that name, or one of those names.
 *
 * @see OTP: the callback `select` of `ssl_crl_cache_api`
 */
export const select = async (
  issuer: Name | readonly GeneralName[],
  handle: HashDirHandle,
): Promise<readonly Uint8Array[]> => ders(await crls_of(issuer, handle))

/**
 * The same list: a newer one would have been found.
 *
 * @see OTP: the callback `fresh_crl` of `ssl_crl_cache_api`
 */
export const fresh_crl = (_point: DistributionPoint, crl: Uint8Array): Uint8Array => crl

const ders = (crls: readonly CertificateList[]): readonly Uint8Array[] => crls.map(({ der }) => der)

async function crls_of(
  issuer: Name | readonly GeneralName[],
  handle: HashDirHandle,
): Promise<readonly CertificateList[]> {
  const dir = dir_of(handle)
  const names = 'rdnSequence' in issuer ? [issuer] : issuer.flatMap(directory_names)
  const found = await Promise.all(names.slice(0, most_names).map(name => crls_named(name, dir)))
  return found.flat()
}

const directory_names = (name: GeneralName): Name[] => (name[0] === 'directoryName' ? [name[1]] : [])

/** @throws Exit `['bad_args', …]` when no directory is given */
function dir_of([, args]: HashDirHandle): string {
  const [key, dir]: readonly Term[] = Array.isArray(args) && Array.isArray(args[0]) ? args[0] : []
  if (key !== 'dir' || typeof dir !== 'string') throw new Exit(['bad_args', args])
  return dir
}

/** Other names may have the same hash. What cannot be read is told, and the next file looked at. */
async function crls_named(name: Name, dir: string): Promise<readonly CertificateList[]> {
  const hash = short_name_hash(name)
  const found: CertificateList[] = []
  for (let number = 0; number < most_files; number++) {
    const file = `${dir}/${hash}.r${number}`
    const [tag, read] = await current_crls_at(file)
    if (tag === 'ok') found.push(...read.filter(({ tbsCertList }) => is_same_name(tbsCertList.issuer, name)))
    else if (read !== 'enoent') tell('notice', { file, reason: read })
    else if (number === 0 && !(await is_directory(dir))) tell('error', { dir, reason: 'not_a_directory' })
    if (read === 'enoent') break
  }
  return found
}

const tell = (level: Level, facts: Readonly<Record<string, Term>>): void =>
  report(level, { label: ['ssl', 'crl_hash_dir'], report: facts })
