import { describe, expect, test } from '@jest/globals'
import { make_ref, Pid } from '../../../runtime/erlang/pid.ts'
import { _, Exit, matches, ok } from '../../../runtime/erlang/term.ts'

describe('ok', () => {
  test('gives the value of a result that is good', () => {
    expect(ok(['ok', 12])).toBe(12)
    expect(ok('ok')).toBe('ok')
  })

  test('crashes with badmatch on any other', () => {
    const result = ['error', 'enoent'] as const
    expect(() => ok(result)).toThrow(Exit)
    try {
      ok(result)
    } catch (error) {
      expect((error as Exit).reason).toEqual(['badmatch', result])
    }
    expect(() => ok(undefined as never)).toThrow('badmatch')
  })
})

describe('matches', () => {
  test.each([
    ['a', 'a', true],
    ['a', 'b', false],
    [1, '1', false],
    [Number.NaN, Number.NaN, true],
    [undefined, null, false],
    [_, undefined, true],
    [[], [], true],
    [['a', _], ['a', ['b']], true],
    [['a', _], ['a'], false],
    [['a', ['b', _]], ['a', ['b', 'c']], true],
    [['a', ['b', _]], ['a', ['x', 'c']], false],
    [['a'], 'a', false],
    [Uint8Array.of(1, 2), Buffer.from([1, 2]), true],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 3), false],
    [Uint8Array.of(1), [1], false],
    [Uint8Array.of(1), Uint8Array.of(1, 2), false],
    [{ a: 1 }, { a: 1 }, false],
  ])('%p against %p: %p', (pattern, term, expected) => {
    expect(matches(pattern, term)).toBe(expected)
  })

  test('takes pids, references and objects for who they are', () => {
    for (const term of [new Pid(), make_ref(), {}, () => {}]) {
      expect(matches(['x', term], ['x', term])).toBe(true)
    }
    expect(matches(new Pid(), new Pid())).toBe(false)
  })
})

describe('an exit', () => {
  test('tells its reason in its message', () => {
    expect(new Exit('noproc').message).toBe('noproc')
    expect(new Exit(['badmatch', ['error', 1]]).message).toBe('["badmatch",["error",1]]')
    expect(new Exit(new Error('inner')).message).toBe('inner')
    expect(new Exit(undefined).message).toBe('undefined')
  })

  test('tells a reason that cannot be written as JSON too', () => {
    const round: unknown[] = []
    round.push(round)
    expect(new Exit({ big: 1n }).message).toBe('[object Object]')
    expect(() => new Exit(round).message).not.toThrow()
  })

  test('is an Error by the name of Exit', () => {
    const exit = new Exit('x')
    expect(exit).toBeInstanceOf(Error)
    expect(exit.name).toBe('Exit')
    expect(exit.stack).toContain('term.test')
  })
})
