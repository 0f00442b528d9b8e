// Which of several paths is validated, and how often; and what alerts tell of what OTP's old releases did not look at.

import { describe, expect, test } from '@jest/globals'
import { type CertificateRow, make_pki } from '../../support/chain_maker.ts'
import { endless, spent_on } from '../../support/effort.ts'
import { alert_of_peer, authority, noting_fun } from '../../support/pki_peer.ts'

const unmarked = { key_identifiers: false } as const
const expired = { not_before: '200101000000Z', not_after: '210101000000Z' } as const
const ca: CertificateRow = { ...authority, ...unmarked }

describe('of several paths', () => {
  /** The authority in the middle twice, with one key: as `one` by `root`, as `two` by `other`. */
  const fork = (one: CertificateRow, two: CertificateRow) =>
    make_pki({
      root: ca,
      other: ca,
      one: { ...ca, subject: 'CN=Fork', signed_by: 'root', ...one },
      two: { ...ca, subject: 'CN=Fork', key_of: 'one', signed_by: 'other', ...two },
      peer: { subject: 'CN=peer', signed_by: 'one', alt_names: [['dNSName', 'localhost']], ...unmarked },
    })

  const both = { trusted: 'root other' } as const

  test.each<[string, CertificateRow]>([
    ['that has expired', expired],
    ['that may not issue certificates', { basic_constraints: { cA: false } }],
    ['that may not sign them', { key_usage: { usages: ['cRLSign'] } }],
    ['that may not certify such names', { permitted: [['dNSName', 'example.com']] }],
    ['that has an extension nobody knows', { others: [['1.2.3.4', true, Buffer.of(5, 0)]] }],
  ])('one is left %s', async (_what, wrong) => {
    for (const pki of [fork(wrong, {}), fork({}, wrong)]) {
      expect(await alert_of_peer(pki, { shown: 'peer one two', ...both })).toBe('none')
      expect(await alert_of_peer(pki, { shown: 'peer two one', ...both })).toBe('none')
    }
    const alone = fork(wrong, {})
    expect(await alert_of_peer(alone, { shown: 'peer one two', trusted: 'root' })).not.toBe('none')
  })

  test('the verify_fun sees only the one that is chosen', async () => {
    const pki = fork(expired, {})
    const { events, verify_fun } = noting_fun(pki, 'one two peer')
    await alert_of_peer(pki, { shown: 'peer one two', ...both, verify_fun })
    expect(events).toEqual([
      ['two', 'valid'],
      ['peer', 'valid_peer'],
    ])
  })

  test('where none holds the least bad one is told of, the first of those', async () => {
    const key_usage = { usages: ['cRLSign'] } as const
    const pki = fork({ ...expired, key_usage }, expired)
    const { events, verify_fun } = noting_fun(pki, 'one two peer')
    expect(await alert_of_peer(pki, { shown: 'peer one two', ...both })).toBe('certificate_expired')
    await alert_of_peer(pki, { shown: 'peer one two', ...both, verify_fun })
    expect(events.map(([who]) => who)).toEqual(['two', 'two', 'peer'])

    const equal = fork(expired, expired)
    const noted = noting_fun(equal, 'one two peer')
    await alert_of_peer(equal, { shown: 'peer two one', ...both, verify_fun: noted.verify_fun })
    expect(noted.events.map(([who]) => who)).toEqual(['two', 'two', 'peer'])
  })

  test('what is wrong with the peer itself does not change which', async () => {
    const pki = fork(expired, {})
    const asked = { shown: 'peer one two', ...both, hostname: 'example.com' }
    const { events, verify_fun } = noting_fun(pki, 'one two peer')
    expect(await alert_of_peer(pki, asked)).toBe('handshake_failure')
    await alert_of_peer(pki, { ...asked, verify_fun })
    expect(events).toEqual([
      ['two', 'valid'],
      ['peer', ['bad_cert', 'hostname_check_failed']],
      ['peer', 'valid_peer'],
    ])
  })

  test('the user who trusts one of their certificates is asked about each', async () => {
    const pki = fork({}, {})
    const asked: number[] = []
    const two = pki.certificate('two').der
    const partial_chain = (chain: readonly Uint8Array[]) => {
      asked.push(chain.length)
      const found = chain.find(der => Buffer.compare(der, two) === 0)
      return found ? (['trusted_ca', found] as const) : ('unknown_ca' as const)
    }
    expect(await alert_of_peer(pki, { shown: 'peer one two', trusted: '', partial_chain })).toBe('none')
    expect(asked).toEqual([2, 2])
  })
})

