// In which order a gen_statem handles events. Each trace here is what OTP 25 does with the same machine and messages.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { _, Exit, type Term } from '../../../runtime/erlang/term.ts'
import { catch_reports, release_reports } from '../../support/reports.ts'
import { change, keep, on_info, type Plan, quiet_end, trace_of } from '../../support/statem_trace.ts'

beforeEach(() => {
  catch_reports()
})
afterEach(release_reports)

describe.each([false, true])('with callbacks that answer by promises: %p', async => {
  const check = async (plan: Plan, messages: readonly Term[], expected: readonly string[]) =>
    expect(await trace_of({ ...plan, async }, messages)).toEqual(expected)

  test('postponed events come back, oldest first, before queued ones', () =>
    check(
      { rules: [on_info(1, keep('postpone')), on_info(2, keep('postpone')), on_info('go', change())] },
      [1, 2, 'go', 3],
      [
        'info 1 in a',
        'info 2 in a',
        'info go in a',
        'info 1 in b',
        'info 2 in b',
        'info 3 in b',
        ...quiet_end('b'),
      ],
    ))

  test('inserted events come in order before all others, and those they insert before the rest', () =>
    check(
      {
        rules: [
          on_info(1, keep(['next_event', 'internal', 'x'], ['next_event', 'cast', 'y'])),
          ['a', 'internal', 'x', keep(['next_event', 'internal', 'x2'])],
        ],
      },
      [1, 2],
      ['info 1 in a', 'internal x in a', 'internal x2 in a', 'cast y in a', 'info 2 in a', ...quiet_end('a')],
    ))

  test('inserted events come before postponed ones', () =>
    check(
      { rules: [on_info(1, keep('postpone')), on_info('go', change(['next_event', 'internal', 'x']))] },
      [1, 'go', 2],
      ['info 1 in a', 'info go in a', 'internal x in b', 'info 1 in b', 'info 2 in b', ...quiet_end('b')],
    ))

  test('an event that is postponed while the state changes comes at once in the new state', () =>
    check(
      { rules: [on_info(1, change('postpone', ['next_event', 'internal', 'i']))], enter: true },
      [1, 2],
      [
        'enter a in a',
        'info 1 in a',
        'enter a in b',
        'internal i in b',
        'info 1 in b',
        'info 2 in b',
        ...quiet_end('b'),
      ],
    ))

  test('of postpone and its contrary the last one counts', () =>
    check(
      { rules: [on_info(1, keep('postpone', ['postpone', false])), on_info(2, change())] },
      [1, 2],
      ['info 1 in a', 'info 2 in a', ...quiet_end('b')],
    ))

  test('the first state is entered before the events that init inserts', () =>
    check(
      {
        enter: true,
        init: ['ok', 'a', 'd', ['next_event', 'internal', 'i']],
        rules: [['a', 'enter', _, keep(['state_timeout', 0, 's'])]],
      },
      [1],
      ['enter a in a', 'internal i in a', 'state_timeout s in a', 'info 1 in a', ...quiet_end('a')],
    ))

  test('a state is entered before the events that the transition inserts, and may start timeouts', () =>
    check(
      {
        enter: true,
        rules: [
          on_info(1, change(['next_event', 'internal', 'i'])),
          ['b', 'enter', _, ['keep_state_and_data', ['state_timeout', 0, 's']]],
        ],
      },
      [1, 2],
      [
        'enter a in a',
        'info 1 in a',
        'enter a in b',
        'internal i in b',
        'state_timeout s in b',
        'info 2 in b',
        ...quiet_end('b'),
      ],
    ))

  test('what entering says of a timeout counts more than what the transition said', () =>
    check(
      {
        enter: true,
        rules: [
          on_info(1, change(['state_timeout', 10, 'one'])),
          ['b', 'enter', _, keep(['state_timeout', 20, 'two'])],
        ],
      },
      [1, 2],
      [
        'enter a in a',
        'info 1 in a',
        'enter a in b',
        'info 2 in b',
        'state_timeout two in b',
        ...quiet_end('b'),
      ],
    ))

  test('repeat_state enters the state anew, and neither retries what was postponed nor stops the state timeout', () =>
    check(
      {
        enter: true,
        rules: [on_info(0, keep('postpone', ['state_timeout', 10, 's'])), on_info(1, ['repeat_state', 'd'])],
      },
      [0, 1, 2],
      [
        'enter a in a',
        'info 0 in a',
        'info 1 in a',
        'enter a in a',
        'info 2 in a',
        'state_timeout s in a',
        ...quiet_end('a'),
      ],
    ))

  test('repeat_state while entering enters once more', () =>
    check(
      {
        enter: true,
        rules: [
          on_info(1, ['next_state', 'b', 0]),
          ['b', 'enter', _, (data: number) => (data === 0 ? ['repeat_state', 1] : ['keep_state', 2])],
        ],
      },
      [1, 2],
      ['enter a in a', 'info 1 in a', 'enter a in b', 'enter a in b', 'info 2 in b', ...quiet_end('b')],
    ))

  test('without enter calls repeat_state is keep_state', () =>
    check(
      { rules: [on_info(0, keep('postpone')), on_info(1, ['repeat_state_and_data', []])] },
      [0, 1, 2],
      ['info 0 in a', 'info 1 in a', 'info 2 in a', ...quiet_end('a')],
    ))

  test('next_state to the same state is no change', () =>
    check(
      {
        enter: true,
        rules: [
          on_info(0, keep('postpone', ['state_timeout', 10, 's'])),
          on_info(1, ['next_state', 'a', 'd']),
        ],
      },
      [0, 1, 2],
      [
        'enter a in a',
        'info 0 in a',
        'info 1 in a',
        'info 2 in a',
        'state_timeout s in a',
        ...quiet_end('a'),
      ],
    ))

  test('timeout events can be inserted', () =>
    check(
      {
        rules: [
          on_info(
            1,
            keep(
              ['next_event', ['timeout', 'x'], 'y'],
              ['next_event', 'state_timeout', 'z'],
              ['next_event', 'timeout', 't'],
            ),
          ),
        ],
      },
      [1, 3],
      [
        'info 1 in a',
        'timeout x y in a',
        'state_timeout z in a',
        'timeout t in a',
        'info 3 in a',
        ...quiet_end('a'),
      ],
    ))

  test('what is thrown counts as the result', () =>
    check(
      {
        rules: [
          on_info(1, () => {
            throw ['next_state', 'b', 'd']
          }),
        ],
      },
      [1, 2],
      ['info 1 in a', 'info 2 in b', ...quiet_end('b')],
    ))

  test.each<[Term, Term, string]>([
    ['an action that is none', keep('foo'), 'bad_action_from_state_function,foo'],
    [
      'a time that is none',
      keep(['state_timeout', 'foo', 'e']),
      'bad_action_from_state_function,state_timeout,foo,e',
    ],
    [
      'a time longer than any timer can wait',
      keep(['state_timeout', 2 ** 32, 'e']),
      'bad_action_from_state_function,state_timeout,4294967296,e',
    ],
    [
      'an event type that is none',
      keep(['next_event', 'foo', 'y']),
      'bad_action_from_state_function,next_event,foo,y',
    ],
    [
      'a truth that is none',
      keep('hibernate', ['hibernate', false], ['postpone', 'maybe']),
      'bad_action_from_state_function,postpone,maybe',
    ],
    ['a reply to nobody', keep(['reply', 'you', 'y']), 'bad_action_from_state_function,reply,you,y'],
    ['a result that is none', 'foo', 'bad_return_from_state_function,foo'],
    ['no result', undefined, 'bad_return_from_state_function,'],
    ['a wish to stop', ['stop', 'r', 'd'], 'r'],
    ['a wish to stop without data', ['stop', 'r'], 'r'],
  ])('%s ends the machine', (_name, result, reason) =>
    check(
      { rules: [on_info(1, result)] },
      [1, 2],
      ['info 1 in a', `terminate ${reason} in a`, `DOWN ${reason}`],
    ),
  )

  test.each<[Term, Term, string]>([
    [
      'insert an event',
      keep(['next_event', 'internal', 'x']),
      'bad_state_enter_action_from_state_function,next_event,internal,x',
    ],
    ['postpone', keep('postpone'), 'bad_state_enter_action_from_state_function,postpone'],
    [
      'change the state',
      ['next_state', 'c', 'd'],
      'bad_state_enter_return_from_state_function,next_state,c,d',
    ],
    // As OTP tells these two: the one is no action then, and the other is a result nowhere.
    ['postpone by a truth', keep(['postpone', true]), 'bad_action_from_state_function,postpone,true'],
    ['give what is no result', 'foo', 'bad_return_from_state_function,foo'],
  ])('entering a state may not %s', (_name, result, reason) =>
    check(
      { enter: true, rules: [on_info(1, change()), ['b', 'enter', _, result]] },
      [1, 2],
      ['enter a in a', 'info 1 in a', 'enter a in b', `terminate ${reason} in b`, `DOWN ${reason}`],
    ),
  )

  test('what crashes while it enters a state ends in the state that it comes from, as in OTP', () => {
    const crash = () => {
      throw new Exit('why')
    }
    return check(
      { enter: true, rules: [on_info(1, change()), ['b', 'enter', _, crash]] },
      [1, 2],
      ['enter a in a', 'info 1 in a', 'enter a in b', 'terminate why in a', 'DOWN why'],
    )
  })

  test('stop alone ends it normally', () =>
    check({ rules: [on_info(1, 'stop')] }, [1, 2], ['info 1 in a', ...quiet_end('a')]))

  test('a machine may stop as it enters its first state', () =>
    check(
      { enter: true, rules: [['a', 'enter', _, ['stop', 'zz']]] },
      [1],
      ['enter a in a', 'terminate zz in a', 'DOWN zz'],
    ))
})
