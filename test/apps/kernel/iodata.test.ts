// Iodata: nested lists of bytes, strings and binaries.

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type IoData, iolist_size, iolist_to_binary, iolist_to_iovec } from '../../../apps/kernel/iodata.ts'

const leaf = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.nat(255),
  fc.string({ unit: fc.nat(255).map(code => String.fromCharCode(code)), maxLength: 10 }),
)
const { iodata } = fc.letrec<{ iodata: IoData; part: IoData | number }>(tie => ({
  part: fc.oneof({ maxDepth: 4 }, leaf, tie('iodata')),
  iodata: fc.array(tie('part'), { maxLength: 5 }),
}))

/** The bytes one by one. */
function flat(data: IoData | number): number[] {
  if (typeof data === 'number') return [data]
  if (typeof data === 'string') return [...data].map(unit => unit.charCodeAt(0))
  return data instanceof Uint8Array ? [...data] : data.flatMap(flat)
}

describe('iodata', () => {
  test('is the bytes of its parts in order, and has their size', () => {
    fc.assert(
      fc.property(iodata, data => {
        expect([...iolist_to_binary(data)]).toEqual(flat(data))
        expect(iolist_size(data)).toBe(flat(data).length)
        expect(iolist_to_iovec(data).every(piece => piece.length > 0)).toBe(true)
      }),
    )
  })

  test('hands binaries on without copying them', () => {
    const [one, two] = [Buffer.from('one'), new Uint8Array([1, 2])]
    const pieces = iolist_to_iovec([one, [], [[two]]])
    expect(pieces[0]).toBe(one)
    expect(pieces[1]).toBe(two)
    expect(iolist_to_binary([[one]])).toBe(one)
    expect(iolist_to_iovec(new Uint8Array(0))).toEqual([])
  })

  test.each([
    ['\u0100'],
    [[256]],
    [[-1]],
    [[0.5]],
    [[Number.NaN]],
    [{}],
    [null],
    [undefined],
    [[undefined]],
    [7],
  ])('refuses %j', data => {
    expect(() => iolist_to_iovec(data as never)).toThrow('badarg')
  })
})
