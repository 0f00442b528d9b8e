import { expect, test } from '@jest/globals'
import {
  highest_version,
  is_at_least,
  lowest_version,
  type ProtocolVersion,
  version_codes,
  version_from_code,
} from '../../../ssl_app/record/tls_version.ts'

test('each version is found by its number on the wire', () => {
  for (const [version, code] of Object.entries(version_codes)) expect(version_from_code(code)).toBe(version)
})

test.each([0x0000, 0x0200, 0x02ff, 0x0304, 0x0400, 0xfeff])('0x%s is no version known here', code => {
  expect(version_from_code(code)).toBeUndefined()
})

test('newer versions are at least as new as older ones, and not the other way round', () => {
  expect(is_at_least('tlsv1.2', 'tlsv1.1')).toBe(true)
  expect(is_at_least('tlsv1', 'tlsv1')).toBe(true)
  expect(is_at_least('sslv3', 'tlsv1')).toBe(false)
})

test('the highest and the lowest are found in any order', () => {
  const versions: ProtocolVersion[] = ['tlsv1.1', 'tlsv1.2', 'tlsv1']
  expect(highest_version(versions)).toBe('tlsv1.2')
  expect(lowest_version(versions)).toBe('tlsv1')
  expect(highest_version(['tlsv1'])).toBe('tlsv1')
})
