// Revocation lists as they come: in files and in answers of servers, as DER or as PEM. Decoded they are kept as long as
// their DER is, since the same list is asked about many certificates.

import { readFile, stat } from 'node:fs/promises'
import { posix_code } from '../../apps/kernel/inet_posix.ts'
import { type CertificateList, decode_crl } from '../../apps/public_key/pubkey_crl.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import { system_time } from '../../runtime/erlang/clock.ts'
import type { Result } from '../../runtime/erlang/term.ts'

/** Why there are no lists: a POSIX code such as `'enoent'`, or why the bytes are none. */
export type CrlError = string | readonly ['decode_error', text: string]

/** With what the DER of a list begins, and no PEM file: the tag of a sequence. */
const first_of_der = 0x30
const begin_of_pem = '-----BEGIN X509 CRL-----'
const end_of_pem = '-----END X509 CRL-----'
/** Lists of one answer of a server. There is one at a distribution point, and few are there under several names. */
const most_fetched = 16

const decoded = new WeakMap<Uint8Array, CertificateList>()

/**
 * The list of that DER, which nobody changes any more.
 *
 * @throws {@link DecodeError}
 */
export function known_crl(der: Uint8Array): CertificateList {
  const known = decoded.get(der)
  if (known !== undefined) return known
  const crl = decode_crl(der)
  decoded.set(der, crl)
  return crl
}

/**
 * All revocation lists of what a server has answered, which is DER or PEM, sixteen at most; other entries of PEM are
 * skipped. Nobody knows yet who has written them: their entries are not looked at.
 */
export const crls_in = (body: Uint8Array): Result<readonly CertificateList[], CrlError> =>
  checked(() => ders_in(body, most_fetched).map(known_crl))

/** The lists with that DER, their entries too. */
export const crls_of = (ders: readonly Uint8Array[]): Result<readonly CertificateList[], CrlError> =>
  checked(() => ders.map(whole_crl))

/** As {@link crls_of}, all of the file at `path`, which is DER or PEM; other entries of PEM are skipped. */
export async function crls_at(path: string): Promise<Result<readonly CertificateList[], CrlError>> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    return ['error', posix_code(error)]
  }
  return checked(() => ders_in(bytes, Infinity).map(whole_crl))
}

/** A file as it was when it was read. */
interface CrlFile {
  readonly version: string
  readonly read: Promise<Result<readonly CertificateList[], CrlError>>
}

/** Files that are remembered. */
const most_files = 64
/** Milliseconds: a file that was written less long ago may be written again, and its times be the same. */
const unsettled = 2_000

/** By their path; what was used last stands last. */
const files = new Map<string, CrlFile>()

/** As {@link crls_at}, but a file is read once, for all who want it, until it is another. */
export async function current_crls_at(path: string): Promise<Result<readonly CertificateList[], CrlError>> {
  let version: string | undefined
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(path)
    if (Math.max(mtimeMs, ctimeMs) + unsettled < system_time()) version = [mtimeMs, ctimeMs, size, ino].join()
  } catch (error) {
    return ['error', posix_code(error)]
  }
  const kept = files.get(path)
  files.delete(path)
  if (version === undefined) return crls_at(path)
  const file = kept?.version === version ? kept : { version, read: crls_at(path) }
  files.set(path, file)
  if (files.size > most_files) files.delete(files.keys().next().value!)
  return file.read
}

/** Whether there is a directory at `path`. */
export async function is_directory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

function checked<Value>(decode: () => Value): Result<Value, CrlError> {
  try {
    return ['ok', decode()]
  } catch (error) {
    if (error instanceof DecodeError) return ['error', ['decode_error', error.message]]
    throw error
  }
}

function whole_crl(der: Uint8Array): CertificateList {
  const crl = known_crl(der)
  crl.tbsCertList.revokedCertificates.check()
  return crl
}

const ders_in = (bytes: Uint8Array, most: number): Uint8Array[] =>
  bytes[0] === first_of_der ? [bytes] : ders_in_pem(bytes, most)

/** What is around a list may be megabytes of anything, and is not looked at. */
function ders_in_pem({ buffer, byteOffset, length }: Uint8Array, most: number): Uint8Array[] {
  const pem = Buffer.from(buffer, byteOffset, length)
  const ders: Uint8Array[] = []
  for (let at = 0; ders.length < most; ) {
    const begin = pem.indexOf(begin_of_pem, at)
    if (begin === -1) break
    const end = pem.indexOf(end_of_pem, begin)
    if (end === -1) throw new DecodeError('no end of a revocation list')
    ders.push(Buffer.from(pem.toString('latin1', begin + begin_of_pem.length, end), 'base64'))
    at = end + end_of_pem.length
  }
  return ders
}
