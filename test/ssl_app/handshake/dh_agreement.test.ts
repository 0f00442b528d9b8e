import { describe, expect, test } from '@jest/globals'
import { type DhGroup, dh_generate_key, dh_group } from '../../../apps/crypto/crypto.ts'
import { dhe } from '../../../ssl_app/handshake/dh_agreement.ts'
import { type HandshakeData, nothing_known } from '../../../ssl_app/handshake/handshake_data.ts'
import type { ServerParams } from '../../../ssl_app/handshake/key_exchange.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { config, environment } from '../../support/engine_pair.ts'
import { hex } from '../../support/hex.ts'
import { bytes_of, number_of } from '../../support/rfc_formulas.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const group = dh_group('modp1024')
const p = number_of(group.p)

const data = (changes: Partial<HandshakeData> = {}): HandshakeData => ({
  ...nothing_known('client', config('client', { dh: group }), environment()),
  ...changes,
})

const params = (value: Uint8Array, of: DhGroup = group): ServerParams => ['dh', { ...of, public: value }]

/** A number of so many bits, odd. */
const odd_number = (bits: number): Uint8Array => bytes_of((1n << BigInt(bits - 1)) + 1n)

with_each_provider(() => {
  test('both sides come to one secret', () => {
    const [own_share, told] = dhe.offer!(data())
    const { share, secret } = dhe.answer(data({ peer_share: told }))
    const agreed = dhe.agree(data({ own_share }), share)
    expect(Buffer.from(agreed)).toEqual(Buffer.from(secret))
    expect(secret.some(byte => byte !== 0)).toBe(true)
    expect(thrown_alert(() => dhe.check!(data(), told))).toBe('none')
  })

  test('zeros in front of what a server tells make no difference', () => {
    const [own_share, [, told]] = dhe.offer!(data()) as unknown as [
      HandshakeData['own_share'],
      ['dh', { p: Uint8Array; g: Uint8Array; public: Uint8Array }],
    ]
    const longer = (number: Uint8Array) => Uint8Array.of(0, 0, ...number)
    const peer_share: ServerParams = [
      'dh',
      { p: longer(told.p), g: longer(told.g), public: longer(told.public) },
    ]
    expect(thrown_alert(() => dhe.check!(data(), peer_share))).toBe('none')
    const { share, secret } = dhe.answer(data({ peer_share }))
    expect(Buffer.from(dhe.agree(data({ own_share }), share))).toEqual(Buffer.from(secret))
  })

  test.each<[string, bigint]>([
    ['0', 0n],
    ['1', 1n],
    ['p - 1', p - 1n],
    ['p', p],
    ['p + 1', p + 1n],
    ['above p', p * 256n + 2n],
  ])('neither side takes the public value %s', (_what, value) => {
    const bytes = bytes_of(value)
    expect(thrown_alert(() => dhe.answer(data({ peer_share: params(bytes) })))).toBe('illegal_parameter')
    const [own_share] = dhe.offer!(data())
    expect(thrown_alert(() => dhe.agree(data({ own_share }), bytes))).toBe('illegal_parameter')
  })

  test('both take 2 and p - 2', () => {
    for (const value of [2n, p - 2n]) {
      const peer_share = params(bytes_of(value))
      expect(thrown_alert(() => dhe.answer(data({ peer_share })))).toBe('none')
    }
  })
})

describe('a client refuses a group', () => {
  const check = (of: DhGroup) => thrown_alert(() => dhe.check!(data(), params(hex('02'), of)))

  test.each([512, 768, 1023])('of %i bits', bits => {
    expect(check({ p: odd_number(bits), g: hex('02') })).toBe('insufficient_security')
  })

  test('that keeps it busy', () => {
    expect(check({ p: odd_number(8193), g: hex('02') })).toBe('illegal_parameter')
    expect(check({ p: odd_number(8192), g: hex('02') })).toBe('none')
  })

  test.each([
    ['an even prime', { p: bytes_of(1n << 1024n), g: hex('02') }],
    ['a generator 0', { p: group.p, g: hex('00') }],
    ['a generator 1', { p: group.p, g: hex('01') }],
    ['a generator p - 1', { p: group.p, g: bytes_of(p - 1n) }],
    ['a generator above', { p: group.p, g: bytes_of(p + 2n) }],
  ])('with %s', (_what, of) => {
    expect(check(of)).toBe('illegal_parameter')
  })

  test('by its size, not by the zeros in front of it', () => {
    expect(check({ p: Uint8Array.of(...new Uint8Array(200), ...odd_number(512)), g: hex('02') })).toBe(
      'insufficient_security',
    )
  })
})

describe('the secret', () => {
  const pair = dh_generate_key(group)!
  const with_secret = (secret: Uint8Array): HandshakeData => {
    const private_key = { group, compute: () => secret }
    return data({ own_share: ['dh', group, { ...pair, private_key }] })
  }

  test('has no zeros in front: RFC 5246 §8.1.2', () => {
    expect(dhe.agree(with_secret(hex('0000120034')), hex('02'))).toEqual(hex('120034'))
  })

  test('is a copy, whatever kind of bytes it is made of', () => {
    for (const raw of [Buffer.from('0012', 'hex'), hex('0012')]) {
      expect([...dhe.agree(with_secret(raw), hex('02'))]).toEqual([0x12])
      expect([...raw]).toEqual([0, 0])
    }
  })
})

test('a server without keys in its group gives up', () => {
  const world = environment([], { dh_generate_key: () => undefined })
  expect(thrown_alert(() => dhe.offer!(data({ environment: world })))).toBe('illegal_parameter')
})
