// When the timeouts of a gen_statem come. Each trace here is what OTP 25 does with the same machine and messages.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Term } from '../../../runtime/erlang/term.ts'
import { catch_reports, release_reports } from '../../support/reports.ts'
import { change, generic, keep, on_info, type Plan, quiet_end, trace_of } from '../../support/statem_trace.ts'

beforeEach(() => {
  catch_reports()
})
afterEach(release_reports)

describe.each([false, true])('with callbacks that answer by promises: %p', async => {
  const check = async (plan: Plan, messages: readonly Term[], expected: readonly string[]) =>
    expect(await trace_of({ ...plan, async }, messages)).toEqual(expected)

  test('timeouts of no time come once the queue is empty, in the order they were started, before messages', () =>
    check(
      {
        rules: [
          on_info(
            1,
            keep(
              ['state_timeout', 0, 's'],
              [generic, 0, 'g'],
              ['timeout', 0, 'e'],
              ['next_event', 'internal', 'i'],
            ),
          ),
        ],
      },
      [1, 2],
      [
        'info 1 in a',
        'internal i in a',
        'state_timeout s in a',
        'timeout g g in a',
        'info 2 in a',
        ...quiet_end('a'),
      ],
    ))

  test('an event timeout of no time comes before messages', () =>
    check(
      { rules: [on_info(1, keep(['timeout', 0, 'e'], ['state_timeout', 0, 's'], [generic, 0, 'g']))] },
      [1, 2],
      [
        'info 1 in a',
        'timeout e in a',
        'state_timeout s in a',
        'timeout g g in a',
        'info 2 in a',
        ...quiet_end('a'),
      ],
    ))

  test('any event cancels the event timeout, another timeout too', () =>
    check(
      { rules: [on_info(1, keep([generic, 0, 'g'], ['timeout', 0, 'e'], ['state_timeout', 0, 's']))] },
      [1, 3],
      ['info 1 in a', 'timeout g g in a', 'state_timeout s in a', 'info 3 in a', ...quiet_end('a')],
    ))

  test('an event that is retried cancels an event timeout of no time', () =>
    check(
      { rules: [on_info(1, keep('postpone')), on_info(2, change(['timeout', 0, 'e']))] },
      [1, 2, 3],
      ['info 1 in a', 'info 2 in a', 'info 1 in b', 'info 3 in b', ...quiet_end('b')],
    ))

  test('a timeout of no time that is started again goes to the end', () =>
    check(
      { rules: [on_info(1, keep(['state_timeout', 0, 's'], [generic, 0, 'g'], ['state_timeout', 0, 's2']))] },
      [1, 2],
      ['info 1 in a', 'timeout g g in a', 'state_timeout s2 in a', 'info 2 in a', ...quiet_end('a')],
    ))

  test('of two times for one timeout the last one counts', () =>
    check(
      { rules: [on_info(1, keep(['state_timeout', 0, 's'], ['state_timeout', 10, 's2']))] },
      [1, 2],
      ['info 1 in a', 'info 2 in a', 'state_timeout s2 in a', ...quiet_end('a')],
    ))

  test('a state timeout of no time goes when the state changes first, a generic one does not', () =>
    check(
      {
        rules: [
          on_info(1, keep(['state_timeout', 0, 's'], [generic, 0, 'g'], ['next_event', 'internal', 'i'])),
          ['a', 'internal', 'i', change()],
        ],
      },
      [1, 2],
      ['info 1 in a', 'internal i in a', 'timeout g g in b', 'info 2 in b', ...quiet_end('b')],
    ))

  test('an event timeout comes when nothing else does', () =>
    check({ rules: [on_info(1, keep(10))] }, [1], ['info 1 in a', 'timeout 10 in a', ...quiet_end('a')]))

  test('an event cancels an event timeout', () =>
    check(
      { rules: [on_info(1, ['keep_state_and_data', 10])] },
      [1, 2],
      ['info 1 in a', 'info 2 in a', ...quiet_end('a')],
    ))

  test('an inserted event cancels an event timeout that is started with it', () =>
    check(
      { rules: [on_info(1, keep(['timeout', 10, 'e'], ['next_event', 'internal', 'x']))] },
      [1],
      ['info 1 in a', 'internal x in a', ...quiet_end('a')],
    ))

  test('a state timeout outlives events but not the state; a generic one outlives both', () =>
    check(
      { rules: [on_info(1, keep(['state_timeout', 10, 's'], [generic, 10, 'g'])), on_info(3, change())] },
      [1, 2, 3],
      ['info 1 in a', 'info 2 in a', 'info 3 in a', 'timeout g g in b', ...quiet_end('b')],
    ))

  test('a state timeout that starts with the change of state belongs to the new state', () =>
    check(
      { rules: [on_info(1, ['next_state', 'b', 'd', ['state_timeout', 10, 's']])] },
      [1, 2],
      ['info 1 in a', 'info 2 in b', 'state_timeout s in b', ...quiet_end('b')],
    ))

  test('a timeout can be cancelled, and another go on with new content', () =>
    check(
      {
        rules: [
          on_info(1, keep(['state_timeout', 10, 's'], [generic, 10, 'g'])),
          on_info(2, keep(['state_timeout', 'cancel'], [generic, 'update', 'g2'])),
        ],
      },
      [1, 2],
      ['info 1 in a', 'info 2 in a', 'timeout g g2 in a', ...quiet_end('a')],
    ))

  test('updating a timeout that does not run lets it come at once; cancelling it does nothing', () =>
    check(
      { rules: [on_info(1, keep(['state_timeout', 'update', 's'], [generic, 'cancel']))] },
      [1, 2],
      ['info 1 in a', 'state_timeout s in a', 'info 2 in a', ...quiet_end('a')],
    ))

  test('an update after another time for the same timeout is all that counts', () =>
    check(
      { rules: [on_info(1, keep([generic, 10, 'g'], [generic, 'update', 'u']))] },
      [1, 2],
      ['info 1 in a', 'timeout g u in a', 'info 2 in a', ...quiet_end('a')],
    ))

  test('an update of a timeout that runs is all that counts, too', () =>
    check(
      {
        rules: [
          on_info(1, keep(['state_timeout', 10, 's'])),
          on_info(2, keep(['state_timeout', 0, 't'], ['state_timeout', 'update', 'u'])),
        ],
      },
      [1, 2, 3],
      ['info 1 in a', 'info 2 in a', 'info 3 in a', 'state_timeout u in a', ...quiet_end('a')],
    ))

  test.each([
    [[['timeout', 'cancel'], 10]],
    [[['timeout', 'cancel'], 10, 10, 'hibernate']],
    [[['timeout', 'cancel'], 5, 10, ['postpone', false]]],
  ])('an event timeout that is cancelled and started again is not one of the name cancel: %j', actions =>
    check(
      { rules: [on_info(1, keep(...actions))] },
      [1],
      ['info 1 in a', 'timeout 10 in a', ...quiet_end('a')],
    ),
  )

  test('a timeout of infinity cancels the one that runs', () =>
    check(
      {
        rules: [
          on_info(1, keep(['state_timeout', 10, 's'])),
          on_info(2, ['keep_state_and_data', ['state_timeout', 'infinity', 's']]),
        ],
      },
      [1, 2],
      ['info 1 in a', 'info 2 in a', ...quiet_end('a')],
    ))
})
