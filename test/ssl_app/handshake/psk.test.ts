import { describe, expect, test } from '@jest/globals'
import {
  type HandshakeData,
  nothing_known,
  type UserSecret,
} from '../../../ssl_app/handshake/handshake_data.ts'
import { pre_shared_key, psk_premaster } from '../../../ssl_app/handshake/psk.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { config, environment } from '../../support/engine_pair.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const data = (role: Role, user_secret: UserSecret | undefined): HandshakeData => ({
  ...nothing_known(role, config(role), environment()),
  user_secret,
})

describe('psk_premaster has the form of RFC 4279 §2:', () => {
  test('both secrets, each with its length in front', () => {
    expect(psk_premaster(hex('aabbcc'), hex('0102'))).toEqual(hex('0003 aabbcc 0002 0102'))
  })

  test('zeros, as many as the key has bytes, where there is no other secret', () => {
    expect(psk_premaster(undefined, hex('010203'))).toEqual(hex('0003 000000 0003 010203'))
    expect(psk_premaster(undefined, hex(''))).toEqual(hex('0000 0000'))
  })

  test('lengths of two bytes', () => {
    const premaster = psk_premaster(new Uint8Array(256).fill(1), new Uint8Array(300).fill(2))
    expect(premaster).toHaveLength(560)
    expect([...premaster.subarray(0, 3), ...premaster.subarray(258, 261)]).toEqual([1, 0, 1, 1, 0x2c, 2])
  })

  test('and nothing is left of what it was made of', () => {
    const [other, key] = [hex('aabb'), hex('0102')]
    psk_premaster(other, key)
    expect([...other, ...key]).toEqual([0, 0, 0, 0])
  })
})

describe('pre_shared_key', () => {
  test('is what the user told', () => {
    expect(pre_shared_key(data('server', ['psk', hex('0102')]))).toEqual(hex('0102'))
    expect(pre_shared_key(data('client', ['psk', hex('')]))).toEqual(hex(''))
  })

  const srp_user = { group: 'srp_1024', salt: hex('00'), derived_key: hex('00') } as const
  const none: readonly (readonly [string, UserSecret | undefined])[] = [
    ['an error', 'error'],
    ['nothing', undefined],
    ['something for SRP', ['srp', srp_user]],
  ]

  test.each(none)('is chance to a server that was told %s', (_what, told) => {
    const [one, other] = [pre_shared_key(data('server', told)), pre_shared_key(data('server', told))]
    expect(one).toHaveLength(32)
    expect(one).not.toEqual(other)
  })

  test.each(none)('is what a client cannot do without, that was told %s', (_what, told) => {
    expect(thrown_alert(() => pre_shared_key(data('client', told)))).toBe('illegal_parameter')
  })
})
