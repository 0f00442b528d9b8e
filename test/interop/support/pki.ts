// The certificates of the interoperability tests, as the PEM files that every program reads.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import type { Identity } from './peer.ts'
import type { KeyType } from './suites.ts'

export interface Pki {
  /** The root, whom everybody trusts. */
  readonly cacert: string
  /** The root and the authority below it, which has signed all else. */
  readonly cacerts: string
  /** A root that nobody else knows of. */
  readonly unknown_cacert: string
  /** Called `localhost`; `cert` holds the authority below the root too. */
  readonly server: Readonly<Record<KeyType, Identity>>
  /** A second server, called {@link other_server_name}. */
  readonly other_server: Identity
  /** A server called `localhost`, in 2024. */
  readonly expired_server: Identity
  readonly client: Readonly<Record<KeyType, Identity>>
  /** A client that only {@link unknown_cacert} vouches for. */
  readonly stranger: Identity
  remove(): Promise<void>
}

export const other_server_name = 'other.example'

/** Writes a public key infrastructure into a folder of its own, below the system's temporary one. */
export async function make_pki(): Promise<Pki> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-pki-'))
  const root = await make_ca()
  const authority = await make_intermediate(root)
  const unknown = await make_ca({ subject: 'CN=Unknown Root' })

  const write = async (name: string, ...pems: readonly string[]) => {
    const path = join(folder, name)
    await writeFile(path, pems.join(''))
    return path
  }
  const issuer = await write('authority.pem', authority.cert_pem)
  const unknown_cacert = await write('unknown.pem', unknown.cert_pem)
  const identity = async (name: string, { cert_pem, key_pem }: TestCertificate): Promise<Identity> => ({
    cert: await write(`${name}.pem`, cert_pem, authority.cert_pem),
    key: await write(`${name}.key`, key_pem),
    issuer,
  })
  const stranger = await make_leaf(unknown, { subject: 'CN=stranger' })
  const leaf = (algorithm: KeyType, subject: string) =>
    make_leaf(authority, { algorithm: algorithm === 'rsa' ? 'rsa' : 'secp256r1', subject })
  const other = await make_leaf(authority, {
    subject: `CN=${other_server_name}`,
    subject_alt_names: [['dNSName', other_server_name]],
  })

  const expired = await make_leaf(authority, { not_after: Date.UTC(2024, 11, 31) })

  return {
    cacert: await write('root.pem', root.cert_pem),
    cacerts: await write('authorities.pem', root.cert_pem, authority.cert_pem),
    unknown_cacert,
    server: {
      rsa: await identity('server_rsa', await leaf('rsa', 'CN=localhost')),
      ecdsa: await identity('server_ecdsa', await leaf('ecdsa', 'CN=localhost')),
    },
    other_server: await identity('other_server', other),
    expired_server: await identity('expired_server', expired),
    client: {
      rsa: await identity('client_rsa', await leaf('rsa', 'CN=client')),
      ecdsa: await identity('client_ecdsa', await leaf('ecdsa', 'CN=client')),
    },
    stranger: {
      cert: await write('stranger.pem', stranger.cert_pem),
      key: await write('stranger.key', stranger.key_pem),
      issuer: unknown_cacert,
    },
    remove: () => rm(folder, { recursive: true }),
  }
}
