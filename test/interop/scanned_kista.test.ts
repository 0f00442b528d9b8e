// What sslscan sees of Kista's servers: what they were told to have, and nothing besides.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type CipherSuite, type KeyExchange, known_suites } from '../../ssl_app/record/cipher_suites.ts'
import { is_at_least, type ProtocolVersion } from '../../ssl_app/record/tls_version.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { type CertificateKind, make_secrets, type Secrets } from './matrix/secrets.ts'
import { describe_with } from './support/requires.ts'
import { default_server, server_with_everything } from './support/scanned_servers.ts'
import { with_kista } from './support/setting.ts'
import { type SslscanReport, sslscan } from './support/sslscan.ts'

/** sslscan knows of no suites of SSL 3.0. */
const names = { tlsv1: 'TLSv1.0', 'tlsv1.1': 'TLSv1.1', 'tlsv1.2': 'TLSv1.2' } as const

type Scanned = keyof typeof names

with_kista()
let secrets: Secrets
beforeAll(async () => {
  secrets = await make_secrets()
}, 60_000)
afterAll(() => secrets.remove())

/** The key exchanges that a certificate serves. Before TLS 1.2 it counts with what it was signed. */
function served_by(kind: CertificateKind, version: ProtocolVersion): readonly KeyExchange[] {
  const on_curve = ['ecdhe_ecdsa', 'ecdh_ecdsa', 'ecdh_rsa'] as const
  switch (kind) {
    case 'rsa':
      return ['rsa', 'dhe_rsa', 'ecdhe_rsa', 'rsa_psk']
    case 'dsa_1024':
    case 'dsa_2048':
      return ['dhe_dss']
    case 'ec_by_ec':
      return version === 'tlsv1.2' ? on_curve : ['ecdhe_ecdsa', 'ecdh_ecdsa']
    case 'ec_by_rsa':
      return version === 'tlsv1.2' ? on_curve : ['ecdh_rsa']
  }
}

/** It has no password for SRP, and OpenSSL no secret, by which it would try AES with PSK. */
const is_scanned = ({ group, cipher }: CipherSuite): boolean =>
  group !== 'srp' && (group !== 'psk' || !cipher.startsWith('aes'))

const named = (suites: readonly CipherSuite[]) => suites.map(({ erlang }) => erlang.join(' ')).sort()

const seen = ({ ciphers }: SslscanReport, version: Scanned) => {
  const codes = ciphers.filter(cipher => cipher.version === names[version]).map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  return named(codes.map(code => known_suites().find(suite => suite.code === code)!))
}

const scan_of = async (starting: ReturnType<typeof default_server>): Promise<SslscanReport> => {
  const server = await starting
  try {
    return await sslscan.scan(server.port)
  } finally {
    await server.stop()
  }
}

const scanned = Object.keys(names) as Scanned[]

const alike = { compression: false, heartbleed: [], renegotiation: { supported: true, secure: true } }

describe_with([sslscan], 'sslscan', () => {
  test('finds a default server without a fault', async () => {
    const report = await scan_of(default_server(secrets.certificates.rsa))

    expect(report).toMatchObject({ ...alike, versions: Object.values(names) })
    const unasked = ssl.cipher_suites().map(suite => suite.join(' '))
    for (const version of scanned) {
      const served = served_by('rsa', version)
      const its = known_suites().filter(suite => is_at_least(version, suite.since))
      const expected = its.filter(suite => served.includes(suite.key_exchange))
      expect(seen(report, version)).toEqual(named(expected).filter(name => unasked.includes(name)))
    }
    const strengths = new Set(report.ciphers.map(({ strength }) => strength))
    expect(strengths).toEqual(new Set(['strong', 'acceptable']))
    const groups = new Set(report.ciphers.map(({ curve, dh_bits }) => curve ?? dh_bits))
    expect(groups).toEqual(new Set(['25519', 2048, undefined]))
  }, 120_000)

  test.each<CertificateKind>(['rsa', 'ec_by_ec', 'ec_by_rsa', 'dsa_1024', 'dsa_2048'])(
    'finds everything that a server with a certificate %s has',
    async kind => {
      const report = await scan_of(server_with_everything(secrets, kind))

      expect(report).toMatchObject({ ...alike, versions: ['SSLv3', ...Object.values(names)] })
      for (const version of scanned) {
        const served = [...served_by(kind, version), 'dh_anon', 'ecdh_anon', 'psk', 'dhe_psk']
        const its = known_suites().filter(suite => is_at_least(version, suite.since) && is_scanned(suite))
        expect(seen(report, version)).toEqual(named(its.filter(suite => served.includes(suite.key_exchange))))
      }
    },
    120_000,
  )
})
