// Whose list it is, where several certificates have the name and the key of its issuer.

import { expect, test } from '@jest/globals'
import { run } from '../../../ssl_app/certificate/awaitable.ts'
import { crl_check } from '../../../ssl_app/certificate/ssl_crl.ts'
import type { CrlCacheApi } from '../../../ssl_app/certificate/ssl_crl_cache_api.ts'
import { TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import { type CertificateRow, make_pki } from '../../support/chain_maker.ts'

const now = Date.UTC(2026, 5, 1)
const authority: CertificateRow = {
  basic_constraints: { cA: true },
  key_usage: { usages: ['keyCertSign', 'cRLSign'] },
}
const again: CertificateRow = { ...authority, signed_by: 'root', subject: 'CN=ca', key_of: 'ca' }

const pki = make_pki({
  root: authority,
  ca: { ...authority, signed_by: 'root' },
  leaf: { signed_by: 'ca' },
  expired: { ...again, not_after: '210101000000Z' },
  'no lists': { ...again, key_usage: { usages: ['keyCertSign'] } },
  'another root': authority,
  namesake: { ...authority, signed_by: 'another root', subject: 'CN=ca' },
  'no authority': { signed_by: 'ca', subject: 'CN=ca' },
  'before there were extensions': { signed_by: 'ca', subject: 'CN=ca', version: 1 },
  'says nothing': { signed_by: 'root', subject: 'CN=ca', basic_constraints: { cA: true } },
  'root again': { ...authority, subject: 'CN=root', key_of: 'root' },
})

function check(...known: readonly string[]) {
  return check_by({ signer: 'ca', trusted: ['root'] }, ...known)
}

interface ToCheck {
  readonly signer: string
  readonly trusted: readonly string[]
  readonly anchor?: string
}

function check_by({ signer, trusted, anchor }: ToCheck, ...known: readonly string[]) {
  const crl = pki.crl({ signed_by: signer, issuer: 'CN=ca' })
  const module: CrlCacheApi = {
    lookup: () => 'not_available',
    select: () => [crl],
    fresh_crl: (_point, old) => old,
  }
  return run(
    crl_check(pki.certificate('leaf').certificate, 'valid_peer', {
      crl: { check: true, cache: [module, undefined] },
      trusted: new TrustStore(trusted.map(name => pki.certificate(name).der)),
      known: known.map(name => pki.certificate(name).certificate),
      anchor: anchor === undefined ? undefined : pki.certificate(anchor).certificate,
      now,
    }),
  )
}

test.each([
  [['ca']],
  [['expired', 'ca']],
  [['ca', 'expired']],
  [['no lists', 'ca']],
  [['expired', 'no lists', 'ca']],
])('of %j, the one counts that may sign lists now', known => {
  expect(check(...known)).toBe('valid')
})

test.each([[['expired']], [['no lists']], [['no lists', 'expired']]])('of %j, none counts', known => {
  expect(check(...known)).toEqual(['bad_cert', 'revocation_status_undetermined'])
})

test('of two with one name, the one counts who leads to the root that the certificate leads to', () => {
  const trusted = ['root', 'another root']
  expect(check_by({ signer: 'namesake', trusted, anchor: 'root' }, 'ca', 'namesake')).toEqual([
    'bad_cert',
    'revocation_status_undetermined',
  ])
  expect(check_by({ signer: 'ca', trusted, anchor: 'root' }, 'ca', 'namesake')).toBe('valid')
})

test('a root is the same in each of its certificates', () => {
  for (const anchor of ['root', 'root again'])
    expect(check_by({ signer: 'ca', trusted: ['root', 'root again'], anchor }, 'ca')).toBe('valid')
})

test('who is no authority signs no lists, whatever its name, unless its certificate says so', () => {
  const status = (signer: string) => check_by({ signer, trusted: ['root'], anchor: 'root' }, 'ca', signer)
  for (const signer of ['no authority', 'before there were extensions'])
    expect(status(signer)).toEqual(['bad_cert', 'revocation_status_undetermined'])
  expect(status('says nothing')).toBe('valid')
})
