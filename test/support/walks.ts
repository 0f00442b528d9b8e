// Ways through a handshake: an engine on one side, and on the other a peer that can leave the way at any step.

import { expect } from '@jest/globals'
import { private_key_from_pkcs8 } from '../../apps/crypto/crypto.ts'
import { decode_certificate } from '../../apps/public_key/otp_certificate.ts'
import type { KeyAlgorithm } from '../../apps/public_key/x509.ts'
import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import {
  accepts,
  type ChartState,
  chart_table,
  next_state,
  outer_state,
} from '../../ssl_app/handshake/chart_table.ts'
import { client_chart } from '../../ssl_app/handshake/client_chart.ts'
import type { Effect } from '../../ssl_app/handshake/effects.ts'
import { facts } from '../../ssl_app/handshake/facts.ts'
import type { Environment, HandshakeConfig, OwnIdentity } from '../../ssl_app/handshake/handshake_data.ts'
import { server_chart } from '../../ssl_app/handshake/server_chart.ts'
import { TlsEngine } from '../../ssl_app/handshake/tls_engine.ts'
import type { AlertDescription } from '../../ssl_app/record/ssl_alert.ts'
import type { Role } from '../../ssl_app/record/tls_v1.ts'
import type { Session } from '../../ssl_app/session/ssl_session.ts'
import { make_ca, make_leaf, type TestCertificate } from './certificates.ts'
import { chart_messages } from './charts.ts'
import { config, converse, environment, path, serve, those } from './engine_pair.ts'
import { RoguePeer } from './rogue_peer.ts'

/** Who there is in the tests. */
export interface World {
  readonly ca: TestCertificate
  readonly trusted: TrustStore
  /** Certified by `ca`. */
  readonly server: OwnIdentity
  /** Certified by `ca`. */
  readonly client: OwnIdentity
}

export async function make_world(algorithm: KeyAlgorithm = 'secp256r1'): Promise<World> {
  const ca = await make_ca()
  const [server, client] = await Promise.all([make_leaf(ca, { algorithm }), make_leaf(ca, { algorithm })])
  return {
    ca,
    trusted: new TrustStore([ca.cert_der]),
    server: own_identity(server, algorithm),
    client: own_identity(client, algorithm),
  }
}

export function own_identity(leaf: TestCertificate, algorithm: KeyAlgorithm): OwnIdentity {
  const key = private_key_from_pkcs8(leaf.key_pkcs8_der)!
  return {
    chain: [leaf.cert_der],
    key,
    traits: { key: algorithm === 'rsa' ? 'rsa' : 'ec', signed_with: 'ecdsa' },
    issuers: [decode_certificate(leaf.cert_der).tbsCertificate.issuer.der],
  }
}

/** What both sides are set to. */
export interface Settings {
  readonly client?: Partial<HandshakeConfig>
  readonly server?: Partial<HandshakeConfig>
  /** The session that the client offers. */
  readonly offered?: Session | undefined
  /** The sessions that the server has. */
  readonly kept?: readonly Session[]
  /** What is different in the world of each. */
  readonly worlds?: Partial<Record<Role, Partial<Environment>>>
}

/** A way through the charts. */
export interface Way<Who extends World = World> {
  readonly name: string
  settings(world: Who): Settings
  /** There was a handshake before, over the same connection. */
  readonly again?: true
  /** What a server does to its first flight that no server here would do by itself. */
  meddle?(server: RoguePeer): void
}

const groups: HandshakeConfig['groups'] = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1']

const asking = ({ trusted }: World): Partial<HandshakeConfig> => ({
  path: path('server', { verify: 'verify_peer' }),
  trusted,
})

const nothing_special = () => ({})

/** The ways of suites with a signed share. */
export const ways: readonly Way[] = [
  { name: 'a full handshake', settings: nothing_special },
  {
    name: 'a handshake with a client certificate',
    settings: world => ({ client: { identities: [world.client] }, server: asking(world) }),
  },
  {
    name: 'a handshake with an empty client certificate',
    settings: world => ({ server: asking(world) }),
  },
  { name: 'a resumed session', settings: sessions_of },
  { name: 'a renegotiation', settings: nothing_special, again: true },
]

