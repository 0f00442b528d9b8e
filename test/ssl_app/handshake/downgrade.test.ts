import { describe, expect, test } from '@jest/globals'
import { is_downgraded, mark_downgrade } from '../../../ssl_app/handshake/downgrade.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { versions } from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'

const random = new Uint8Array(32).fill(7)
const up_to = (version: ProtocolVersion) => versions.slice(0, versions.indexOf(version) + 1)
const older = ['sslv3', 'tlsv1', 'tlsv1.1'] as const

describe('a server', () => {
  test.each(older)('that knows TLS 1.2 marks its random in %s', version => {
    const marked = mark_downgrade(random, version, versions)
    expect(marked.subarray(0, 24)).toEqual(random.subarray(0, 24))
    expect(marked.subarray(24)).toEqual(hex('444f574e47524400'))
    expect(random).toEqual(new Uint8Array(32).fill(7))
  })

  test('marks nothing in TLS 1.2, or where it knows no better', () => {
    expect(mark_downgrade(random, 'tlsv1.2', versions)).toBe(random)
    for (const version of older) expect(mark_downgrade(random, version, up_to(version))).toBe(random)
    expect(mark_downgrade(random, 'sslv3', up_to('tlsv1.1'))).toBe(random)
  })
})

describe('a client', () => {
  const marked = mark_downgrade(random, 'tlsv1', versions)

  test.each(older)('that knows TLS 1.2 sees it in %s', version => {
    expect(is_downgraded(marked, version, versions)).toBe(true)
    expect(is_downgraded(random, version, versions)).toBe(false)
  })

  test('looks at it only where it could have had better', () => {
    expect(is_downgraded(marked, 'tlsv1.2', versions)).toBe(false)
    for (const version of older) expect(is_downgraded(marked, version, up_to(version))).toBe(false)
  })

  test('needs all eight bytes', () => {
    for (let at = 24; at < 32; at++) {
      const other = marked.map((byte, index) => (index === at ? byte ^ 1 : byte))
      expect(is_downgraded(other, 'tlsv1', versions)).toBe(false)
    }
  })
})
