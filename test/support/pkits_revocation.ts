// PKITS scenarios that are about revocation: the path is validated, and each certificate in it is looked up in the lists.

import { expect, test } from '@jest/globals'
import type { OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { validate_path } from '../../apps/public_key/pubkey_cert.ts'
import { decode_crl } from '../../apps/public_key/pubkey_crl.ts'
import {
  type CrlValidationOptions,
  type DpAndCrl,
  validate_crls,
} from '../../apps/public_key/pubkey_crl_validation.ts'
import { pkix_dist_point, pkix_dist_points } from '../../apps/public_key/public_key_crl.ts'
import { type CertificateRow, make_pki, type Pki } from './chain_maker.ts'
import type { CrlRow } from './chain_maker_crls.ts'
import { named, pkits_now, pkits_rows } from './pkits.ts'

/** `true`: none is revoked; else why the peer is, or that nobody can tell. What is wrong with an authority says so. */
type Expected = true | string

/** The number and the name of a scenario, the end of its path, the lists besides the anchor's, and the outcome. */
export type RevocationScenario = readonly [
  number: string,
  name: string,
  peer: CertificateRow,
  crls: readonly string[],
  expected: Expected,
]

/** The rows of a group: certificates, and lists by the suite's names. */
export interface RevocationRows {
  readonly certificates: Readonly<Record<string, CertificateRow>>
  readonly crls: Readonly<Record<string, CrlRow>>
}

/** A test for each scenario. */
export function test_revocation(own: RevocationRows, scenarios: readonly RevocationScenario[]): void {
  const rows = pkits_rows(own.certificates)
  const crls: Readonly<Record<string, CrlRow>> = {
    'Trust Anchor Root CRL': { signed_by: 'Trust Anchor' },
    'Good CA CRL': { signed_by: 'Good CA' },
    ...own.crls,
  }
  test.each(scenarios.map(scenario => [`${scenario[0]} ${scenario[1]}`, scenario] as const))(
    '%s',
    (_title, [number, name, peer, names, expected]) => {
      const pki = make_pki({ ...rows, [number]: { subject: named(`${name} EE`), ...peer } })
      const lists = ['Trust Anchor Root CRL', ...names].map(list => crl_row(crls, list))
      expect(outcome(pki, pki.path(number), lists)).toBe(expected)
    },
  )
}

function outcome(pki: Pki, path: readonly OTPCertificate[], rows: readonly CrlRow[]): Expected {
  const result = validate_path(path[0]!, path.slice(1), { now: pkits_now })
  if (result[0] === 'error') return JSON.stringify(result[1][1])
  const known = rows.map(row => [row, decode_crl(pki.crl(row))] as const)
  const signed_by = new Map(known.map(([row, crl]) => [crl, row.signed_by]))
  const lists = known.map(([, crl]) => crl)
  const options: CrlValidationOptions = {
    now: pkits_now,
    issuer_fun: (_point, crl) => {
      const [anchor, ...rest] = pki.path(signed_by.get(crl)!)
      return ['ok', anchor!, rest]
    },
  }
  for (const certificate of path.slice(1)) {
    const points = points_of(certificate)
    const pairs = points.flatMap(point => lists.map((crl): DpAndCrl => [point, crl]))
    const status = validate_crls(certificate, pairs, options)
    if (status === 'valid') continue
    const reason = typeof status[1] === 'string' ? status[1] : status[1][1]
    return certificate === path.at(-1) ? String(reason) : `an authority: ${reason}`
  }
  return true
}

function points_of(certificate: OTPCertificate) {
  const points = pkix_dist_points(certificate)
  return points.length > 0 ? points : [pkix_dist_point(certificate)]
}

function crl_row(crls: Readonly<Record<string, CrlRow>>, name: string): CrlRow {
  const row = crls[name]
  if (!row) throw new Error(`no list is called ${name}`)
  return row
}
