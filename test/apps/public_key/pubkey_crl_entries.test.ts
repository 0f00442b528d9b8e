// How the entries of large revocation lists are found, and that looking at them in place sees what decoding sees.

import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { decode_crl } from '../../../apps/public_key/pubkey_crl.ts'
import { RevokedCertificates } from '../../../apps/public_key/pubkey_crl_entries.ts'
import { ordinary_end } from '../../../apps/public_key/pubkey_crl_ordinary.ts'
import { write_extension } from '../../../apps/public_key/pubkey_crl_writer.ts'
import { read_der } from '../../../apps/public_key/pubkey_der.ts'
import { element, integer, object_identifier, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import { type Name, read_name } from '../../../apps/public_key/pubkey_names.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import { type EntryToWrite, make_crl } from '../../../apps/public_key/x509_crl.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { make_ca, type TestCertificate } from '../../support/certificates.ts'
import { endless, spent } from '../../support/effort.ts'
import { hex } from '../../support/hex.ts'

const date = Date.UTC(2025, 11, 1)

let ca: TestCertificate
let ca_name: Name
let other_name: Name

beforeAll(async () => {
  ca = await make_ca({ subject: 'CN=Root' })
  ca_name = decode_certificate(ca.cert).tbsCertificate.subject
  other_name = decode_certificate((await make_ca({ subject: 'CN=Other' })).cert).tbsCertificate.subject
})

const list_of = (revoked: readonly EntryToWrite[]): Uint8Array =>
  make_crl(ca, { this_update: date, next_update: date + 1000, revoked })

const text = (characters: string) => new TextEncoder().encode(characters)
const utc_time = (characters: string) => element(0x17, text(characters))
const reason = (value = 1) =>
  write_extension(oids.id_ce_cRLReasons, false, element(0x0a, Uint8Array.of(value)))
const invalid_since = (characters: string) =>
  write_extension(oids.id_ce_invalidityDate, false, element(0x18, text(characters)))
const a_date = '20250131235959Z'
const serial = (...bytes: readonly number[]) => element(2, Uint8Array.from(bytes))

describe('a hundred thousand entries', () => {
  const revoked = Array.from(
    { length: 100_000 },
    (_, index): EntryToWrite => ({
      serial_number: BigInt(index) * 7n + (1n << 140n),
      revocation_date: date + index * 1000,
      ...(index % 2 === 0 && { reason: 'superseded' as const }),
    }),
  )

  test('are no work before somebody asks, and then little', () => {
    const der = list_of(revoked)
    const entries: RevokedCertificates[] = []
    expect(spent(() => entries.push(decode_crl(der).tbsCertList.revokedCertificates))).toBeLessThan(endless)
    const last = 7n * 99_999n + (1n << 140n)
    const found: unknown[] = []
    const find = (number: bigint) => found.push(entries[0]!.find(number, ca_name)?.userCertificate)
    expect(spent(() => find(last))).toBeLessThan(endless)
    expect(spent(() => revoked.slice(0, 5_000).map(entry => find(entry.serial_number - 1n)))).toBeLessThan(
      endless,
    )
    expect([...new Set(found)]).toEqual([last, undefined])
    expect(entries[0]!.size).toBe(100_000)
  })

  test('are none when all of them are no entries, which is found out when somebody asks', () => {
    const entries = new RevokedCertificates(new Uint8Array(5_000_000), ca_name)
    expect(spent(() => expect(entries.are_well_formed).toBe(false))).toBeLessThan(endless)
  })

  test('are decoded only where they are out of the ordinary', () => {
    const entry = sequence(integer(1), utc_time('250131235959Z'), sequence(reason(), invalid_since(a_date)))
    const content = new Uint8Array(Buffer.concat(Array.from({ length: 100_000 }, () => entry)))
    const entries = new RevokedCertificates(content, ca_name)
    expect(spent(() => expect(entries.size).toBe(100_000))).toBeLessThan(endless)
  })

  test('with one serial number are found as the first of them, without taking long', () => {
    const entry = sequence(integer(1), utc_time('250131235959Z'))
    const first = sequence(integer(1), utc_time('250131235959Z'), sequence(reason()))
    const content = new Uint8Array(Buffer.concat([first, ...Array.from({ length: 100_000 }, () => entry)]))
    const entries = new RevokedCertificates(content, ca_name)
    expect(spent(() => expect(entries.find(1n, ca_name)?.crlEntryExtensions).toHaveLength(1))).toBeLessThan(
      endless,
    )
  })
})

describe('an entry out of the ordinary', () => {
  const entry = (serial_number: bigint, more: Partial<EntryToWrite> = {}): EntryToWrite => ({
    serial_number,
    revocation_date: date,
    ...more,
  })
  const of_other = { certificate_issuer: [['directoryName', other()]] } as const
  const odd = (critical: boolean, size = 1) => ({
    extensions: [{ extnID: '1.2.3', critical, extnValue: element(4, new Uint8Array(size)) }],
  })
  const entries_of = (revoked: readonly EntryToWrite[]) =>
    decode_crl(list_of(revoked)).tbsCertList.revokedCertificates

  function other(): Name {
    const part = sequence(object_identifier(oids.id_at_commonName), element(0x13, text('Somebody')))
    return read_der(sequence(element(0x31, part)), read_name)
  }

  test('is found, however long it is and its number', () => {
    const numbers = [1n, 2n ** 1015n, 3n, 2n ** 1016n]
    const entries = entries_of(numbers.map((number, index) => entry(number, odd(false, index < 2 ? 1 : 300))))
    expect(numbers.map(number => entries.find(number, ca_name)?.userCertificate)).toEqual(numbers)
  })

  test('is about the issuer of the one before', () => {
    const entries = entries_of([entry(1n, of_other), entry(2n, odd(false)), entry(3n)])
    expect([1n, 2n, 3n].map(number => entries.find(number, other())?.userCertificate)).toEqual([1n, 2n, 3n])
    expect(entries.find(2n, ca_name)).toBeUndefined()
  })

  test('is remembered when nobody knows it, whatever follows', () => {
    const entries = entries_of([entry(1n, odd(true)), entry(2n, odd(false)), entry(3n)])
    expect(entries.has_unknown_critical_extension).toBe(true)
  })
})

test('entries with one number are each found by their issuer', () => {
  const names = Array.from({ length: 100 }, (_, index) => {
    const part = sequence(object_identifier(oids.id_at_commonName), element(0x13, text(`Issuer ${index}`)))
    return read_der(sequence(element(0x31, part)), read_name)
  })
  const revoked = names.map(
    (name, index): EntryToWrite => ({
      serial_number: 1n,
      revocation_date: date + index * 1000,
      certificate_issuer: [['directoryName', name]],
    }),
  )
  const entries = decode_crl(list_of(revoked)).tbsCertList.revokedCertificates
  const dates = names.map(name => entries.find(1n, name)?.revocationDate)
  expect(dates).toEqual(revoked.map(({ revocation_date }) => revocation_date))
  expect(entries.find(1n, ca_name)).toBeUndefined()
})

test('entries of as many issuers as there are entries do not take long', () => {
  const one_name = (number: number): Name => ({
    ...other_name,
    der: sequence(element(0x31, sequence(object_identifier(oids.id_at_commonName), integer(number)))),
  })
  const revoked = (serial_number: bigint, certificate_issuer: EntryToWrite['certificate_issuer']) => ({
    serial_number,
    revocation_date: date,
    ...(certificate_issuer && { certificate_issuer }),
  })
  const numbers = Array.from({ length: 5_000 }, (_, index) => index)
  const der = list_of([
    ...numbers.map(index => revoked(BigInt(index), [['directoryName', one_name(index)]])),
    ...numbers.map(index =>
      revoked(BigInt(index), [
        ['directoryName', other_name],
        ['dNSName', `${index}`],
      ]),
    ),
  ])
  const { revokedCertificates } = decode_crl(der).tbsCertList
  expect(spent(() => expect(revokedCertificates.find(4_999n, other_name)).toBeDefined())).toBeLessThan(
    endless,
  )
})

describe('an entry that is looked at in place', () => {
  const ordinary = [
    sequence(serial(1), utc_time('250131235959Z')),
    sequence(serial(0), utc_time('000101000000Z')),
    sequence(serial(0, 0xff), utc_time('991231235959Z')),
    sequence(serial(0x7f, ...new Array(19).fill(0)), utc_time('240228000000Z')),
    sequence(serial(1), utc_time('250630000000Z'), sequence(reason(0))),
    sequence(serial(1), utc_time('250630000000Z'), sequence(reason(0x7f))),
    sequence(serial(1), utc_time('250630000000Z'), sequence(invalid_since(a_date))),
    sequence(serial(1), utc_time('250630000000Z'), sequence(reason(), invalid_since(a_date))),
    sequence(serial(1), utc_time('250630000000Z'), sequence(invalid_since(a_date), reason())),
  ]
  const right = [
    sequence(serial(0xff), utc_time('250131235959Z')),
    sequence(serial(...new Array(128).fill(1)), utc_time('250131235959Z')),
    sequence(serial(1), element(0x18, text(a_date))),
    sequence(serial(1), utc_time('240229000000Z')),
    sequence(serial(1), utc_time('250630000000Z'), sequence(write_extension('1.2.3', false, serial(1)))),
    sequence(serial(1), utc_time('250630000000Z'), sequence(invalid_since('20240229000000Z'))),
  ]
  const wrong = [
    sequence(),
    sequence(serial(), utc_time('250131235959Z')),
    sequence(serial(0, 1), utc_time('250131235959Z')),
    sequence(serial(...new Array(129).fill(1)), utc_time('250131235959Z')),
    sequence(serial(1), utc_time('250029000000Z')),
    sequence(serial(1), utc_time('251301000000Z')),
    sequence(serial(1), utc_time('250100000000Z')),
    sequence(serial(1), utc_time('250431000000Z')),
    sequence(serial(1), utc_time('250229000000Z')),
    sequence(serial(1), utc_time('250101240000Z')),
    sequence(serial(1), utc_time('250101006000Z')),
    sequence(serial(1), utc_time('250101000060Z')),
    sequence(serial(1), utc_time('2501010000000')),
    sequence(serial(1), utc_time('2501010000/0Z')),
    sequence(serial(1), utc_time('25010100000:Z')),
    sequence(serial(1), utc_time('250630000000Z'), sequence()),
    sequence(serial(1), utc_time('250630000000Z'), sequence(reason(0x80))),
    sequence(serial(1), utc_time('250630000000Z'), sequence(reason(), reason())),
    sequence(serial(1), utc_time('250630000000Z'), sequence(invalid_since(a_date), invalid_since(a_date))),
    sequence(serial(1), utc_time('250630000000Z'), sequence(invalid_since('2A250131235959Z'.slice(0, 15)))),
    sequence(serial(1), utc_time('250630000000Z'), sequence(reason()), hex('0500')),
    hex('30'),
    hex('3082'),
  ]

  test.each(ordinary.map(der => [hex_of(der), der] as const))('is recognized: %s', (_text, der) => {
    expect(ordinary_end(der, 0)).toBe(der.length)
    expect(what_it_is(der)).toBe(1)
    for (let size = 0; size < der.length; size++) expect(ordinary_end(der.subarray(0, size), 0)).toBe(0)
  })

  test.each(right.map(der => [hex_of(der), der] as const))('may be out of the ordinary: %s', (_text, der) => {
    expect(ordinary_end(der, 0)).toBe(0)
    expect(what_it_is(der)).toBe(1)
  })

  test.each(wrong.map(der => [hex_of(der), der] as const))('may be none: %s', (_text, der) => {
    expect(ordinary_end(der, 0)).toBe(0)
    expect(what_it_is(der)).toBe('DecodeError')
  })

  test('is the same as one that is decoded, whichever bytes are changed', () => {
    const entries = fc.array(fc.constantFrom(...ordinary, ...right), { minLength: 1, maxLength: 4 })
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(entries, fc.array(change, { maxLength: 2 }), (ders, changes) => {
        const content = new Uint8Array(Buffer.concat(ders))
        for (const [at, byte] of changes) content[at % content.length] = byte
        expect(what_it_is(content)).toBe(decoded(content))
      }),
      { numRuns: 5_000 },
    )
  })

  function hex_of(der: Uint8Array): string {
    const digits = Buffer.from(der).toString('hex')
    return digits.length > 80 ? `${digits.slice(0, 80)}…` : digits
  }

  /** How many entries there are, by the index. */
  function what_it_is(content: Uint8Array): number | 'DecodeError' {
    const entries = new RevokedCertificates(content, ca_name)
    return entries.are_well_formed ? entries.size : 'DecodeError'
  }

  /** The same, by those that are decoded one after the other. */
  function decoded(content: Uint8Array): number | 'DecodeError' {
    try {
      return [...new RevokedCertificates(content, ca_name)].length
    } catch (error) {
      if (error instanceof DecodeError) return 'DecodeError'
      throw error
    }
  }
})