describe('where no path holds together', () => {
  const pki = make_pki({
    root: authority,
    ca: { ...authority, signed_by: 'root' },
    damaged: { signed_by: 'ca', damaged: true },
    damaged_ca: { ...authority, signed_by: 'root', damaged: true },
    of_damaged_ca: { signed_by: 'damaged_ca' },
    misnamed: { signed_by: 'ca', issuer: 'CN=somebody else' },
    unmarked: { signed_by: 'root', version: 1, damaged: true },
    impostor: { ...authority, subject: 'CN=root' },
    of_impostor: { signed_by: 'impostor' },
    stranger: authority,
    of_stranger: { signed_by: 'stranger', damaged: true },
  })

  test.each([
    ['damaged ca', ['damaged', 'invalid_signature']],
    ['of_damaged_ca damaged_ca', ['damaged_ca', 'invalid_signature']],
    ['misnamed ca', ['misnamed', 'invalid_issuer']],
    ['unmarked', ['unmarked', 'invalid_signature']],
  ])('"%s" is told of as what it is, since it is clear which was meant', async (shown, wrong) => {
    const { events, verify_fun } = noting_fun(pki, 'damaged damaged_ca misnamed unmarked')
    expect(await alert_of_peer(pki, { shown, trusted: 'root' })).toBe('bad_certificate')
    await alert_of_peer(pki, { shown, trusted: 'root', verify_fun })
    const faults = events
      .filter(([, event]) => Array.isArray(event))
      .map(([who, event]: any) => [who, event[1]])
    expect(faults).toEqual([wrong])
  })

  test.each(['of_impostor', 'of_impostor impostor', 'of_stranger stranger', 'of_stranger', 'misnamed'])(
    '"%s" has nobody above it who is trusted',
    async shown => {
      expect(await alert_of_peer(pki, { shown, trusted: 'root' })).toBe('unknown_ca')
    },
  )
})

describe('a user who has a say in host names', () => {
  const pki = make_pki({
    root: authority,
    peer: { signed_by: 'root', alt_names: [['dNSName', 'localhost']] },
  })
  const peer = { shown: 'peer', trusted: 'root', hostname: 'elsewhere' }

  test('can let another one pass', async () => {
    const customize_hostname_check = { match_fun: () => true }
    expect(await alert_of_peer(pki, peer)).toBe('handshake_failure')
    expect(await alert_of_peer(pki, { ...peer, customize_hostname_check })).toBe('none')
  })

  test('refuses by failing', async () => {
    const match_fun = () => {
      throw new Error('no idea')
    }
    expect(await alert_of_peer(pki, { ...peer, customize_hostname_check: { match_fun } })).toBe(
      'handshake_failure',
    )
  })
})

describe('an alert tells what is wrong', () => {
  const pki = make_pki({
    root: authority,
    ca: { ...authority, signed_by: 'root', policies: ['1.2.3'] },
    peer: { signed_by: 'ca', policies: ['1.2.3'] },
    rsa_root: { ...authority, key: 'rsa' },
    rsa_peer: { signed_by: 'rsa_root', key: 'rsa' },
    limited: { ...authority, signed_by: 'root', ext_key_usage: ['1.3.6.1.5.5.7.3.4'] },
    limited_peer: { signed_by: 'limited' },
  })

  test('unsupported_certificate: a signature that is not wanted', async () => {
    const asked = { shown: 'peer ca', trusted: 'root' }
    const ecdsa = [{ algorithm: 'ecdsa', digest: 'sha256' }] as const
    const rsa = [{ algorithm: 'rsa', digest: 'sha256' }] as const
    expect(await alert_of_peer(pki, { ...asked, allowed_signatures: ecdsa })).toBe('none')
    expect(await alert_of_peer(pki, { ...asked, allowed_signatures: rsa })).toBe('unsupported_certificate')
  })

  test('bad_certificate: a key that is too short', async () => {
    const asked = { shown: 'rsa_peer', trusted: 'rsa_root' }
    expect(await alert_of_peer(pki, { ...asked, least_key_bits: { rsa: 2048 } })).toBe('none')
    expect(await alert_of_peer(pki, { ...asked, least_key_bits: { rsa: 4096 } })).toBe('bad_certificate')
  })

  test('handshake_failure: a policy that is not met', async () => {
    const asked = { shown: 'peer ca', trusted: 'root' }
    const policies = (...policy_set: string[]) => ({ policy_set, explicit_policy: true })
    expect(await alert_of_peer(pki, { ...asked, policies: policies('1.2.3') })).toBe('none')
    expect(await alert_of_peer(pki, { ...asked, policies: policies('1.2.4') })).toBe('handshake_failure')
  })

  test('handshake_failure: an authority for something else', async () => {
    const asked = { shown: 'limited_peer limited', trusted: 'root' }
    expect(await alert_of_peer(pki, asked)).toBe('handshake_failure')
    expect(await alert_of_peer(pki, { ...asked, allow_any_ca_purpose: true })).toBe('none')
  })
})

describe('a long chain', () => {
  const rows: Record<string, CertificateRow> = { ca0: authority }
  for (let index = 1; index < 100; index++) rows[`ca${index}`] = { ...authority, signed_by: `ca${index - 1}` }
  rows.peer = { signed_by: 'ca99' }
  rows.near = { signed_by: 'ca30' }
  const pki = make_pki(rows)
  const down_from = (last: number) =>
    Array.from({ length: last + 1 }, (_, index) => `ca${last - index}`).join(' ')

  test('of a hundred certificates is given up soon', async () => {
    const asked = { shown: `peer ${down_from(99)}`, trusted: 'ca0', depth: 255 }
    const giving_up = async () => expect(await alert_of_peer(pki, asked)).toBe('unknown_ca')
    expect(await spent_on(giving_up)).toBeLessThan(endless)
  })

  test('of thirty-two is followed', async () => {
    const asked = { shown: `near ${down_from(30)}`, trusted: 'ca0', depth: 255 }
    expect(await alert_of_peer(pki, asked)).toBe('none')
    expect(await alert_of_peer(pki, { ...asked, depth: 29 })).toBe('handshake_failure')
  })
})
