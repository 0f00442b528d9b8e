// Who asks for a user or an identity that there is not is to learn no more than who has the wrong password or key.

import { describe, expect, test } from '@jest/globals'
import {
  type SrpGroupName,
  type SrpKey,
  srp_groups,
  srp_server_key,
  srp_user_key,
} from '../../../apps/crypto/crypto.ts'
import type { Effect } from '../../../ssl_app/handshake/effects.ts'
import type { HandshakeConfig } from '../../../ssl_app/handshake/handshake_data.ts'
import type { KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { shared_secrets, those } from '../../support/engine_pair.ts'
import { make_everybody, scene_settings } from '../../support/everybody.ts'
import { meet } from '../../support/plays.ts'
import { scene } from '../../support/scenes.ts'
import type { Settings } from '../../support/walks.ts'
import { records_of } from '../../support/wire_view.ts'

const everybody = await make_everybody()
const { user, salt, password, psk } = shared_secrets

/** What a client can see: kinds and sizes of records, in order, and what is in the alerts. */
function seen(effects: readonly Effect[]): string[] {
  const bytes = Buffer.concat(those(effects, 'transmit').flatMap(([, pieces]) => pieces))
  return records_of(bytes).map(({ type, version, fragment }) => {
    const content = type === 21 ? fragment.toString('hex') : fragment.length
    return `${type} ${version} ${content}`
  })
}

/** A handshake that fails. */
function failure(settings: Settings) {
  const { client, server, client_effects, server_effects } = meet(everybody, settings)
  expect([client.connected, server.connected]).toEqual([false, false])
  const [, alert] = those(server_effects, 'own_alert')[0]!
  return {
    alert: alert.description,
    state: server.state_name,
    of_client: seen(client_effects).length,
    of_server: seen(server_effects),
  }
}

/** One public value in 256 begins with a zero, which is left out. */
function full_size_key(group: SrpGroupName, derived_key: Uint8Array): SrpKey {
  const key = srp_server_key(group, derived_key)
  return key.public_key.length === srp_groups[group].p.length ? key : full_size_key(group, derived_key)
}

const as = (
  key_exchange: KeyExchange,
  version: ProtocolVersion,
  client: Partial<HandshakeConfig>,
): Settings => {
  // Signatures of one size, and the group and size of salt that are told of those who are not known.
  const settings = scene_settings(everybody, scene(key_exchange, {}, version))
  const own_salt = Buffer.concat([salt, salt]).subarray(0, 16)
  const known = {
    group: 'srp_2048',
    salt: own_salt,
    derived_key: srp_user_key(own_salt, user, password),
  } as const
  expect(srp_groups.srp_2048.p).toHaveLength(256)
  return {
    client: { ...settings.client, ...client },
    server: settings.server!,
    worlds: {
      server: {
        srp_server_key: full_size_key,
        user_secret: ([kind, who]) => {
          if (kind === 'psk') {
            return Buffer.compare(who!, shared_secrets.psk_identity) === 0
              ? ['psk', new Uint8Array(psk)]
              : 'error'
          }
          if (Buffer.compare(who, user) !== 0) return 'error'
          return ['srp', { ...known, derived_key: new Uint8Array(known.derived_key) }]
        },
      },
      client: { user_secret: () => ['psk', Buffer.from('a secret of nobody at all')] },
    },
  }
}

const versions: readonly ProtocolVersion[] = ['tlsv1', 'tlsv1.1', 'tlsv1.2']

describe.each(versions)('in %s', version => {
  test.each(['srp_anon', 'srp_rsa'] as const)(
    'an unknown user of %s looks like a wrong password',
    key_exchange => {
      const wrong = { user, password: Buffer.from('wrong') }
      const unknown = { user: Buffer.from('aliec'), password }
      const one = failure(as(key_exchange, version, { srp_identity: wrong }))
      const other = failure(as(key_exchange, version, { srp_identity: unknown }))
      expect(other).toEqual(one)
      expect(one.alert).toBe('bad_record_mac')
    },
  )

  test.each(['psk', 'dhe_psk', 'rsa_psk'] as const)(
    'an unknown identity of %s looks like a wrong key',
    name => {
      const one = failure(as(name, version, { psk_identity: shared_secrets.psk_identity }))
      const other = failure(as(name, version, { psk_identity: Buffer.from('somebodi') }))
      expect(other).toEqual(one)
      expect(one.alert).toBe('bad_record_mac')
    },
  )
})

test('and with the right ones it would have been a connection', () => {
  const right = as('srp_rsa', 'tlsv1.2', { srp_identity: { user, password } })
  expect(meet(everybody, right).server.connected).toBe(true)
  const key = as('psk', 'tlsv1.2', { psk_identity: shared_secrets.psk_identity })
  const knowing = {
    ...key,
    worlds: { ...key.worlds, client: { user_secret: () => ['psk', new Uint8Array(psk)] as const } },
  }
  expect(meet(everybody, knowing).server.connected).toBe(true)
})
