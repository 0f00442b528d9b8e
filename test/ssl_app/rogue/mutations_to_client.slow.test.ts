// As mutations.test.ts, very often. See there, and cases.ts for MUTATION_SEED.

import { expect, test } from '@jest/globals'
import { run_cases } from '../../support/mutations/cases.ts'
import { remember_crypto } from '../../support/mutations/remembered_crypto.ts'
import { open_theatre } from '../../support/mutations/stages.ts'

test('whatever is changed in one message to a client comes to no harm', async () => {
  remember_crypto()
  const tally = run_cases(await open_theatre(), 'client', 50_000)
  expect(tally.get('refused')).toBeGreaterThan(10_000)
}, 600_000)
