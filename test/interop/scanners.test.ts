// The scanners, on servers of OpenSSL whose strengths and weaknesses are known: what fails here is how they are run or
// read, and not Kista.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openssl } from './support/openssl.ts'
import type { RunningServer } from './support/peer.ts'
import { make_pki, type Pki } from './support/pki.ts'
import { describe_with } from './support/requires.ts'
import { read_report, sslscan } from './support/sslscan.ts'
import { suites_for } from './support/suites.ts'
import { checks, read_findings, worse_than } from './support/testssl.ts'

let pki: Pki
let server: RunningServer

beforeAll(async () => {
  pki = await make_pki()
})

afterAll(() => pki.remove())

const offered = suites_for('rsa').slice(0, 3)

describe_with([openssl, sslscan], 'sslscan', () => {
  beforeAll(async () => {
    server = await openssl.start_server({ ...pki.server.rsa, suites: offered })
  })
  afterAll(() => server.stop())

  test('finds the version and the suites that the server has, and no others', async () => {
    const report = await sslscan.scan(server.port)

    expect(report.versions).toEqual(['TLSv1.2'])
    expect(report.ciphers.map(({ openssl }) => openssl).sort()).toEqual(
      offered.map(({ openssl }) => openssl).sort(),
    )
    expect(report.ciphers.filter(({ preferred }) => preferred)).toHaveLength(1)
    expect(report).toMatchObject({ compression: false, heartbleed: [] })
  }, 120_000)

  test('tells code, strength and key of a suite', async () => {
    const { ciphers } = await sslscan.scan(server.port)

    expect(ciphers.find(({ code }) => code === 0xc02f)).toMatchObject({
      ...{ version: 'TLSv1.2', openssl: 'ECDHE-RSA-AES128-GCM-SHA256', strength: 'strong' },
      ...{ dh_bits: undefined, curve: expect.stringMatching(/25519|P-256/) },
    })
  }, 120_000)
})

test('A report of sslscan is read: old versions, weak suites and a server that bleeds', () => {
  const report = read_report(
    [
      '<protocol type="ssl" version="3" enabled="1" />',
      '<protocol type="tls" version="1.0" enabled="1" />',
      '<protocol type="tls" version="1.1" enabled="0" />',
      '<fallback supported="1" />',
      '<renegotiation supported="1" secure="1" />',
      '<compression supported="1" />',
      '<heartbleed sslversion="TLSv1.0" vulnerable="1" />',
      '<cipher status="accepted" sslversion="SSLv3" bits="128" cipher="RC4-MD5" id="0x0004" strength="weak" />',
      '<cipher status="preferred" sslversion="TLSv1.0" cipher="DHE-RSA-AES128-SHA" id="0x0033" dhebits="1024" />',
    ].join('\n'),
  )

  expect(report).toMatchObject({
    ...{ versions: ['SSLv3', 'TLSv1.0'], compression: true, fallback_scsv: true, heartbleed: ['TLSv1.0'] },
    ...{ renegotiation: { supported: true, secure: true } },
    ciphers: [
      {
        version: 'SSLv3',
        code: 4,
        openssl: 'RC4-MD5',
        strength: 'weak',
        preferred: false,
        dh_bits: undefined,
      },
      { version: 'TLSv1.0', code: 0x33, preferred: true, dh_bits: 1024 },
    ],
  })
})

test('Findings of testssl.sh are read, and the bad ones among them found', () => {
  const findings = read_findings(
    JSON.stringify([
      { id: 'TLS1_2', ip: 'x', port: '1', severity: 'OK', finding: 'offered' },
      { id: 'LUCKY13', ip: 'x', port: '1', severity: 'LOW', cve: 'CVE-2013-0169', finding: 'potentially' },
      { id: 'ROBOT', ip: 'x', port: '1', severity: 'CRITICAL', finding: 'VULNERABLE' },
    ]),
  )

  expect(findings[1]).toEqual({
    ...{ id: 'LUCKY13', severity: 'LOW', finding: 'potentially', cve: 'CVE-2013-0169' },
  })
  expect(worse_than('LOW', findings).map(({ id }) => id)).toEqual(['ROBOT'])
  expect(Object.values(checks).every(option => option.startsWith('--'))).toBe(true)
})
