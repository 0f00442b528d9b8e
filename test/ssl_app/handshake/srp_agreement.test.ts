import { describe, expect, test } from '@jest/globals'
import { type SrpGroupName, srp_groups, srp_user_key } from '../../../apps/crypto/crypto.ts'
import { type HandshakeData, nothing_known, type SrpUser } from '../../../ssl_app/handshake/handshake_data.ts'
import type { ServerParams } from '../../../ssl_app/handshake/key_exchange.ts'
import { srp } from '../../../ssl_app/handshake/srp_agreement.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { config, environment, shared_secrets } from '../../support/engine_pair.ts'
import { hex } from '../../support/hex.ts'
import { bytes_of, number_of } from '../../support/rfc_formulas.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const { user, password, salt } = shared_secrets

const client = (changes: Partial<HandshakeData> = {}, secret: Uint8Array = password): HandshakeData => ({
  ...nothing_known('client', config('client', { srp_identity: { user, password: secret } }), environment()),
  ...changes,
})

const server = (user_secret: HandshakeData['user_secret'], identity: Uint8Array = user): HandshakeData => ({
  ...nothing_known('server', config('server'), environment()),
  user_secret,
  identity,
})

const known = (group: SrpGroupName): readonly ['srp', SrpUser] => [
  'srp',
  { group, salt, derived_key: srp_user_key(salt, user, password) },
]

const params_of = ([tag, params]: ServerParams) => {
  if (tag !== 'srp') throw new Error(`a share of ${tag}`)
  return params
}

with_each_provider(() => {
  const small = Object.keys(srp_groups).slice(0, 3) as SrpGroupName[]

  test.each(small)('both sides come to one secret in %s', group => {
    const [own_share, peer_share] = srp.offer!(server(known(group)))
    expect(thrown_alert(() => srp.check!(client(), peer_share))).toBe('none')
    const { share, secret } = srp.answer(client({ peer_share }))
    expect([...srp.agree({ ...server(known(group)), own_share }, share)]).toEqual([...secret])
  })

  test('with a wrong password they do not', () => {
    const [own_share, peer_share] = srp.offer!(server(known('srp_1024')))
    const { share, secret } = srp.answer(client({ peer_share }, Buffer.from('password124')))
    expect([...srp.agree({ ...server('error'), own_share }, share)]).not.toEqual([...secret])
  })

  test.each([0n, 1n, 2n])('neither side takes a multiple of the modulus: %i', factor => {
    const value = bytes_of(factor * number_of(srp_groups.srp_1024.p))
    const [own_share, peer_share] = srp.offer!(server(known('srp_1024')))
    const wrong: ServerParams = ['srp', { ...params_of(peer_share), public: value }]
    expect(thrown_alert(() => srp.answer(client({ peer_share: wrong })))).toBe('illegal_parameter')
    expect(thrown_alert(() => srp.agree({ ...server('error'), own_share }, value))).toBe('illegal_parameter')
  })
})

describe('a client refuses', () => {
  test.each([
    ['a modulus of its own making', { n: srp_groups.srp_1024.p.map(byte => byte ^ 2), g: hex('02') }],
    ['a generator of another group', { n: srp_groups.srp_1024.p, g: hex('05') }],
    ['a group for Diffie-Hellman', { n: hex('ff'), g: hex('02') }],
  ])('%s', (_what, { n, g }) => {
    const params: ServerParams = ['srp', { n, g, salt, public: hex('02') }]
    expect(thrown_alert(() => srp.check!(client(), params))).toBe('illegal_parameter')
  })

  test('what it has no password for', () => {
    const { p: n, g } = srp_groups.srp_1024
    const data = { ...client(), config: config('client') }
    const peer_share: ServerParams = ['srp', { n, g, salt, public: hex('02') }]
    expect(thrown_alert(() => srp.answer({ ...data, peer_share }))).toBe('illegal_parameter')
  })
})

describe('a user that there is not', () => {
  const told = (identity: string, environments = environment()) => {
    const data = { ...server('error', Buffer.from(identity)), environment: environments }
    return params_of(srp.offer!(data)[1])
  }

  test('has always the same salt, as if it were known', () => {
    expect(told('nobody').salt).toEqual(told('nobody').salt)
    expect(told('nobody').salt).not.toEqual(told('somebody else').salt)
    expect(told('nobody').salt).toHaveLength(16)
    expect(told('nobody').n).toEqual(srp_groups.srp_2048.p)
  })

  test('has the group of those that there are, and a salt as long', () => {
    const known_users = { group: 'srp_1536', salt_size: 77 } as const
    const like_others = told('nobody', environment([], { known_users }))
    expect(like_others.n).toEqual(srp_groups.srp_1536.p)
    expect(like_others.salt).toHaveLength(77)
    expect(new Set(like_others.salt).size).toBeGreaterThan(40)
    expect(like_others.salt.subarray(0, 16)).toEqual(told('nobody').salt)
  })

  test('has another one on another server', () => {
    const other = environment([], { unknown_users_seed: new Uint8Array(32).fill(7) })
    expect(told('nobody', other).salt).not.toEqual(told('nobody').salt)
  })

  test('has a fresh public value each time, like a known one', () => {
    expect(told('nobody').public).not.toEqual(told('nobody').public)
  })

  test('has the same salt whatever kind of secret the user told of', () => {
    const confused = params_of(srp.offer!(server(['psk', hex('00')], Buffer.from('nobody')))[1])
    expect(confused.salt).toEqual(told('nobody').salt)
  })
})
