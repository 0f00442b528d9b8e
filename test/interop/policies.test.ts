// Paths with random policies, judged by us and by `openssl verify`: RFC 5280 §6.1.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { context } from '../../apps/public_key/pubkey_der.ts'
import { element, integer, object_identifier, sequence } from '../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import type { PolicyOptions } from '../../apps/public_key/pubkey_policies.ts'
import { pkix_path_validation } from '../../apps/public_key/public_key.ts'
import type { SigningKey } from '../../apps/public_key/x509.ts'
import {
  make_ca,
  make_intermediate,
  make_leaf,
  type TestCertificate,
  test_key,
  valid_from,
} from '../support/certificates.ts'
import type { PolicyStatement } from '../support/policy_tree.ts'
import { describe_with, missing_program } from './support/requires.ts'

const now = valid_from + 1000
const policies = ['1.2.3.1', '1.2.3.2', '1.2.3.3']
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 })

const statement: fc.Arbitrary<PolicyStatement> = fc.record({
  self_issued: fc.boolean(),
  policies: fc.option(fc.uniqueArray(fc.constantFrom(...policies, oids.anyPolicy), { minLength: 1 }), {
    nil: undefined,
    freq: 12,
  }),
  mappings: fc.array(
    fc.record({
      issuerDomainPolicy: fc.constantFrom(...policies),
      subjectDomainPolicy: fc.constantFrom(...policies),
    }),
    { maxLength: 3 },
  ),
  require_explicit: some(fc.integer({ min: 0, max: 2 })),
  inhibit_mapping: some(fc.integer({ min: 0, max: 2 })),
  inhibit_any: some(fc.integer({ min: 0, max: 2 })),
})
const wishes = fc.record({
  policy_set: some(fc.uniqueArray(fc.constantFrom(...policies), { minLength: 1 })),
  explicit_policy: fc.boolean(),
  inhibit_policy_mapping: fc.boolean(),
  inhibit_any_policy: fc.boolean(),
})

/** RFC 5280 §4.2.1.4, §4.2.1.5, §4.2.1.11, §4.2.1.14 */
function extensions(said: PolicyStatement) {
  const count = (number: number, value: number | undefined) =>
    value === undefined ? [] : [element(context(number), Uint8Array.of(value))]
  const constraints = [...count(0, said.require_explicit), ...count(1, said.inhibit_mapping)]
  const written = [
    [oids.id_ce_certificatePolicies, said.policies?.map(policy => sequence(object_identifier(policy)))],
    [
      oids.id_ce_policyMappings,
      said.mappings.map(({ issuerDomainPolicy, subjectDomainPolicy }) =>
        sequence(object_identifier(issuerDomainPolicy), object_identifier(subjectDomainPolicy)),
      ),
    ],
    [oids.id_ce_policyConstraints, constraints],
  ] as const
  const lists = written.flatMap(([extnID, parts]) =>
    parts?.length ? [{ extnID, critical: true, extnValue: sequence(...parts) }] : [],
  )
  if (said.inhibit_any === undefined) return lists
  return [
    ...lists,
    { extnID: oids.id_ce_inhibitAnyPolicy, critical: true, extnValue: integer(said.inhibit_any) },
  ]
}

/** OpenSSL applies mappings in the peer's own certificate, where RFC 5280 §6.1.5 has none. */
const last = (said: PolicyStatement): PolicyStatement => ({ ...said, mappings: [] })

/** OpenSSL maps from any policy even where that does not count any more: RFC 5280 §6.1.3 (d) (2) leaves no such node. */
function without_inhibited_mappings(statements: readonly PolicyStatement[], wanted: PolicyOptions) {
  const counts = !wanted.inhibit_any_policy && statements.every(said => said.inhibit_any === undefined)
  if (counts) return statements
  return statements.map(said => ({
    ...said,
    mappings: said.mappings.filter(mapping => said.policies?.includes(mapping.issuerDomainPolicy)),
  }))
}

async function make_path(
  root: TestCertificate,
  keys: readonly SigningKey[],
  statements: readonly PolicyStatement[],
) {
  const path: TestCertificate[] = []
  let issuer = root
  let subject = 'CN=Test Root'
  for (const [index, said] of statements.entries()) {
    const is_last = index === statements.length - 1
    // OpenSSL does not count a peer that is self-issued; RFC 5280 §6.1.5 (a) counts every peer.
    if (is_last || !said.self_issued) subject = `CN=${index}`
    const options = { subject, key: keys[index]!, extensions: extensions(is_last ? last(said) : said) }
    issuer = is_last ? await make_leaf(issuer, options) : await make_intermediate(issuer, options)
    path.push(issuer)
  }
  return path
}

/** OpenSSL takes a user who names no policies for one who accepts none. */
function openssl_arguments(wanted: PolicyOptions): string[] {
  return [
    ...(wanted.policy_set ?? [oids.anyPolicy]).flatMap(policy => ['-policy', policy]),
    ...(wanted.explicit_policy ? ['-explicit_policy'] : []),
    ...(wanted.inhibit_policy_mapping ? ['-inhibit_map'] : []),
    ...(wanted.inhibit_any_policy ? ['-inhibit_any'] : []),
  ]
}

async function openssl_accepts(
  root: TestCertificate,
  path: readonly TestCertificate[],
  wanted: PolicyOptions,
) {
  const folder = await mkdtemp(join(tmpdir(), 'kista-policies-'))
  try {
    const file = async (name: string, certificates: readonly TestCertificate[]) => {
      await writeFile(join(folder, name), certificates.map(({ cert_pem }) => cert_pem).join('\n'))
      return join(folder, name)
    }
    const peer = await file('peer', path.slice(-1))
    const between = path.length > 1 ? ['-untrusted', await file('between', path.slice(0, -1))] : []
    const trusted = ['-CAfile', await file('root', [root]), '-no-CApath', '-no-CAstore']
    const options = ['-policy_check', '-attime', String(now / 1000), ...openssl_arguments(wanted)]
    return await new Promise<boolean>(resolve =>
      execFile('openssl', ['verify', ...trusted, ...between, ...options, peer], error => resolve(!error)),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe_with([{ missing: () => missing_program('openssl') }], 'policies', () => {
  test('are valid for us where they are for OpenSSL', async () => {
    const root = await make_ca()
    const keys = await Promise.all(Array.from({ length: 4 }, () => test_key('secp256r1')))
    const judged = { good: 0, bad: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(statement, { minLength: 1, maxLength: 4 }),
        wishes,
        async (statements, wanted) => {
          const path = await make_path(root, keys, without_inhibited_mappings(statements, wanted))
          const ders = path.map(({ cert_der }) => cert_der)
          const [tag, reason] = pkix_path_validation(root.cert_der, ders, { now, ...wanted })
          if (tag === 'error') expect(reason).toMatchObject(['bad_cert', ['policy_requirement_not_met', {}]])
          judged[tag === 'ok' ? 'good' : 'bad']++
          expect(await openssl_accepts(root, path, wanted)).toBe(tag === 'ok')
        },
      ),
      { numRuns: Number(process.env.POLICY_RUNS ?? 60) },
    )
    expect(Math.min(judged.good, judged.bad)).toBeGreaterThan(2)
  }, 120_000)
})
