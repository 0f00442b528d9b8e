// Host names, judged by us and by the OpenSSL that is in Node.

import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type HostnameCheck,
  hostname_match_fun,
  reference_id,
  verify_hostname,
} from '../../../apps/public_key/pubkey_hostname.ts'
import { make_pki } from '../../support/chain_maker.ts'

const runs = Number(process.env.HOST_RUNS ?? 200)

/** OpenSSL has no `*` stand for, or beside, labels with `_` or with `-` at their ends, which no host has: RFC 952. */
const label = fc.oneof(
  fc.constantFrom('a', 'b', 'foo', 'fo', 'F', 'xn--a', 'xn--bcher-kva', '1', 'a-b'),
  fc.string({ unit: fc.constantFrom(...'abAB1'), minLength: 1, maxLength: 4 }),
)
const pattern = fc.oneof(
  label,
  fc.constantFrom('*', '*a', 'a*', 'f*o', '*o', '**', 'x*', 'xn--*', '*-kva', ''),
)
const joined = (first: fc.Arbitrary<string>, rest: fc.Arbitrary<string>) =>
  fc.tuple(first, fc.array(rest, { maxLength: 3 })).map(([head, tail]) => [head, ...tail].join('.'))

const host = joined(label, label)
const name = fc.oneof(joined(pattern, label), joined(label, pattern), host)
/** Often the host itself, changed a little. */
const pair = fc.tuple(host, name, fc.integer({ min: 0, max: 3 })).map(([wanted, other, how]) => {
  const [, ...parents] = wanted.split('.')
  const [first] = other.split('.')
  return [
    wanted,
    how === 0 ? wanted.toUpperCase() : how === 1 ? [first, ...parents].join('.') : other,
  ] as const
})

function certificate_for(names: readonly string[], common_name: string) {
  const alt_names = names.map(each => ['dNSName', each] as const)
  const subject = `CN=${common_name}`
  return make_pki({ it: { subject, key: 'ed25519', ...(names.length > 0 && { alt_names }) } }).certificate(
    'it',
  )
}

/**
 * What the two are known to judge otherwise: OpenSSL does not overlook the dot of the root, and its `*` stands for one
 * letter at least, where OTP's may stand for none.
 */
function is_comparable(name: string, wanted: string): boolean {
  const [[first], [of_wanted]] = [name.split('.'), wanted.split('.')]
  const may_be_none = first!.length > 1 && first!.includes('*') && first!.length > of_wanted!.length
  return name !== '' && !name.endsWith('.') && !may_be_none
}

describe.each([
  ['the usual rules', false, {}],
  ['the rules of the web', true, { match_fun: hostname_match_fun('https') }],
] as const)('by %s, a certificate is for the hosts that OpenSSL takes it for', (_rules, parts, check) => {
  const agree = (names: readonly string[], common_name: string, wanted: string, own: HostnameCheck) => {
    const { der, certificate } = certificate_for(names, common_name)
    const partialWildcards = names.length > 0 && parts
    const theirs = new X509Certificate(der).checkHost(wanted, { partialWildcards }) !== undefined
    expect(verify_hostname(certificate, [reference_id(wanted)], own)).toBe(theirs)
    return theirs
  }

  test('by its alternative names', () => {
    let good = 0
    const property = fc.property(pair, fc.array(name, { maxLength: 2 }), ([wanted, first], more) => {
      const names = [first, ...more].filter(each => is_comparable(each, wanted))
      if (names.length > 0 && agree(names, 'somebody else', wanted, check)) good++
    })
    fc.assert(property, { numRuns: runs })
    expect(good).toBeGreaterThan(runs / 20)
  })

  test('by its common name, without any alternative ones', () => {
    let good = 0
    const property = fc.property(pair, ([wanted, common_name]) => {
      if (is_comparable(common_name, wanted) && agree([], common_name, wanted, check)) good++
    })
    fc.assert(property, { numRuns: runs })
    expect(good).toBeGreaterThan(runs / 20)
  })
})
