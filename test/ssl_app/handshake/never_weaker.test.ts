// What a connection or a session once had, it has from then on.

import { describe, expect, test } from '@jest/globals'
import type { ClientHello } from '../../../ssl_app/handshake/hello.ts'
import { make_everybody, scene_settings } from '../../support/everybody.ts'
import { scene } from '../../support/scenes.ts'
import { sessions_of, Walk } from '../../support/walks.ts'

const everybody = await make_everybody()
const settings = scene_settings(everybody, scene('ecdhe_rsa'))

const without =
  (left_out: string) =>
  ({ extensions = [], ...hello }: ClientHello): ClientHello => ({
    ...hello,
    extensions: extensions.filter(([name]) => name !== left_out),
  })

describe.each(['encrypt_then_mac', 'extended_master_secret'] as const)(
  'a server refuses to give up %s',
  name => {
    test('in a renegotiation', () => {
      const walk = new Walk('server', everybody, settings, { again: true })
      walk.rogue.replace('client_hello', without(name))
      expect(walk.finish().refusal).toBe('handshake_failure')
    })

    test('where a session goes on', () => {
      const walk = new Walk('server', everybody, sessions_of(everybody, settings))
      walk.rogue.replace('client_hello', without(name))
      expect(walk.finish().refusal).toBe('handshake_failure')
    })

    test('but not what a first handshake does not have', () => {
      const walk = new Walk('server', everybody, settings)
      walk.rogue.replace('client_hello', without(name))
      expect(walk.finish().refusal).toBeUndefined()
      expect(walk.victim.connected).toBe(true)
    })
  },
)

describe.each(['encrypt_then_mac', 'extended_master_secret'] as const)(
  'a client refuses to give up %s',
  name => {
    const bare = (walk: Walk) =>
      walk.rogue.replace('server_hello', hello => ({
        ...hello,
        extensions: hello.extensions!.filter(([its]) => its !== name),
      }))

    test('in a renegotiation', () => {
      const walk = new Walk('client', everybody, settings, { again: true })
      bare(walk)
      expect(walk.finish().refusal).toBe('handshake_failure')
    })

    test('where a session goes on', () => {
      const walk = new Walk('client', everybody, sessions_of(everybody, settings))
      bare(walk)
      expect(walk.finish().refusal).toBe('handshake_failure')
    })
  },
)
