import { chmod, mkdtemp, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { DistributionPoint } from '../../../apps/public_key/pubkey_extensions.ts'
import { short_name_hash } from '../../../apps/public_key/pubkey_name_hash.ts'
import { real_clock, use_clock } from '../../../runtime/erlang/clock.ts'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { Exit } from '../../../runtime/erlang/term.ts'
import { current_crls_at } from '../../../ssl_app/certificate/crl_files.ts'
import * as ssl_crl_hash_dir from '../../../ssl_app/certificate/ssl_crl_hash_dir.ts'
import { make_ca, type TestCertificate } from '../../support/certificates.ts'
import { at_uris, crl_of, crl_pem, subject_of } from '../../support/crls.ts'

const nowhere: DistributionPoint = {}

let ca: TestCertificate
let other: TestCertificate
let folder: string
let reports: Report[]

beforeAll(async () => {
  ca = await make_ca({ subject: 'CN=Root of Lists, O=Kista' })
  other = await make_ca({ subject: 'CN=Another Root' })
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kista-'))
  reports = []
  use_report_handler((_level, report) => reports.push(report))
})

afterEach(async () => {
  use_report_handler()
  use_clock(real_clock)
  await rm(folder, { recursive: true })
})

const handle = () => ['internal', [['dir', folder]]] as const
const file_of = (issuer: TestCertificate, number: number) =>
  join(folder, `${short_name_hash(subject_of(issuer))}.r${number}`)
const put = (number: number, content: string | Uint8Array, issuer = ca) =>
  writeFile(file_of(issuer, number), content)
const selected = async (issuer = ca) =>
  (await ssl_crl_hash_dir.select(subject_of(issuer), handle())).map(der => Buffer.from(der).toString('hex'))
const hex = (...crls: readonly Uint8Array[]) => crls.map(crl => Buffer.from(crl).toString('hex'))

describe('a directory', () => {
  test('gives the lists of an issuer, PEM or DER, as many as there are', async () => {
    const [first, second, third] = [crl_of(ca), crl_of(ca, [ca]), crl_of(ca, [other])]
    await put(0, first)
    await put(1, crl_pem(second))
    await put(3, third)
    await put(0, crl_of(other), other)
    expect(await selected()).toEqual(hex(first, second))
    expect(await selected(await make_ca({ subject: 'CN=ROOT of  lists, O=kista' }))).toEqual(
      hex(first, second),
    )
    expect(await selected(await make_ca({ subject: 'CN=Nobody' }))).toEqual([])
    expect(reports).toEqual([])
  })

  test('gives the lists for the issuer of a certificate at whatever distribution point', async () => {
    const crl = crl_of(ca)
    await put(0, crl)
    const found = await ssl_crl_hash_dir.lookup(at_uris('http://example.com/x'), handle(), subject_of(ca))
    expect(hex(...found)).toEqual(hex(crl))
  })

  test('gives the lists of somebody else where the distribution point says so, and those for it only', async () => {
    const here = at_uris('http://example.com/here')
    const for_here = crl_of(ca, [], { issuing_distribution_point: { ...here, indirectCRL: true } })
    const elsewhere = at_uris('http://example.com/elsewhere')
    await put(0, crl_of(ca, [], { issuing_distribution_point: { ...elsewhere, indirectCRL: true } }))
    await put(1, for_here)
    const point = { ...here, cRLIssuer: [['directoryName', subject_of(ca)]] } as const
    const found = await ssl_crl_hash_dir.lookup(point, handle(), subject_of(other))
    expect(hex(...found)).toEqual(hex(for_here))
  })

  test('may have files with a name that is not theirs', async () => {
    await put(0, crl_of(other))
    expect(await selected()).toEqual([])
  })

  test('may have files that are none: they are told, and the next one counts', async () => {
    const crl = crl_of(ca)
    await put(0, '-----BEGIN X509 CRL-----\nAA')
    await put(1, ca.cert)
    await put(2, crl)
    expect(await selected()).toEqual(hex(crl))
    expect(reports.map(({ report }) => report.reason[0])).toEqual(['decode_error', 'decode_error'])
  })

  test('that is none is told', async () => {
    const gone = ['internal', [['dir', join(folder, 'gone')]]] as const
    expect(await ssl_crl_hash_dir.select(subject_of(ca), gone)).toEqual([])
    expect(reports.map(({ report }) => report.reason)).toEqual(['not_a_directory'])
  })

  test('has to be said', async () => {
    for (const args of [[], [['file', 'x']], [['dir', 7]], undefined]) {
      const asked = ssl_crl_hash_dir.lookup(nowhere, ['internal', args as never], subject_of(ca))
      await expect(asked).rejects.toThrow(Exit)
    }
  })
})

describe('a file of lists', () => {
  const long_ago = new Date(Date.now() - 60_000)
  const later = (by: number) => use_clock({ ...real_clock, system_time: () => Date.now() + by })

  test('is read once until it is another', async () => {
    const path = file_of(ca, 0)
    await put(0, crl_of(ca))
    later(10_000)
    const all = await Promise.all(Array.from({ length: 100 }, () => current_crls_at(path)))
    expect(new Set(all.map(([, crls]) => (crls as readonly unknown[])[0])).size).toBe(1)
    const second = crl_of(ca, [ca])
    await writeFile(`${path}.new`, second)
    await rename(`${path}.new`, path)
    expect(await selected()).toEqual(hex(second))
    await unlink(path)
    expect(await current_crls_at(path)).toEqual(['error', 'enoent'])
  })

  test('that was just written is read again, since it may be written again', async () => {
    await put(0, crl_of(ca))
    const [, before] = await current_crls_at(file_of(ca, 0))
    const [, after] = await current_crls_at(file_of(ca, 0))
    expect((before as readonly unknown[])[0]).not.toBe((after as readonly unknown[])[0])
  })

  test('with the same time, size and content still counts as another when it was replaced', async () => {
    const path = file_of(ca, 0)
    const [first, second] = [crl_of(ca, [ca]), crl_of(ca, [other])]
    await put(0, first)
    await utimes(path, long_ago, long_ago)
    later(10_000)
    expect(await selected()).toEqual(hex(first))
    await writeFile(`${path}.new`, second)
    await utimes(`${path}.new`, long_ago, long_ago)
    await rename(`${path}.new`, path)
    expect(await selected()).toEqual(hex(second))
    await chmod(path, 0o600)
    expect(await selected()).toEqual(hex(second))
  })
})
