import { beforeAll, describe, expect, test } from '@jest/globals'
import { decode_certificate, type OTPCertificate } from '../../../apps/public_key/otp_certificate.ts'
import { pkix_verify_hostname } from '../../../apps/public_key/public_key.ts'
import type { NameToWrite } from '../../../apps/public_key/x509.ts'
import { make_self_signed } from '../../support/certificates.ts'
import { hex } from '../../support/hex.ts'

async function certificate_for(...subject_alt_names: readonly NameToWrite[]): Promise<OTPCertificate> {
  const { cert_der } = await make_self_signed({ subject: 'CN=common.example', subject_alt_names })
  return decode_certificate(cert_der)
}

const is_for = (certificate: OTPCertificate, host: string) =>
  pkix_verify_hostname(certificate, [['dns_id', host]])

describe('a certificate with alternative names', () => {
  let certificate: OTPCertificate

  beforeAll(async () => {
    certificate = await certificate_for(
      ['dNSName', 'Server.example'],
      ['dNSName', '*.wild.example'],
      ['dNSName', '*.com'],
      ['dNSName', 'f*.part.example'],
      ['dNSName', 'a.*.middle.example'],
      ['dNSName', '*.*.double.example'],
      ['dNSName', '*'],
      ['dNSName', '10.0.0.1'],
      ['iPAddress', '127.0.0.1'],
      ['iPAddress', '::1'],
      ['uniformResourceIdentifier', 'https://other.example/'],
      ['rfc822Name', 'mail.example'],
    )
  })

  test.each(['server.example', 'SERVER.EXAMPLE', 'server.example.', 'a.wild.example', 'A.Wild.Example'])(
    'is for %s',
    host => {
      expect(is_for(certificate, host)).toBe(true)
    },
  )

  test.each([
    ['another host', 'other.example'],
    ['a host below', 'www.server.example'],
    ['a host of which the name is the end', 'notserver.example'],
    ['a host two labels below a wildcard', 'a.b.wild.example'],
    ['the domain of a wildcard', 'wild.example'],
    ['the domain of a wildcard with a dot', '.wild.example'],
    ['all hosts of a top level domain', 'server.com'],
    ['hosts that a part of a label matches', 'foo.part.example'],
    ['hosts that a label in the middle matches', 'a.b.middle.example'],
    ['hosts that two labels match', 'a.b.double.example'],
    ['every host', 'localhost'],
    ['a wildcard', '*.wild.example'],
    ['the common name', 'common.example'],
    ['an address among its names', '10.0.0.1'],
    ['one of its addresses as a name', '127.0.0.1'],
    ['a mail host', 'mail.example'],
    ['nothing', ''],
  ])('is not for %s', (_what, host) => {
    expect(is_for(certificate, host)).toBe(false)
  })

  test('is for its addresses, in any form', () => {
    const is_for_ip = (ip: string | Uint8Array) => pkix_verify_hostname(certificate, [['ip', ip]])
    expect(is_for_ip('127.0.0.1')).toBe(true)
    expect(is_for_ip(hex('7f000001'))).toBe(true)
    expect(is_for_ip('::1')).toBe(true)
    expect(is_for_ip('0:0:0:0:0:0:0:1')).toBe(true)
    expect(is_for_ip('127.0.0.2')).toBe(false)
    expect(is_for_ip('::ffff:127.0.0.1')).toBe(false)
    expect(is_for_ip('10.0.0.1')).toBe(false)
    expect(is_for_ip('server.example')).toBe(false)
  })

  test('is for a URI as a whole, and for one of a host that it names', () => {
    const is_for_uri = (uri: string) => pkix_verify_hostname(certificate, [['uri_id', uri]])
    expect(is_for_uri('https://other.example/')).toBe(true)
    expect(is_for_uri('https://other.example/x')).toBe(false)
    expect(is_for_uri('https://SERVER.example:8443/x')).toBe(true)
    expect(is_for_uri('not a URI')).toBe(false)
  })

  test('is for any one of several references', () => {
    const other = ['dns_id', 'other.example'] as const
    expect(pkix_verify_hostname(certificate, [other, ['ip', '::1']])).toBe(true)
    expect(pkix_verify_hostname(certificate, [other])).toBe(false)
    expect(pkix_verify_hostname(certificate, [])).toBe(false)
  })

  test('can be for what a match_fun says', () => {
    const verify = (answer: boolean | 'default', host: string) =>
      pkix_verify_hostname(certificate, [['dns_id', host]], { match_fun: () => answer })
    expect(verify(true, 'other.example')).toBe(true)
    expect(verify(false, 'server.example')).toBe(false)
    expect(verify('default', 'server.example')).toBe(true)
    expect(verify('default', 'other.example')).toBe(false)
  })

  test('shows a match_fun each reference with each name', () => {
    const seen: unknown[] = []
    const match_fun = (reference: unknown, presented: unknown) => seen.push([reference, presented]) < 0
    pkix_verify_hostname(certificate, [['dns_id', 'x']], { match_fun })
    expect(seen).toHaveLength(12)
    expect(seen[0]).toEqual([
      ['dns_id', 'x'],
      ['dNSName', 'Server.example'],
    ])
  })
})

describe('a certificate without alternative names', () => {
  const without_names = async (subject: string) => {
    const { cert_der } = await make_self_signed({ subject, subject_alt_names: undefined })
    return decode_certificate(cert_der)
  }

  test('is for the hosts of its common names', async () => {
    const certificate = await without_names('CN=*.wild.example, O=Example, CN=server.example')
    expect(is_for(certificate, 'server.example')).toBe(true)
    expect(is_for(certificate, 'a.wild.example')).toBe(true)
    expect(is_for(certificate, 'Example')).toBe(false)
  })

  test('is for no address, even if that is its common name', async () => {
    const certificate = await without_names('CN=127.0.0.1')
    expect(pkix_verify_hostname(certificate, [['ip', '127.0.0.1']])).toBe(false)
    expect(is_for(certificate, '127.0.0.1')).toBe(false)
  })
})
