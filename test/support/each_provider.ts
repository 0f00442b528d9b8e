// Suites that use crypto run once with each provider.

import { afterAll, beforeAll, describe } from '@jest/globals'
import { type ProviderName, use_provider } from '../../apps/crypto/crypto.ts'

const names: readonly ProviderName[] = ['node', 'noble']

/** Runs the tests that `suite` defines with each provider in turn. */
export function with_each_provider(suite: (name: ProviderName) => void): void {
  describe.each(names)('with the %s provider', name => {
    beforeAll(() => use_provider(name))
    afterAll(() => use_provider('node'))
    suite(name)
  })
}
