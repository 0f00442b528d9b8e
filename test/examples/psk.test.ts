import { beforeAll, expect, test } from '@jest/globals'
import { report_lamps } from '../../examples/psk.ts'
import { run } from '../../runtime/index.ts'
import { catch_reports } from '../support/reports.ts'
import { with_ssl } from '../support/tls_pair.ts'

with_ssl()
beforeAll(() => void catch_reports())

test('A server knows its lamps by their keys; one that it does not know fails as with a wrong key', async () => {
  expect(await run(report_lamps)).toEqual([
    'noted: hall 70 %',
    'noted: kitchen 70 %',
    'cellar: TLS Alert: bad record mac',
  ])
})
