import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Mailbox, named_in, nothing } from '../../../runtime/erlang/mailbox.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'
import { _ } from '../../../runtime/erlang/term.ts'

function filled(...messages: number[]): Mailbox {
  const mailbox = new Mailbox()
  for (const message of messages) mailbox.push(message)
  return mailbox
}

describe('a mailbox', () => {
  test('gives messages in the order in which they came', () => {
    const mailbox = filled(1, 2)
    expect([mailbox.shift(), mailbox.shift(), mailbox.shift()]).toEqual([1, 2, nothing])
  })

  test('gives undefined as a message like any other', () => {
    const mailbox = new Mailbox()
    mailbox.push(undefined)
    expect(mailbox.shift()).toBeUndefined()
    expect(mailbox.shift()).toBe(nothing)
  })

  test('gives the oldest that is wanted, and leaves the others in order', () => {
    const mailbox = filled(1, 2, 3, 4)
    expect(mailbox.take(message => message > 1 && message % 2 === 1)).toBe(3)
    expect(mailbox.take(message => message > 4)).toBe(nothing)
    expect(mailbox.messages()).toEqual([1, 2, 4])
    expect(mailbox).toHaveLength(3)
  })

  test('takes more after its last message was taken from the end', () => {
    const mailbox = filled(1, 2)
    expect(mailbox.take(message => message === 2)).toBe(2)
    mailbox.push(3)
    expect(mailbox.messages()).toEqual([1, 3])
  })

  test('is empty after it was cleared, and can be filled again', () => {
    const mailbox = filled(1, 2)
    mailbox.clear()
    expect(mailbox.shift()).toBe(nothing)
    mailbox.push(3)
    expect(mailbox.messages()).toEqual([3])
    expect(mailbox).toHaveLength(1)
  })

  test('behaves as an array does, whatever is put in and taken out', () => {
    const step = fc.oneof(
      fc.record({ push: fc.nat(5) }),
      fc.record({ take: fc.nat(5) }),
      fc.constant({ shift: true as const }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const mailbox = new Mailbox()
        const model: number[] = []
        for (const each of steps) {
          if ('push' in each) {
            mailbox.push(each.push)
            model.push(each.push)
          } else if ('take' in each) {
            const at = model.indexOf(each.take)
            const expected = at < 0 ? nothing : model.splice(at, 1)[0]
            expect(mailbox.take(message => message === each.take)).toBe(expected)
          } else {
            expect(mailbox.shift()).toBe(model.length === 0 ? nothing : model.shift())
          }
          expect(mailbox.messages()).toEqual(model)
          expect(mailbox).toHaveLength(model.length)
        }
      }),
    )
  })
})

describe('a search for what names a new reference', () => {
  test('passes over what was there before the reference was made', () => {
    const mailbox = filled(1, 2, 3)
    const ref = make_ref()
    mailbox.push([ref, 'first'])
    mailbox.push([ref, 'second'])
    const looked_at: unknown[] = []
    const wanted = (message: unknown) => {
      looked_at.push(message)
      return Array.isArray(message)
    }
    expect(mailbox.take(wanted, ref.id)).toEqual([ref, 'first'])
    expect(looked_at).toEqual([[ref, 'first']])
    expect(mailbox.messages()).toEqual([1, 2, 3, [ref, 'second']])
  })

  test('does not walk over all that came after what it finds', () => {
    const refs = Array.from({ length: 100_000 }, make_ref)
    const mailbox = new Mailbox()
    for (const ref of refs) mailbox.push(['DOWN', ref])
    const missed = refs.filter(ref => mailbox.take(message => message[1] === ref, ref.id) === nothing)
    expect(missed).toEqual([])
    expect(mailbox).toHaveLength(0)
  })

  test('looks at nothing when nothing has come since', () => {
    const mailbox = filled(1, 2, 3)
    const ref = make_ref()
    expect(mailbox.take(() => true, ref.id)).toBe(nothing)
    expect(mailbox).toHaveLength(3)
  })

  test('knows the newest reference that a pattern names, at any depth', () => {
    const [older, newer] = [make_ref(), make_ref()]
    expect(named_in(newer)).toBe(newer.id)
    expect(named_in(['DOWN', newer, _, older, null])).toBe(newer.id)
    expect(named_in(['reply', [older, [newer]]])).toBe(newer.id)
    expect(named_in(['reply', _])).toBe(0)
    expect(named_in('reply')).toBe(0)
  })
})

test('a message that is put back is the oldest again', () => {
  const mailbox = new Mailbox()
  mailbox.put_back(1)
  mailbox.push(2)
  mailbox.put_back(0)
  expect(mailbox.messages()).toEqual([0, 1, 2])
  expect([mailbox.shift(), mailbox.shift(), mailbox.shift(), mailbox.shift()]).toEqual([0, 1, 2, nothing])
})
