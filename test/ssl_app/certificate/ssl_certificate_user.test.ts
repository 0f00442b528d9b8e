// The user's say in the validation of a path.

import { describe, expect, test } from '@jest/globals'
import { id_kp_clientAuth } from '../../../apps/public_key/pubkey_oids.ts'
import type { PartialChain } from '../../../ssl_app/certificate/ssl_certificate.ts'
import { make_leaf, make_self_signed, valid_until } from '../../support/certificates.ts'
import {
  alert_for,
  ders,
  direct,
  leaf,
  lower,
  other_root,
  root,
  upper,
  validate,
  validate_later,
} from '../../support/peer_path.ts'

describe('partial_chain', () => {
  const shown = () => [leaf, lower, upper]

  test('is told the chain, the one nearest the root first', () => {
    const told: Uint8Array[][] = []
    const partial_chain: PartialChain = chain => {
      told.push([...chain])
      return 'unknown_ca'
    }
    expect(alert_for({ shown: [leaf, upper, lower], trusted: [], partial_chain })).toBe('unknown_ca')
    expect(told).toEqual([ders([upper, lower, leaf])])
  })

  test('is not asked where a root is trusted, nor about a peer that signed for itself', async () => {
    const partial_chain = () => {
      throw new Error('asked')
    }
    const self_signed = await make_self_signed()
    expect(alert_for({ shown: shown(), partial_chain })).toBe('none')
    expect(alert_for({ shown: [self_signed], partial_chain })).toBe('bad_certificate')
  })

  test.each([0, 1, 2])('can trust the certificate at place %p, and the rest is checked', place => {
    const partial_chain: PartialChain = chain => ['trusted_ca', Buffer.from(chain[place]!)]
    const asked = { shown: shown(), trusted: [], partial_chain, hostname: 'localhost' }
    expect(alert_for(asked)).toBe('none')
    expect(alert_for({ ...asked, at: valid_until + 1_000 })).toBe('certificate_expired')
    expect(alert_for({ ...asked, hostname: 'example.com' })).toBe('handshake_failure')
    expect(validate(asked).certificate).toEqual(leaf.cert_der)
  })

  test('can trust a root that was shown', () => {
    const partial_chain: PartialChain = chain => ['trusted_ca', chain[0]!]
    expect(alert_for({ shown: [...shown(), root], trusted: [], partial_chain })).toBe('none')
  })

  test.each<[string, () => unknown]>([
    ['trusts what is not in the chain', () => ['trusted_ca', other_root.cert_der]],
    ['trusts what is no certificate', () => ['trusted_ca', 'root']],
    ['trusts nothing', () => ['trusted_ca']],
    ['says nothing', () => undefined],
    ['says something else', () => 5],
    [
      'fails',
      () => {
        throw new Error('no idea')
      },
    ],
  ])('that %s has claimed nothing', (_what, fun) => {
    expect(alert_for({ shown: shown(), trusted: [], partial_chain: fun as PartialChain })).toBe('unknown_ca')
  })
})

