// A certificate may say what its key is for: RFC 5246 §7.4.2 has who checks it see that it is used for that alone.

import { expect, test } from '@jest/globals'
import type { KeyUsage } from '../../../apps/public_key/pubkey_extensions.ts'
import { TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import { TlsEngine } from '../../../ssl_app/handshake/tls_engine.ts'
import { type KeyExchange, suites } from '../../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { make_ca, make_leaf } from '../../support/certificates.ts'
import { config, converse, environment, identity, path, those } from '../../support/engine_pair.ts'

const ca = await make_ca()
const trusted = new TrustStore([ca.cert_der])

interface Case {
  readonly shows: Role
  readonly by: KeyExchange
  readonly usages: readonly KeyUsage[]
  readonly verify?: 'verify_peer' | 'verify_none'
}

/** What the side says to which the certificate is shown. */
async function heard({ shows, by, usages, verify = 'verify_peer' }: Case): Promise<string> {
  const kind = by === 'rsa' || by === 'ecdhe_rsa' ? 'rsa' : 'ec'
  const algorithm = kind === 'rsa' ? 'rsa' : undefined
  const shown = await make_leaf(ca, { key_usage: usages, ...(algorithm && { algorithm }) })
  const any = await make_leaf(ca, { key_usage: undefined, ...(algorithm && { algorithm }) })
  const other = shows === 'client' ? 'server' : 'client'
  const ciphers = suites('tlsv1.2').filter(({ key_exchange }) => key_exchange === by)
  const engine = (role: Role) =>
    new TlsEngine(
      role,
      config(role, {
        ciphers,
        trusted,
        identities: [identity(role === shows ? shown : any, kind)],
        path: path(role, { verify: role === other ? verify : 'verify_none' }),
      }),
      environment(),
    )
  const outcome = converse(engine('client'), engine('server'))
  const [alert] = those(outcome[`${other}_effects`], 'own_alert')
  return alert?.[1].description ?? (outcome[other].connected ? 'connected' : 'nothing')
}

test.each<readonly [Case['shows'], KeyExchange, KeyUsage]>([
  ['server', 'rsa', 'keyEncipherment'],
  ['server', 'ecdhe_rsa', 'digitalSignature'],
  ['server', 'ecdhe_ecdsa', 'digitalSignature'],
  ['server', 'ecdh_ecdsa', 'keyAgreement'],
  ['client', 'ecdhe_rsa', 'digitalSignature'],
  ['client', 'rsa', 'digitalSignature'],
])('a %s needs for %s a key that is for %s', async (shows, by, needed) => {
  const all = ['digitalSignature', 'keyEncipherment', 'keyAgreement', 'keyCertSign'] as const
  expect(await heard({ shows, by, usages: [needed] })).toBe('connected')
  const others = all.filter(usage => usage !== needed)
  expect(await heard({ shows, by, usages: others })).toBe('handshake_failure')
})

test('who checks nothing does not mind', async () => {
  const usages: KeyUsage[] = ['keyCertSign']
  expect(await heard({ shows: 'server', by: 'ecdhe_rsa', usages, verify: 'verify_none' })).toBe('connected')
})
