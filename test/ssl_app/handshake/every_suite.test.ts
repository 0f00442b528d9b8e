// Each cipher with each MAC in each version, by both providers; the key exchanges take turns. The slow test beside this one
// has them all.

import { expect, test } from '@jest/globals'
import type { CipherSuite } from '../../../ssl_app/record/cipher_suites.ts'
import { is_at_least, type ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { every_suite, make_everybody, versions } from '../../support/everybody.ts'
import { play } from '../../support/plays.ts'

const everybody = await make_everybody()

/** One suite of each kind; another one in each version. */
function chosen_suites(version: ProtocolVersion): CipherSuite[] {
  const kinds = new Map<string, CipherSuite[]>()
  for (const suite of every_suite.filter(({ since }) => is_at_least(version, since))) {
    const kind = `${suite.cipher} ${suite.mac} ${suite.draft}`
    kinds.set(kind, [...(kinds.get(kind) ?? []), suite])
  }
  const turn = versions.indexOf(version)
  return [...kinds.values()].map((alike, at) => alike[(turn + at) % alike.length]!)
}

const cases = versions.flatMap(version =>
  chosen_suites(version).map(suite => [suite.erlang.join(' '), version, suite] as const),
)

test('every cipher is among them', () => {
  const ciphers = new Set(cases.map(([, , { cipher }]) => cipher))
  expect(ciphers).toEqual(new Set(every_suite.map(({ cipher }) => cipher)))
  expect(cases.filter(([, , { draft }]) => draft)).toHaveLength(1)
})

with_each_provider(() => {
  test.each(cases)('two engines with %s in %s do all that engines do', (_name, version, suite) => {
    play(everybody, { version, suite, ticket: version !== 'sslv3' })
  })
})