/** What both sides keep of a handshake. */
export function sessions_of(world: World, settings: Settings = {}): Settings {
  const outcome = converse(engine('client', world, settings), engine('server', world, settings))
  const [client, server] = [outcome.client_effects, outcome.server_effects].map(
    effects => those(effects, 'connected')[0]?.[1],
  )
  return { ...settings, offered: client, kept: server ? [server] : [] }
}

export function config_of(role: Role, world: World, settings: Settings = {}): HandshakeConfig {
  return role === 'client'
    ? config('client', { groups, trusted: world.trusted, ...settings.client })
    : config('server', { groups, identities: [world.server], ...settings.server })
}

export const engine = (role: Role, world: World, settings: Settings = {}): TlsEngine =>
  new TlsEngine(role, config_of(role, world, settings), world_of(role, settings))

const world_of = (role: Role, { kept, worlds }: Settings): Environment => environment(kept, worlds?.[role])

export const roles: readonly Role[] = ['client', 'server']

const tables = { client: chart_table(client_chart), server: chart_table(server_chart) }

/** A state on the way, what may come in it, and which of that an honest peer sends. */
export interface Step {
  readonly state: ChartState
  readonly legal: readonly string[]
  /** Undefined: it has nothing more to say. */
  readonly message: string | undefined
}

/** The beginning of a way. */
export const walk_on = <Who extends World>(role: Role, way: Way<Who>, world: Who): Walk =>
  new Walk(role, world, way.settings(world), way)

/** Goes all of the way, and expects the engine to be at each step in the state that the chart leads to. */
export function walk_to_the_end<Who extends World>(
  role: Role,
  way: Way<Who>,
  world: Who,
): { readonly walk: Walk; readonly path: readonly Step[] } {
  const walk = walk_on(role, way, world)
  const table = tables[role]
  const known = () => facts(walk.victim.data)
  const path: Step[] = []
  for (let state = table.initial; ; ) {
    const message = walk.rogue.upcoming
    const legal = chart_messages.filter(name => accepts(table, state, name, known()))
    path.push({ state, legal, message })
    if (message === undefined) break
    expect(legal).toContain(message)
    walk.steps(1)
    state = next_state(table, state, message, known())
    expect({ message, name: walk.victim.state_name }).toEqual({ message, name: outer_state(table, state) })
  }
  expect(path.at(-1)!.state).toBe('connection')
  return { walk, path }
}

/** An engine and its peer in the middle of their handshake. */
export class Walk {
  readonly victim: TlsEngine
  readonly rogue: RoguePeer
  /** All that the engine gave its owner to do. */
  readonly effects: Effect[] = []

  constructor(
    role: Role,
    world: World,
    settings: Settings = {},
    { again, meddle }: Pick<Way, 'again' | 'meddle'> = {},
  ) {
    const other = role === 'client' ? 'server' : 'client'
    this.victim = engine(role, world, settings)
    this.rogue = new RoguePeer(other, config_of(other, world, settings), world_of(other, settings))
    if (role === 'client') this.#tell(this.victim.start(settings.offered))
    else this.rogue.start(settings.offered)
    if (role === 'client') meddle?.(this.rogue)
    if (again) this.finish().#begin_again()
  }

  #begin_again(): void {
    if (this.victim.role === 'client') this.#tell(this.victim.renegotiate())
    else this.rogue.begin_again()
  }

  /** Gives bytes to the engine, and what it answers to its peer. */
  give(bytes: Uint8Array): this {
    this.#tell(this.victim.role === 'server' ? serve(this.victim, bytes) : this.victim.receive(bytes))
    return this
  }

  /** Lets the peer take so many steps of its plan. */
  steps(count: number): this {
    for (let step = 0; step < count; step++) this.give(this.rogue.next())
    return this
  }

  /** Lets the peer do as it plans, to the end of its flight. */
  flight(): this {
    return this.give(this.rogue.all())
  }

  /** Lets the peer do as it plans, until nobody has anything more to say. */
  finish(): this {
    while (this.rogue.plan.length > 0) this.flight()
    return this
  }

  /** How the engine refused what it was given; undefined if it did not. */
  get refusal(): AlertDescription | undefined {
    return those(this.effects, 'own_alert')[0]?.[1].description
  }

  #tell(effects: readonly Effect[]): void {
    this.effects.push(...effects)
    this.rogue.hear(those(effects, 'transmit').flatMap(([, pieces]) => pieces))
  }
}
