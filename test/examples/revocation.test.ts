import { beforeAll, expect, test } from '@jest/globals'
import { take_back } from '../../examples/revocation.ts'
import { run } from '../../runtime/index.ts'
import { catch_reports } from '../support/reports.ts'
import { with_ssl } from '../support/tls_pair.ts'

with_ssl()
beforeAll(() => void catch_reports())

test('A client whose certificate was taken back is refused, and another one is not', async () => {
  expect(await run(take_back)).toEqual([
    'Ann: welcome',
    'Bob: welcome',
    'Ann: welcome',
    'Bob: TLS Alert: certificate revoked',
  ])
})
