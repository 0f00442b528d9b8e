// Certificates as Node's own TLS describes them to its users.

import { X509Certificate } from 'node:crypto'

/**
 * A certificate as `tls.TLSSocket.getPeerCertificate()` describes one: `subject`, `issuer`, `subjectaltname`,
 * `valid_from`, `valid_to`, `fingerprint256`, `serialNumber`, `raw` and so on.
 *
 * @param der - of the certificate
 * @returns only `raw` of one that Node cannot read
 */
export function certificate_as_object(der: Uint8Array): Readonly<Record<string, any>> {
  try {
    return { ...new X509Certificate(der).toLegacyObject() }
  } catch {
    return { raw: Buffer.from(der) }
  }
}
