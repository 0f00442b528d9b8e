import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import {
  bit_string,
  null_value,
  object_identifier,
  sequence,
} from '../../../apps/public_key/pubkey_der_writer.ts'
import { certified_key } from '../../../apps/public_key/pubkey_keys.ts'
import { decode_pem } from '../../../apps/public_key/pubkey_pem.ts'
import { pkix_sign_types, pkix_verify, subject_public_key } from '../../../apps/public_key/public_key.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex } from '../../support/hex.ts'

const folder = 'test/vectors/certificates'
const names = readdirSync(folder).flatMap(file => /^(.+)\.pem$/.exec(file)?.[1] ?? [])

const certificate = (name: string) =>
  decode_certificate(decode_pem(readFileSync(`${folder}/${name}.pem`))[0]![1])
const is_verified = (name: string) => {
  const read = certificate(name)
  const key = certified_key(read)
  return key !== undefined && pkix_verify(read, key)
}

describe('the signature of OpenSSL’s certificate', () => {
  test.each(names)('%s is verified', name => {
    expect(is_verified(name)).toBe(true)
  })
})

with_each_provider(() => {
  test.each(names.filter(name => /^(rsa_sha|rsa_pss_|ecdsa_|ed)/.test(name)))('%s is verified', name => {
    expect(is_verified(name)).toBe(true)
  })
})

describe('a signature', () => {
  test('is made as its algorithm says', () => {
    const scheme = (name: string) => pkix_sign_types(certificate(name).signatureAlgorithm)
    expect(scheme('rsa_md5')).toEqual({ algorithm: 'rsa', digest: 'md5' })
    expect(scheme('rsa_pss_sha384')).toEqual({ algorithm: 'rsa_pss', digest: 'sha384' })
    expect(scheme('rsa_pss_sha1')).toEqual({ algorithm: 'rsa_pss', digest: 'sha' })
    expect(scheme('rsa_pss_odd_salt')).toEqual({ algorithm: 'rsa_pss', digest: 'sha256', salt_length: 20 })
    expect(scheme('rsa_pss_odd_mask')).toEqual({
      algorithm: 'rsa_pss',
      digest: 'sha256',
      mgf1_digest: 'sha',
    })
    expect(scheme('dsa_sha256')).toEqual({ algorithm: 'dsa', digest: 'sha256' })
    expect(scheme('ecdsa_sha224')).toEqual({ algorithm: 'ecdsa', digest: 'sha224' })
    expect(scheme('ed448')).toEqual({ algorithm: 'eddsa', digest: 'none' })
    expect(pkix_sign_types({ algorithm: '1.2.3' })).toBeUndefined()
    expect(pkix_sign_types({ algorithm: '1.2.840.113549.1.1.10' })).toBeUndefined()
  })

  test('by another key is not verified', () => {
    const key = subject_public_key(certificate('ecdsa_sha256'))
    expect(pkix_verify(certificate('rsa_sha256'), key)).toBe(false)
    expect(pkix_verify(certificate('ed25519'), key)).toBe(false)
  })

  test('is not verified when the certificate names two algorithms', () => {
    const { tbsCertificate, signature } = certificate('rsa_sha256')
    const key = subject_public_key(certificate('rsa_sha256'))
    const named = (oid: string) => {
      const algorithm = sequence(object_identifier(oid), null_value())
      return sequence(tbsCertificate.der, algorithm, bit_string(signature))
    }
    expect(pkix_verify(named('1.2.840.113549.1.1.11'), key)).toBe(true)
    expect(pkix_verify(named('1.2.840.113549.1.1.5'), key)).toBe(false)
  })

  test.each(['3000', 'a0', '3004 a2020500', '3005 a4 03 020101'])(
    'with the PSS parameters %s is read or refused',
    digits => {
      const read = () => pkix_sign_types({ algorithm: '1.2.840.113549.1.1.10', parameters: hex(digits) })
      if (digits === '3000') expect(read()).toEqual({ algorithm: 'rsa_pss', digest: 'sha' })
      else expect(read).toThrow(DecodeError)
    },
  )
})

test('a certificate for a key that crypto does not know has none', () => {
  const read = certificate('rsa_sha256')
  const { subjectPublicKeyInfo } = read.tbsCertificate
  const unknown = {
    ...read,
    tbsCertificate: {
      ...read.tbsCertificate,
      subjectPublicKeyInfo: { ...subjectPublicKeyInfo, der: hex('3000') },
    },
  }
  expect(certified_key(unknown)).toBeUndefined()
  expect(() => subject_public_key(unknown)).toThrow(DecodeError)
})
