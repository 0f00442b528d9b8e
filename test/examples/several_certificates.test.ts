import { beforeAll, expect, test } from '@jest/globals'
import { show } from '../../examples/several_certificates.ts'
import { run } from '../../runtime/index.ts'
import { catch_reports } from '../support/reports.ts'
import { with_ssl } from '../support/tls_pair.ts'

with_ssl()
beforeAll(() => void catch_reports())

test('Each client is shown the certificate that it can use', async () => {
  expect(await run(show)).toEqual([
    'today: ECDSA, ecdhe_ecdsa',
    'without curves: RSA, dhe_rsa',
    'that wants RSA: RSA, ecdhe_rsa',
  ])
})
