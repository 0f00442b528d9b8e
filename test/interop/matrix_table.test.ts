// What is declared of the matrix: its rows, the names of its suites, why some of its cells are empty, and how it is
// printed. No peer is started here.

import { spawnSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import {
  batches_of,
  type Cell,
  every_cell,
  peer_names,
  roles,
  row_title,
  rows,
  title,
} from './matrix/cells.ts'
import { cells_to_fill, cells_with, thin } from './matrix/choice.ts'
import { covers, excuse_for, excuse_for_resumption, excuses, short_of_resumption } from './matrix/excuses.ts'
import { print_matrix } from './matrix/print.ts'
import { gnutls_name, iana_name, java_name, openssl_name } from './matrix/suite_names.ts'
import { openssl } from './support/openssl.ts'
import { describe_with } from './support/requires.ts'

const suites = [...new Set(rows().map(({ suite }) => suite))]

describe('The cells', () => {
  test('are of every version and suite, in both roles, with every peer, each once', () => {
    const titles = every_cell().map(title)

    expect(titles).toHaveLength(rows().length * peer_names.length * roles.length)
    expect(new Set(titles).size).toBe(titles.length)
  })

  test('of one batch differ in cipher and MAC alone', () => {
    const batches = batches_of(every_cell())

    expect(batches.flatMap(({ cells }) => cells)).toHaveLength(every_cell().length)
    for (const { peer, role, version, key_exchange, cells } of batches) {
      expect(new Set(cells.map(cell => [cell.peer, cell.role, cell.version].join()))).toEqual(
        new Set([[peer, role, version].join()]),
      )
      expect(new Set(cells.map(({ suite }) => suite.key_exchange))).toEqual(new Set([key_exchange]))
    }
  })

  test('are found by words of their titles', () => {
    const found = cells_with('tlsv1.2 dhe_rsa server java')

    expect(found.length).toBeGreaterThan(5)
    expect(new Set(found.map(({ version, role, peer }) => [version, role, peer].join()))).toEqual(
      new Set(['tlsv1.2,server,java']),
    )
  })
})

describe('The excuses', () => {
  const excused = (list: typeof excuses, cells: readonly Cell[]) =>
    new Set(cells.map(cell => list.find(excuse => covers(excuse, cell))))

  test('are each the first for some cell', () => {
    const used = excused(excuses, every_cell())

    expect(excuses.filter(excuse => !used.has(excuse))).toEqual([])
  })

  test('for a missing resumption are each the first for some cell that is filled', () => {
    const used = excused(short_of_resumption, cells_to_fill())

    expect(short_of_resumption.filter(excuse => !used.has(excuse))).toEqual([])
  })

  test('leave for every certified key exchange of TLS two peers at least, in either role', () => {
    const certified = ['rsa', 'dhe_rsa', 'dhe_dss', 'ecdhe_rsa', 'ecdhe_ecdsa', 'ecdh_rsa', 'ecdh_ecdsa']
    for (const role of roles) {
      for (const key_exchange of certified) {
        const cells = cells_to_fill().filter(
          cell => cell.role === role && cell.version !== 'sslv3' && cell.suite.key_exchange === key_exchange,
        )
        expect(new Set(cells.map(({ peer }) => peer)).size).toBeGreaterThanOrEqual(2)
      }
    }
  })

  test('leave to nobody but Kista only what OTP alone has in SSL 3.0', () => {
    const lonely = rows().filter(row =>
      peer_names.every(peer => roles.every(role => excuse_for({ ...row, peer, role }) !== undefined)),
    )

    expect(lonely.length).toBeGreaterThan(0)
    expect(lonely.filter(({ version }) => version !== 'sslv3').map(row_title)).toEqual([])
  })
})

describe('The names of suites', () => {
  test.each([
    ['IANA', iana_name],
    ['OpenSSL', openssl_name],
    ['Java', java_name],
  ])('tell them apart: those of %s', (_whose, name_of) => {
    const names = suites.map(name_of)

    expect(new Set(names).size).toBe(names.length)
  })

  test('of GnuTLS have three parts where it has the suite', () => {
    const [suite] = suites.filter(({ openssl }) => openssl === 'DHE-RSA-AES128-SHA')

    expect(gnutls_name(suite!)).toEqual({ key_exchange: 'DHE-RSA', cipher: 'AES-128-CBC', mac: 'SHA1' })
  })

  test('of Java begin with SSL for the ciphers of its day', () => {
    const [suite] = suites.filter(({ openssl }) => openssl === 'RC4-MD5')

    expect(java_name(suite!)).toBe('SSL_RSA_WITH_RC4_128_MD5')
  })
})

describe_with([openssl], 'The names of suites, as OpenSSL tells them,', () => {
  test('are the pairs that it knows', () => {
    const { stdout } = spawnSync('openssl', ['ciphers', '-stdname', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'])
    const known = new Map(
      [...`${stdout}`.matchAll(/^(TLS_\S+) +- (\S+)/gm)].map(([, iana, name]) => [iana, name]),
    )

    const ours = suites.filter(suite => known.has(iana_name(suite)))
    expect(ours.length).toBeGreaterThan(60)
    expect(ours.filter(suite => known.get(iana_name(suite)) !== openssl_name(suite))).toEqual([])
  })
})

describe('The matrix in small', () => {
  const few = thin(cells_to_fill())

  test('has each version with each key exchange, and each cipher and MAC, in both roles', () => {
    const traits = (cells: readonly Cell[]) =>
      new Set(
        cells.flatMap(({ role, version, suite }) => [
          [role, version, suite.key_exchange].join(),
          [role, suite.cipher, suite.mac].join(),
        ]),
      )

    expect(traits(few)).toEqual(traits(cells_to_fill()))
    expect(few.length).toBeLessThan(120)
  })

  test('has every peer in both roles', () => {
    const pairs = new Set(few.map(({ peer, role }) => `${peer} ${role}`))

    expect(pairs.size).toBe(peer_names.length * roles.length)
  })
})

describe('The printed matrix', () => {
  const [green, red] = cells_with('tlsv1.2 dhe_rsa client openssl')
  const text = print_matrix(
    new Map([
      [green!, { colour: 'green', resumed: true }],
      [red!, { colour: 'red', why: 'it was a Tuesday' }],
    ]),
    1,
  )

  test('has a mark for each cell that was tried, and of a red one the reason', () => {
    expect(text).toContain(`X ${title(red!)}\n    it was a Tuesday`)
    expect(text).toMatch(/^tlsv1\.2 dhe_rsa +\S+ +R /m)
    expect(text).toContain('1 cells green, 1 of them with a resumption; 1 red;')
  })

  test('counts the cells of each excuse', () => {
    for (const { why } of excuses) expect(text).toContain(why)
  })

  test('tells which resumption is not there, and why', () => {
    const cells = cells_to_fill().filter(cell => excuse_for_resumption(cell) !== undefined)

    expect(cells.length).toBeGreaterThan(0)
    expect(text).toContain(
      `${cells.length}  ${short_of_resumption[0]!.peers.join(', ')}: ${short_of_resumption[0]!.why}`,
    )
  })
})
