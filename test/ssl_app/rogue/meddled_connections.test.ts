// What the engines make of a message that was meddled with, whole connections make something of: their users are told,
// and nothing of them is left.

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import { known_suites } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { identity, path, shared_secrets } from '../../support/engine_pair.ts'
import { in_memory } from '../../support/memory_pair.ts'
import { seed } from '../../support/mutations/cases.ts'
import { Dice, throws } from '../../support/mutations/dice.ts'
import { type Sides, shake_hands } from '../../support/mutations/meddled_connections.ts'
import { remember_crypto } from '../../support/mutations/remembered_crypto.ts'
import { reports_during } from '../../support/reports.ts'
import { with_ssl } from '../../support/tls_pair.ts'
import { roles } from '../../support/walks.ts'

remember_crypto()
const pki = with_ssl()

const versions: readonly ProtocolVersion[] = ['tlsv1.2', 'tlsv1.1', 'tlsv1', 'sslv3']

/** The defaults; all versions with much that can be agreed on; both sides with certificates; a shared key. */
const settings: Readonly<Record<string, () => Sides>> = {
  'the defaults': () => everyday(),
  'all versions, ALPN and tickets': () => {
    const { client, server, peer } = everyday()
    const common = { versions, alpn: ['h2', 'http/1.1'], session_tickets: true }
    return {
      client: { ...client, versions, alpn_advertised_protocols: ['h2', 'http/1.1'] },
      server: { ...server, versions, alpn_preferred_protocols: ['h2'], session_tickets: 'stateless' },
      peer: { client: { ...peer.client, ...common }, server: { ...peer.server, ...common } },
    }
  },
  'certificates on both sides': () => {
    const { client, server, peer } = everyday()
    const { ca, leaf } = pki()
    const asks = { verify: 'verify_peer', fail_if_no_peer_cert: true, cacerts: [ca.cert_der] } as const
    const shown = { cert: leaf.cert_der, key: ['PrivateKeyInfo', leaf.key_pkcs8_der] } as const
    return {
      client: { ...client, ...shown },
      server: { ...server, ...asks },
      peer: {
        client: { ...peer.client, identities: [identity(leaf, 'ec')] },
        server: {
          ...peer.server,
          trusted: new TrustStore([ca.cert_der]),
          path: path('server', { verify: 'verify_peer' }),
        },
      },
    }
  },
  'a shared key that it takes time to find': () => {
    const { psk_identity, psk } = shared_secrets
    const user_lookup_fun = [async () => ['ok', psk] as const, undefined] as const
    const ours = { ciphers: [['psk', 'aes_128_gcm', 'null', 'sha256']], user_lookup_fun } as const
    const theirs = {
      ciphers: known_suites().filter(({ key_exchange, mac }) => key_exchange === 'psk' && mac === 'null'),
      has_user_lookup: true,
      psk_identity,
    }
    return {
      client: { ...ours, psk_identity: 'somebody' },
      server: ours,
      peer: { client: theirs, server: theirs },
    }
  },
}

function everyday(): Sides {
  const { leaf, ca, client, server } = pki()
  return {
    client,
    server,
    peer: {
      client: { trusted: new TrustStore([ca.cert_der]) },
      server: { identities: [identity(leaf, 'ec')] },
    },
  }
}

const is_answer = (answer: unknown): boolean =>
  answer === 'connected' ||
  answer === 'closed' ||
  (Array.isArray(answer) && answer[0] === 'tls_alert' && answer[1] !== 'internal error')

describe.each(roles)('a %s', role => {
  test.each(Object.entries(settings))('with %s', async (_name, sides) => {
    const tally = { connected: 0, refused: 0 }
    const told = await reports_during(() =>
      in_memory(async network => {
        const given = sides()
        for (const numbers of fc.sample(throws, { numRuns: 75, seed })) {
          const { answer, deed, is_closed } = await shake_hands(network, role, given, new Dice(numbers))
          const what = deed?.label
          expect({ numbers, what, answer, good: is_answer(answer), is_closed }).toEqual({
            numbers,
            what,
            answer,
            good: true,
            is_closed: true,
          })
          tally[answer === 'connected' ? 'connected' : 'refused']++
        }
      }),
    )
    expect(tally.connected).toBeGreaterThan(5)
    expect(tally.refused).toBeGreaterThan(20)
    expect(told.filter(({ label }) => !label.startsWith('ssl '))).toEqual([])
  })
})
