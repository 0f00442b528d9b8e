// Random chains, judged by us and by `openssl verify` for the same purpose, at the same time, with the same lists:
// dates, signatures, constraints, usages, names, unknown extensions, revocation, in any order, with some too many or
// missing. What the two are known to judge otherwise is taken out of the chains, by the rule that is told there.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode_crl } from '../../apps/public_key/pubkey_crl.ts'
import { name_key } from '../../apps/public_key/pubkey_names.ts'
import { id_kp_clientAuth, id_kp_serverAuth } from '../../apps/public_key/pubkey_oids.ts'
import { encode_pem, type PemType } from '../../apps/public_key/pubkey_pem.ts'
import { type PathOptions, validate_peer } from '../../ssl_app/certificate/ssl_certificate.ts'
import type { CrlCacheApi, CrlCheck } from '../../ssl_app/certificate/ssl_crl_cache_api.ts'
import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import { Alert } from '../../ssl_app/record/ssl_alert.ts'
import { type CertificateRow, make_pki, type Pki } from '../support/chain_maker.ts'
import type { CrlRow, EntryRow } from '../support/chain_maker_crls.ts'
import type { GeneralNameRow } from '../support/chain_maker_names.ts'
import { path } from '../support/engine_pair.ts'
import { at_once } from '../support/peer_path.ts'
import { describe_with, missing_program } from './support/requires.ts'

const now = Date.UTC(2026, 5, 1)

/** Mostly what is good, once in a while one of the others. */
function mostly<Value>(good: Value, ...others: readonly Value[]): fc.Arbitrary<Value> {
  const rest = others.map(value => ({ weight: 1, arbitrary: fc.constant(value) }))
  return fc.oneof({ weight: 12 * others.length, arbitrary: fc.constant(good) }, ...rest)
}

// ---- What certificates say

const dates = mostly<Partial<CertificateRow>>(
  {},
  { not_after: '250101000000Z' },
  { not_before: '300101000000Z' },
  { not_before: '19500101000000Z', not_after: '99991231235959Z' },
)
const organization = fc.constantFrom('O=A', 'O=B')
const purposes = mostly<readonly string[] | undefined>(
  undefined,
  [id_kp_serverAuth],
  [id_kp_clientAuth],
  [id_kp_serverAuth, id_kp_clientAuth],
)
// OpenSSL does not take anyExtendedKeyUsage for a purpose of TLS: RFC 5280 §4.2.1.12 leaves that to the application.

const alternative_name = fc.constantFrom<GeneralNameRow>(
  ['dNSName', 'example'],
  ['dNSName', 'a.example'],
  ['dNSName', 'B.A.Example'],
  ['dNSName', 'notexample'],
  ['iPAddress', '10.0.0.1'],
  ['iPAddress', '::1'],
  ['rfc822Name', 'user@a.example'],
  ['rfc822Name', 'user@example'],
  ['uniformResourceIdentifier', 'https://a.example/x'],
  ['uniformResourceIdentifier', 'ldap://example:389/y'],
  ['directoryName', 'O=A, CN=Somebody'],
  ['registeredID', '1.2.3'],
)
const constraint = fc.constantFrom<GeneralNameRow>(
  ['dNSName', 'example'],
  ['dNSName', 'a.example'],
  ['iPAddress', Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0)],
  ['iPAddress', new Uint8Array(32)],
  ['rfc822Name', 'example'],
  ['rfc822Name', '.example'],
  ['rfc822Name', 'user@example'],
  ['uniformResourceIdentifier', 'example'],
  ['uniformResourceIdentifier', '.example'],
  ['directoryName', 'O=A'],
  ['directoryName', 'O=A, CN=Somebody'],
  ['registeredID', '1.2.3'],
)
const some_constraints = fc.option(fc.array(constraint, { minLength: 1, maxLength: 2 }), {
  nil: undefined,
  freq: 4,
})

const private_extension = (critical: boolean): Partial<CertificateRow> => ({
  others: [['1.2.3.4', critical, Uint8Array.of(5, 0)]],
})
const extension = mostly({}, private_extension(false), private_extension(true))
const signature = mostly<Partial<CertificateRow>>({}, { damaged: true }, { issuer: 'CN=Somebody Else' })
const key = fc.constantFrom('secp256r1', 'secp384r1', 'ed25519', 'rsa')

