// Ways through the charts that depend on more than two engines with their defaults.

import type { KeyExchange } from '../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../ssl_app/record/tls_version.ts'
import { path } from './engine_pair.ts'
import { type Everybody, key_exchanges, type Scene, scene_settings, suite_for } from './everybody.ts'
import { sessions_of, type Way, ways } from './walks.ts'

/** What is left of a scene when suite and version are told otherwise. */
type Rest = Omit<Scene, 'suite' | 'version'>

export const scene = (
  key_exchange: KeyExchange,
  rest: Rest = {},
  version: ProtocolVersion = 'tlsv1.2',
): Scene => ({ version, suite: suite_for(key_exchange, version)!, ...rest })

const way = (name: string, played: Scene): Way<Everybody> => ({
  name,
  settings: everybody => scene_settings(everybody, played),
})

const resumed = (name: string, played: Scene): Way<Everybody> => ({
  name,
  settings: everybody => sessions_of(everybody, scene_settings(everybody, played)),
})

const again = (given: Way<Everybody>): Way<Everybody> => ({
  ...given,
  name: `${given.name}, once more`,
  again: true,
})

/** The server promises an answer of its OCSP responder; nobody cares what it says. */
const stapled = (name: string, played: Scene, comes: boolean): Way<Everybody> => ({
  name,
  settings(everybody) {
    const { client, server } = scene_settings(everybody, played)
    const asking = { stapling: { nonce: true }, path: path('client', { verify: 'verify_none' }) }
    return { client: { ...client, ...asking }, server: server! }
  },
  meddle(server) {
    server.replace('server_hello', hello => {
      return { ...hello, extensions: [...(hello.extensions ?? []), ['status_request', true]] }
    })
    if (comes) server.insert_behind('certificate', ['certificate_status', Uint8Array.of(0x30, 0)])
  },
})

const ticket = way('a promised ticket', scene('ecdhe_ecdsa', { ticket: true }))
const asked_in_vain = way('no_certificate', scene('rsa', { client_certificate: 'none' }, 'sslv3'))

/** Together with those of walks.ts they pass through each state of the charts, by each of its branches. */
export const special_ways: readonly Way<Everybody>[] = [
  ...key_exchanges.map(name => way(name, scene(name))),
  way('psk with a hint', scene('psk', { hint: true })),
  way('rsa_psk with a hint', scene('rsa_psk', { hint: true })),
  way('rsa_psk with a client certificate', scene('rsa_psk', { client_certificate: 'shown' })),
  way('rsa_psk with a hint and an empty one', scene('rsa_psk', { hint: true, client_certificate: 'none' })),
  way('rsa with a client certificate', scene('rsa', { client_certificate: 'shown' })),
  way('rsa with an empty one', scene('rsa', { client_certificate: 'none' })),
  way('SSL 3.0', scene('dhe_rsa', {}, 'sslv3')),
  way('SSL 3.0 with a client certificate', scene('dhe_dss', { client_certificate: 'shown' }, 'sslv3')),
  asked_in_vain,
  again(asked_in_vain),
  way('TLS 1.0', scene('ecdhe_rsa', { client_certificate: 'shown' }, 'tlsv1')),
  way('TLS 1.1', scene('srp_dss', { client_certificate: 'none' }, 'tlsv1.1')),
  ticket,
  again(ticket),
  resumed('a session from a ticket', scene('ecdhe_ecdsa', { ticket: true })),
  stapled('an OCSP response', scene('ecdhe_rsa'), true),
  stapled('an OCSP response that does not come', scene('ecdhe_rsa'), false),
  stapled('one that does not come before a question', scene('rsa', { client_certificate: 'shown' }), false),
  stapled('one that does not come before the end', scene('rsa'), false),
  way('NPN', scene('rsa', { next_protocol: true })),
  way('NPN and a ticket', scene('psk', { next_protocol: true, ticket: true })),
  way('NPN and a client certificate', scene('rsa', { next_protocol: true, client_certificate: 'shown' })),
  resumed('a resumed session with NPN', scene('dhe_rsa', { next_protocol: true })),
  resumed('a session from a ticket with NPN', scene('srp_anon', { next_protocol: true, ticket: true })),
]

export const all_ways: readonly Way<Everybody>[] = [...ways, ...special_ways]
