// Revoked certificates, told by staples and by lists, where a peer is checked.

import { describe, expect, test } from '@jest/globals'
import { is_pending } from '../../../ssl_app/certificate/awaitable.ts'
import type { CrlCacheApi, CrlCheck } from '../../../ssl_app/certificate/ssl_crl_cache_api.ts'
import { make_ca, make_leaf } from '../../support/certificates.ts'
import { make_pki } from '../../support/chain_maker.ts'
import type { EntryRow } from '../../support/chain_maker_crls.ts'
import { asked_at, make_ocsp_response } from '../../support/ocsp_responses.ts'
import { alert_for } from '../../support/peer_path.ts'
import { alert_of_peer, authority, check_peer, noting_fun } from '../../support/pki_peer.ts'

const pki = make_pki({
  root: authority,
  ca: { ...authority, serial: 7n, signed_by: 'root' },
  peer: { serial: 8n, signed_by: 'ca' },
})
const shown = { shown: 'peer ca', trusted: 'root' } as const

/** A cache with one list of each authority. */
function lists(of_root: readonly EntryRow[], of_ca: readonly EntryRow[]): CrlCacheApi {
  const list = (signed_by: string, entries: readonly EntryRow[]) =>
    pki.crl({ signed_by, ...(entries.length > 0 && { entries }) })
  const crls = [list('root', of_root), list('ca', of_ca)]
  return { lookup: () => 'not_available', select: () => crls, fresh_crl: (_point, crl) => crl }
}

const no_lists: CrlCacheApi = {
  lookup: () => 'not_available',
  select: () => [],
  fresh_crl: (_point, crl) => crl,
}

const look = (check: CrlCheck['check'], cache: CrlCacheApi): { readonly crl: CrlCheck } => ({
  crl: { check, cache: [cache, undefined] },
})
const stolen = { reason: 'keyCompromise' } as const

describe('lists', () => {
  test.each(['peer', true, 'best_effort'] as const)('are asked about the peer with %p', async check => {
    const revoked = lists([], [{ serial: 8n, ...stolen }])
    expect(await alert_of_peer(pki, { ...shown, ...look(check, revoked) })).toBe('certificate_revoked')
    expect(await alert_of_peer(pki, { ...shown, ...look(check, lists([], [])) })).toBe('none')
  })

  test.each([
    ['peer', 'none'],
    [true, 'certificate_revoked'],
    ['best_effort', 'certificate_revoked'],
  ] as const)('with %p an authority that is revoked comes to %s', async (check, alert) => {
    const revoked = lists([{ serial: 7n, ...stolen }], [])
    expect(await alert_of_peer(pki, { ...shown, ...look(check, revoked) })).toBe(alert)
  })

  test.each([
    ['peer', 'bad_certificate'],
    [true, 'bad_certificate'],
    ['best_effort', 'none'],
  ] as const)('that there are not come with %p to %s', async (check, alert) => {
    expect(await alert_of_peer(pki, { ...shown, ...look(check, no_lists) })).toBe(alert)
  })

  test('are not asked where nobody would listen', async () => {
    const cache: CrlCacheApi = {
      ...no_lists,
      select: () => {
        throw new Error('asked')
      },
    }
    const asked = { ...shown, ...look(true, cache), verify: 'verify_none' } as const
    expect(await alert_of_peer(pki, asked)).toBe('none')
  })

  test('are asked once the verify_fun has accepted a certificate, and it hears of what they say', async () => {
    const revoked = lists([{ serial: 7n, ...stolen }], [{ serial: 8n }])
    for (const verify of ['verify_peer', 'verify_none'] as const) {
      const { events, verify_fun } = noting_fun(pki, 'ca peer')
      expect(await alert_of_peer(pki, { ...shown, ...look(true, revoked), verify, verify_fun })).toBe('none')
      expect(events).toEqual([
        ['ca', 'valid'],
        ['ca', ['bad_cert', ['revoked', 'keyCompromise']]],
        ['peer', 'valid_peer'],
        ['peer', ['bad_cert', ['revoked', 'unspecified']]],
      ])
    }
  })

  test('are not asked about a certificate that the verify_fun has refused', async () => {
    let asked = 0
    const select = () => {
      asked++
      return []
    }
    const cache: CrlCacheApi = { ...no_lists, select }
    const verify_fun = [(_certificate: unknown, event: unknown) => ['fail', event], []] as never
    expect(await alert_of_peer(pki, { ...shown, ...look(true, cache), verify_fun })).toBe('handshake_failure')
    expect(asked).toBe(0)
  })

  test('take their time only where the cache does', async () => {
    const revoked = lists([], [{ serial: 8n }])
    const good = lists([], [])
    const slow = (cache: CrlCacheApi): CrlCacheApi => ({
      ...cache,
      select: async (issuer, handle) => cache.select(issuer, handle),
    })
    expect(is_pending(check_peer(pki, { ...shown, ...look(true, good) }))).toBe(false)
    expect(is_pending(check_peer(pki, { ...shown, ...look(true, slow(good)) }))).toBe(true)
    expect(await alert_of_peer(pki, { ...shown, ...look(true, slow(good)) })).toBe('none')
    expect(await alert_of_peer(pki, { ...shown, ...look(true, slow(revoked)) })).toBe('certificate_revoked')
  })

  test('say nothing of a certificate that the user trusts, but of those below it', async () => {
    const partial_chain = () => ['trusted_ca', pki.certificate('ca').der] as const
    const asked = { shown: 'peer ca', trusted: '', partial_chain }
    const authority_revoked = lists([{ serial: 7n }], [])
    expect(await alert_of_peer(pki, { ...asked, ...look(true, authority_revoked) })).toBe('none')
    const peer_revoked = lists([], [{ serial: 8n }])
    expect(await alert_of_peer(pki, { ...asked, ...look(true, peer_revoked) })).toBe('certificate_revoked')
  })
})

test('a verify_fun that fails for a revocation is told of as what it said', async () => {
  const alert_when = (reason: unknown) =>
    alert_of_peer(pki, { ...shown, verify_fun: [() => ['fail', reason], []] as never })
  expect(await alert_when(['bad_cert', ['revoked', 'superseded']])).toBe('certificate_revoked')
  expect(await alert_when(['bad_cert', ['revocation_status_undetermined', 'no lists']])).toBe(
    'bad_certificate',
  )
})

describe('a staple', () => {
  const made = (async () => {
    const root = await make_ca()
    const leaf = await make_leaf(root)
    const answer = (status: 'good' | 'revoked') =>
      make_ocsp_response({
        responder: root,
        singles: [{ certificate: leaf.cert_der, issuer: root.cert_der, status }],
      })
    return { root, leaf, answer }
  })()

  test.each([
    ['good', 'none'],
    ['revoked', 'certificate_revoked'],
  ] as const)('that says %s comes to %s', async (status, alert) => {
    const { root, leaf, answer } = await made
    const staple = { response: answer(status), nonce: undefined }
    expect(alert_for({ shown: [leaf], trusted: [root], at: asked_at, staple })).toBe(alert)
  })

  test('that says nothing comes to bad_certificate, and none to nothing', async () => {
    const { root, leaf } = await made
    const with_staple = (response: Uint8Array | undefined) =>
      alert_for({ shown: [leaf], trusted: [root], at: asked_at, staple: { response, nonce: undefined } })
    expect(with_staple(Buffer.from('nonsense'))).toBe('bad_certificate')
    expect(with_staple(undefined)).toBe('none')
  })
})
