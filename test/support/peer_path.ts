// A path from a root to a peer, and its validation.

import { type Awaitable, is_pending } from '../../ssl_app/certificate/awaitable.ts'
import {
  type PathOptions,
  type PeerCertificate,
  validate_peer,
} from '../../ssl_app/certificate/ssl_certificate.ts'
import type { Staple } from '../../ssl_app/certificate/ssl_ocsp.ts'
import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from './certificates.ts'
import { now, path } from './engine_pair.ts'
import { thrown_alert } from './thrown_alert.ts'

export const root = await make_ca()
export const other_root = await make_ca({ subject: 'CN=Other Root' })
export const upper = await make_intermediate(root, { subject: 'CN=Upper' })
export const lower = await make_intermediate(upper, { subject: 'CN=Lower' })
/** Issued by `lower`, which `upper` issued, which `root` issued. */
export const leaf = await make_leaf(lower)
/** Issued by `root`. */
export const direct = await make_leaf(root)

/** What is validated, and how: a client checks a server, trusting `root`, unless something else is said. */
export interface Validation extends Partial<PathOptions> {
  readonly shown: readonly TestCertificate[]
  readonly trusted?: readonly TestCertificate[]
  /** Milliseconds since 1970. */
  readonly at?: number
  readonly staple?: Staple
}

export const ders = (certificates: readonly TestCertificate[]): Uint8Array[] =>
  certificates.map(({ cert_der }) => cert_der)

export const store = (...certificates: readonly TestCertificate[]): TrustStore =>
  new TrustStore(ders(certificates))

export const validate = (validation: Validation): PeerCertificate => at_once(start_validation(validation))

/** As {@link validate}, where something takes its time. */
export const validate_later = async (validation: Validation): Promise<PeerCertificate> =>
  start_validation(validation)

function start_validation({
  shown,
  trusted = [root],
  role = 'client',
  at = now,
  staple,
  ...changes
}: Validation): Awaitable<PeerCertificate> {
  const options = path(role, { verify: 'verify_peer', depth: 5, ...changes })
  return validate_peer(ders(shown), store(...trusted), options, { now: at, staple })
}

/** What came without waiting. */
export function at_once<Value>(value: Awaitable<Value>): Value {
  if (is_pending(value)) throw new Error('it takes time')
  return value
}

/** The alert that comes of it, or `'none'`. */
export const alert_for = (validation: Validation) => thrown_alert(() => validate(validation))
