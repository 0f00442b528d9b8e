import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { content_type_codes, get_tls_records, type TlsRecord } from '../../../ssl_app/record/tls_record.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const record = (type: number, version: number, fragment: Uint8Array): Uint8Array =>
  Uint8Array.of(type, version >> 8, version, fragment.length >> 8, fragment.length, ...fragment)

const records = fc.array(
  fc.record({
    type: fc.constantFrom(20, 21, 22, 23),
    version: fc.integer({ min: 0x0300, max: 0x03ff }),
    fragment: fc.uint8Array({ maxLength: 40 }),
  }),
  { maxLength: 6 },
)

const code_of = ({ type, version, fragment }: TlsRecord) => ({
  type: content_type_codes[type],
  version,
  fragment: Uint8Array.from(fragment),
})

/** What is found in a stream that arrives in these chunks. */
function read_in_chunks(chunks: readonly Uint8Array[]) {
  const found: TlsRecord[] = []
  let rest: Uint8Array | undefined
  for (const chunk of chunks) {
    const [some, left] = get_tls_records(chunk, rest)
    found.push(...some)
    rest = left
  }
  return { found: found.map(code_of), rest: Uint8Array.from(rest ?? []) }
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
}

describe('a stream of records', () => {
  test('is read the same however it is cut', () => {
    fc.assert(
      fc.property(records, fc.uint8Array({ maxLength: 4 }), fc.array(fc.nat()), (sent, tail, places) => {
        const unfinished = record(22, 0x0303, Uint8Array.of(1, 2, 3, 4)).subarray(0, 4 + tail.length)
        const stream = Buffer.concat([
          ...sent.map(({ type, version, fragment }) => record(type, version, fragment)),
          unfinished,
        ])
        expect(read_in_chunks(cut(stream, places))).toEqual({
          found: sent,
          rest: Uint8Array.from(unfinished),
        })
      }),
    )
  })

  test('is read byte by byte', () => {
    const stream = Buffer.concat([
      record(22, 0x0301, Uint8Array.of(1, 2)),
      record(23, 0x0303, new Uint8Array(0)),
      record(21, 0x0303, Uint8Array.of(2, 40)),
    ])
    const { found, rest } = read_in_chunks([...stream].map(byte => Uint8Array.of(byte)))
    expect(found.map(({ type }) => type)).toEqual([22, 23, 21])
    expect(rest).toHaveLength(0)
  })

  test('is not copied where records are whole', () => {
    const stream = Buffer.concat([record(22, 0x0303, Uint8Array.of(1)), record(23, 0x0303, Uint8Array.of(2))])
    const [found, rest] = get_tls_records(stream)
    for (const { fragment } of found) expect(fragment.buffer).toBe(stream.buffer)
    expect(rest.buffer).toBe(stream.buffer)
  })

  test('may be empty', () => {
    expect(get_tls_records(new Uint8Array(0))).toEqual([[], new Uint8Array(0)])
    const [found, rest] = get_tls_records(new Uint8Array(0), Uint8Array.of(22, 3))
    expect(found).toEqual([])
    expect([...rest]).toEqual([22, 3])
  })

  test('may have records up to 18432 bytes', () => {
    const stream = record(23, 0x0303, new Uint8Array(18432))
    expect(get_tls_records(stream)[0]).toHaveLength(1)
  })
})

describe('what is no record', () => {
  const refused = (...bytes: number[]) => thrown_alert(() => get_tls_records(Uint8Array.from(bytes)))

  test('is refused by its first byte', () => {
    expect(refused('G'.charCodeAt(0))).toBe('unexpected_message')
    for (const type of [0, 19, 24, 0x80, 255]) expect(refused(type)).toBe('unexpected_message')
  })

  test('is refused by its second byte when the major version is not 3', () => {
    for (const major of [0, 2, 4, 254]) expect(refused(22, major)).toBe('protocol_version')
  })

  test('is refused by its header when it is too long', () => {
    expect(refused(23, 3, 3, 0x48, 0x01)).toBe('record_overflow')
    expect(refused(23, 3, 3, 0xff, 0xff)).toBe('record_overflow')
    expect(refused(23, 3, 3, 0x48, 0x00)).toBe('none')
  })

  test('is refused as early when it comes in pieces', () => {
    expect(thrown_alert(() => get_tls_records(Uint8Array.of(2), Uint8Array.of(22)))).toBe('protocol_version')
    const header = Uint8Array.of(23, 3, 3, 0x48)
    expect(thrown_alert(() => get_tls_records(Uint8Array.of(0x01), header))).toBe('record_overflow')
  })

  test('is refused only when the records before it are out, however the stream is cut', () => {
    const right = record(22, 0x0303, Uint8Array.of(1))
    const stream = Uint8Array.of(...right, 0x47)
    for (let at = 0; at < right.length; at++) {
      const { found, rest } = read_in_chunks([stream.subarray(0, at), stream.subarray(at)])
      expect(found).toHaveLength(1)
      expect(thrown_alert(() => get_tls_records(new Uint8Array(0), rest))).toBe('unexpected_message')
    }
  })
})

test('noise gives records or an alert, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), chunks => {
      expect(['none', 'unexpected_message', 'protocol_version', 'record_overflow']).toContain(
        thrown_alert(() => read_in_chunks(chunks)),
      )
    }),
  )
})
