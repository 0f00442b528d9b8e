// The example https_on_kista: Node's https over Kista's TLS.

import http from 'node:http'
import { afterAll, expect, test } from '@jest/globals'
import * as logger from '../../apps/kernel/logger.ts'
import { get, identity, serve } from '../../examples/https_on_kista.ts'
import { run } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'

afterAll(() => run(() => ssl.stop()))

test('A web server of Node on the TLS of Kista is asked by https, and trusted by its authority alone', async () => {
  logger.set_primary_config('level', 'none')
  const [mine, other] = [await identity(), await identity()]
  const web = http.createServer(({ url }, response) => response.end(`You asked for ${url}`))
  const server = await serve(web, mine)
  const { port } = server.address()!
  expect(await get(port, '/kista', mine.ca)).toBe('You asked for /kista')
  await expect(get(port, '/kista', other.ca)).rejects.toMatchObject({ code: 'ERR_TLS_ALERT' })
  await server[Symbol.asyncDispose]()
})
