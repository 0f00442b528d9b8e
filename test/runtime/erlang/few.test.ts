import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { add, type Few, has, members, remove } from '../../../runtime/erlang/few.ts'

interface Thing {
  readonly name: number
}

const things: readonly Thing[] = Array.from({ length: 20 }, (_, name) => ({ name }))

describe('a set of few', () => {
  test('behaves as a set does, whatever is added and removed', () => {
    const step = fc.tuple(fc.constantFrom('add', 'remove'), fc.nat(things.length - 1))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        let few: Few<Thing>
        const model = new Set<Thing>()
        for (const [what, which] of steps) {
          const thing = things[which]!
          few = what === 'add' ? add(few, thing) : remove(few, thing)
          if (what === 'add') model.add(thing)
          else model.delete(thing)
          expect(members(few)).toEqual([...model])
          for (const each of things) expect(has(few, each)).toBe(model.has(each))
        }
      }),
    )
  })

  test('is nothing at all once the last member has gone', () => {
    const [one, two] = things as [Thing, Thing]
    expect(remove(add(undefined, one), one)).toBeUndefined()
    expect(remove(remove(add(add(undefined, one), two), one), two)).toBeUndefined()
  })

  test('is the member itself while there is one', () => {
    expect(add(add(undefined, things[0]!), things[0]!)).toBe(things[0])
  })

  test('keeps the order in which its members came, however many they grow to be', () => {
    let few: Few<Thing>
    for (const thing of things) few = add(add(few, thing), things[0]!)
    expect(members(few)).toEqual(things)
    for (const thing of things) few = remove(few, thing)
    expect(few).toBeUndefined()
  })

  test('can be changed while its members are gone through', () => {
    let few: Few<Thing>
    for (const thing of things) few = add(few, thing)
    for (const thing of members(few)) few = remove(few, thing)
    expect(few).toBeUndefined()
  })
})
