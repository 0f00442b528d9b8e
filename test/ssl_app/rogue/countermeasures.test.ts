// What a peer may try to wear an engine out, or to get around a proof.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { max_handshake_size } from '../../../ssl_app/handshake/tls_handshake.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { type Everybody, make_everybody, scene_settings } from '../../support/everybody.ts'
import { scene } from '../../support/scenes.ts'
import { roles, type Settings, Walk } from '../../support/walks.ts'

let everybody: Everybody
beforeAll(async () => {
  everybody = await make_everybody()
})

function walk_to(role: Role, message: string, settings: Settings): Walk {
  const walk = new Walk(role, everybody, settings)
  while (walk.rogue.upcoming !== message) walk.steps(1)
  return walk
}

const plain = () => scene_settings(everybody, scene('dhe_rsa'))

describe.each(roles)('a %s in its handshake', role => {
  const first = role === 'client' ? 'server_hello' : 'client_hello'

  test('takes a hundred warnings', () => {
    const walk = walk_to(role, first, plain())
    const warning = () => walk.give(walk.rogue.alert({ level: 'warning', description: 'user_canceled' }))
    for (let count = 0; count < 100; count++) warning()
    expect(walk.refusal).toBeUndefined()
    expect(warning().refusal).toBe('unexpected_message')
  })

  test('puts together the largest message there may be of small fragments', () => {
    const walk = walk_to(role, first, plain())
    const type = role === 'client' ? 2 : 1
    const give = (size: number) => walk.give(walk.rogue.raw('handshake', new Uint8Array(size)))
    walk.give(walk.rogue.raw('handshake', Uint8Array.of(type, 4, 0, 0)))
    const parts = max_handshake_size / 8
    for (let count = 1; count < parts; count++) give(8)
    expect(walk.refusal).toBeUndefined()
    expect(give(8).refusal).toBeDefined()
  })

  test('does not change its keys before there are some', () => {
    const order = role === 'client' ? ['server_hello', 'certificate', 'server_hello_done'] : ['client_hello']
    for (const message of order) {
      const walk = walk_to(role, message, plain())
      expect(walk.give(walk.rogue.raw('change_cipher_spec', Uint8Array.of(1))).refusal).toBe(
        'unexpected_message',
      )
    }
  })
})

describe('a share of a server', () => {
  const share = (from: 'dhe_rsa' | 'dh_anon') => {
    const { rogue } = walk_to('client', 'server_key_exchange', scene_settings(everybody, scene(from)))
    return (rogue.plan[0]![1] as Uint8Array).slice(4)
  }

  test('without a signature is none where it has to be signed', () => {
    const walk = walk_to('client', 'server_key_exchange', plain())
    const bytes = walk.rogue.say(['server_key_exchange', share('dh_anon')])
    expect(walk.give(bytes).refusal).toBe('decode_error')
  })

  test('with a signature is none where it has not', () => {
    const walk = walk_to('client', 'server_key_exchange', scene_settings(everybody, scene('dh_anon')))
    const bytes = walk.rogue.say(['server_key_exchange', share('dhe_rsa')])
    expect(walk.give(bytes).refusal).toBe('decode_error')
  })
})

describe('a client that shows a certificate', () => {
  test('is refused where nobody has asked for one', () => {
    const walk = walk_to('server', 'client_key_exchange', plain())
    const bytes = walk.rogue.say(['certificate', { certificate_list: everybody.client.chain }])
    expect(walk.give(bytes).refusal).toBe('unexpected_message')
  })

  test('is refused when it goes on without a proof of its key', () => {
    const settings = scene_settings(everybody, scene('dhe_rsa', { client_certificate: 'shown' }))
    const walk = walk_to('server', 'certificate_verify', settings)
    walk.rogue.drop('certificate_verify')
    expect(walk.steps(1).refusal).toBe('unexpected_message')
  })
})
