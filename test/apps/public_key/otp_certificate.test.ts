import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { context_constructed } from '../../../apps/public_key/pubkey_der.ts'
import {
  bit_string,
  boolean_value,
  element,
  integer,
  null_value,
  object_identifier,
  octet_string,
  sequence,
} from '../../../apps/public_key/pubkey_der_writer.ts'
import { decode_pem } from '../../../apps/public_key/pubkey_pem.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import {
  make_ca,
  make_leaf,
  type TestCertificate,
  valid_from,
  valid_until,
} from '../../support/certificates.ts'
import { hex } from '../../support/hex.ts'

let leaf: TestCertificate

beforeAll(async () => {
  const ca = await make_ca({ subject: 'CN=Root, O=Kista, C=SE' })
  leaf = await make_leaf(ca, { subject: 'CN=server.example', serial_number: 4711n })
})

describe('a certificate', () => {
  test('is decoded as OTP decodes it', () => {
    const { tbsCertificate, signatureAlgorithm, der } = decode_certificate(leaf.cert_der)
    expect(tbsCertificate).toMatchObject({
      version: 'v3',
      serialNumber: 4711n,
      validity: { notBefore: valid_from, notAfter: valid_until },
      subject: { rdnSequence: [[{ type: '2.5.4.3', value: ['printableString', 'server.example'] }]] },
      signature: { algorithm: '1.2.840.10045.4.3.2' },
      subjectPublicKeyInfo: { algorithm: { algorithm: '1.2.840.10045.2.1' } },
    })
    expect(tbsCertificate.issuer.rdnSequence.flat().map(({ value }) => value[1])).toEqual([
      'Root',
      'Kista',
      'SE',
    ])
    expect(signatureAlgorithm).toEqual(tbsCertificate.signature)
    expect(der).toBe(leaf.cert_der)
  })

  test('keeps the bytes of what is signed and compared', () => {
    const { tbsCertificate } = decode_certificate(leaf.cert_der)
    const node = new X509Certificate(leaf.cert_der)
    const spki = node.publicKey.export({ format: 'der', type: 'spki' })
    expect(Buffer.compare(tbsCertificate.subjectPublicKeyInfo.der, spki)).toBe(0)
    expect(tbsCertificate.der.buffer).toBe(leaf.cert_der.buffer)
    expect(tbsCertificate.subject.der[0]).toBe(0x30)
  })

  test('has its extensions in their order', () => {
    const { extensions } = decode_certificate(leaf.cert_der).tbsCertificate
    expect(extensions.slice(0, 3)).toEqual([
      { extnID: '2.5.29.15', critical: true, extnValue: ['digitalSignature', 'keyEncipherment'] },
      { extnID: '2.5.29.37', critical: false, extnValue: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'] },
      {
        extnID: '2.5.29.17',
        critical: false,
        extnValue: [
          ['dNSName', 'localhost'],
          ['iPAddress', hex('7f000001')],
          ['iPAddress', hex('00000000000000000000000000000001')],
        ],
      },
    ])
    expect(extensions.slice(3).map(({ extnID }) => extnID)).toEqual(['2.5.29.14', '2.5.29.35'])
  })
})

describe('the certificates that browsers trust', () => {
  const entries = decode_pem(rootCertificates.join('\n'))

  test('are all decoded, and as OpenSSL decodes them', () => {
    expect(entries.length).toBeGreaterThan(100)
    for (const [, der] of entries) {
      const { tbsCertificate } = decode_certificate(der)
      const node = new X509Certificate(der)
      expect(tbsCertificate.serialNumber).toBe(BigInt(`0x${node.serialNumber}`))
      expect(tbsCertificate.validity.notBefore).toBe(Date.parse(node.validFrom))
      expect(tbsCertificate.validity.notAfter).toBe(Date.parse(node.validTo))
      const names = tbsCertificate.subject.rdnSequence.flat().map(({ value }) => value[1])
      expect(names.sort()).toEqual(Object.values(node.toLegacyObject().subject).flat().sort())
    }
  })
})

describe('the validity of a certificate', () => {
  const validity = (tag: number, text: string) => {
    const time = element(tag, new TextEncoder().encode(text))
    return decode_certificate(certificate({ version: 2, time })).tbsCertificate.validity
  }

  test('is in milliseconds since 1970', () => {
    expect(validity(0x17, '250101000000Z').notAfter).toBe(Date.UTC(2025, 0, 1))
    expect(validity(0x18, '20500101000000Z').notBefore).toBe(Date.UTC(2050, 0, 1))
  })

  test.each([
    [0x17, '250230000000Z'],
    [0x17, '2501010000Z'],
    [0x17, '250101000000+0100'],
    [0x18, '20250101000000.5Z'],
    [0x18, ''],
  ])('is not a number where it is no time, as %p %p', (tag, text) => {
    expect(validity(tag, text)).toEqual({ notBefore: Number.NaN, notAfter: Number.NaN })
  })

  test('is refused where it is of no type of times', () => {
    expect(() => validity(0x16, '250101000000Z')).toThrow(DecodeError)
  })
})

describe('a damaged certificate', () => {
  test('is refused wherever it is cut off', () => {
    for (let size = 0; size < leaf.cert_der.length; size++) {
      expect(() => decode_certificate(leaf.cert_der.subarray(0, size))).toThrow(DecodeError)
    }
  })

  test('is refused when something follows', () => {
    expect(() => decode_certificate(Uint8Array.of(...leaf.cert_der, 0))).toThrow(DecodeError)
  })

  test('is refused or decoded, and nothing else happens, whichever bytes are changed', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), changes => {
        const damaged = Uint8Array.from(leaf.cert_der)
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte
        only_decode_errors(() => decode_certificate(damaged))
      }),
      { numRuns: 2000 },
    )
  })

  test('is refused when it is noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), noise => {
        expect(() => decode_certificate(noise)).toThrow(DecodeError)
      }),
    )
  })

  test('is refused however deep it nests', () => {
    expect(() => decode_certificate(nested(3_000))).toThrow(DecodeError)
  })

  test('may nest as deep as it likes where nobody looks', () => {
    const parameters = nested(3_000)
    const { signatureAlgorithm } = decode_certificate(certificate({ version: 2, parameters }))
    expect(signatureAlgorithm.parameters).toEqual(parameters)
  })

  test('is refused with a serial number of more bytes than any has', () => {
    const serial = (size: number) => element(2, new Uint8Array(size).fill(0x55))
    expect(() => decode_certificate(certificate({ version: 2, serial: serial(129) }))).toThrow('129 bytes')
    expect(decode_certificate(certificate({ version: 2, serial: serial(128) })).der).toBeDefined()
  })
})

