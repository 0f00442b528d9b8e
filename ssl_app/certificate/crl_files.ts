// Revocation lists as they come: in files and in answers of servers, as DER or as PEM. Decoded they are kept as long as
// their DER is, since the same list is asked about many certificates.

import { readFile, stat } from 'node:fs/promises'
import { posix_code } from '../../apps/kernel/inet_posix.ts'
import { type CertificateList, decode_crl } from '../../apps/public_key/pubkey_crl.ts'
import { decode_pem } from '../../apps/public_key/pubkey_pem.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import { system_time } from '../../runtime/erlang/clock.ts'
import type { Result } from '../../runtime/erlang/term.ts'

/** Why there are no lists: a POSIX code such as `'enoent'`, or why the bytes are none. */
export type CrlError = string | readonly ['decode_error', text: string]

/** With what the DER of a list begins, and no PEM file: the tag of a sequence. */
const first_of_der = 0x30

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

/** All revocation lists of a file that is DER or PEM; other entries of a PEM file are skipped. */
export const crls_in = (bytes: Uint8Array): Result<readonly CertificateList[], CrlError> =>
  checked(() => (bytes[0] === first_of_der ? [bytes] : crls_in_pem(bytes)).map(known_crl))

/** As {@link crls_in}, each as its DER. */
export const crls_of = (ders: readonly Uint8Array[]): Result<readonly CertificateList[], CrlError> =>
  checked(() => ders.map(known_crl))

/** As {@link crls_in}, of the file at `path`. */
export async function crls_at(path: string): Promise<Result<readonly CertificateList[], CrlError>> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    return ['error', posix_code(error)]
  }
  return crls_in(bytes)
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

const crls_in_pem = (bytes: Uint8Array): Uint8Array[] =>
  decode_pem(bytes).flatMap(([type, der, cipher]) =>
    type === 'CertificateList' && cipher === 'not_encrypted' ? [der] : [],
  )
