// Peers whose certificates are made from a table, checked.

import type { Awaitable } from '../../ssl_app/certificate/awaitable.ts'
import {
  type PathOptions,
  type PeerCertificate,
  validate_peer,
} from '../../ssl_app/certificate/ssl_certificate.ts'
import type { Staple } from '../../ssl_app/certificate/ssl_ocsp.ts'
import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import { Alert, type AlertDescription } from '../../ssl_app/record/ssl_alert.ts'
import type { CertificateRow, Pki } from './chain_maker.ts'

/** When peers are checked, unless told otherwise. */
export const checked_at = Date.UTC(2026, 0, 1)

/** What an authority mostly is. */
export const authority: CertificateRow = {
  basic_constraints: { cA: true },
  key_usage: { usages: ['keyCertSign', 'cRLSign'] },
}

/** Names of rows, with spaces between; and how they are checked: by default by a client that asks for no host. */
export interface PkiPeer extends Partial<PathOptions> {
  /** The peer first. */
  readonly shown: string
  readonly trusted: string
  readonly staple?: Staple | undefined
  /** Milliseconds since 1970. */
  readonly at?: number
}

export function check_peer(pki: Pki, peer: PkiPeer): Awaitable<PeerCertificate> {
  const { shown, trusted, staple, at = checked_at, ...changes } = peer
  const options: PathOptions = { ...defaults, ...changes }
  return validate_peer(ders(pki, shown), new TrustStore(ders(pki, trusted)), options, { now: at, staple })
}

/** The alert that comes of it, sooner or later, or `'none'`. */
export async function alert_of_peer(pki: Pki, peer: PkiPeer): Promise<AlertDescription | 'none'> {
  try {
    await check_peer(pki, peer)
    return 'none'
  } catch (error) {
    if (error instanceof Alert) return error.description
    throw error
  }
}

/** A verify_fun that notes what it is asked, but for extensions, and overlooks all. */
export function noting_fun(pki: Pki, names: string) {
  const named = new Map(words(names).map(name => [hex(pki.certificate(name).der), name]))
  const events: (readonly [who: string | undefined, event: unknown])[] = []
  const fun = (certificate: { readonly der: Uint8Array }, event: any, state: unknown) => {
    if (event[0] === 'extension') return ['unknown', state] as const
    events.push([named.get(hex(certificate.der)), event])
    return ['valid', state] as const
  }
  return { events, verify_fun: [fun, []] as never }
}

const defaults: PathOptions = {
  role: 'client',
  verify: 'verify_peer',
  verify_fun: undefined,
  partial_chain: undefined,
  depth: 10,
  hostname: undefined,
}

const words = (text: string): string[] => text.split(' ').filter(word => word !== '')
const ders = (pki: Pki, names: string) => words(names).map(name => pki.certificate(name).der)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
