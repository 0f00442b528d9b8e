import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { decode_crl, decode_whole_crl, is_crl_signed_by } from '../../../apps/public_key/pubkey_crl.ts'
import { integer_octets } from '../../../apps/public_key/pubkey_crl_entries.ts'
import { write_extension, write_time } from '../../../apps/public_key/pubkey_crl_writer.ts'
import { context_constructed } from '../../../apps/public_key/pubkey_der.ts'
import {
  bit_string,
  element,
  integer,
  null_value,
  object_identifier,
  sequence,
} from '../../../apps/public_key/pubkey_der_writer.ts'
import { subject_public_key } from '../../../apps/public_key/pubkey_keys.ts'
import type { Name } from '../../../apps/public_key/pubkey_names.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import { type EntryToWrite, make_crl } from '../../../apps/public_key/x509_crl.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { make_ca, type TestCertificate } from '../../support/certificates.ts'
import { hex } from '../../support/hex.ts'

const revocation_date = Date.UTC(2025, 11, 1)
const this_update = Date.UTC(2026, 0, 1)
const next_update = Date.UTC(2026, 1, 1)

let ca: TestCertificate
let other_ca: TestCertificate
let ca_name: Name
let other_name: Name
let crl: Uint8Array

beforeAll(async () => {
  ca = await make_ca({ subject: 'CN=Root' })
  other_ca = await make_ca({ subject: 'CN=Other' })
  ca_name = decode_certificate(ca.cert).tbsCertificate.subject
  other_name = decode_certificate(other_ca.cert).tbsCertificate.subject
  crl = make_crl(ca, {
    this_update,
    next_update,
    crl_number: 5n,
    revoked: [
      entry(1n, { reason: 'superseded' }),
      entry(0x8000n, { certificate_issuer: [['directoryName', other_name]] }),
    ],
    issuing_distribution_point: {
      distributionPoint: ['fullName', [['uniformResourceIdentifier', 'http://example.com/crl']]],
      onlySomeReasons: ['keyCompromise'],
    },
  })
})

const entry = (serial_number: bigint, more: Partial<EntryToWrite> = {}): EntryToWrite => ({
  serial_number,
  revocation_date,
  ...more,
})

const entries_of = (revoked: readonly EntryToWrite[]) =>
  decode_crl(make_crl(ca, { this_update, next_update, revoked })).tbsCertList.revokedCertificates

describe('a revocation list', () => {
  test('is decoded as OTP decodes it', () => {
    const { tbsCertList, signatureAlgorithm, der } = decode_crl(crl)
    expect(tbsCertList).toMatchObject({
      version: 'v2',
      signature: { algorithm: '1.2.840.10045.4.3.2' },
      issuer: ca_name,
      thisUpdate: this_update,
      nextUpdate: next_update,
    })
    expect(tbsCertList.crlExtensions.map(({ extnID, critical }) => [extnID, critical])).toEqual([
      ['2.5.29.35', false],
      ['2.5.29.20', false],
      ['2.5.29.28', true],
    ])
    expect(signatureAlgorithm).toEqual(tbsCertList.signature)
    expect(der).toBe(crl)
  })

  test('is signed by its issuer and by nobody else', () => {
    const [own, other] = [ca, other_ca].map(({ cert }) => subject_public_key(decode_certificate(cert)))
    const list = decode_crl(crl)
    expect([is_crl_signed_by(list, other!), is_crl_signed_by(list, own!)]).toEqual([false, true])
    expect([is_crl_signed_by(list, other!), is_crl_signed_by(list, own!)]).toEqual([false, true])
  })

  test('is signed by nobody once a byte of it is another', () => {
    const key = subject_public_key(decode_certificate(ca.cert))
    const damaged = Uint8Array.from(crl)
    const at = Buffer.from(crl).indexOf('example.com')
    damaged[at]! ^= 1
    expect(is_crl_signed_by(decode_crl(damaged), key)).toBe(false)
  })

  test('is signed by nobody when it names another algorithm outside than inside', () => {
    const key = subject_public_key(decode_certificate(ca.cert))
    const damaged = Uint8Array.from(crl)
    const oid = object_identifier('1.2.840.10045.4.3.2')
    damaged[Buffer.from(crl).lastIndexOf(oid) + oid.length - 1]! ^= 1
    expect(is_crl_signed_by(decode_crl(damaged), key)).toBe(false)
  })

  test('may be of version 1, and has no extensions then', () => {
    expect(decode_crl(plain_crl({ version: [] })).tbsCertList).toMatchObject({
      version: 'v1',
      crlExtensions: [],
    })
    const extensions = element(
      context_constructed(0),
      sequence(write_extension('1.2.3', false, null_value())),
    )
    expect(() => decode_crl(plain_crl({ version: [], extensions: [extensions] }))).toThrow(DecodeError)
    expect(decode_crl(plain_crl({ extensions: [extensions] })).tbsCertList.crlExtensions).toHaveLength(1)
    for (const version of [0, 2, 3])
      expect(() => decode_crl(plain_crl({ version: [integer(version)] }))).toThrow(DecodeError)
  })

  test('may have a list of no entries, which others write', () => {
    expect(decode_crl(plain_crl({ entries: [sequence()] })).tbsCertList.revokedCertificates.size).toBe(0)
  })
})

