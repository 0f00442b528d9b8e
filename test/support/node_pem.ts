// What people of Node connect with: certificates and keys in PEM.

import { encode_pem } from '../../apps/public_key/pubkey_pem.ts'
import type { TestCertificate } from './certificates.ts'
import { make_ca, make_leaf, make_self_signed } from './certificates.ts'

/** PEM of one that is somebody. */
export interface PemIdentity {
  readonly cert: string
  readonly key: string
}

/** An authority, and who it has made certificates for. */
export interface NodePki {
  readonly ca: string
  readonly server: PemIdentity
  readonly client: PemIdentity
  /** Another server: `other.example`. */
  readonly other: PemIdentity
  /** Nobody knows it. */
  readonly stranger: PemIdentity
}

export async function make_node_pki(): Promise<NodePki> {
  const ca = await make_ca()
  const localhost = [
    ['dNSName', 'localhost'],
    ['iPAddress', '127.0.0.1'],
  ] as const
  return {
    ca: certificate_pem(ca),
    server: identity(await make_leaf(ca, { subject: 'CN=localhost', subject_alt_names: localhost })),
    client: identity(await make_leaf(ca, { subject: 'CN=client' })),
    other: identity(
      await make_leaf(ca, {
        subject: 'CN=other.example',
        subject_alt_names: [['dNSName', 'other.example']],
      }),
    ),
    stranger: identity(await make_self_signed({ subject: 'CN=localhost', subject_alt_names: localhost })),
  }
}

const certificate_pem = ({ cert_der }: TestCertificate) =>
  encode_pem([['Certificate', cert_der, 'not_encrypted']])

const identity = (certificate: TestCertificate): PemIdentity => ({
  cert: certificate_pem(certificate),
  key: encode_pem([['PrivateKeyInfo', certificate.key_pkcs8_der, 'not_encrypted']]),
})
