import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { RecordOutput } from '../../../ssl_app/record/record_output.ts'

const sizes = fc.array(fc.oneof(fc.nat(30), fc.integer({ min: 2000, max: 2100 })), { maxLength: 40 })

test('the pieces hold what was put in, in order', () => {
  fc.assert(
    fc.property(sizes, sizes => {
      const output = new RecordOutput()
      const expected: Uint8Array[] = []
      for (const [index, size] of sizes.entries()) {
        const piece = new Uint8Array(size).fill(index)
        output.header(23, 0x0303, size)
        output.push(piece)
        expected.push(Uint8Array.of(23, 3, 3, size >> 8, size), piece)
      }
      expect(Buffer.concat(output.finish()).equals(Buffer.concat(expected))).toBe(true)
    }),
  )
})

test('large pieces are passed on, and the small ones between them are one piece', () => {
  const [first, second] = [new Uint8Array(4000), new Uint8Array(4000)]
  const output = new RecordOutput()
  output.header(23, 0x0303, 4003)
  output.push(first)
  output.push(Uint8Array.of(1, 2, 3))
  output.header(23, 0x0303, 4000)
  output.push(second)
  const pieces = output.finish()
  expect(pieces.map(piece => piece.length)).toEqual([5, 4000, 8, 4000])
  expect(pieces[1]).toBe(first)
  expect(pieces[3]).toBe(second)
})

test('what was put out stays as it is when more goes out later', () => {
  const outputs = Array.from({ length: 100 }, (_, index) => {
    const output = new RecordOutput()
    output.push(new Uint8Array(1000).fill(index))
    return output.finish()
  })
  for (const [index, pieces] of outputs.entries()) {
    expect(Buffer.concat(pieces).equals(Buffer.alloc(1000, index))).toBe(true)
  }
})
