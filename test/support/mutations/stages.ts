// Good handshakes, one message of which is to be meddled with.

import { fallback_scsv } from '../../../ssl_app/record/cipher_suites.ts'
import { is_at_least } from '../../../ssl_app/record/tls_version.ts'
import { path, shared_secrets } from '../engine_pair.ts'
import {
  type Everybody,
  every_suite,
  key_exchanges,
  make_everybody,
  scene_settings,
  suite_for,
  versions,
} from '../everybody.ts'
import { all_ways } from '../scenes.ts'
import { config_of, type Settings, sessions_of } from '../walks.ts'

export interface Stage {
  readonly name: string
  readonly settings: Settings
  /** There is a handshake before the one that counts, over the same connection. */
  readonly again: boolean
  /** The client's hello has the format of SSL 2.0. */
  readonly old_hello: boolean
}

export interface Theatre {
  readonly everybody: Everybody
  readonly stages: readonly Stage[]
}

type Made = Partial<Stage> & Pick<Stage, 'name' | 'settings'>

/** All key exchanges, versions and ways to protect records; sessions, client certificates, new handshakes. */
export async function open_theatre(): Promise<Theatre> {
  const everybody = await make_everybody()
  const stages: Made[] = [
    ...key_exchange_stages(everybody),
    ...cipher_stages(everybody),
    ...certificate_stages(everybody),
    ...all_ways.map(way => ({
      name: way.name,
      settings: way.settings(everybody),
      again: way.again === true,
    })),
  ]
  const whole = (made: Made): Stage => ({ again: false, old_hello: false, ...made })
  // There is most to be changed where both sides can do most.
  const broad = broad_stages(everybody).map(whole)
  return { everybody, stages: [...stages.map(whole), ...broad, ...broad, ...broad] }
}

/** What one side is set to on a stage. */
export const stage_config = (role: 'client' | 'server', { settings }: Stage, { everybody }: Theatre) =>
  config_of(role, everybody, settings)

const key_exchange_stages = (everybody: Everybody): Made[] =>
  versions.flatMap(version =>
    key_exchanges.flatMap(name => {
      const suite = suite_for(name, version)
      if (suite === undefined) return []
      return [{ name: `${name} in ${version}`, settings: scene_settings(everybody, { version, suite }) }]
    }),
  )

/** Each cipher with each hash, in the oldest version that has it and in the newest. */
function cipher_stages(everybody: Everybody): Made[] {
  const suites = new Map(
    every_suite.map(suite => [`${suite.cipher} ${suite.mac} ${suite.draft === true}`, suite]),
  )
  return [...suites].flatMap(([name, suite]) =>
    [suite.since, 'tlsv1.2' as const].map(version => ({
      name: `${name} in ${version}`,
      settings: scene_settings(everybody, { version, suite }),
    })),
  )
}

const certificate_stages = (everybody: Everybody): Made[] =>
  versions.flatMap(version =>
    (['shown', 'none'] as const).flatMap(client_certificate =>
      (['dhe_rsa', 'dhe_dss'] as const).map(name => ({
        name: `a client certificate ${client_certificate} to ${name} in ${version}`,
        settings: scene_settings(everybody, {
          version,
          suite: suite_for(name, version)!,
          client_certificate,
        }),
      })),
    ),
  )

/** Both sides can do all there is, and so could be brought to do less. */
function broad_stages(everybody: Everybody): Made[] {
  const broad = broad_settings(everybody)
  const with_psk = secret_settings(everybody, 'psk')
  const with_srp = secret_settings(everybody, 'srp')
  const named = (name: string, settings: Settings): Made => ({ name: `everything, ${name}`, settings })
  const plain = changed(broad, { server: { path: path('server'), fail_if_no_peer_cert: false } })
  const tickets = changed(broad, { client: { session_tickets: true }, server: { session_tickets: true } })
  const small = changed(plain, { client: { max_fragment_length: 512 } })
  const limited = changed(plain, { client: { record_size_limit: 200 }, server: { record_size_limit: 100 } })
  const npn = changed(plain, {
    client: {
      alpn: undefined,
      next_protocol_selector: { precedence: 'client', protocols: ['spdy/2', 'h2'], otherwise: 'h2' },
    },
    server: { alpn: undefined, next_protocols_advertised: ['http/1.1', 'spdy/2', 'h2'] },
  })
  const fallback = changed(plain, {
    client: { fallback: true, versions: ['tlsv1.1', 'tlsv1'] },
    server: { versions: ['tlsv1.1', 'tlsv1', 'sslv3'] },
  })
  return [
    named('nobody in particular', plain),
    named('a client certificate', broad),
    { ...named('once more', plain), again: true },
    { ...named('a client certificate, once more', broad), again: true },
    named('a resumed session', sessions_of(everybody, broad)),
    named('a session of a client without a certificate', sessions_of(everybody, plain)),
    named('a ticket', tickets),
    { ...named('a ticket, once more', tickets), again: true },
    named('a session from a ticket', sessions_of(everybody, tickets)),
    named('small records', small),
    named('a resumed session with small records', sessions_of(everybody, small)),
    named('limited records', limited),
    named('NPN', npn),
    named(`a fallback (${fallback_scsv})`, fallback),
    { ...named('from an old hello', plain), old_hello: true },
    { ...named('from an old hello to a certificate', broad), old_hello: true },
    named('a shared key', with_psk),
    named('a password', with_srp),
    named('a session with a password', sessions_of(everybody, with_srp)),
  ]
}

function broad_settings(everybody: Everybody): Settings {
  const both = {
    versions,
    ciphers: every_suite.filter(({ group }) => group === 'default' || group === 'rc4' || group === 'des'),
    trusted: everybody.trusted,
    groups: ['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'x448', 'brainpoolP256r1'] as const,
  }
  return {
    client: {
      ...both,
      identities: [everybody.client],
      alpn: ['h2', 'http/1.1', 'spdy/2'],
      server_name: 'localhost',
    },
    server: {
      ...both,
      identities: [everybody.identities.rsa],
      alpn: ['http/1.1', 'spdy/2'],
      path: path('server', { verify: 'verify_peer' }),
      fail_if_no_peer_cert: true,
    },
  }
}

function secret_settings(everybody: Everybody, group: 'psk' | 'srp'): Settings {
  const { user, password, psk_identity } = shared_secrets
  const ciphers = every_suite.filter(suite => suite.group === group && is_at_least('tlsv1.2', suite.since))
  const both = { versions, ciphers, has_user_lookup: true, trusted: everybody.trusted }
  return {
    client: { ...both, psk_identity, srp_identity: group === 'srp' ? { user, password } : undefined },
    server: { ...both, psk_identity, identities: [everybody.identities.rsa] },
  }
}

const changed = (settings: Settings, { client, server }: Settings): Settings => ({
  ...settings,
  client: { ...settings.client, ...client },
  server: { ...settings.server, ...server },
})
