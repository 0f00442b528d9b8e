import { beforeAll, describe, expect, test } from '@jest/globals'
import { decode_certificate, type OTPCertificate } from '../../../apps/public_key/otp_certificate.ts'
import { context_constructed } from '../../../apps/public_key/pubkey_der.ts'
import { element, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import { type MatchFun, type ReferenceId, reference_id } from '../../../apps/public_key/pubkey_hostname.ts'
import { id_ce_subjectAltName } from '../../../apps/public_key/pubkey_oids.ts'
import { pkix_verify_hostname, pkix_verify_hostname_match_fun } from '../../../apps/public_key/public_key.ts'
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
    const is_for_ip = (ip: string | Uint8Array | readonly number[]) =>
      pkix_verify_hostname(certificate, [['ip', ip]])
    expect(is_for_ip('127.0.0.1')).toBe(true)
    expect(is_for_ip(hex('7f000001'))).toBe(true)
    expect(is_for_ip('::1')).toBe(true)
    expect(is_for_ip('0:0:0:0:0:0:0:1')).toBe(true)
    expect(is_for_ip([127, 0, 0, 1])).toBe(true)
    expect(is_for_ip([0, 0, 0, 0, 0, 0, 0, 1])).toBe(true)
    expect(is_for_ip([127, 0, 0, 2])).toBe(false)
    expect(is_for_ip([127, 0, 256, 1])).toBe(false)
    expect(is_for_ip([127, 0, 1])).toBe(false)
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

  test('is for the host that a reference in another script stands for', async () => {
    const international = await certificate_for(
      ['dNSName', 'xn--bcher-kva.example'],
      ['dNSName', '*.xn--r8jz45g.xn--zckzah'],
    )
    expect(is_for(international, 'bücher.example')).toBe(true)
    expect(is_for(international, 'BÜCHER.example.')).toBe(true)
    expect(is_for(international, 'xn--BCHER-kva.example')).toBe(true)
    expect(is_for(international, 'ö.例え.テスト')).toBe(true)
    expect(is_for(international, 'bucher.example')).toBe(false)
  })

  test('is for no name with a zero byte in it', async () => {
    const zero = await certificate_for(
      ['dNSName', 'server.example\0.evil.example'],
      ['dNSName', '*.evil.example'],
    )
    expect(is_for(zero, 'server.example')).toBe(false)
    expect(is_for(zero, 'a\0b.evil.example')).toBe(false)
    expect(is_for(zero, 'a b.evil.example')).toBe(false)
  })

  test('is for no host by an address in digits of another script', async () => {
    const digits = await certificate_for(['dNSName', '127.0.0.1'])
    expect(is_for(digits, '１２７.0.0.1')).toBe(false)
  })

  test('is for a service by its SRV name, in letters of any size', async () => {
    const service = await certificate_with_other_names(
      '06082b06010505070807 a00f 160d 5f7369702e53656376652e6578', // _sip.Secve.ex
      '06082b06010505070807 a003 0c0141',
      '06032a0304 a003 160141',
    )
    const is_for_service = (name: string) => pkix_verify_hostname(service, [['srv_id', name]])
    expect(is_for_service('_SIP.secve.ex')).toBe(true)
    expect(is_for_service('_xmpp.secve.ex')).toBe(false)
    expect(is_for_service('A')).toBe(false)
    expect(is_for(service, '_sip.secve.ex')).toBe(false)
  })

  test('is for nothing by another name that is broken', async () => {
    const broken = await certificate_with_other_names('06082b0601050507', '06082b06010505070807 160141')
    expect(pkix_verify_hostname(broken, [['srv_id', 'A']])).toBe(false)
  })
})

async function certificate_with_other_names(...contents: readonly string[]): Promise<OTPCertificate> {
  const names = contents.map(digits => element(context_constructed(0), hex(digits)))
  const extension = { extnID: id_ce_subjectAltName, critical: false, extnValue: sequence(...names) }
  const { cert_der } = await make_self_signed({ subject_alt_names: undefined, extensions: [extension] })
  return decode_certificate(cert_der)
}

