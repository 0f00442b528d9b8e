import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  decode_answer,
  decode_request,
  encode_answer,
  encode_request,
  longest_answer,
  longest_request,
  most_rows,
} from '../../../apps/observer/observer_protocol.ts'
import { sort_keys } from '../../../apps/observer/process_table.ts'
import { type Snapshot, views } from '../../../apps/observer/snapshot.ts'
import { system_info } from '../../../apps/observer/system_info.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'

const packet = (value: unknown) => Buffer.from(JSON.stringify(value))
const good = { views: ['ets'], sort_by: 'pid', limit: 1 } as const

describe('A request', () => {
  test('comes out as it went in, and is short', () => {
    const any_request = fc.record({
      views: fc.uniqueArray(fc.constantFrom(...views)),
      sort_by: fc.constantFrom(...sort_keys),
      limit: fc.integer({ min: 1, max: most_rows }),
    })
    fc.assert(
      fc.property(any_request, request => {
        const encoded = encode_request(request)
        expect(encoded.length).toBeLessThanOrEqual(longest_request)
        expect(decode_request(encoded)).toEqual(['ok', request])
        for (let end = 0; end < encoded.length; end++) {
          expect(decode_request(encoded.subarray(0, end))).toEqual(['error', 'bad_request'])
        }
      }),
      { numRuns: 30 },
    )
  })

  test.each([
    [good],
    [[1]],
    [[1, null]],
    [[1, []]],
    [[1, { ...good, views: 'ets' }]],
    [[1, { ...good, views: ['files'] }]],
    [[1, { ...good, views: Array.from({ length: 7 }, () => 'ets') }]],
    [[1, { ...good, sort_by: '__proto__' }]],
    [[1, { ...good, limit: 0 }]],
    [[1, { ...good, limit: 1.5 }]],
    [[1, { ...good, limit: most_rows + 1 }]],
    [[1, { ...good, code: 'process.exit()' }]],
    [[1, good, 1]],
  ])('is refused when it is %j', value => {
    expect(decode_request(packet(value))).toEqual(['error', 'bad_request'])
  })

  test('of another version is told to be that', () => {
    expect(decode_request(packet([2, good]))).toEqual(['error', 'version'])
    expect(decode_answer(packet([2, 'ok', {}]))).toEqual(['error', 'version'])
  })

  test('that is noise is refused, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map(text => Buffer.from(text)),
        ),
        noise => {
          expect(decode_request(noise)[0]).toBe('error')
          expect(decode_answer(noise)[0]).toBe('error')
        },
      ),
    )
  })
})

describe('An answer', () => {
  test('has text where there were pids, ports and references', () => {
    const ref = make_ref()
    const snapshot: Snapshot = { system: { ...system_info(), program: 'é漢' }, ets: [{ id: ref } as never] }
    expect(decode_answer(encode_answer(['ok', snapshot]))).toEqual([
      'ok',
      { system: { ...snapshot.system }, ets: [{ id: `${ref}` }] },
    ])
  })

  test('may say why there is none', () => {
    expect(decode_answer(encode_answer(['error', 'bad_request']))).toEqual(['error', 'bad_request'])
    expect(decode_answer(packet([1, 'ok', { no: 'system' }]))).toEqual(['error', 'bad_answer'])
    expect(decode_answer(packet([1, 'well', { system: {} }]))).toEqual(['error', 'bad_answer'])
  })

  test('is never longer than a packet may be', () => {
    const program = 'x'.repeat(longest_answer)
    const encoded = encode_answer(['ok', { system: { ...system_info(), program } }])
    expect(decode_answer(encoded)).toEqual(['error', 'too_large'])
  })
})
