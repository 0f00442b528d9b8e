import { describe, expect, test } from '@jest/globals'
import { Exit, make_ref, type Pid, run, self } from '../../runtime/index.ts'
import { render } from '../../simulation/render.ts'

class Account {
  readonly balance = 7
}

describe('A term in the trace', () => {
  test.each<[unknown, string]>([
    ['text', "'text'"],
    ['x'.repeat(61), `'${'x'.repeat(60)}…'`],
    [7, '7'],
    [undefined, 'undefined'],
    [null, 'null'],
    [10n, '10'],
    [Symbol('s'), 'Symbol(s)'],
    [Buffer.from('secret'), '<<6 bytes>>'],
    [['ok', { size: 3, next: null }], "['ok', {size: 3, next: null}]"],
    [[[[[[1]]]]], '[[[[…]]]]'],
    [Array.from({ length: 10 }, (_, index) => index), '[0, 1, 2, 3, 4, 5, 6, 7, … 2 more]'],
    [new Exit(['shutdown', 1]), "Exit ['shutdown', 1]"],
    [new TypeError('no'), 'TypeError: no'],
    [new Account(), 'Account'],
    [Object.create(null), '{}'],
    [Object.create(Object.create(null)), 'object'],
    [function named() {}, 'fun named'],
    [(() => () => {})(), 'fun -'],
  ])('%p', (term, text) => {
    expect(render(term, 0)).toBe(text)
  })

  test('is numbered from where the simulation began', async () => {
    const base = make_ref().id
    const pid: Pid = await run(() => self())
    const ref = make_ref()
    expect(render([pid, ref], base)).toBe(`[<${pid.id - base}>, #Ref<${ref.id - base}>]`)
    expect(render(pid, pid.id)).toBe('<earlier>')
  })
})
