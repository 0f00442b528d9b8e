// Every alert that a chain can lead to, between a client and a server, with either checking the other: both are told.

import { describe, expect, test } from '@jest/globals'
import { ok, run, type Term } from '../../runtime/index.ts'
import type { CrlCacheApi } from '../../ssl_app/certificate/ssl_crl_cache_api.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { type CertificateRow, make_pki } from '../support/chain_maker.ts'
import { authority } from '../support/pki_peer.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'

with_ssl()

const server_auth = '1.3.6.1.5.5.7.3.1'
const client_auth = '1.3.6.1.5.5.7.3.2'
const old = { not_after: '210101000000Z' } as const
const unknown = ['1.2.3.4', true, Buffer.of(5, 0)] as const
const host: CertificateRow = {
  alt_names: [['dNSName', 'localhost']],
  key_usage: { usages: ['digitalSignature'] },
}
const by = (signed_by: string, row: CertificateRow = {}): CertificateRow => ({ ...host, signed_by, ...row })
const ca = (row: CertificateRow, signed_by = 'root'): CertificateRow => ({ ...authority, signed_by, ...row })

const pki = make_pki({
  root: authority,
  stranger: authority,
  ca: ca({ policies: ['1.2.3'] }),
  good: by('ca', { policies: ['1.2.3'] }),
  lone: host,
  old: by('ca', old),
  early: by('ca', { not_before: '330101000000Z' }),
  old_ca: ca(old),
  of_old_ca: by('old_ca'),
  damaged: by('root', { damaged: true }),
  damaged_ca: ca({ damaged: true }),
  of_damaged_ca: by('damaged_ca'),
  bound_ca: ca({ permitted: [['dNSName', 'example.com']] }),
  out_of_bounds: by('bound_ca'),
  no_ca: ca({ basic_constraints: undefined }),
  of_no_ca: by('no_ca'),
  no_signer: ca({ key_usage: { usages: ['cRLSign'] } }),
  of_no_signer: by('no_signer'),
  last_ca: ca({ basic_constraints: { cA: true, path_length: 0 } }),
  beyond_ca: ca({}, 'last_ca'),
  beyond: by('beyond_ca'),
  for_mail: by('ca', { ext_key_usage: ['1.3.6.1.5.5.7.3.4'] }),
  for_servers: by('ca', { ext_key_usage: [server_auth] }),
  for_clients: by('ca', { ext_key_usage: [client_auth] }),
  critical: by('ca', { others: [unknown] }),
  revoked: by('ca', { serial: 4711n }),
})

const crls = [
  pki.crl({ signed_by: 'root' }),
  pki.crl({ signed_by: 'ca', entries: [{ serial: 4711n, reason: 'keyCompromise' }] }),
]
const cache = (lists: readonly Uint8Array[]): CrlCacheApi => ({
  lookup: () => 'not_available',
  select: () => lists,
  fresh_crl: (_point, crl) => crl,
})

type Rules = Partial<ssl.ConnectOptions & ssl.ListenOptions>

