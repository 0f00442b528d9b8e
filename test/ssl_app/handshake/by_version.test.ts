import { expect, test } from '@jest/globals'
import { by_version } from '../../../ssl_app/handshake/by_version.ts'

test('by_version makes one thing for each version', () => {
  expect(by_version(version => `for ${version}`)).toEqual({
    sslv3: 'for sslv3',
    tlsv1: 'for tlsv1',
    'tlsv1.1': 'for tlsv1.1',
    'tlsv1.2': 'for tlsv1.2',
  })
})
