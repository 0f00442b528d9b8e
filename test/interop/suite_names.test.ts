// Suites are called as OpenSSL calls them, by the names of the RFCs and by its own.

import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { known_suites } from '../../ssl_app/record/cipher_suites.ts'
import { full_openssl_name, rfc_name } from '../../ssl_app/record/suite_names.ts'
import { describe_with, missing_program } from './support/requires.ts'

const of_code = (code: number) => known_suites().find(suite => suite.code === code)!

describe_with([{ missing: () => missing_program('openssl') }], 'every suite of the table', () => {
  test('that OpenSSL knows is called as OpenSSL calls it, in both ways', () => {
    const listed = execFileSync('openssl', ['ciphers', '-V', '-stdname', 'ALL:COMPLEMENTOFALL'], {
      encoding: 'utf8',
    })
    const row = /^ *0x(\w\w),0x(\w\w) - (\S+) +- (\S+) /gm
    const theirs = Array.from(listed.matchAll(row), ([, high, low, rfc, openssl]) => {
      return [Number.parseInt(`${high}${low}`, 16), rfc, openssl] as const
    })
    const common = theirs.filter(([code]) => of_code(code) !== undefined)
    expect(common.length).toBeGreaterThan(60)
    const ours = common.map(([code]) => [code, rfc_name(of_code(code)), full_openssl_name(of_code(code))])
    expect(ours).toEqual(common)
  })
})
