// The certificate authorities that the platform trusts: OTP's pubkey_os_cacerts.

import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { DecodeError } from '../../runtime/binary/reader.ts'
import type { Done, Result } from '../../runtime/erlang/term.ts'
import { decode_certificate, type OTPCertificate } from './otp_certificate.ts'
import { decode_pem } from './pubkey_pem.ts'

/** OTP: `combined_cert()`. */
export interface CombinedCert {
  readonly der: Uint8Array
  readonly otp: OTPCertificate
}

/** Where Debian and its kin, Red Hat and its kin, SUSE, Alpine and the BSDs, FreeBSD have them. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
  '/usr/local/share/certs/ca-root-nss.crt',
]

let loaded: readonly CombinedCert[] | undefined

/**
 * The certificates that the platform trusts; read once. They are those of the system, or where it keeps them
 * elsewhere than in a file (Windows, macOS), Mozilla's as Node brings them.
 *
 * @see OTP: `public_key:cacerts_get/0`
 */
export function cacerts_get(): readonly CombinedCert[] {
  loaded ??= platform_cacerts(bundles)
  return loaded
}

/**
 * Takes the trusted certificates from a PEM file instead.
 *
 * @returns `['error', code]` with a POSIX code such as `'enoent'`, or `'no_cacerts_found'`
 * @see OTP: `public_key:cacerts_load/1`
 */
export function cacerts_load(file: string): Done<string> {
  const [tag, found] = read_bundle(file)
  if (tag === 'error') return [tag, found]
  loaded = found
  return 'ok'
}

/**
 * Forgets what was loaded; the next {@link cacerts_get} reads anew.
 *
 * @returns whether there was anything to forget
 * @see OTP: `public_key:cacerts_clear/0`
 */
export function cacerts_clear(): boolean {
  const was_loaded = loaded !== undefined
  loaded = undefined
  return was_loaded
}

/** The certificates in the first of `files` that has any, or else those that Node brings. */
export function platform_cacerts(files: readonly string[]): readonly CombinedCert[] {
  for (const file of files) {
    const [tag, found] = read_bundle(file)
    if (tag === 'ok') return found
  }
  return combined(rootCertificates.join('\n'))
}

function read_bundle(file: string): Result<readonly CombinedCert[], string> {
  try {
    const found = combined(readFileSync(file, 'latin1'))
    return found.length > 0 ? ['ok', found] : ['error', 'no_cacerts_found']
  } catch (error) {
    if (error instanceof DecodeError) return ['error', 'no_cacerts_found']
    return ['error', String((error as NodeJS.ErrnoException).code).toLowerCase()]
  }
}

function combined(pem: string): readonly CombinedCert[] {
  return decode_pem(pem).flatMap(([type, der]) => (type === 'Certificate' ? decoded(der) : []))
}

/** One that cannot be decoded is no reason to trust none. */
function decoded(der: Uint8Array): readonly CombinedCert[] {
  try {
    return [{ der, otp: decode_certificate(der) }]
  } catch (error) {
    if (error instanceof DecodeError) return []
    throw error
  }
}
