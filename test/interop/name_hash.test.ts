// The hash of a name is the one by which OpenSSL finds files, and which OTP computes.

import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { write_rdn } from '../../apps/public_key/pubkey_crl_writer.ts'
import { universal } from '../../apps/public_key/pubkey_der.ts'
import { element } from '../../apps/public_key/pubkey_der_writer.ts'
import { short_name_hash } from '../../apps/public_key/pubkey_name_hash.ts'
import type { AttributeTypeAndValue, AttributeValue, Name } from '../../apps/public_key/pubkey_names.ts'
import { make_crl } from '../../apps/public_key/x509_crl.ts'
import { make_ca, type TestCertificate } from '../support/certificates.ts'
import { describe_with, missing_program } from './support/requires.ts'

const run = promisify(execFile)

const ascii = fc.string({ unit: fc.constantFrom(..." \tAZaz09.-'"), minLength: 1, maxLength: 12 })
const text_of: readonly fc.Arbitrary<AttributeValue>[] = [
  fc.tuple(
    fc.constant('utf8String' as const),
    fc.oneof(ascii, fc.string({ unit: fc.constantFrom(...' aÅßİé中𝄞') })),
  ),
  fc.tuple(fc.constant('printableString' as const), ascii),
  fc.tuple(fc.constant('ia5String' as const), ascii),
  fc.tuple(fc.constant('numericString' as const), fc.string({ unit: fc.constantFrom(...' 0123') })),
  fc.tuple(fc.constant('bmpString' as const), fc.string({ unit: fc.constantFrom(...' aÅßİé中') })),
  fc.tuple(fc.constant('teletexString' as const), fc.string({ unit: fc.constantFrom(...' aÅßé') })),
]
const attribute: fc.Arbitrary<AttributeTypeAndValue> = fc.record({
  type: fc.constantFrom('2.5.4.3', '2.5.4.10', '2.5.4.11'),
  value: fc.oneof(...text_of),
})
const name: fc.Arbitrary<Name> = fc
  .array(fc.array(attribute, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
  .map(rdnSequence => ({
    rdnSequence,
    der: element(universal.sequence, ...rdnSequence.map(rdn => write_rdn(rdn))),
  }))

const names = fc.sample(name, { numRuns: 60, seed: 5 })
const plain: Name = name_of([[{ type: '2.5.4.3', value: ['utf8String', '  The   Root '] }]])

function name_of(rdnSequence: Name['rdnSequence']): Name {
  return { rdnSequence, der: element(universal.sequence, ...rdnSequence.map(rdn => write_rdn(rdn))) }
}

let folder: string
let ca: TestCertificate

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kista-names-'))
  ca = await make_ca()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Files with a list of each issuer. */
function lists_of(issuers: readonly Name[]): readonly string[] {
  return issuers.map((issuer, index) => {
    const file = join(folder, `${index}.crl`)
    writeFileSync(file, make_crl(ca, { this_update: 0, revoked: [], issuer }))
    return file
  })
}

test('equal names have one hash', () => {
  const other = name_of([[{ type: '2.5.4.3', value: ['printableString', 'the root'] }]])
  expect(short_name_hash(plain)).toBe(short_name_hash(other))
  expect(short_name_hash(plain)).toMatch(/^[0-9a-f]{8}$/)
})

describe_with([{ missing: () => missing_program('openssl') }], 'OpenSSL', () => {
  test('has the same hash of each name', async () => {
    const files = lists_of([plain, ...names])
    const hashes = await Promise.all(
      files.map(file => run('openssl', ['crl', '-inform', 'DER', '-in', file, '-noout', '-hash'])),
    )
    expect(hashes.map(({ stdout }) => stdout.trim())).toEqual([plain, ...names].map(short_name_hash))
  })
})

describe_with([{ missing: () => missing_program('erl') }], 'OTP', () => {
  test('has the same hash of a name', () => {
    const [file] = lists_of([plain])
    const program = `{ok, Der} = file:read_file("${file}"),
      io:put_chars(public_key:short_name_hash(public_key:pkix_crl_issuer(Der))), halt().`
    expect(execFileSync('erl', ['-noshell', '-eval', program], { encoding: 'utf8' })).toBe(
      short_name_hash(plain),
    )
  })
})
