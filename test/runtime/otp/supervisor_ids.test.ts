import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { make_ref } from '../../../runtime/erlang/pid.ts'
import { matches, type Term } from '../../../runtime/erlang/term.ts'
import { ById } from '../../../runtime/otp/supervisor_ids.ts'

describe('children by id', () => {
  test('are found by ids that are the same', () => {
    const ref = make_ref()
    const key = {}
    const ids: Term[] = ['a', 1, '1', undefined, null, true, ref, key, [], ['a', 1], ['a', '1'], [['a'], ref]]
    const children = new ById<number>()
    ids.forEach((id, index) => {
      children.set(id, index)
    })
    expect(children.size).toBe(ids.length)
    expect(ids.map(id => children.get(Array.isArray(id) ? [...id] : id))).toEqual([...ids.keys()])
    expect(children.get(new Uint8Array([1, 2]))).toBeUndefined()
    children.set(new Uint8Array([1, 2]), 99)
    expect(children.get(new Uint8Array([1, 2]))).toBe(99)
    expect(children.get([{}])).toBeUndefined()
  })

  test('are told apart where their ids only look the same', () => {
    const [one, two] = [[make_ref()], [make_ref()]]
    const children = new ById<string>()
    children.set(one, 'one')
    children.set(two, 'two')
    expect([children.get(one), children.get(two)]).toEqual(['one', 'two'])
    children.delete(one)
    expect([children.get(one), children.get(two)]).toEqual([undefined, 'two'])
    children.delete(two)
    children.delete(two)
    expect(children.size).toBe(0)
  })

  test('behave as a list that is searched', () => {
    const leaf = fc.oneof(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 2 }))
    const id = fc.oneof(leaf, fc.array(fc.oneof(leaf, fc.array(leaf, { maxLength: 1 })), { maxLength: 2 }))
    const action = fc.tuple(fc.constantFrom('set', 'delete', 'get'), id, fc.nat())
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), actions => {
        const children = new ById<number>()
        let list: [Term, number][] = []
        for (const [what, id, value] of actions) {
          const at = list.findIndex(([other]) => matches(other, id))
          if (what === 'get') expect(children.get(id)).toBe(list[at]?.[1])
          if (what === 'delete') {
            children.delete(id)
            list = list.filter((_one, index) => index !== at)
          }
          if (what === 'set') {
            children.set(id, value)
            if (at < 0) list.push([id, value])
            else list[at] = [id, value]
          }
          expect([...children.values()]).toEqual(list.map(([, value]) => value))
        }
      }),
    )
  })
})
