import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  Alert,
  alert_log_text,
  alert_reason,
  alert_text,
  decode_alerts,
  encode_alert,
  type TlsAlert,
} from '../../../ssl_app/record/ssl_alert.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const warning_no_renegotiation = [1, 100]
const fatal_unknown_ca = [2, 48]

describe('the reason told to the user', () => {
  test('is closed for close_notify', () => {
    expect(alert_reason({ level: 'warning', description: 'close_notify' })).toBe('closed')
    expect(alert_reason({ level: 'fatal', description: 'close_notify' })).toBe('closed')
  })

  test.each([
    ['unexpected_message', 'unexpected message'],
    ['no_certificate', 'No certificate reserved'],
    ['unknown_ca', 'unknown ca'],
    ['unrecognized_name', 'unrecognised name'],
    ['user_canceled', 'user canceled'],
    ['no_application_protocol', 'no application protocol'],
  ] as const)('is the text that OTP has for %s', (description, text) => {
    expect(alert_reason(new Alert(description))).toEqual(['tls_alert', text])
  })

  test('tells the number of a description that has no name', () => {
    expect(alert_reason({ level: 'fatal', description: 77 })).toEqual([
      'tls_alert',
      'unsupported/unknown alert: 77',
    ])
  })
})

describe('an alert on the wire', () => {
  test('is its level and its code', () => {
    expect(encode_alert(new Alert('handshake_failure'))).toEqual(Uint8Array.of(2, 40))
    expect(encode_alert({ level: 'warning', description: 'close_notify' })).toEqual(Uint8Array.of(1, 0))
  })

  test('is read again as what was written, whatever its code', () => {
    const level = fc.constantFrom('warning', 'fatal')
    fc.assert(
      fc.property(level, fc.nat(255), (name, code) => {
        const [alert] = decode_alerts(Uint8Array.of(name === 'fatal' ? 2 : 1, code))
        expect(alert?.level).toBe(name)
        expect(encode_alert(alert as TlsAlert)).toEqual(Uint8Array.of(name === 'fatal' ? 2 : 1, code))
      }),
    )
  })

  test('keeps its number when no RFC names it', () => {
    expect(decode_alerts(Uint8Array.of(2, 200))).toEqual([{ level: 'fatal', description: 200 }])
  })
})

describe('several alerts in one record', () => {
  test('are read in order', () => {
    expect(decode_alerts(Uint8Array.of(...warning_no_renegotiation, ...fatal_unknown_ca))).toEqual([
      { level: 'warning', description: 'no_renegotiation' },
      { level: 'fatal', description: 'unknown_ca' },
    ])
  })

  test('end with the first fatal one', () => {
    expect(decode_alerts(Uint8Array.of(...fatal_unknown_ca, 9, 9, 9))).toEqual([
      { level: 'fatal', description: 'unknown_ca' },
    ])
  })

  test('may be none', () => {
    expect(decode_alerts(new Uint8Array(0))).toEqual([])
  })

  test('may be eleven warnings, and not twelve', () => {
    const warnings = (count: number) => Uint8Array.from(Array(count).fill(warning_no_renegotiation).flat())
    expect(decode_alerts(warnings(11))).toHaveLength(11)
    expect(thrown_alert(() => decode_alerts(warnings(12)))).toBe('decode_error')
  })

  test('may be eleven warnings and a fatal one', () => {
    const content = Uint8Array.from([...Array(11).fill(warning_no_renegotiation).flat(), ...fatal_unknown_ca])
    expect(decode_alerts(content)).toHaveLength(12)
  })

  test('are refused when one has a level that does not exist', () => {
    for (const level of [0, 3, 255]) {
      expect(thrown_alert(() => decode_alerts(Uint8Array.of(...warning_no_renegotiation, level, 0)))).toBe(
        'illegal_parameter',
      )
    }
  })

  test('are refused when the last one is not whole', () => {
    expect(thrown_alert(() => decode_alerts(Uint8Array.of(...warning_no_renegotiation, 2)))).toBe(
      'decode_error',
    )
  })
})

describe('the line for the log', () => {
  test('names state, place, level and text of an alert of our own', () => {
    expect(alert_log_text('hello', new Alert('protocol_version'))).toMatch(
      /^SSL: hello: ssl_alert\.test\.ts:\d+:Fatal error: protocol version$/,
    )
  })

  test('names the decoder for an alert received', () => {
    expect(alert_log_text('connection', { level: 'warning', description: 'no_renegotiation' })).toMatch(
      /^SSL: connection: ssl_alert\.ts:\d+:Warning: no renegotiation$/,
    )
  })

  test('does without a line where the engine does not tell it', () => {
    const alert = new Alert('unknown_ca')
    alert.stack = ''
    expect(alert_log_text('certify', alert)).toBe('SSL: certify: ssl_alert.ts:Fatal error: unknown ca')
  })
})

test('an alert is an error that keeps its detail to itself', () => {
  const alert = new Alert('bad_certificate', ['secret', 1])
  expect(alert).toBeInstanceOf(Error)
  expect(alert.message).toBe('bad certificate')
  expect(alert.detail).toEqual(['secret', 1])
  expect(alert_text(alert.description)).toBe(alert.message)
})
