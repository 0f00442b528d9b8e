// Each message in each state in which the charts do not have it. Which those are may depend on what is known: so a
// state counts as often as there are different lists of what may come in it.

import { describe, expect, test } from '@jest/globals'
import type { Handshake } from '../../../ssl_app/handshake/tls_handshake.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { chart_messages } from '../../support/charts.ts'
import { make_everybody } from '../../support/everybody.ts'
import { all_ways } from '../../support/scenes.ts'
import { roles, type Step, type Walk, walk_on, walk_to_the_end } from '../../support/walks.ts'

const everybody = await make_everybody()

/** A place in a handshake, and how to get there. */
interface Place extends Step {
  readonly role: Role
  readonly way: string
  /** After which no handshake is going on, or one that data may be part of. */
  readonly takes_data: boolean
  arrive(): Walk
}

function places_of(role: Role): Place[] {
  const found = new Map<string, Place>()
  for (const way of all_ways) {
    const { path } = walk_to_the_end(role, way, everybody)
    path.forEach((step, index) => {
      const arrive = () => walk_on(role, way, everybody).steps(index)
      const takes_data = step.state === 'connection' || (way.again === true && !is_under_new_keys(step))
      const place = { ...step, role, way: way.name, takes_data, arrive }
      const what = `${step.state} ${step.legal.join()} ${takes_data}`
      if (!found.has(what)) found.set(what, place)
    })
  }
  return [...found.values()]
}

const is_under_new_keys = ({ legal }: Step) => legal.includes('finished') || legal.includes('next_protocol')

const opaque = Uint8Array.of(1, 2, 3, 4)
const random = new Uint8Array(32)
const hello = { random, session_id: opaque } as const

const messages: readonly Handshake[] = [
  ['hello_request', true],
  [
    'client_hello',
    { ...hello, client_version: 0x0303, cipher_suites: [0xc02b], compression_methods: ['null'] },
  ],
  ['server_hello', { ...hello, server_version: 0x0303, cipher_suite: 0xc02b, compression_method: 'null' }],
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

function expect_refusal(walk: Walk, bytes: Uint8Array, what: string): void {
  const before = walk.victim.state_name
  const told_before = walk.rogue.alerts.length
  walk.give(bytes)
  const { refusal, rogue, victim } = walk
  expect({ what, refusal, told: rogue.alerts.slice(told_before), state: victim.state_name }).toEqual({
    what,
    refusal: 'unexpected_message',
    told: [{ level: 'fatal', description: 'unexpected_message' }],
    state: before,
  })
  expect(victim.receive(rogue.raw('alert', Uint8Array.of(1, 0)))).toEqual([])
}

test('all that a chart names is tried, but what is no message', () => {
  const tried = new Set([...messages.map(([name]) => name), 'change_cipher_spec'])
  const others = ['no_certificate', 'no_renegotiation', 'renegotiate']
  expect(chart_messages.filter(name => !tried.has(name))).toEqual(others)
})

describe.each(roles)('a %s refuses with unexpected_message', role => {
  const places = places_of(role).map(
    place => [place.state, place.legal.join(', '), place.way, place] as const,
  )

  test.each(places)('in %s, where %s may come (%s), all else', (_state, _legal, _way, place) => {
    for (const message of messages) {
      if (place.legal.includes(String(message[0]))) continue
      const walk = place.arrive()
      expect_refusal(walk, walk.rogue.say(message), String(message[0]))
    }
    if (!place.legal.includes('change_cipher_spec')) {
      const walk = place.arrive()
      expect_refusal(walk, walk.rogue.raw('change_cipher_spec', Uint8Array.of(1)), 'change_cipher_spec')
    }
    if (!place.takes_data) {
      const walk = place.arrive()
      expect_refusal(walk, walk.rogue.raw('application_data', Uint8Array.of(1)), 'application data')
    }
  })
})
