// Chains with one thing wrong, and the alert that each leads to.

import { encode_pem } from '../../apps/public_key/pubkey_pem.ts'
import type { CrlCacheApi } from '../../ssl_app/certificate/ssl_crl_cache_api.ts'
import type * as ssl from '../../ssl_app/ssl.ts'
import { type CertificateRow, type MadeCertificate, make_pki } from './chain_maker.ts'
import { authority } from './pki_peer.ts'

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

export const chain_pki = make_pki({
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
  misnamed: by('ca', { issuer: 'CN=somebody else' }),
  first_ca: ca({ version: 1 }),
  of_first_ca: by('first_ca'),
  mail_ca: ca({ ext_key_usage: ['1.3.6.1.5.5.7.3.4'] }),
  of_mail_ca: by('mail_ca'),
  mapping_ca: ca({ policies: ['1.2.3'], mappings: [['2.5.29.32.0', '1.2.3']] }),
  of_mapping_ca: by('mapping_ca'),
  head: ca({}, 'tail'),
  tail: ca({}, 'head'),
  of_ring: by('head'),
  lower_ca: ca({}, 'ca'),
  low: by('lower_ca'),
  crossed: ca({ subject: 'CN=stranger', key_of: 'stranger' }),
  guest_ca: ca({}, 'stranger'),
  guest: by('guest_ca'),
  rsa_root: { ...authority, key: 'rsa' },
  rsa_peer: by('rsa_root', { key: 'rsa' }),
  sha1_ca: ca({ key: 'rsa_sha1' }),
  of_sha1_ca: by('sha1_ca'),
  md5_ca: ca({ key: 'rsa_md5' }),
  of_md5_ca: by('md5_ca'),
  short: by('ca', { key: 'rsa_768' }),
  annotated: by('ca', { others: [['1.3.6.1.5.5.7.1.99', false, Buffer.of(5, 0)]] }),
  addressed: by('ca', { alt_names: [['iPAddress', '127.0.0.1']] }),
  wild: by('ca', { alt_names: [['dNSName', '*.example.com']] }),
  foreign: by('ca', { alt_names: [['dNSName', 'xn--bcher-kva.example']] }),
  nameless: by('ca', { subject: 'CN=localhost', alt_names: undefined }),
})

const crls = [
  chain_pki.crl({ signed_by: 'root' }),
  chain_pki.crl({ signed_by: 'ca', entries: [{ serial: 4711n, reason: 'keyCompromise' }] }),
]
const cache = (lists: readonly Uint8Array[]): CrlCacheApi => ({
  lookup: () => 'not_available',
  select: () => lists,
  fresh_crl: (_point, crl) => crl,
})

const strangers = { cacerts: [chain_pki.certificate('stranger').der] }
const claim = (name: string) => () => ['trusted_ca', chain_pki.certificate(name).der] as const

/** Options of the side that checks. */
export type Rules = Partial<ssl.ConnectOptions & ssl.ListenOptions>

/** What the peer shows, the alert, and what is asked of it beside the usual. */
export const chain_cases: readonly (readonly [what: string, shown: string, alert: string, rules?: Rules])[] =
  [
    ['nothing wrong', 'good ca', 'none'],
    [
      'nothing wrong, and lists that say so',
      'good ca',
      'none',
      { crl_check: true, crl_cache: [cache(crls), ['handle', []]] },
    ],
    ['nobody trusted', 'good ca', 'unknown ca', strangers],
    ['a missing authority', 'good', 'unknown ca'],
    ['authorities that signed for each other', 'of_ring head tail', 'unknown ca'],
    ['nobody trusted but one on the way', 'good ca', 'none', { ...strangers, partial_chain: claim('ca') }],
    ['a missing authority, and a peer who is trusted', 'good', 'none', { partial_chain: claim('good') }],
    ['an authority of another root, which vouches for it', 'guest guest_ca crossed', 'none'],
    ['an authority with two roots', 'guest guest_ca crossed', 'none', strangers],
    ['authorities in another order', 'low ca lower_ca', 'none'],
    ['more than is needed, and twice', 'good stranger ca root of_ring good ca', 'none'],
    ['a peer that signed for itself', 'lone', 'bad certificate'],
    ['a peer too old', 'old ca', 'certificate expired'],
    ['a peer too young', 'early ca', 'certificate expired'],
    ['an authority too old', 'of_old_ca old_ca', 'certificate expired'],
    ['a wrong signature', 'damaged', 'bad certificate'],
    ['a wrong signature of an authority', 'of_damaged_ca damaged_ca', 'bad certificate'],
    ['a name that may not be certified', 'out_of_bounds bound_ca', 'bad certificate'],
    ['an authority that is none', 'of_no_ca no_ca', 'handshake failure'],
    ['an authority from before there were any', 'of_first_ca first_ca', 'handshake failure'],
    ['an authority that may not sign', 'of_no_signer no_signer', 'handshake failure'],
    ['a path too long for one of its authorities', 'beyond beyond_ca last_ca', 'handshake failure'],
    ['a path too long for the user', 'good ca', 'handshake failure', { depth: 0 }],
    ['a key for something else', 'for_mail ca', 'handshake failure'],
    ['an authority for something else', 'of_mail_ca mail_ca', 'handshake failure'],
    ['an authority for whatever it likes', 'of_mail_ca mail_ca', 'none', { allow_any_ca_purpose: true }],
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
    ['a policy for any other', 'of_mapping_ca mapping_ca', 'handshake failure'],
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

/** The options of a side that shows these. */
export function shows(names: string) {
  const [own, ...issuers] = made(names)
  const key = own!.key.private_key.export({ format: 'der', type: 'pkcs8' })
  return { cert: [own!, ...issuers].map(({ der }) => der), key: ['PrivateKeyInfo', key] } as const
}

/** The same as PEM, for other programs. */
export function shown_pem(names: string) {
  const [own, ...issuers] = made(names)
  const pem = (certificates: readonly MadeCertificate[]) =>
    encode_pem(certificates.map(({ der }) => ['Certificate', der, 'not_encrypted'] as const))
  const key = own!.key.private_key.export({ format: 'pem', type: 'pkcs8' })
  return { cert: pem([own!]), issuers: pem(issuers), key }
}

const made = (names: string): MadeCertificate[] => names.split(' ').map(name => chain_pki.certificate(name))