/** What the peer shows, and what is asked of it beside the usual. */
const cases: readonly (readonly [what: string, shown: string, alert: string, rules?: Rules])[] = [
  ['nothing wrong', 'good ca', 'none'],
  [
    'nothing wrong, and lists that say so',
    'good ca',
    'none',
    { crl_check: true, crl_cache: [cache(crls), ['handle', []]] },
  ],
  ['nobody trusted', 'good ca', 'unknown ca', { cacerts: [pki.certificate('stranger').der] }],
  ['a missing authority', 'good', 'unknown ca'],
  ['a peer that signed for itself', 'lone', 'bad certificate'],
  ['a peer too old', 'old ca', 'certificate expired'],
  ['a peer too young', 'early ca', 'certificate expired'],
  ['an authority too old', 'of_old_ca old_ca', 'certificate expired'],
  ['a wrong signature', 'damaged', 'bad certificate'],
  ['a wrong signature of an authority', 'of_damaged_ca damaged_ca', 'bad certificate'],
  ['a name that may not be certified', 'out_of_bounds bound_ca', 'bad certificate'],
  ['an authority that is none', 'of_no_ca no_ca', 'handshake failure'],
  ['an authority that may not sign', 'of_no_signer no_signer', 'handshake failure'],
  ['a path too long for one of its authorities', 'beyond beyond_ca last_ca', 'handshake failure'],
  ['a path too long for the user', 'good ca', 'handshake failure', { depth: 0 }],
  ['a key for something else', 'for_mail ca', 'handshake failure'],
  ['a critical extension that nobody knows', 'critical ca', 'unsupported certificate'],
  [
    'a revoked peer',
    'revoked ca',
    'certificate revoked',
    { crl_check: true, crl_cache: [cache(crls), ['handle', []]] },
  ],
  ['no lists', 'good ca', 'bad certificate', { crl_check: true, crl_cache: [cache([]), ['handle', []]] }],
  [
    'a signature that is not wanted',
    'good ca',
    'unsupported certificate',
    { signature_algs_cert: ['rsa_pkcs1_sha256'] },
  ],
  ['a key too short', 'good ca', 'bad certificate', { least_key_bits: { ec: 384 } }],
  [
    'a policy that is not met',
    'good ca',
    'handshake failure',
    { cert_policy_opts: { policy_set: ['1.2.4'], explicit_policy: true } },
  ],
  [
    'a verify_fun that refuses at once',
    'good ca',
    'handshake failure',
    { verify_fun: [() => ['fail', 'no'], []] },
  ],
  [
    'a verify_fun that refuses later',
    'good ca',
    'certificate expired',
    { verify_fun: [async () => ['fail', ['bad_cert', 'cert_expired']], []] },
  ],
  [
    'a verify_fun that throws later',
    'good ca',
    'handshake failure',
    { verify_fun: [() => Promise.reject(new Error('no idea')), []] },
  ],
  [
    'a verify_fun that overlooks it later',
    'old ca',
    'none',
    {
      verify_fun: [
        async (_certificate, event, state) => [event[0] === 'extension' ? 'unknown' : 'valid', state],
        [],
      ],
    },
  ],
]

const shows = (names: string) => {
  const chain = names.split(' ').map(name => pki.certificate(name))
  const key = chain[0]!.key.private_key.export({ format: 'der', type: 'pkcs8' })
  return { cert: chain.map(({ der }) => der), key: ['PrivateKeyInfo', key] } as const
}

/** What each side is told. */
async function outcome(checker: 'client' | 'server', shown: string, rules: Rules) {
  const root = [pki.certificate('root').der]
  const checks = { verify: 'verify_peer', cacerts: root, depth: 5, ...rules } as const
  const client = checker === 'client' ? checks : { ...shows(shown), verify: 'verify_none' as const }
  const server =
    checker === 'client' ? shows(shown) : { ...shows('good ca'), ...checks, fail_if_no_peer_cert: true }
  return run(async () => {
    const common = { mode: 'binary', active: false, reuse_sessions: false } as const
    const listener = ok(await ssl.listen(0, { ...common, ...server }))
    const [, port] = ok(ssl.sockname(listener))
    const accepting = ssl.transport_accept(listener, 5_000).then(result => ssl.handshake(ok(result), 10_000))
    const connecting = ssl.connect('localhost', port, { ...common, ...client }, 10_000)
    const results: readonly Term[] = await Promise.all([connecting, accepting])
    await close_all(...results.flatMap(([tag, socket]) => (tag === 'ok' ? [socket] : [])), listener)
    return results.map(([tag, reason]) => (tag === 'ok' ? 'none' : reason[1]))
  })
}

describe.each(['client', 'server'] as const)('a %s that checks the other', checker => {
  test.each(cases)('says of %s: the alert for it', async (_what, shown, alert, rules = {}) => {
    const said = await outcome(checker, shown, rules)
    expect(said).toEqual([alert, alert])
  })
})

test.each([
  ['client', 'for_servers ca', 'none'],
  ['client', 'for_clients ca', 'handshake failure'],
  ['server', 'for_servers ca', 'handshake failure'],
  ['server', 'for_clients ca', 'none'],
] as const)('a %s that is shown "%s" comes to: %s', async (checker, shown, alert) => {
  expect(await outcome(checker, shown, {})).toEqual([alert, alert])
})

test('a client that is shown the certificate of another host refuses it, unless it was told not to care', async () => {
  const elsewhere = (server_name_indication: 'disable' | string) =>
    outcome('client', 'good ca', { server_name_indication })
  expect(await elsewhere('localhost')).toEqual(['none', 'none'])
  expect(await elsewhere('example.com')).toEqual(['handshake failure', 'handshake failure'])
  expect(await elsewhere('disable')).toEqual(['none', 'none'])
})