describe('verify_fun', () => {
  type Event = readonly [subject: string, event: unknown]
  const name_of = (der: Uint8Array) =>
    ['leaf', 'lower', 'upper', 'root'][
      [leaf, lower, upper, root].findIndex(c => Buffer.compare(c.cert_der, der) === 0)
    ]

  /** Notes what it is asked, leaving out extensions, and overlooks what `overlook` says. */
  function noting(overlook: (event: unknown) => boolean) {
    const events: Event[] = []
    const fun = (certificate: { readonly der: Uint8Array }, event: any, state: number) => {
      if (event[0] === 'extension') return ['unknown', state] as const
      events.push([`${name_of(certificate.der)} ${state}`, event])
      if (Array.isArray(event) && !overlook(event)) return ['fail', event] as const
      return ['valid', state + 1] as const
    }
    return { events, verify_fun: [fun, 0] as never }
  }

  const shown = () => [leaf, lower, upper]

  test.each(['verify_peer', 'verify_none'] as const)('is asked about each certificate with %s', verify => {
    const { events, verify_fun } = noting(() => false)
    expect(alert_for({ shown: shown(), verify, verify_fun })).toBe('none')
    expect(events).toEqual([
      ['upper 0', 'valid'],
      ['lower 1', 'valid'],
      ['leaf 2', 'valid_peer'],
    ])
  })

  test.each(['verify_peer', 'verify_none'] as const)('decides about what is wrong with %s', verify => {
    const lax = noting(([, reason]: any) => reason === 'unknown_ca')
    const asked = { shown: shown(), trusted: [], verify }
    expect(alert_for({ ...asked, verify_fun: lax.verify_fun })).toBe('none')
    expect(lax.events).toEqual([
      ['upper 0', ['bad_cert', 'unknown_ca']],
      ['lower 1', 'valid'],
      ['leaf 2', 'valid_peer'],
    ])
    const strict = noting(() => false)
    expect(alert_for({ ...asked, verify_fun: strict.verify_fun })).toBe('unknown_ca')
    expect(strict.events).toEqual([['upper 0', ['bad_cert', 'unknown_ca']]])
  })

  test('that overlooks one thing is still asked about the next', () => {
    const { events, verify_fun } = noting(([, reason]: any) => reason === 'cert_expired')
    expect(alert_for({ shown: [direct], at: valid_until + 5_000, hostname: 'example.com', verify_fun })).toBe(
      'handshake_failure',
    )
    expect(events.map(([, event]) => event)).toEqual([
      ['bad_cert', 'cert_expired'],
      ['bad_cert', 'hostname_check_failed'],
    ])
  })

  test('can overlook that a peer signed for itself', async () => {
    const self_signed = await make_self_signed()
    const { events, verify_fun } = noting(([, reason]: any) => reason === 'selfsigned_peer')
    expect(alert_for({ shown: [self_signed], verify_fun })).toBe('none')
    expect(events.map(([, event]) => event)).toEqual([['bad_cert', 'selfsigned_peer'], 'valid_peer'])
  })

  test.each<[string, unknown, string]>([
    ['a reason of its own', ['fail', 'too young'], 'handshake_failure'],
    ['a known reason', ['fail', 'cert_expired'], 'certificate_expired'],
    ['a revocation', ['fail', ['bad_cert', ['revoked', 'keyCompromise']]], 'certificate_revoked'],
    ['an undetermined status', ['fail', ['bad_cert', 'revocation_status_undetermined']], 'bad_certificate'],
    ['the name of something that all objects have', ['fail', 'constructor'], 'handshake_failure'],
    ['nonsense', 'nonsense', 'handshake_failure'],
    ['nothing', undefined, 'handshake_failure'],
  ])('that gives %s ends it', (_what, answer, alert) => {
    const verify_fun = [() => answer, []] as never
    expect(alert_for({ shown: [direct], verify_fun })).toBe(alert)
    expect(alert_for({ shown: [direct], verify: 'verify_none', verify_fun })).toBe(alert)
  })

  test('that fails ends it', () => {
    const fun = () => {
      throw new Error('no idea')
    }
    expect(alert_for({ shown: [direct], verify_fun: [fun, []] as never })).toBe('handshake_failure')
  })

  test('may take its time about any of its answers', async () => {
    const { events, verify_fun } = noting(([, reason]: any) => reason === 'cert_expired')
    const [fun, state] = verify_fun as [(...asked: readonly any[]) => unknown, unknown]
    const slow = [async (...asked: readonly any[]) => fun(...asked), state] as never
    const asked = { shown: shown(), at: valid_until + 5_000 }
    await expect(validate_later({ ...asked, verify_fun: slow })).resolves.toMatchObject({
      certificate: leaf.cert_der,
    })
    expect(events.filter(([, event]) => Array.isArray(event))).toEqual([
      ['upper 0', ['bad_cert', 'cert_expired']],
      ['lower 2', ['bad_cert', 'cert_expired']],
      ['leaf 4', ['bad_cert', 'cert_expired']],
    ])
    expect(events).toHaveLength(6)
  })

  test('that refuses later, whatever way, ends it', async () => {
    const alert = (answer: () => Promise<unknown>) =>
      validate_later({ shown: shown(), verify_fun: [answer, []] as never }).catch(error => error.description)
    expect(await alert(async () => ['fail', 'cert_expired'])).toBe('certificate_expired')
    expect(await alert(async () => 'nonsense')).toBe('handshake_failure')
    expect(await alert(() => Promise.reject(new Error('no idea')))).toBe('handshake_failure')
  })

  test('of verify_none overlooks everything, critical extensions too', async () => {
    const extension = { extnID: '1.2.3.4', extnValue: Buffer.of(5, 0), critical: true }
    const wrong = await make_leaf(other_root, { extensions: [extension], ext_key_usage: [id_kp_clientAuth] })
    const self_signed = await make_self_signed()
    for (const shown of [[wrong], [self_signed], [leaf, upper]]) {
      const asked = {
        shown,
        verify: 'verify_none',
        at: valid_until + 1_000,
        hostname: 'example.com',
      } as const
      expect(alert_for(asked)).toBe('none')
    }
  })
})
