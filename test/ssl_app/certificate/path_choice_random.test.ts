// Random authorities that certify each other: a peer is believed exactly if one of all its paths is valid, in
// whatever order its certificates come.

import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { OTPCertificate } from '../../../apps/public_key/otp_certificate.ts'
import { is_self_issued, validate_path } from '../../../apps/public_key/pubkey_cert.ts'
import { type CertificateRow, make_pki, type Pki } from '../../support/chain_maker.ts'
import { alert_of_peer, authority, checked_at } from '../../support/pki_peer.ts'

const keys = ['key 0', 'key 1', 'key 2']

/** A certificate of the authority whose name and key have that number, by the one that has the other number. */
interface Link {
  readonly of: number
  readonly by: number
  readonly is_expired: boolean
  readonly is_limited: boolean
  readonly is_marked: boolean
  readonly is_trusted: boolean
}

const link = fc.record<Link>({
  of: fc.nat(2),
  by: fc.nat(2),
  is_expired: fc.boolean(),
  is_limited: fc.boolean(),
  is_marked: fc.boolean(),
  is_trusted: fc.boolean(),
})

const signed_for = (of: number, by: number) => ({ key_of: keys[of]!, signed_by: keys[by]! })

function pki_of(links: readonly Link[]): Pki {
  const rows: Record<string, CertificateRow> = {
    peer: { subject: 'CN=peer', issuer: 'CN=0', signed_by: 'key 0', version: 1 },
  }
  for (const key of keys) rows[key] = {}
  for (const [index, { of, by, is_expired, is_limited, is_marked }] of links.entries()) {
    rows[`link${index}`] = {
      ...authority,
      ...signed_for(of, by),
      subject: `CN=${of}`,
      issuer: `CN=${by}`,
      key_identifiers: is_marked,
      ...(is_expired && { not_after: '210101000000Z' }),
      ...(is_limited && { basic_constraints: { cA: true, path_length: 0 } }),
    }
  }
  return make_pki(rows)
}

/** Whether any path at all is valid, found by trying all. */
function is_valid_somehow(pki: Pki, links: readonly Link[]): boolean {
  const certificate = (index: number) => pki.certificate(`link${index}`).certificate
  const climb = (of: number, used: readonly number[], path: readonly OTPCertificate[]): boolean =>
    links.some((link, index) => {
      if (link.of !== of || used.includes(index)) return false
      const here = certificate(index)
      if (is_self_issued(here)) {
        return link.is_trusted && validate_path(here, path, { now: checked_at })[0] === 'ok'
      }
      return climb(link.by, [...used, index], [here, ...path])
    })
  return climb(0, [], [pki.certificate('peer').certificate])
}

test('a peer is believed exactly if one of its paths is valid', async () => {
  const mesh = fc.array(link, { minLength: 1, maxLength: 6 })
  const seen = { believed: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(mesh, fc.infiniteStream(fc.nat()), async (links, order) => {
      const pki = pki_of(links)
      const indexes = links.map((_link, index) => index)
      const shuffled = indexes.map(index => [order.next().value!, index] as const).sort(([a], [b]) => a - b)
      const names = (of: readonly number[]) => of.map(index => `link${index}`).join(' ')
      const alert = await alert_of_peer(pki, {
        shown: `peer ${names(shuffled.map(([, index]) => index))}`,
        trusted: names(indexes.filter(index => links[index]!.is_trusted)),
      })
      const expected = is_valid_somehow(pki, links)
      seen[expected ? 'believed' : 'refused']++
      expect(alert === 'none').toBe(expected)
    }),
    { numRuns: 400 },
  )
  expect(Math.min(seen.believed, seen.refused)).toBeGreaterThan(20)
})
