// Who one is to the peer: the certificate, those that lead to its root, and the key.

import {
  type KeyType,
  type PrivateKey,
  type SignatureScheme,
  sign,
  supports,
  verify,
} from '../../apps/crypto/crypto.ts'
import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { select_extension } from '../../apps/public_key/pubkey_extensions.ts'
import { decode_private_key, subject_public_key } from '../../apps/public_key/pubkey_keys.ts'
import { id_ce_keyUsage } from '../../apps/public_key/pubkey_oids.ts'
import { signature_scheme } from '../../apps/public_key/pubkey_signature.ts'
import { pem_entry_decode } from '../../apps/public_key/public_key.ts'
import { certificate_chain } from '../certificate/ssl_certificate.ts'
import type { TrustStore } from '../certificate/ssl_pkix_db.ts'
import type { OwnIdentity } from '../handshake/handshake_data.ts'
import type { CertificateTraits } from '../record/cipher_choice.ts'
import { decoded, read_pem, Unusable } from './config_files.ts'
import type { SslOptions } from './connection_options.ts'

const private_keys: readonly string[] = ['RSAPrivateKey', 'DSAPrivateKey', 'ECPrivateKey', 'PrivateKeyInfo']

/** How a key of each type signs, to see whether it is that of a certificate. */
const probes: Readonly<Record<KeyType, SignatureScheme>> = {
  rsa: { algorithm: 'rsa', digest: 'sha256' },
  dsa: { algorithm: 'dsa', digest: 'sha' },
  ec: { algorithm: 'ecdsa', digest: 'sha256' },
  ed25519: { algorithm: 'eddsa', digest: 'none' },
  ed448: { algorithm: 'eddsa', digest: 'none' },
}

/** For suites: how they know a type of key. */
const kinds: Readonly<Record<KeyType, CertificateTraits['key']>> = {
  rsa: 'rsa',
  dsa: 'dsa',
  ec: 'ec',
  ed25519: 'eddsa',
  ed448: 'eddsa',
}

/**
 * Who the options say one is; undefined: nobody.
 *
 * @param trusted - where to look for those who issued the certificate
 * @throws {@link Unusable}
 */
export async function own_identity(
  options: SslOptions,
  trusted: TrustStore,
): Promise<OwnIdentity | undefined> {
  const [own, ...more] = await own_certificates(options)
  if (own === undefined) return undefined
  const { cert, certfile } = options
  const certificate = decoded(() => decode_certificate(own), cert ? ['cert'] : ['certfile', certfile])
  const key = await private_key(options)
  check_pair(key, certificate)
  const chain = certificate_chain(own, more, trusted)
  const issuers = chain.map(der => decode_certificate(der).tbsCertificate.issuer.der)
  return { chain, key, traits: traits(certificate), issuers }
}

async function own_certificates({ cert, certfile }: SslOptions): Promise<readonly Uint8Array[]> {
  if (cert !== undefined) return [cert]
  if (certfile === undefined) return []
  const entries = await read_pem('certfile', certfile)
  const certificates = entries.filter(([type]) => type === 'Certificate').map(([, der]) => der)
  if (certificates.length === 0) throw new Unusable(['certfile', ['badmatch', []]])
  return certificates
}

async function private_key({ key, keyfile, certfile, password }: SslOptions): Promise<PrivateKey> {
  if (key !== undefined) return decoded(() => decode_private_key(...key), ['key'])
  const file = keyfile ?? certfile
  if (file === undefined) throw new Unusable(['options', ['keyfile', '']])
  const entries = (await read_pem('keyfile', file)).filter(([type]) => private_keys.includes(type as string))
  const [only] = entries
  if (only === undefined || entries.length > 1) {
    throw new Unusable(['keyfile', ['badmatch', entries.map(([type]) => type)]])
  }
  return decoded(() => pem_entry_decode(only, password) as PrivateKey, ['keyfile', file])
}

/** A key that is not the certificate's would only be noticed by the peer. */
function check_pair(key: PrivateKey, certificate: OTPCertificate): void {
  const public_key = decoded(() => subject_public_key(certificate), ['cert'])
  const scheme = probes[key.type]
  if (!supports().private_keys.includes(scheme.algorithm)) {
    throw new Unusable(['options', ['key', 'is of a kind that signs no handshakes']])
  }
  const probe = new Uint8Array(32)
  const fits = key.type === public_key.type && verify(scheme, probe, sign(scheme, probe, key), public_key)
  if (!fits) throw new Unusable(['options', ['key', 'is not the key of the certificate']])
}

function traits(certificate: OTPCertificate): CertificateTraits {
  const signed = signature_scheme(certificate.signatureAlgorithm)?.algorithm
  return {
    key: kinds[subject_public_key(certificate).type],
    signed_with: signed === 'dsa' ? 'dsa' : signed === 'rsa' || signed === 'rsa_pss' ? 'rsa' : 'ecdsa',
    key_usage: select_extension(id_ce_keyUsage, certificate.tbsCertificate.extensions),
  }
}
