// Who one is to the peer: certificates, those that lead to their roots, and the keys.

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
import { type PemEntry, pem_entry_decode } from '../../apps/public_key/public_key.ts'
import { certificate_chain } from '../certificate/ssl_certificate.ts'
import type { TrustStore } from '../certificate/ssl_pkix_db.ts'
import type { OwnIdentity } from '../handshake/handshake_data.ts'
import type { CertificateTraits } from '../record/cipher_choice.ts'
import type { CertKeyValues, Password } from './certificate_options.ts'
import { decoded, read_pem, Unusable } from './config_files.ts'
import type { SslOptions } from './connection_options.ts'

const private_keys: readonly string[] = ['RSAPrivateKey', 'DSAPrivateKey', 'ECPrivateKey', 'PrivateKeyInfo']

interface Kind {
  /** How suites know such a key. */
  readonly key: CertificateTraits['key']
  /** How it signs unless it is restricted, to see whether it is that of a certificate. */
  readonly probe: SignatureScheme
}

/** The preferred first, as OTP prefers them. */
const kinds: Readonly<Record<KeyType, Kind>> = {
  ed25519: { key: 'eddsa', probe: { algorithm: 'eddsa', digest: 'none' } },
  ed448: { key: 'eddsa', probe: { algorithm: 'eddsa', digest: 'none' } },
  ec: { key: 'ec', probe: { algorithm: 'ecdsa', digest: 'sha256' } },
  rsa_pss: { key: 'rsa', probe: { algorithm: 'rsa_pss', digest: 'sha256' } },
  rsa: { key: 'rsa', probe: { algorithm: 'rsa', digest: 'sha256' } },
  dsa: { key: 'dsa', probe: { algorithm: 'dsa', digest: 'sha' } },
}

const by_preference = Object.keys(kinds)

/**
 * Who the options say one is, the preferred first: none, one, or several by `certs_keys`.
 *
 * @param trusted - where to look for those who issued the certificates
 * @throws {@link Unusable}
 */
export async function own_identities(
  options: SslOptions,
  trusted: TrustStore,
): Promise<readonly OwnIdentity[]> {
  const identities: OwnIdentity[] = []
  for (const conf of options.certs_keys ?? [options]) {
    const identity = await own_identity(conf, trusted)
    if (identity !== undefined) identities.push(identity)
  }
  return identities.sort((one, other) => preference(one) - preference(other))
}

const preference = ({ key }: OwnIdentity): number => by_preference.indexOf(key.type)

async function own_identity(conf: CertKeyValues, trusted: TrustStore): Promise<OwnIdentity | undefined> {
  const [own, ...more] = await own_certificates(conf)
  if (own === undefined) return undefined
  const { cert, certfile } = conf
  const certificate = decoded(() => decode_certificate(own), cert ? ['cert'] : ['certfile', certfile])
  const key = await private_key(conf)
  check_pair(key, certificate)
  const chain = certificate_chain(own, more, trusted)
  const issuers = chain.map(der => decode_certificate(der).tbsCertificate.issuer.der)
  return { chain, key, traits: traits(certificate), issuers }
}

async function own_certificates({ cert, certfile }: CertKeyValues): Promise<readonly Uint8Array[]> {
  if (cert !== undefined) return cert
  if (certfile === undefined) return []
  const entries = await read_pem('certfile', certfile)
  const certificates = entries.filter(([type]) => type === 'Certificate').map(([, der]) => der)
  if (certificates.length === 0) throw new Unusable(['certfile', ['badmatch', []]])
  return certificates
}

async function private_key({ key, keyfile, certfile, password }: CertKeyValues): Promise<PrivateKey> {
  if (key !== undefined) return decoded(() => decode_private_key(...key), ['key'])
  const file = keyfile ?? certfile
  if (file === undefined) throw new Unusable(['options', ['keyfile', '']])
  const entries = (await read_pem('keyfile', file)).filter(([type]) => private_keys.includes(type as string))
  const [only] = entries
  if (only === undefined || entries.length > 1) {
    throw new Unusable(['keyfile', ['badmatch', entries.map(([type]) => type)]])
  }
  const told = await told_password(password, only, file)
  return decoded(() => pem_entry_decode(only, told) as PrivateKey, ['keyfile', file])
}

/** Nobody is asked for the password of a key that is not encrypted. What went wrong in asking may tell of it. */
async function told_password(
  password: Password,
  [, , cipher]: PemEntry,
  file: string,
): Promise<string | Uint8Array> {
  if (cipher === 'not_encrypted') return ''
  const told = typeof password === 'function' ? await ask(password) : password
  if (typeof told === 'string' || told instanceof Uint8Array) return told
  throw new Unusable(['options', ['keyfile', file, ['error', 'nobody tells the password']]])
}

async function ask(password: Extract<Password, Function>): Promise<unknown> {
  try {
    return await password()
  } catch {
    return undefined
  }
}

/** A key that is not the certificate's would only be noticed by the peer. */
function check_pair(key: PrivateKey, certificate: OTPCertificate): void {
  const public_key = decoded(() => subject_public_key(certificate), ['cert'])
  const scheme = { ...kinds[key.type].probe, ...public_key.pss, ...key.pss }
  if (!supports().private_keys.includes(scheme.algorithm)) {
    throw new Unusable(['options', ['key', 'is of a kind that signs no handshakes']])
  }
  const text = new Uint8Array(32)
  const fits = key.type === public_key.type && verify(scheme, text, sign(scheme, text, key), public_key)
  if (!fits) throw new Unusable(['options', ['key', 'is not the key of the certificate']])
}

function traits(certificate: OTPCertificate): CertificateTraits {
  const signed = signature_scheme(certificate.signatureAlgorithm)?.algorithm
  const { type } = subject_public_key(certificate)
  const usage = select_extension(id_ce_keyUsage, certificate.tbsCertificate.extensions)
  return {
    key: kinds[type].key,
    signed_with: signed === 'dsa' ? 'dsa' : signed === 'rsa' || signed === 'rsa_pss' ? 'rsa' : 'ecdsa',
    // RFC 4055 §1.2: whatever else the certificate says, such a key decrypts nothing.
    key_usage: type === 'rsa_pss' ? (usage?.filter(is_signing) ?? ['digitalSignature']) : usage,
  }
}

const is_signing = (usage: string): boolean => usage !== 'keyEncipherment'
