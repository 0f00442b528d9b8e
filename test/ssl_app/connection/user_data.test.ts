import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  active_after,
  default_emulated,
  type EmulatedOptions,
  UserData,
} from '../../../ssl_app/connection/user_data.ts'

const bytes = (text: string) => Buffer.from(text)

/** Data that was cut into these records. */
function holding(records: readonly string[], options: Partial<EmulatedOptions> = {}): UserData {
  const data = new UserData({ ...default_emulated, mode: 'binary', ...options })
  for (const record of records) data.push(bytes(record))
  return data
}

/** All units that are there. */
function units(data: UserData, length = 0): unknown[] {
  const all: unknown[] = []
  for (let unit = data.next(length); unit !== 'none'; unit = data.next(length)) {
    all.push(unit[1])
    if (unit[0] === 'error') break
  }
  return all
}

describe('a raw stream', () => {
  test('comes record by record, or by lengths that are asked for', () => {
    expect(units(holding(['ab', 'c', 'def']))).toEqual([bytes('ab'), bytes('c'), bytes('def')])
    expect(units(holding(['ab', 'c', 'def']), 4)).toEqual([bytes('abcd')])
    const data = holding(['abc', 'd'])
    expect(data.next(2)).toEqual(['ok', bytes('ab')])
    expect(data.next(0)).toEqual(['ok', bytes('c')])
    expect(data.empty).toBe(false)
    expect(data.next(2)).toBe('none')
    expect(data.next(1)).toEqual(['ok', bytes('d')])
    expect(data.empty).toBe(true)
  })

  test('gives what was put in, however it is cut on the way in and out', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 6 })), lengths, (records, wanted) => {
        const data = holding(records)
        const got: Uint8Array[] = []
        for (const length of wanted) {
          const unit = data.next(length)
          if (unit !== 'none') got.push(unit[1] as Uint8Array)
        }
        got.push(...(units(data) as Uint8Array[]))
        expect(Buffer.concat(got)).toEqual(bytes(records.join('')))
      }),
    )
  })
})

describe('a packet', () => {
  test('comes whole, whatever length is asked for', () => {
    const packets = ['\0\x03a', 'bc\0', '\0\0\x01', 'd']
    expect(units(holding(packets, { packet: 2 }), 7)).toEqual([bytes('abc'), bytes(''), bytes('d')])
  })

  test('that can be none is the end, with all there is', () => {
    const data = holding(['ab\ncde', 'fgh'], { packet: 'line', packet_size: 3 })
    const invalid = ['error', ['invalid_packet', bytes('cdefgh')]]
    expect(data.next(0)).toEqual(['ok', bytes('ab\n')])
    expect(data.next(0)).toEqual(invalid)
    expect(data.next(0)).toEqual(invalid)
    data.change({ mode: 'list', header: 1 })
    expect(data.next(0)).toEqual(['error', ['invalid_packet', 'cdefgh']])
  })

  test('is cut anew when the way to cut is changed', () => {
    const data = holding(['\0\0\0\x09', 'line\nrest'], { packet: 4 })
    expect(data.next(0)).toEqual(['ok', bytes('line\nrest')])
    const again = holding(['line', '\nrest'], { packet: 4 })
    expect(again.next(0)).toBe('none')
    again.change({ packet: 'line' })
    expect(again.next(0)).toEqual(['ok', bytes('line\n')])
    again.change({ packet: 'raw' })
    expect(again.next(0)).toEqual(['ok', bytes('rest')])
  })
})

describe('delivery', () => {
  test.each<[Partial<EmulatedOptions>, unknown]>([
    [{ mode: 'binary' }, bytes('abc')],
    [{ mode: 'list' }, 'abc'],
    [{ mode: 'binary', header: 2 }, [97, 98, bytes('c')]],
    [{ mode: 'binary', header: 3 }, [97, 98, 99, bytes('')]],
    [{ mode: 'binary', header: 4 }, [97, 98, 99]],
    [{ mode: 'list', header: 2 }, 'abc'],
  ])('is as the options %j say', (options, delivered) => {
    expect(units(holding(['abc'], options))).toEqual([delivered])
  })

  test.each([
    [true, true],
    [false, false],
    ['once', false],
    [3, 2],
    [1, false],
  ] as const)('of a message makes active %p into %p', (before, after) => {
    expect(active_after(before)).toBe(after)
  })
})

describe('compacted data', () => {
  test('does not hold the large buffer that it was a part of', () => {
    const data = new UserData({ ...default_emulated, mode: 'binary' })
    const large = Buffer.alloc(100_000, 'x').buffer
    data.push(new Uint8Array(large, 0, 10))
    expect((data.next(4) as unknown as [string, Buffer])[1].buffer).toBe(large)
    data.compact()
    const rest = (data.next(6) as unknown as [string, Buffer])[1]
    expect(rest).toEqual(bytes('xxxxxx'))
    expect(rest.buffer).not.toBe(large)
  })
})
