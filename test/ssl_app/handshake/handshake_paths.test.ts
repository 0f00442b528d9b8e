import { beforeAll, describe, expect, test } from '@jest/globals'
import type { KeyAlgorithm } from '../../../apps/public_key/x509.ts'
import {
  accepts,
  type ChartState,
  chart_table,
  next_state,
  outer_state,
} from '../../../ssl_app/handshake/chart_table.ts'
import { client_chart } from '../../../ssl_app/handshake/client_chart.ts'
import { server_chart } from '../../../ssl_app/handshake/server_chart.ts'
import type { Handshake } from '../../../ssl_app/handshake/tls_handshake.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { those } from '../../support/engine_pair.ts'
import { make_world, Walk, type Way, type World, ways } from '../../support/walks.ts'

const tables = { client: chart_table(client_chart), server: chart_table(server_chart) }
const roles: readonly Role[] = ['client', 'server']
const all_ways = roles.flatMap(role => ways.map(way => [role, way.name, way] as const))

/** The next message of an honest peer, and the state in which the engine is to take it. */
interface Step {
  readonly state: ChartState
  readonly message: string
}

/** Goes all of the way, and looks at each state. */
function walk_to_the_end(role: Role, way: Way, world: World): { readonly walk: Walk; readonly path: Step[] } {
  const walk = new Walk(role, world, way.settings(world))
  const path: Step[] = []
  let state = tables[role].initial
  while (walk.rogue.plan.length > 0) {
    const message = walk.rogue.upcoming!
    path.push({ state, message })
    expect({ state, message, legal: accepts(tables[role], state, message) }).toMatchObject({ legal: true })
    walk.steps(1)
    state = next_state(tables[role], state, message, way.facts)
    expect({ message, name: walk.victim.state_name }).toEqual({
      message,
      name: outer_state(tables[role], state),
    })
  }
  expect(state).toBe('connection')
  return { walk, path }
}

function expect_to_talk({ victim, rogue }: Walk): void {
  expect(those(victim.receive(rogue.raw('application_data', Buffer.from('ping'))), 'data')).toEqual([
    ['data', Buffer.from('ping')],
  ])
  rogue.hear(victim.send(Buffer.from('pong')))
  expect(rogue.heard).toBe('pong')
}

describe('an engine comes to connection', () => {
  const algorithms: KeyAlgorithm[] = ['rsa', 'secp256r1', 'secp384r1', 'secp521r1', 'ed25519']

  describe.each(algorithms)('with keys of type %s', algorithm => {
    let world: World
    beforeAll(async () => {
      world = await make_world(algorithm)
    })

    test.each(all_ways)('as %s by %s', (role, _name, way) => {
      const { walk } = walk_to_the_end(role, way, world)
      expect(walk.victim.connected).toBe(true)
      expect(walk.victim.data.resumed).toBe(way.facts.resumed)
      expect_to_talk(walk)
    })
  })

  with_each_provider(() => {
    test.each(all_ways)('as %s by %s', async (role, _name, way) => {
      const { walk } = walk_to_the_end(role, way, await make_world())
      expect_to_talk(walk)
    })
  })

  test.each(roles)('as %s through every state of the chart', async role => {
    const world = await make_world()
    const walked = ways.flatMap(way => walk_to_the_end(role, way, world).path.map(({ state }) => state))
    expect(new Set([...walked, 'connection'])).toEqual(new Set(tables[role].rows.keys()))
  })
})

describe('what may not come in that state is refused with unexpected_message', () => {
  const opaque = Uint8Array.of(1, 2, 3, 4)
  const random = new Uint8Array(32)
  const messages: readonly Handshake[] = [
    ['hello_request', true],
    [
      'client_hello',
      {
        client_version: 0x0303,
        random,
        session_id: opaque,
        cipher_suites: [0xc02b],
        compression_methods: ['null'],
      },
    ],
    [
      'server_hello',
      {
        server_version: 0x0303,
        random,
        session_id: opaque,
        cipher_suite: 0xc02b,
        compression_method: 'null',
      },
    ],
    ['certificate', { certificate_list: [] }],
    ['server_key_exchange', opaque],
    [
      'certificate_request',
      {
        certificate_types: ['ecdsa_sign'],
        supported_signature_algorithms: ['ecdsa_secp256r1_sha256'],
        certificate_authorities: [],
      },
    ],
    ['server_hello_done', true],
    ['certificate_verify', { algorithm: 'ecdsa_secp256r1_sha256', signature: opaque }],
    ['client_key_exchange', opaque],
    ['finished', new Uint8Array(12)],
    ['new_session_ticket', { ticket_lifetime_hint: 0, ticket: opaque }],
    ['certificate_status', opaque],
    ['next_protocol', { selected_protocol: 'h2', padding: opaque }],
    [24, opaque],
  ]

  let world: World
  beforeAll(async () => {
    world = await make_world()
  })

  function expect_refusal(walk: Walk, rogue_bytes: Uint8Array, what: object): void {
    const before = walk.victim.state_name
    walk.give(rogue_bytes)
    const { refusal: alert, rogue, victim } = walk
    expect({ ...what, alert, told: rogue.alerts, state: victim.state_name }).toEqual({
      ...what,
      alert: 'unexpected_message',
      told: [{ level: 'fatal', description: 'unexpected_message' }],
      state: before,
    })
    expect(victim.receive(rogue.raw('alert', Uint8Array.of(1, 0)))).toEqual([])
  }

  describe.each(all_ways)('by the %s of %s', (role, _name, way) => {
    /** Runs `check` in each state on the way, each time with a new walk. */
    const in_each_state = (check: (step: Step, walk: () => Walk) => void) => {
      const settings = way.settings(world)
      const { path } = walk_to_the_end(role, way, world)
      const steps = [...path, { state: 'connection', message: 'none' }]
      steps.forEach((step, index) => {
        check(step, () => new Walk(role, world, settings).steps(index))
      })
    }

    test('be it a handshake message', () => {
      in_each_state(({ state }, walk) => {
        for (const message of messages) {
          if (accepts(tables[role], state, String(message[0]))) continue
          const here = walk()
          expect_refusal(here, here.rogue.say(message), { state, message: message[0] })
        }
      })
    })

    test('be it change_cipher_spec', () => {
      in_each_state(({ state, message }, walk) => {
        if (message === 'change_cipher_spec') return
        const here = walk()
        expect_refusal(here, here.rogue.raw('change_cipher_spec', Uint8Array.of(1)), { state })
      })
    })

    test('be it application data', () => {
      in_each_state(({ state }, walk) => {
        if (state === 'connection') return
        const here = walk()
        expect_refusal(here, here.rogue.raw('application_data', Uint8Array.of(1)), { state })
      })
    })
  })
})
