// What people of Node connect with: certificates and keys in PEM.

import { make_ca, make_leaf, make_self_signed, type TestCertificate } from './certificates.ts'

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
    ca: ca.cert_pem,
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

const identity = ({ cert_pem, key_pem }: TestCertificate): PemIdentity => ({ cert: cert_pem, key: key_pem })
