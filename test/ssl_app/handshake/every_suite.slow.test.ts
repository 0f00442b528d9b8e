// Each suite with each version that it is for, by both providers.

import { describe, expect, test } from '@jest/globals'
import { is_at_least } from '../../../ssl_app/record/tls_version.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { every_suite, make_everybody, versions } from '../../support/everybody.ts'
import { play } from '../../support/plays.ts'

const everybody = await make_everybody()

test('there are 106 suites, and three of a draft', () => {
  expect(every_suite).toHaveLength(109)
  expect(new Set(every_suite.map(({ code }) => code)).size).toBe(109)
})

with_each_provider(() => {
  describe.each(versions)('in %s', version => {
    const usable = every_suite.filter(({ since }) => is_at_least(version, since))

    test.each(usable.map(suite => [suite.erlang.join(' '), suite] as const))('%s', (_name, suite) => {
      play(everybody, { version, suite, ticket: false })
      if (version !== 'sslv3') play(everybody, { version, suite, ticket: true })
    })
  })
})