describe('what a user says of it', () => {
  let certificate: OTPCertificate
  const other = [['dns_id', 'other.example']] as const
  const named = [['dns_id', 'server.example']] as const

  beforeAll(async () => {
    certificate = await certificate_for(['dNSName', 'server.example'], ['iPAddress', '127.0.0.1'])
  })

  test('a match_fun decides, or leaves it to the rules', () => {
    const verify = (answer: boolean | 'default', references: readonly ReferenceId[]) =>
      pkix_verify_hostname(certificate, references, { match_fun: () => answer })
    expect(verify(true, other)).toBe(true)
    expect(verify(false, named)).toBe(false)
    expect(verify('default', named)).toBe(true)
    expect(verify('default', other)).toBe(false)
  })

  test('a match_fun is shown each reference with each name', () => {
    const seen: unknown[] = []
    const match_fun: MatchFun = (reference, presented) => seen.push([reference, presented]) < 0
    pkix_verify_hostname(certificate, [['uri_id', 'https://x.example/']], { match_fun })
    expect(seen).toEqual([
      [
        ['uri_id', 'https://x.example/'],
        ['dNSName', 'server.example'],
      ],
      [
        ['uri_id', 'https://x.example/'],
        ['iPAddress', Uint8Array.of(127, 0, 0, 1)],
      ],
      [
        ['dns_id', 'x.example'],
        ['dNSName', 'server.example'],
      ],
      [
        ['dns_id', 'x.example'],
        ['iPAddress', Uint8Array.of(127, 0, 0, 1)],
      ],
    ])
  })

  test('a match_fun is shown common names with bare domain names', async () => {
    const seen: unknown[] = []
    const match_fun: MatchFun = (reference, presented) => seen.push([reference, presented]) < 0
    const { cert_der } = await make_self_signed({ subject: 'CN=a', subject_alt_names: undefined })
    pkix_verify_hostname(cert_der, [...named, ['ip', '::1']], { match_fun })
    expect(seen).toEqual([['server.example', ['cn', 'a']]])
  })

  test('an fqdn_fun says which domain is in a reference', () => {
    const verify = (domain: string | undefined, references: readonly ReferenceId[]) =>
      pkix_verify_hostname(certificate, references, { fqdn_fun: () => domain })
    expect(verify('server.example', other)).toBe(true)
    expect(verify('default', other)).toBe(false)
    expect(verify(undefined, [['uri_id', 'https://server.example/']])).toBe(false)
    expect(verify('default', [['uri_id', 'https://server.example/']])).toBe(true)
  })

  test('a fail_callback has the last word, once, and only where nothing matched', () => {
    const asked: OTPCertificate[] = []
    const verify = (answer: unknown, references: readonly ReferenceId[]) => {
      const fail_callback = (shown: OTPCertificate) => asked.push(shown) > 0 && (answer as boolean)
      return pkix_verify_hostname(certificate, references, { fail_callback })
    }
    expect(verify(true, other)).toBe(true)
    expect(asked).toEqual([certificate])
    expect(verify(false, other)).toBe(false)
    expect(verify('true', other)).toBe(false)
    expect(verify(false, named)).toBe(true)
    expect(asked).toHaveLength(3)
  })
})

describe('the rules of the web', () => {
  const is_match = (host: string, name: string) =>
    pkix_verify_hostname_match_fun('https')(['dns_id', host], ['dNSName', name])

  test.each([
    ['server.example', 'Server.example'],
    ['a.wild.example', '*.wild.example'],
    ['xn--bcher-kva.wild.example', '*.wild.example'],
    ['foo.part.example', 'f*.part.example'],
    ['foo.part.example', '*o.part.example'],
    ['fo.part.example', 'f*o.part.example'],
  ])('%s is matched by %s', (host, name) => {
    expect(is_match(host, name)).toBe(true)
  })

  test.each([
    ['f.part.example', 'f*f.part.example'],
    ['foo.part.example', 'f**.part.example'],
    ['foo.part.example', 'b*.part.example'],
    ['foo.part.example', 'foo.*.example'],
    ['a.b.wild.example', '*.wild.example'],
    ['wild.example', '*.wild.example'],
    ['a.com', '*.com'],
    ['a.com', '*.com.'],
    ['localhost', '*'],
    ['xn--bcher-kva.part.example', 'x*.part.example'],
    ['xn--bcher-kva.part.example', '*kva.part.example'],
    ['bücher.part.example', 'xn--b*.part.example'],
    ['1.2.3.4', '*.2.3.4'],
  ])('%s is not matched by %s', (host, name) => {
    expect(is_match(host, name)).toBe(false)
  })

  test('are about DNS names only', () => {
    const match_fun = pkix_verify_hostname_match_fun('https')
    expect(match_fun(['ip', '::1'], ['iPAddress', new Uint8Array(16)])).toBe('default')
    expect(match_fun('a.b.example', ['cn', '*.b.example'])).toBe('default')
  })
})

describe('the reference for a host', () => {
  test.each([
    ['server.example', ['dns_id', 'server.example']],
    ['127.0.0.1', ['ip', Uint8Array.of(127, 0, 0, 1)]],
    ['::ffff:1.2.3.4', ['ip', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4)]],
    ['fe80::1%eth0', ['ip', Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)]],
    ['1.2.3.4%eth0', ['dns_id', '1.2.3.4%eth0']],
    ['::1%', ['dns_id', '::1%']],
  ])('%s is a name or an address', (host, reference) => {
    expect(reference_id(host)).toEqual(reference)
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

  test('is for no host by letters that only look like those of its common name', async () => {
    // The sign of Kelvin and the long s have small letters, or capitals, in ASCII.
    const kelvin = await without_names('CN=ban\u212a.example')
    expect(is_for(kelvin, 'bank.example')).toBe(false)
    expect(is_for(kelvin, 'ban\u212a.example')).toBe(true)
    expect(is_for(await without_names('CN=pa\u017f\u017f.example'), 'pass.example')).toBe(false)
  })

  test('is for the name in its own words, which need not be that of a host', async () => {
    expect(is_for(await without_names('CN=my server'), 'My Server')).toBe(true)
    expect(is_for(await without_names('CN=*.my server.example'), 'a.my server.example')).toBe(false)
  })
})