describe('a certificate of an older version', () => {
  test('has no extensions', () => {
    expect(decode_certificate(certificate({ version: undefined })).tbsCertificate).toMatchObject({
      version: 'v1',
      extensions: [],
    })
  })

  test('may have unique identifiers of issuer and subject', () => {
    const unique_ids = [element(0x81, hex('0001')), element(0x82, hex('0002'))]
    expect(decode_certificate(certificate({ version: 1, rest: unique_ids })).tbsCertificate.version).toBe(
      'v2',
    )
    expect(() => decode_certificate(certificate({ version: undefined, rest: unique_ids }))).toThrow(
      DecodeError,
    )
  })

  test('is refused with what only newer ones have', () => {
    const extensions = [element(context_constructed(3), sequence(extension('1.2.3')))]
    expect(decode_certificate(certificate({ version: 2, rest: extensions })).tbsCertificate.version).toBe(
      'v3',
    )
    expect(() => decode_certificate(certificate({ version: 1, rest: extensions }))).toThrow(DecodeError)
    expect(() => decode_certificate(certificate({ version: 3, rest: extensions }))).toThrow(DecodeError)
  })
})

describe('a certificate with extensions', () => {
  const with_extensions = (...extensions: readonly Uint8Array[]) =>
    decode_certificate(
      certificate({ version: 2, rest: [element(context_constructed(3), sequence(...extensions))] }),
    )

  test('keeps those that nobody knows as bytes', () => {
    const { extensions } = with_extensions(extension('1.2.3', true)).tbsCertificate
    expect(extensions).toEqual([{ extnID: '1.2.3', critical: true, extnValue: hex('0500') }])
  })

  test('is refused when one comes twice, or when there is none', () => {
    expect(() => with_extensions(extension('1.2.3'), extension('1.2.3'))).toThrow(DecodeError)
    expect(() => with_extensions()).toThrow(DecodeError)
  })

  test('may say that one is not critical, which it need not', () => {
    const spelled_out = sequence(object_identifier('1.2.3'), boolean_value(false), octet_string(null_value()))
    expect(with_extensions(spelled_out).tbsCertificate.extensions[0]!.critical).toBe(false)
  })
})

interface Choices {
  version: number | undefined
  rest?: readonly Uint8Array[]
  time?: Uint8Array
  serial?: Uint8Array
  parameters?: Uint8Array
}

function certificate(options: Choices): Uint8Array {
  const { version, rest = [], serial = integer(1), parameters = null_value() } = options
  const algorithm = sequence(object_identifier('1.2.840.113549.1.1.11'), parameters)
  const time = options.time ?? element(0x17, new TextEncoder().encode('250101000000Z'))
  const tbs = sequence(
    ...(version === undefined ? [] : [element(context_constructed(0), integer(version))]),
    serial,
    algorithm,
    sequence(),
    sequence(time, time),
    sequence(),
    sequence(algorithm, bit_string(hex('00'))),
    ...rest,
  )
  return sequence(tbs, algorithm, bit_string(hex('00')))
}

function extension(oid: string, critical = false): Uint8Array {
  const flag = critical ? [boolean_value(true)] : []
  return sequence(object_identifier(oid), ...flag, octet_string(null_value()))
}

function nested(depth: number): Uint8Array {
  let value = integer(1)
  for (let level = 0; level < depth; level++) value = sequence(value)
  return value
}

function only_decode_errors(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
  }
}
