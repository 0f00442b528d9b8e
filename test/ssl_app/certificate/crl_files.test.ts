import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { null_value } from '../../../apps/public_key/pubkey_der_writer.ts'
import { id_ce_cRLReasons } from '../../../apps/public_key/pubkey_oids.ts'
import { encode_pem } from '../../../apps/public_key/pubkey_pem.ts'
import { crls_at, crls_in, crls_of, known_crl } from '../../../ssl_app/certificate/crl_files.ts'
import { make_ca, type TestCertificate } from '../../support/certificates.ts'
import { crl_of, crl_pem } from '../../support/crls.ts'
import { endless, spent } from '../../support/effort.ts'

const decode_error = ['error', ['decode_error', expect.any(String)]]
/** As large as an answer of a server may be. */
const megabytes = 16 * 1024 * 1024

let ca: TestCertificate
let crl: Uint8Array
let newer: Uint8Array
/** A list with something that is no entry. */
let malformed: Uint8Array

beforeAll(async () => {
  ca = await make_ca()
  crl = crl_of(ca)
  newer = crl_of(ca, [ca])
  const extensions = [{ extnID: id_ce_cRLReasons, critical: false, extnValue: null_value() }]
  malformed = crl_of(ca, [], { revoked: [{ serial_number: 1n, revocation_date: 0, extensions }] })
})

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

/** The DER of the lists. */
const ders = ([tag, found]: ReturnType<typeof crls_in>) =>
  tag === 'ok' ? found.map(({ der }) => Buffer.from(der)) : [tag, found]

describe('the lists of an answer', () => {
  test('are the one of DER, or those of PEM among other entries', () => {
    expect(ders(crls_in(crl))).toEqual([Buffer.from(crl)])
    const certificate = encode_pem([['Certificate', ca.cert, 'not_encrypted']])
    const pem = `\uFEFFA comment\n${certificate}${crl_pem(crl)}-----\n${crl_pem(newer)}`
    expect(ders(crls_in(bytes(pem)))).toEqual([crl, newer].map(Buffer.from))
    expect(ders(crls_in(bytes(pem.replaceAll('\n', '\r\n'))))).toEqual([crl, newer].map(Buffer.from))
    expect(crls_in(bytes(certificate))).toEqual(['ok', []])
    expect(crls_in(bytes('<html>'))).toEqual(['ok', []])
    expect(crls_in(bytes(''))).toEqual(['ok', []])
  })

  test('are none when one of them cannot be decoded', () => {
    expect(crls_in(crl.subarray(0, 99))).toEqual(decode_error)
    expect(crls_in(bytes(`${crl_pem(crl)}${crl_pem(crl.subarray(0, 99))}`))).toEqual(decode_error)
    expect(crls_in(bytes(crl_pem(crl).replace(/\n[^-]{8}/, '\n********')))).toEqual(decode_error)
    expect(crls_in(bytes(crl_pem(crl).replace(/-----END.*/s, '')))).toEqual(decode_error)
  })

  test('are sixteen at most', () => {
    const all = crls_in(bytes(crl_pem(...new Array<Uint8Array>(20).fill(crl))))
    expect(ders(all)).toHaveLength(16)
  })

  test('are not looked into, since anybody may have written them', () => {
    expect(ders(crls_in(malformed))).toEqual([Buffer.from(malformed)])
    expect(known_crl(malformed).tbsCertList.revokedCertificates.are_well_formed).toBe(false)
  })

  test.each([
    ['lines', '\n'],
    ['lists', crl_pem(Uint8Array.of(0x30, 0))],
    ['certificates', encode_pem([['Certificate', Uint8Array.of(0x30, 0), 'not_encrypted']])],
    ['beginnings', '-----BEGIN X509 CRL-----'],
    ['ends', '-----END X509 CRL-----'],
    ['zeros', '\0'],
  ])('take no seconds to find in megabytes of %s', (_what, text) => {
    const body = new Uint8Array(Buffer.alloc(megabytes, text, 'latin1'))
    expect(spent(() => crls_in(body))).toBeLessThan(endless)
  })

  test.each(['\n', 'A', '=', '*', 'a:b\n'])('take no seconds to read when they are megabytes of %j', text => {
    const [begin, end] = crl_pem(new Uint8Array()).split('\n')
    const lines = Buffer.alloc(megabytes - 100, text, 'latin1').toString('latin1')
    const body = bytes(`${begin}\n${lines}\n${end}\n`)
    expect(spent(() => crls_in(body))).toBeLessThan(endless)
  })
})

describe('the lists of who has put them here', () => {
  test('are looked into at once', async () => {
    expect(crls_of([crl, newer])).toMatchObject(['ok', [{ der: crl }, { der: newer }]])
    expect(crls_of([crl, malformed])).toEqual(decode_error)
    const folder = await mkdtemp(join(tmpdir(), 'kista-'))
    const path = join(folder, 'ca.pem')
    await writeFile(path, crl_pem(...new Array<Uint8Array>(20).fill(crl)))
    expect(ders(await crls_at(path))).toHaveLength(20)
    await writeFile(path, crl_pem(malformed))
    expect(await crls_at(path)).toEqual(decode_error)
    await rm(folder, { recursive: true })
  })
})
