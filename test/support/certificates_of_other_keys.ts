// Certificates of keys that what makes the others cannot make them for, DSA and RSA for PSS alone: so one of those gets
// another key, and is signed again.

import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type RSAPSSKeyPairKeyObjectOptions,
} from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { private_key_from_pkcs8, sign } from '../../apps/crypto/crypto.ts'
import { decode_certificate } from '../../apps/public_key/otp_certificate.ts'
import { universal } from '../../apps/public_key/pubkey_der.ts'
import { bit_string, object_identifier, sequence } from '../../apps/public_key/pubkey_der_writer.ts'
import { decode_pem } from '../../apps/public_key/pubkey_pem.ts'
import type { OwnIdentity } from '../../ssl_app/handshake/handshake_data.ts'
import { make_leaf, type TestCertificate } from './certificates.ts'

const key_file = 'test/vectors/keys/dsa_2048.pem'
const ecdsa_with_sha256 = '1.2.840.10045.4.3.2'

/** A peer with a DSA key, certified by an authority whose key is on a curve. */
export const make_dsa_identity = async (authority: TestCertificate): Promise<OwnIdentity> =>
  make_identity(authority, await readFile(key_file, 'utf8'), 'dsa')

/** The same with an RSA key that makes PSS signatures only, restricted or not. */
export function make_pss_identity(
  authority: TestCertificate,
  restrictions: PssRestrictions = {},
): Promise<OwnIdentity> {
  return make_identity(authority, pss_key(restrictions).export({ format: 'pem', type: 'pkcs8' }), 'rsa')
}

/** What a key may be restricted to, as Node has it; a size is in bytes. */
export interface PssRestrictions {
  readonly hashAlgorithm?: string
  readonly mgf1HashAlgorithm?: string
  readonly saltLength?: number
}

/** The types of Node want the size of the salt as a string, and Node as a number. */
export function pss_key(restrictions: PssRestrictions): KeyObject {
  const options = { modulusLength: 2048, ...restrictions } as unknown as RSAPSSKeyPairKeyObjectOptions
  return generateKeyPairSync('rsa-pss', options).privateKey
}

async function make_identity(
  authority: TestCertificate,
  pem: string | Buffer,
  kind: 'dsa' | 'rsa',
): Promise<OwnIdentity> {
  const key = private_key_from_pkcs8(decode_pem(pem)[0]![1])!
  const spki = createPublicKey(pem).export({ format: 'der', type: 'spki' })
  const leaf = await make_leaf(authority, { key_usage: ['digitalSignature'] })
  const chain = [with_key(leaf.cert_der, spki, private_key_from_pkcs8(authority.key_pkcs8_der)!)]
  const issuers = chain.map(der => decode_certificate(der).tbsCertificate.issuer.der)
  const key_usage = ['digitalSignature']
  return { chain, key, traits: { key: kind, signed_with: 'ecdsa', key_usage }, issuers }
}

function with_key(
  certificate: Uint8Array,
  spki: Uint8Array,
  authority: Parameters<typeof sign>[2],
): Uint8Array {
  const { tbsCertificate } = decode_certificate(certificate)
  const old = Buffer.from(tbsCertificate.subjectPublicKeyInfo.der)
  const [before, after] = parts_around(contents_of(tbsCertificate.der), old)
  const tbs = sequence(before, spki, after)
  const signature = sign({ algorithm: 'ecdsa', digest: 'sha256' }, tbs, authority)
  return sequence(tbs, sequence(object_identifier(ecdsa_with_sha256)), bit_string(signature))
}

function parts_around(bytes: Buffer, part: Buffer): [Uint8Array, Uint8Array] {
  const at = bytes.indexOf(part)
  return [bytes.subarray(0, at), bytes.subarray(at + part.length)]
}

/** What is in a sequence of 256 to 65535 bytes. */
function contents_of(der: Uint8Array): Buffer {
  if (der[0] !== universal.sequence || der[1] !== 0x82) throw new Error('a sequence of another size')
  return Buffer.from(der.subarray(4))
}
