// Certificates of clients, in each version, with each kind of key, from a peer and to a peer; and what SSL 3.0 says
// instead of none.

import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pem_decode } from '../../apps/public_key/public_key.ts'
import { known_suites } from '../../ssl_app/record/cipher_suites.ts'
import { is_at_least, type ProtocolVersion } from '../../ssl_app/record/tls_version.ts'
import { kista } from './matrix/kista_peer.ts'
import type { MatrixPeer, Offer, Visit } from './matrix/matrix_peer.ts'
import { openssl } from './matrix/openssl_peer.ts'
import { type CertificateKind, make_secrets, type Secrets } from './matrix/secrets.ts'
import { erlang, java, node_0_12 } from './matrix/told_peers.ts'
import type { Connected, Refused } from './support/peer.ts'
import { start_relay } from './support/relay.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'

const suite = known_suites().find(({ erlang }) => erlang.join() === 'rsa,aes_128_cbc,sha')!

const line = 'hello, peer'

/** What each has, oldest first; and what else it can not do. */
const peers: readonly (readonly [MatrixPeer, readonly ProtocolVersion[]])[] = [
  [openssl, ['tlsv1', 'tlsv1.1', 'tlsv1.2']],
  [erlang, ['tlsv1', 'tlsv1.1', 'tlsv1.2']],
  [java, ['sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2']],
  [node_0_12, ['sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2']],
]

/** SSL 3.0 is older than keys on curves; SHA-1, which DSA has before TLS 1.2, is for keys of 1024 bits. */
const kinds = (version: ProtocolVersion): readonly CertificateKind[] => [
  'rsa',
  ...(version === 'sslv3' ? [] : ['ec_by_ec' as const]),
  is_at_least(version, 'tlsv1.2') ? 'dsa_2048' : 'dsa_1024',
]

with_kista()
let secrets: Secrets
beforeAll(async () => {
  secrets = await make_secrets()
}, 60_000)
afterAll(async () => {
  await Promise.all(peers.map(([peer]) => peer.stop()))
  await secrets.remove()
})

interface Meeting {
  readonly client: MatrixPeer
  readonly server: MatrixPeer
  readonly version: ProtocolVersion
  readonly asks: NonNullable<Offer['client_certificate']>
  readonly shows?: CertificateKind
}

/** What the client says, and what the server does if it is Kista. */
async function meet({ client, server, version, asks, shows }: Meeting) {
  const running = await server.serve({ version, suites: [suite], client_certificate: asks }, secrets)
  try {
    const call = { version, suite, port: running.port, line, resume: false, ...(shows && { shows }) }
    const report = await client.connect(call, secrets)
    return { report, visit: await running.visit?.(), answer: running.answer_to(line) }
  } finally {
    await running.stop()
  }
}

async function der_of(kind: CertificateKind): Promise<Uint8Array> {
  const [entry] = pem_decode(await readFile(secrets.certificates[kind].cert))
  return new Uint8Array(entry![1])
}

const certificate_in = (visit: Visit | undefined) =>
  visit?.ok && visit.peercert && new Uint8Array(visit.peercert)

const received = (report: Connected | Refused) => (report.ok ? report.received : report.output)

/** Of SSL 3.0, a warning: `no_certificate`. RFC 6101 §5.4.2 */
const no_certificate = Buffer.from('15030000020129', 'hex')

describe_with([java, node_0_12], 'In SSL 3.0 who has no certificate', () => {
  const version = 'sslv3'

  test.each([
    ['Java', java],
    ['the old Node', node_0_12],
  ])('says so by an alert: Kista to %s, and that to Kista', async (_name, peer) => {
    for (const [client, server] of [
      [kista, peer],
      [peer, kista],
    ] as const) {
      const running = await server.serve({ version, suites: [suite], client_certificate: 'wanted' }, secrets)
      const relay = await start_relay(running.port)
      const call = { version, suite, port: relay.port, line, resume: false } as const

      expect(received(await client.connect(call, secrets))).toBe(running.answer_to(line))
      expect(Buffer.concat(relay.heard.client).includes(no_certificate)).toBe(true)
      await running.stop()
    }
  })
})

for (const [peer, versions] of peers) {
  describe_with([peer], peer.name, () => {
    describe.each(versions)('in %s', version => {
      test.each(kinds(version))('shows a certificate %s to Kista', async shows => {
        const { report, visit, answer } = await meet({
          ...{ client: peer, server: kista, version, asks: 'needed', shows },
        })

        expect(received(report)).toBe(answer)
        expect(certificate_in(visit)).toEqual(await der_of(shows))
      })

      test.each(kinds(version))('is shown a certificate %s by Kista', async shows => {
        const { report, answer } = await meet({ client: kista, server: peer, version, asks: 'needed', shows })

        expect(received(report)).toBe(answer)
      })

      test('shows none to Kista, which does without, unless it needs one', async () => {
        const { report, visit, answer } = await meet({ client: peer, server: kista, version, asks: 'wanted' })
        expect(received(report)).toBe(answer)
        expect(visit).toMatchObject({ ok: true, peercert: undefined })

        const without = await meet({ client: peer, server: kista, version, asks: 'needed' })
        expect(without.report.ok).toBe(false)
        expect(without.visit).toMatchObject({ ok: false, output: expect.stringMatching('handshake failure') })
      })

      test('is shown none by Kista, and does without, unless it needs one', async () => {
        const { report, answer } = await meet({ client: kista, server: peer, version, asks: 'wanted' })
        expect(received(report)).toBe(answer)

        const without = await meet({ client: kista, server: peer, version, asks: 'needed' })
        expect(without.report).toMatchObject({ ok: false, output: expect.stringMatching('tls_alert') })
      })
    })
  })
}
