import { beforeAll, expect, test } from '@jest/globals'
import { introduce } from '../../examples/mutual_tls.ts'
import { run } from '../../runtime/index.ts'
import { catch_reports } from '../support/reports.ts'
import { with_ssl } from '../support/tls_pair.ts'

with_ssl()
beforeAll(() => void catch_reports())

test('Server and client learn each other by their certificates, and who has none is refused', async () => {
  expect(await run(introduce)).toEqual([
    'The server is localhost',
    'You are client',
    'Without a certificate: TLS Alert: handshake failure',
  ])
})
