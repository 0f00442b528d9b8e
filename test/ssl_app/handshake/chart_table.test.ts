import { describe, expect, test } from '@jest/globals'
import { type AnyStateMachine, getInitialSnapshot, getNextSnapshot } from 'xstate'
import {
  accepts,
  type ChartMessage,
  type ChartState,
  chart_table,
  type Facts,
  next_state,
  outer_state,
} from '../../../ssl_app/handshake/chart_table.ts'
import { client_chart } from '../../../ssl_app/handshake/client_chart.ts'
import { server_chart } from '../../../ssl_app/handshake/server_chart.ts'

const messages: readonly ChartMessage[] = [
  'hello_request',
  'client_hello',
  'server_hello',
  'certificate',
  'server_key_exchange',
  'certificate_request',
  'server_hello_done',
  'certificate_verify',
  'client_key_exchange',
  'change_cipher_spec',
  'finished',
]

const both = [false, true]
const all_facts: Facts[] = both.flatMap(resumed =>
  both.flatMap(certificate_not_requested =>
    both.map(nothing_to_verify => ({ resumed, certificate_not_requested, nothing_to_verify })),
  ),
)

/** `certify.certificate` as xstate writes it: `{ certify: 'certificate' }`. */
function state_value(state: ChartState): string | Record<string, string> {
  const [outer, inner] = state.split('.') as [string, string | undefined]
  return inner === undefined ? outer : { [outer]: inner }
}

function state_name(value: unknown): ChartState {
  if (typeof value === 'string') return value
  const [[outer, inner]] = Object.entries(value as Record<string, string>) as [[string, string]]
  return `${outer}.${inner}`
}

const charts: readonly (readonly [string, AnyStateMachine])[] = [
  ['client', client_chart],
  ['server', server_chart],
]

describe.each(charts)('the table of the %s', (_role, chart) => {
  const table = chart_table(chart)
  const pairs = [...table.rows.keys()].flatMap(state => messages.map(message => [state, message] as const))

  test.each(pairs)('does in %s on %s what xstate does', (state, type) => {
    for (const facts of all_facts) {
      const snapshot = chart.resolveState({ value: state_value(state), context: facts })
      const allowed = chart.getTransitionData(snapshot, { type }).length > 0
      expect(accepts(table, state, type)).toBe(allowed)
      if (!allowed) continue
      const next = getNextSnapshot(chart, snapshot, { type })
      expect(next_state(table, state, type, facts)).toBe(state_name(next.value))
    }
  })

  test('begins where xstate begins', () => {
    for (const facts of all_facts) {
      expect(table.initial).toBe(state_name(getInitialSnapshot(chart, facts).value))
    }
  })

  test('names the states around the inner ones as the specification does', () => {
    const names = new Set([...table.rows.keys()].map(state => outer_state(table, state)))
    expect([...names]).toEqual(['hello', 'certify', 'cipher', 'abbreviated', 'connection'])
  })

  test('accepts nothing that is no message of the chart', () => {
    for (const state of table.rows.keys()) {
      for (const other of ['new_session_ticket', 'next_protocol', '99', 'constructor', '']) {
        expect(accepts(table, state, other)).toBe(false)
      }
    }
  })

  test('leads from every state to connection', () => {
    for (const state of table.rows.keys()) {
      expect(reachable(state)).toContain('connection')
    }
  })

  test('leads to every state', () => {
    const reached = reachable(table.initial)
    expect([...table.rows.keys()].filter(state => !reached.has(state))).toEqual([])
  })

  function reachable(from: ChartState): Set<ChartState> {
    const reached = new Set([from])
    for (const state of reached) {
      for (const message of messages.filter(name => accepts(table, state, name))) {
        for (const facts of all_facts) reached.add(next_state(table, state, message, facts))
      }
    }
    return reached
  }
})

describe('what a table says where its chart leaves it open', () => {
  test('a transition without a guard that holds stays where it is', () => {
    const facts: Facts = { resumed: false, certificate_not_requested: false, nothing_to_verify: false }
    const table = chart_table({
      config: {
        id: 'small',
        initial: 'one',
        states: { one: { on: { finished: { guard: 'resumed', target: 'two' } } }, two: {} },
      },
    })
    expect(next_state(table, 'one', 'finished', facts)).toBe('one')
    expect(next_state(table, 'one', 'finished', { ...facts, resumed: true })).toBe('two')
  })
})
