// What testssl.sh finds of Kista's servers: what they were told to have, and on one that was told nothing no weakness but
// for those that are declared here.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Curve } from '../../apps/crypto/curves.ts'
import { curve_name } from '../../apps/crypto/openssl_names.ts'
import { is_certified, key_exchange_parts } from '../../ssl_app/handshake/key_exchange_parts.ts'
import { known_suites } from '../../ssl_app/record/cipher_suites.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_secrets, type Secrets } from './matrix/secrets.ts'
import { describe_with } from './support/requires.ts'
import { default_server, server_with_everything } from './support/scanned_servers.ts'
import { with_kista } from './support/setting.ts'
import { type checks, type Finding, testssl, worse_than } from './support/testssl.ts'

/** What is found to be less than good on a server that was told nothing, and why it is so. */
const declared: Readonly<Record<string, string>> = {
  TLS1: 'the manual has it among the default versions',
  TLS1_1: 'the manual has it among the default versions',
  BEAST_CBC_TLS1: 'TLS 1.0 is there, and has nothing but CBC; the first byte of what is sent goes alone',
  BEAST: 'the same; who offers something newer gets it',
  LUCKY13: 'CBC is there, for those who have nothing else; its check takes as long whatever the padding',
}

/** What no server has, whatever it was told. */
const never = [
  ...['heartbleed', 'CCS', 'ticketbleed', 'ROBOT', 'secure_renego', 'secure_client_renego', 'CRIME_TLS'],
  ...['fallback_SCSV', 'FREAK', 'DROWN', 'LOGJAM'],
]

const patience = 900_000

with_kista()
let secrets: Secrets
beforeAll(async () => {
  secrets = await make_secrets()
}, 60_000)
afterAll(() => secrets.remove())

/** Runs all the checks; the server ends then. */
async function scan_of(
  starting: ReturnType<typeof default_server>,
  wanted: readonly (keyof typeof checks)[],
): Promise<readonly Finding[]> {
  const server = await starting
  try {
    return await testssl.scan(server.port, wanted)
  } finally {
    await server.stop()
  }
}

const found_in = (findings: readonly Finding[], id: string) =>
  findings.find(finding => finding.id === id)?.finding

const codes_in = (findings: readonly Finding[]): readonly number[] =>
  findings.flatMap(({ id }) => (id.startsWith('cipher_x') ? [Number.parseInt(id.slice(8), 16)] : [])).sort()

const curves_in = (findings: readonly Finding[]): readonly string[] =>
  found_in(findings, 'PFS_ECDHE_curves')!.toLowerCase().split(' ').sort()

const as_found = (curves: readonly Curve[]): readonly string[] =>
  curves.map(curve => curve_name(curve).toLowerCase()).sort()

/** Of those, the ones that a certificate with an RSA key serves, or that need none and no secret either. */
const codes_of = (suites: readonly (readonly string[])[]): readonly number[] => {
  const asked = suites.map(suite => suite.join())
  return known_suites()
    .filter(suite => asked.includes(suite.erlang.join()))
    .filter(suite => suite.key_exchange.endsWith('rsa') || !is_certified(suite))
    .filter(
      ({ key_exchange }) => key_exchange !== 'ecdh_rsa' && key_exchange_parts[key_exchange].share !== 'srp',
    )
    .map(({ code }) => code)
    .sort()
}

describe_with([testssl], 'testssl.sh', () => {
  describe('on a server that was told nothing', () => {
    let findings: readonly Finding[]
    beforeAll(async () => {
      const server = default_server(secrets.certificates.rsa)
      findings = await scan_of(server, ['versions', 'forward_secrecy', 'weaknesses', 'suites'])
    }, patience)

    test('finds no weakness but for those that are declared', () => {
      // what it has to say of itself
      const of_server = findings.filter(({ id }) => !/^engine_problem$|^scan/.test(id))
      expect(
        worse_than('OK', of_server)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(Object.keys(declared).sort())
      for (const id of never) {
        expect(findings).toContainEqual(expect.objectContaining({ id, severity: 'OK' }))
      }
    })

    test('finds the versions, suites and curves that there are by default', () => {
      const version = (id: string) => found_in(findings, id)
      expect(['SSLv2', 'SSLv3', 'TLS1_2'].map(version)).toEqual(['not offered', 'not offered', 'offered'])
      expect(['TLS1', 'TLS1_1'].map(version)).toEqual(Array(2).fill('offered (deprecated)'))
      expect(codes_in(findings)).toEqual(codes_of(ssl.cipher_suites()))
      const small = /(160|163|19\d|2[23]\d)/
      expect(curves_in(findings)).toEqual(as_found(ssl.eccs().filter(curve => !small.test(curve))))
      expect(['ALPN', 'NPN'].map(version)).toEqual(['not offered', 'not offered'])
    })
  })

  describe('on a server with everything', () => {
    test(
      'finds versions, curves and protocols, and none of the faults that nobody asks for',
      async () => {
        const server = server_with_everything(secrets, 'rsa')

        const findings = await scan_of(server, ['versions', 'forward_secrecy', 'weaknesses'])

        const finding = (id: string) => found_in(findings, id)
        expect(['SSLv2', 'SSLv3', 'TLS1_2'].map(finding)).toEqual(['not offered', 'offered', 'offered'])
        expect(['TLS1', 'TLS1_1'].map(finding)).toEqual(Array(2).fill('offered (deprecated)'))
        expect(curves_in(findings)).toEqual(as_found(ssl.eccs()))
        expect([finding('ALPN_HTTP2'), finding('ALPN')]).toEqual(['h2', 'http/1.1'])
        expect(finding('NPN')).toMatch('h2, http/1.1')
        for (const id of never) {
          expect(findings).toContainEqual(expect.objectContaining({ id, severity: 'OK' }))
        }
        for (const asked_for of ['RC4', 'SWEET32', 'POODLE_SSL']) {
          expect(worse_than('OK', findings).map(({ id }) => id)).toContain(asked_for)
        }
      },
      patience,
    )

    test(
      'finds every suite; but not with PSK, over which its OpenSSL breaks off',
      async () => {
        const server = server_with_everything(secrets, 'rsa', false)

        const findings = await scan_of(server, ['suites'])

        const without_psk = ssl.cipher_suites('all').filter(([key_exchange]) => !key_exchange.endsWith('psk'))
        expect(codes_in(findings)).toEqual(codes_of(without_psk))
      },
      patience,
    )
  })
})