describe('the entries of a revocation list', () => {
  test('are decoded in their order', () => {
    const entries = decode_crl(crl).tbsCertList.revokedCertificates
    expect(entries.size).toBe(2)
    expect(
      [...entries].map(({ userCertificate, revocationDate }) => [userCertificate, revocationDate]),
    ).toEqual([
      [1n, revocation_date],
      [0x8000n, revocation_date],
    ])
  })

  test('are found by their serial number, whatever that is', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.bigInt({ min: -(2n ** 160n), max: 2n ** 160n }), { maxLength: 20 }),
        serials => {
          const [absent, ...present] = serials
          const entries = entries_of(present.map(serial => entry(serial)))
          for (const serial of present) expect(entries.find(serial, ca_name)?.userCertificate).toBe(serial)
          if (absent !== undefined) expect(entries.find(absent, ca_name)).toBeUndefined()
        },
      ),
      { numRuns: 50 },
    )
  })

  test('are about certificates of the issuer that was named last', () => {
    const entries = entries_of([
      entry(1n),
      entry(2n, { certificate_issuer: [['directoryName', other_name]] }),
      entry(3n),
      entry(4n, {
        certificate_issuer: [
          ['dNSName', 'x'],
          ['directoryName', ca_name],
        ],
      }),
      entry(5n),
      entry(6n, { certificate_issuer: [['directoryName', other_name]], reason: 'superseded' }),
    ])
    const found = (name: Name) => [1n, 2n, 3n, 4n, 5n, 6n].filter(serial => entries.find(serial, name))
    expect(found(ca_name)).toEqual([1n, 4n, 5n])
    expect(found(other_name)).toEqual([2n, 3n, 6n])
  })

  test('are about nobody when the issuer that is named has no distinguished name', () => {
    const entries = entries_of([entry(1n, { certificate_issuer: [['dNSName', 'x']] }), entry(2n)])
    expect([1n, 2n].map(serial => entries.find(serial, ca_name))).toEqual([undefined, undefined])
  })

  test('count once, the first of those with one serial number', () => {
    const entries = entries_of([entry(1n, { reason: 'superseded' }), entry(1n)])
    expect(entries.size).toBe(2)
    expect(entries.find(1n, ca_name)?.crlEntryExtensions).toHaveLength(1)
  })

  test('tell whether one has a critical extension that nobody knows', () => {
    const extension = (critical: boolean) => ({ extnID: '1.2.3', critical, extnValue: null_value() })
    const has_unknown = (critical: boolean) =>
      entries_of([entry(1n), entry(2n, { extensions: [extension(critical)] })]).has_unknown_critical_extension
    expect([has_unknown(false), has_unknown(true)]).toEqual([false, true])
  })

  test('have a reason even if there is no such reason', () => {
    const reason = { extnID: oids.id_ce_cRLReasons, critical: false, extnValue: hex('0a0107') }
    const entries = entries_of([entry(1n, { extensions: [reason] })])
    expect(entries.find(1n, ca_name)?.crlEntryExtensions[0]?.extnValue).toBe('unspecified')
  })
})

