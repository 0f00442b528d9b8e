// What is measured of TLS, whoever does it: both ends run in this process, over loopback, TLS 1.2 with
// ECDHE-RSA-AES128-GCM-SHA256 and an RSA key of 2048 bits.

import { make_ca, make_leaf } from '../support/certificates.ts'

export const suite = 'ECDHE-RSA-AES128-GCM-SHA256'

export interface TlsSide {
  /** A connection with a full handshake, and its end. */
  handshake(): Promise<void>
  /** A connection that resumes the session of an earlier one, and its end. */
  resume(): Promise<void>
  /** One connection; the client writes `chunk` so many times, until the server has it all. */
  transfer(writes: number, chunk: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** Who the server is, and whom the client trusts, as both sides want it. */
export interface TlsMaterial {
  readonly cert_der: Uint8Array
  readonly key_pkcs8_der: Uint8Array
  readonly root_der: Uint8Array
  readonly cert_pem: string
  readonly key_pem: string
  readonly root_pem: string
}

export async function tls_material(): Promise<TlsMaterial> {
  const root = await make_ca({ algorithm: 'rsa' })
  const leaf = await make_leaf(root, { algorithm: 'rsa' })
  return { ...leaf, root_der: root.cert_der, root_pem: root.cert_pem }
}
