import { describe, expect, test } from '@jest/globals'
import { type AnyMachineSnapshot, type AnyStateMachine, getInitialSnapshot, getNextSnapshot } from 'xstate'
import {
  accepts,
  type ChartMessage,
  type ChartState,
  type ChartTable,
  chart_table,
  type Facts,
  next_state,
  outer_state,
} from '../../../ssl_app/handshake/chart_table.ts'
import { client_chart } from '../../../ssl_app/handshake/client_chart.ts'
import { server_chart } from '../../../ssl_app/handshake/server_chart.ts'
import { all_facts, chart_messages, state_name, state_value } from '../../support/charts.ts'

const charts: readonly (readonly [string, AnyStateMachine])[] = [
  ['client', client_chart],
  ['server', server_chart],
]

describe.each(charts)('the table of the %s', (_role, chart) => {
  const table = chart_table(chart)

  test.each([...table.rows.keys()])('does in %s what xstate does, whatever is known', state => {
    const disagreements = all_facts.flatMap(facts => {
      const snapshot = chart.resolveState({ value: state_value(state), context: facts }) as AnyMachineSnapshot
      return chart_messages
        .filter(message => by_table(table, state, message, facts) !== by_xstate(chart, snapshot, message))
        .map(message => ({ message, facts }))
    })
    expect(disagreements).toEqual([])
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
      for (const other of ['server_hello_verify', '99', 'constructor', '']) {
        expect(all_facts.filter(facts => accepts(table, state, other, facts))).toEqual([])
      }
    }
  })

  test('leads from every state to connection, and to every state', () => {
    for (const state of table.rows.keys()) expect(reachable(state)).toContain('connection')
    const reached = reachable(table.initial)
    expect([...table.rows.keys()].filter(state => !reached.has(state))).toEqual([])
  })

  function reachable(from: ChartState): Set<ChartState> {
    const reached = new Set([from])
    for (const state of reached) {
      for (const facts of all_facts) {
        for (const message of chart_messages) {
          const next = by_table(table, state, message, facts)
          if (next !== undefined) reached.add(next)
        }
      }
    }
    return reached
  }
})

/** Where a message leads; undefined: it may not come. */
const by_table = (table: ChartTable, state: ChartState, message: ChartMessage, facts: Facts) =>
  accepts(table, state, message, facts) ? next_state(table, state, message, facts) : undefined

function by_xstate(chart: AnyStateMachine, snapshot: AnyMachineSnapshot, type: ChartMessage) {
  if (chart.getTransitionData(snapshot, { type }).length === 0) return undefined
  return state_name(getNextSnapshot(chart, snapshot, { type }).value)
}

describe('what is legal where a guard decides', () => {
  const [facts] = all_facts as [Facts]
  const table = chart_table({
    config: {
      id: 'small',
      initial: 'one',
      states: {
        one: {
          on: {
            finished: { guard: 'resumed', target: 'two' },
            certificate: [{ guard: 'resumed', target: 'two' }, {}],
          },
        },
        two: {},
      },
    },
  })

  test('a message whose guard does not hold may not come', () => {
    expect(accepts(table, 'one', 'finished', { ...facts, resumed: false })).toBe(false)
    expect(accepts(table, 'one', 'finished', { ...facts, resumed: true })).toBe(true)
    expect(next_state(table, 'one', 'finished', { ...facts, resumed: true })).toBe('two')
  })

  test('the first branch whose guard holds is taken', () => {
    expect(next_state(table, 'one', 'certificate', { ...facts, resumed: false })).toBe('one')
    expect(next_state(table, 'one', 'certificate', { ...facts, resumed: true })).toBe('two')
  })
})