const authority = fc
  .record({
    dates,
    organization,
    purposes,
    extension,
    signature,
    key,
    self_issued: mostly(false, true),
    basic_constraints: mostly<CertificateRow['basic_constraints']>(
      { cA: true },
      { cA: true, critical: false },
      { cA: true, path_length: 0 },
      { cA: true, path_length: 1 },
      { cA: false },
      undefined,
    ),
    key_usage: mostly<CertificateRow['key_usage']>(
      { usages: ['keyCertSign', 'cRLSign'] },
      { usages: ['keyCertSign', 'cRLSign'], critical: false },
      { usages: ['keyCertSign'] },
      { usages: ['cRLSign'] },
      undefined,
    ),
    permitted: fc.option(some_constraints, { nil: undefined, freq: 2 }),
    excluded: fc.option(some_constraints, { nil: undefined, freq: 2 }),
  })
  .map(without_usage_alone)

/** OpenSSL takes one for an authority that has no basic constraints and may sign: RFC 5280 §6.1.4 (k) does not. */
function without_usage_alone<Row extends Pick<CertificateRow, 'basic_constraints' | 'key_usage'>>(
  row: Row,
): Row {
  return row.basic_constraints ? row : { ...row, key_usage: undefined }
}

const peer = fc.record({
  dates,
  organization,
  purposes,
  extension,
  signature,
  key,
  alt_names: fc.option(fc.array(alternative_name, { minLength: 1, maxLength: 3 }), { nil: undefined }),
})

// ---- What lists say

const for_users: Partial<CrlRow> = { issuing_distribution_point: { only: 'user' } }

const list = mostly<Partial<CrlRow> | 'missing' | 'revokes' | 'holds'>(
  {},
  'missing',
  'revokes',
  'holds',
  { damaged: true },
  { next_update: '250101000000Z' },
  { this_update: '300101000000Z' },
  for_users,
  { issuing_distribution_point: { only: 'authority' } },
  { others: [['1.2.3.4', true, Uint8Array.of(5, 0)]] },
  { others: [['1.2.3.4', false, Uint8Array.of(5, 0)]] },
)

/** OpenSSL looks up the root too, in the list of its own: RFC 5280 §6.1 has no root in the path. */
const of_root = list.map(what => (what === for_users ? {} : what))
const lists = fc.tuple(of_root, list, list, list)

const chain = fc.record({
  authorities: fc.array(authority, { maxLength: 3 }),
  peer,
  lists: fc.option(lists, { nil: undefined }),
  role: fc.constantFrom('client', 'server'),
  order: fc.infiniteStream(fc.nat(1000)),
  extra: mostly<'extra' | 'root' | 'peer' | undefined>(undefined, 'extra', 'root', 'peer'),
  missing: mostly<number | undefined>(undefined, 0, 1),
  again: mostly(false, true),
})

type Chain = typeof chain extends fc.Arbitrary<infer Value> ? Value : never

// ---- From that to bytes

interface Case {
  readonly role: PathOptions['role']
  readonly root: Uint8Array
  readonly peer: Uint8Array
  readonly between: readonly Uint8Array[]
  /** Undefined: nobody asks whether something is revoked. */
  readonly crls: readonly Uint8Array[] | undefined
}

function make_case(said: Chain): Case {
  const names = ['root', ...said.authorities.map((_row, index) => `ca ${index}`), 'peer']
  const pki = make_pki({ ...rows_of(said, names), ...crossed_rows(said), extra: extra_row })
  const der = (name: string) => pki.certificate(name).der
  const shown = names.slice(1, -1).filter((_name, index) => index !== said.missing)
  const more = [
    ...(said.extra ? [said.extra] : []),
    ...(said.again && said.authorities.length > 0 ? ['again'] : []),
  ]
  const keys = new Map([...shown, ...more].map(name => [name, said.order.next().value]))
  const between = [...keys.keys()].sort((left, right) => keys.get(left)! - keys.get(right)!).map(der)
  return { role: said.role, root: der('root'), peer: der('peer'), between, crls: crls_of(said, names, pki) }
}

function rows_of(said: Chain, names: readonly string[]): Record<string, CertificateRow> {
  const rows: Record<string, CertificateRow> = { root: { ...extra_row, subject: 'O=A, CN=root' } }
  for (const [index, row] of said.authorities.entries()) {
    const {
      dates: valid,
      organization: unit,
      purposes: ext_key_usage,
      extension: other,
      signature: how,
      ...rest
    } = row
    const above = rows[names[index]!]!
    // One name with several lists, of which each is about all certificates of the name, is PKITS' business.
    const is_again = row.self_issued && !said.lists
    const subject = is_again ? above.subject! : `${unit}, CN=ca ${index}`
    const { self_issued: _, ...constraints } = rest
    rows[names[index + 1]!] = {
      signed_by: names[index]!,
      subject,
      ext_key_usage,
      ...valid,
      ...other,
      ...how,
      ...constraints,
    }
  }
  const {
    dates: valid,
    organization: unit,
    purposes: ext_key_usage,
    extension: other,
    signature: how,
    ...rest
  } = said.peer
  rows.peer = {
    signed_by: names.at(-2)!,
    subject: `${unit}, CN=The Peer`,
    basic_constraints: { cA: false },
    key_usage: { usages: ['digitalSignature', 'keyEncipherment'] },
    ext_key_usage,
    ...valid,
    ...other,
    ...how,
    ...rest,
  }
  return rows
}

