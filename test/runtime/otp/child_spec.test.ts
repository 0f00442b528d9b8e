import { describe, expect, test } from '@jest/globals'
import type { Term } from '../../../runtime/erlang/term.ts'
import {
  type ChildSpec,
  check_child_spec,
  check_child_specs,
  check_sup_flags,
  child_spec,
  type SupFlags,
} from '../../../runtime/otp/child_spec.ts'

const start = () => 'ignore' as const

describe('a child specification', () => {
  test('is filled in', () => {
    expect(child_spec({ id: 'a', start })).toEqual({
      id: 'a',
      start: [start, []],
      restart: 'permanent',
      significant: false,
      shutdown: 5_000,
      type: 'worker',
      modules: [],
    })
  })

  test('of a supervisor waits without end for its children', () => {
    expect(child_spec({ id: 'a', start: [start], type: 'supervisor' })).toMatchObject({
      shutdown: 'infinity',
    })
  })

  test('keeps what it says', () => {
    const spec = {
      id: ['a', 1],
      start: [start, [1, 2]],
      restart: 'transient',
      significant: true,
      shutdown: 'brutal_kill',
      type: 'supervisor',
      modules: 'dynamic',
    } as const
    expect(child_spec(spec)).toEqual(spec)
    expect(check_child_spec(spec, undefined)).toEqual(['ok', spec])
  })

  test.each<[Term, Term]>([
    ['text', ['invalid_child_spec', 'text']],
    [null, ['invalid_child_spec', null]],
    [{ start }, 'missing_id'],
    [{ id: 1 }, 'missing_start'],
    [{ id: 1, start: 'f' }, ['invalid_mfa', 'f']],
    [{ id: 1, start: [] }, ['invalid_mfa', []]],
    [{ id: 1, start: [start, 1] }, ['invalid_mfa', [start, 1]]],
    [{ id: 1, start, restart: 'often' }, ['invalid_restart_type', 'often']],
    [{ id: 1, start, shutdown: -1 }, ['invalid_shutdown', -1]],
    [{ id: 1, start, shutdown: 'soon' }, ['invalid_shutdown', 'soon']],
    [{ id: 1, start, type: 'boss' }, ['invalid_child_type', 'boss']],
    [{ id: 1, start, significant: 'very' }, ['invalid_significant', 'very']],
    [{ id: 1, start, modules: ['m', {}, 1] }, ['invalid_module', 1]],
    [{ id: 1, start, significant: true }, ['bad_combination', { restart: 'permanent', significant: true }]],
    [{ id: 1, start, modules: 'm' }, ['invalid_modules', 'm']],
    [{ id: 1, start, color: 'red' }, ['invalid_child_spec', { id: 1, start, color: 'red' }]],
  ])('%j is wrong', (spec, reason) => {
    expect(check_child_spec(spec as ChildSpec, undefined)).toEqual(['error', reason])
    expect(check_child_specs([{ id: 'right', start }, spec as ChildSpec], undefined)).toEqual([
      'error',
      reason,
    ])
  })

  test.each<[Term, boolean]>([
    ['never', false],
    ['any_significant', true],
    ['all_significant', true],
  ])('of a significant child under auto_shutdown %s: is it right? %p', (auto_shutdown, right) => {
    const checked = check_child_spec({ id: 1, start, restart: 'temporary', significant: true }, auto_shutdown)
    if (right) expect(checked[0]).toBe('ok')
    else expect(checked).toEqual(['error', ['bad_combination', { auto_shutdown, significant: true }]])
  })

  test.each<[Term]>([['a'], [['a', 1]]])('may not share its id %j with another', id => {
    const copy = Array.isArray(id) ? [...id] : id
    expect(
      check_child_specs(
        [
          { id, start },
          { id: copy, start },
        ],
        undefined,
      ),
    ).toEqual(['error', ['duplicate_child_name', id]])
  })
})

describe('supervisor flags', () => {
  test('are filled in', () => {
    expect(check_sup_flags({})).toEqual([
      'ok',
      {
        strategy: 'one_for_one',
        intensity: 1,
        period: 5,
        auto_shutdown: 'never',
        hibernate_after: 'infinity',
      },
    ])
  })

  test.each<[Term, Term]>([
    [{ strategy: 'all' }, ['invalid_strategy', 'all']],
    [{ strategy: 'toString' }, ['invalid_strategy', 'toString']],
    [{ intensity: -1 }, ['invalid_intensity', -1]],
    [{ intensity: 0.5 }, ['invalid_intensity', 0.5]],
    [{ period: 0 }, ['invalid_period', 0]],
    [{ auto_shutdown: 'sometimes' }, ['invalid_auto_shutdown', 'sometimes']],
    [{ hibernate_after: 'soon' }, ['invalid_hibernate_after', 'soon']],
    [{ tempo: 1 }, ['invalid_type', { tempo: 1 }]],
    ['flags', ['invalid_type', 'flags']],
  ])('%j are wrong', (flags, reason) => {
    expect(check_sup_flags(flags as SupFlags)).toEqual(['error', reason])
  })
})
