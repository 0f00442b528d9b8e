// The parameters of RSASSA-PSS in the algorithm identifiers of keys: RFC 4055 §3.1.

import { type DerReader, refuse, tag } from './der.ts'
import type { HashType, PssParameters } from './provider.ts'

/** In bytes. */
export const hash_size: Readonly<Record<HashType, number>> = {
  md5: 16,
  sha: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}

const id_mgf1 = '1.2.840.113549.1.1.8'

/** RFC 4055 §2.1 */
const hash_of_oid: ReadonlyMap<string, HashType> = new Map<string, HashType>([
  ['1.3.14.3.2.26', 'sha'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

const sha1_salt_length = 20
const trailer_bc = 1

/**
 * What a key is restricted to; undefined where it has no parameters, and so no restrictions. What is not the
 * default has a tag of its own: hash, mask generation, salt, trailer.
 */
export function read_pss_parameters(algorithm: DerReader): PssParameters | undefined {
  if (algorithm.at_end) return undefined
  const fields = algorithm.sequence()
  const digest = fields.explicit(0, read_hash) ?? 'sha'
  const mgf1_digest = fields.explicit(1, read_mask) ?? 'sha'
  const salt_length = fields.explicit(2, read_size) ?? sha1_salt_length
  const trailer = fields.explicit(3, read_size) ?? trailer_bc
  fields.end()
  if (trailer !== trailer_bc) refuse()
  return Object.freeze({ digest, mgf1_digest, salt_length })
}

function read_hash(from: DerReader): HashType {
  const algorithm = from.sequence()
  const hash = hash_of_oid.get(algorithm.object_identifier()) ?? refuse()
  if (!algorithm.at_end && algorithm.element(tag.null).length !== 0) refuse()
  algorithm.end()
  return hash
}

function read_mask(from: DerReader): HashType {
  const algorithm = from.sequence()
  if (algorithm.object_identifier() !== id_mgf1) refuse()
  const hash = read_hash(algorithm)
  algorithm.end()
  return hash
}

/** Longer salts than a few thousand bytes fit into no key. */
function read_size(from: DerReader): number {
  const bytes = from.unsigned()
  if (bytes.length > 2) refuse()
  return bytes.reduce((size, byte) => size * 0x100 + byte, 0)
}