const extra_row: CertificateRow = {
  basic_constraints: { cA: true },
  key_usage: { usages: ['keyCertSign', 'cRLSign'] },
}

/** The first authority's certificate of another time: it leads to the root as well, and is out of date. */
function crossed_rows({ authorities }: Chain): Record<string, CertificateRow> {
  const [first] = authorities
  if (!first) return {}
  const subject = first.self_issued ? 'O=A, CN=root' : `${first.organization}, CN=ca 0`
  return {
    again: { ...extra_row, signed_by: 'root', subject, key_of: 'ca 0', not_after: '210101000000Z' },
  }
}

function crls_of({ lists }: Chain, names: readonly string[], pki: Pki): Uint8Array[] | undefined {
  return (
    lists &&
    names.slice(0, -1).flatMap((name, index) => {
      const what = lists[index]!
      if (what === 'missing') return []
      const below = pki.certificate(names[index + 1]!).certificate.tbsCertificate.serialNumber
      const entry: EntryRow = {
        serial: below,
        reason: what === 'holds' ? 'certificateHold' : 'keyCompromise',
      }
      const row = typeof what === 'string' ? { entries: [entry] } : what
      return [pki.crl({ signed_by: name, ...row })]
    })
  )
}

// ---- The judges

function is_good_for_us({ role, root, peer: own, between, crls }: Case): boolean {
  const crl = crls && { check: true as const, cache: cache_of(crls) }
  const options = path(role, { verify: 'verify_peer', depth: 10, hostname: undefined, crl })
  try {
    at_once(validate_peer([own, ...between], new TrustStore([root]), options, { now }))
    return true
  } catch (error) {
    if (error instanceof Alert) return false
    throw error
  }
}

function cache_of(crls: readonly Uint8Array[]): CrlCheck['cache'] {
  const by_issuer = crls.map(der => [name_key(decode_crl(der).tbsCertList.issuer), der] as const)
  const module: CrlCacheApi = {
    lookup: () => 'not_available',
    select: issuer =>
      'rdnSequence' in issuer
        ? by_issuer.filter(([name]) => name === name_key(issuer)).map(([, der]) => der)
        : [],
    fresh_crl: (_point, crl) => crl,
  }
  return [module, undefined]
}

async function is_good_for_openssl(chain: Case): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-chains-'))
  try {
    const file = async (name: string, type: PemType, ders: readonly Uint8Array[]) => {
      const entries = ders.map(der => [type, der, 'not_encrypted'] as const)
      await writeFile(join(folder, name), encode_pem(entries))
      return join(folder, name)
    }
    const { role, root, peer: own, between, crls } = chain
    const options = [
      ...['-CAfile', await file('root', 'Certificate', [root]), '-no-CApath', '-no-CAstore'],
      ...(between.length > 0 ? ['-untrusted', await file('between', 'Certificate', between)] : []),
      ...(crls && crls.length > 0 ? ['-CRLfile', await file('crls', 'CertificateList', crls)] : []),
      ...(crls ? ['-crl_check', '-crl_check_all', '-extended_crl'] : []),
      ...['-purpose', role === 'client' ? 'sslserver' : 'sslclient', '-attime', String(now / 1000)],
    ]
    const peer_file = await file('peer', 'Certificate', [own])
    return await new Promise<boolean>(resolve => {
      execFile('openssl', ['verify', ...options, peer_file], error => resolve(!error))
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe_with([{ missing: () => missing_program('openssl') }], 'random chains', () => {
  test('are good for us where they are for OpenSSL', async () => {
    const judged = { good: 0, bad: 0 }
    await fc.assert(
      fc.asyncProperty(chain, async said => {
        const made = make_case(said)
        const is_good = is_good_for_us(made)
        judged[is_good ? 'good' : 'bad']++
        expect(await is_good_for_openssl(made)).toBe(is_good)
      }),
      { numRuns: Number(process.env.CHAIN_RUNS ?? 100) },
    )
    expect(Math.min(judged.good, judged.bad)).toBeGreaterThan(10)
  }, 1_200_000)
})