describe('a damaged revocation list', () => {
  test('is refused wherever it is cut off, and when something follows', () => {
    for (let size = 0; size < crl.length; size++) {
      expect(() => decode_crl(crl.subarray(0, size))).toThrow(DecodeError)
    }
    expect(() => decode_crl(Uint8Array.of(...crl, 0))).toThrow(DecodeError)
  })

  test('is refused or read to its end, and nothing else happens, whichever bytes are changed', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    const key = subject_public_key(decode_certificate(ca.cert))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), changes => {
        const damaged = Uint8Array.from(crl)
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte
        only_decode_errors(() => {
          const { tbsCertList, ...rest } = decode_crl(damaged)
          expect([...tbsCertList.revokedCertificates]).toHaveLength(tbsCertList.revokedCertificates.size)
          is_crl_signed_by({ tbsCertList, ...rest }, key)
        })
      }),
      { numRuns: 2000 },
    )
  })

  test('is refused when it is noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), noise => {
        expect(() => decode_crl(noise)).toThrow(DecodeError)
      }),
    )
  })

  test('is refused when an entry is none', () => {
    const time = write_time(revocation_date)
    const reason = write_extension(oids.id_ce_cRLReasons, false, hex('0a0101'))
    const broken = {
      'without a date': sequence(integer(1)),
      'with a serial number of a thousand bytes': sequence(element(2, new Uint8Array(1000).fill(1)), time),
      'with a 31st of February': sequence(
        integer(1),
        element(0x17, new TextEncoder().encode('250231000000Z')),
      ),
      'with something after its extensions': sequence(integer(1), time, sequence(reason), null_value()),
      'with one extension twice': sequence(integer(1), time, sequence(reason, reason)),
      'with no extensions in their list': sequence(integer(1), time, sequence()),
      'with a reason that is a number': sequence(
        integer(1),
        time,
        sequence(write_extension(oids.id_ce_cRLReasons, false, hex('020101'))),
      ),
      'with a number below zero for the list that it adds to': sequence(
        integer(1),
        time,
        sequence(write_extension(oids.id_ce_deltaCRLIndicator, true, hex('0201ff'))),
      ),
    }
    const good = sequence(integer(1), time, sequence(reason))
    expect(decode_whole_crl(plain_crl({ entries: [sequence(good)] })).tbsCertList).toMatchObject({
      revokedCertificates: { size: 1, are_well_formed: true },
    })
    for (const der of Object.values(broken)) {
      const damaged = plain_crl({ entries: [sequence(good, der)] })
      expect(() => decode_whole_crl(damaged)).toThrow(DecodeError)
      const { revokedCertificates } = decode_crl(damaged).tbsCertList
      expect(revokedCertificates.are_well_formed).toBe(false)
      for (let time = 0; time < 2; time++) {
        expect(() => revokedCertificates.find(1n, ca_name)).toThrow(DecodeError)
        expect(() => revokedCertificates.size).toThrow(DecodeError)
        expect(() => revokedCertificates.has_unknown_critical_extension).toThrow(DecodeError)
      }
    }
  })

  test('is refused before it is much work when its name or its extensions are large', () => {
    const name = (size: number) => sequence(...Array.from({ length: size }, (_, at) => part_of_name(at)))
    const extensions = (size: number) => [
      element(context_constructed(0), sequence(write_extension('1.2.3', false, new Uint8Array(size)))),
    ]
    expect(decode_crl(plain_crl({ issuer: name(3_000) })).tbsCertList.issuer.rdnSequence).toHaveLength(3_000)
    expect(decode_crl(plain_crl({ extensions: extensions(60_000) })).tbsCertList.crlExtensions).toHaveLength(
      1,
    )
    expect(() => decode_crl(plain_crl({ issuer: name(6_000) }))).toThrow(DecodeError)
    expect(() => decode_crl(plain_crl({ extensions: extensions(70_000) }))).toThrow(DecodeError)
  })

  test('is refused when a flag of its distribution point is no boolean', () => {
    const scope = (value: number) =>
      plain_crl({
        extensions: [
          element(
            context_constructed(0),
            sequence(write_extension('2.5.29.28', true, sequence(element(0x81, Uint8Array.of(value))))),
          ),
        ],
      })
    expect(decode_crl(scope(0xff)).tbsCertList.crlExtensions).toHaveLength(1)
    expect(() => decode_crl(scope(1))).toThrow(DecodeError)
  })
})

describe('an integer', () => {
  test('has the octets that BigInt has', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), value => {
        const octets = integer_octets(value)
        const bits = 8 * octets.length
        expect(BigInt.asIntN(bits, BigInt(`0x${Buffer.from(octets).toString('hex')}`))).toBe(value)
        if (octets.length > 1) expect(BigInt.asIntN(bits - 8, value)).not.toBe(value)
      }),
    )
  })
})

interface PlainCrl {
  readonly version?: readonly Uint8Array[]
  readonly issuer?: Uint8Array
  readonly entries?: readonly Uint8Array[]
  readonly extensions?: readonly Uint8Array[]
}

function plain_crl(parts: PlainCrl): Uint8Array {
  const { version = [integer(1)], issuer = sequence(), entries = [], extensions = [] } = parts
  const algorithm = sequence(object_identifier('1.2.840.113549.1.1.11'), null_value())
  const tbs = sequence(...version, algorithm, issuer, write_time(this_update), ...entries, ...extensions)
  return sequence(tbs, algorithm, bit_string(hex('00')))
}

const part_of_name = (number: number): Uint8Array =>
  element(0x31, sequence(object_identifier(oids.id_at_commonName), integer(number)))

function only_decode_errors(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
  }
}
