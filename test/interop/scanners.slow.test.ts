// testssl.sh on a server of OpenSSL whose versions are known: what fails here is how it is run or read, and not Kista.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openssl } from './support/openssl.ts'
import type { RunningServer } from './support/peer.ts'
import { make_pki, type Pki } from './support/pki.ts'
import { describe_with } from './support/requires.ts'
import { suites_for } from './support/suites.ts'
import { testssl } from './support/testssl.ts'

let pki: Pki
let server: RunningServer

beforeAll(async () => {
  pki = await make_pki()
})

afterAll(() => pki.remove())

describe_with([openssl, testssl], 'testssl.sh', () => {
  beforeAll(async () => {
    server = await openssl.start_server({ ...pki.server.rsa, suites: suites_for('rsa') })
  })
  afterAll(() => server.stop())

  test('finds the version that the server has', async () => {
    const findings = await testssl.scan(server.port, ['versions'])

    const finding = (id: string) => findings.find(found => found.id === id)?.finding
    expect(finding('TLS1_2')).toBe('offered')
    expect(['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1'].map(finding)).toEqual(Array(4).fill('not offered'))
  }, 120_000)
})
