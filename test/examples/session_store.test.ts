import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { afterAll, expect, test } from '@jest/globals'
import { application, logger } from '../../apps/kernel/index.ts'
import { start_again } from '../../examples/session_store.ts'
import { run } from '../../runtime/index.ts'

const folders = () => readdirSync(tmpdir()).filter(name => name.startsWith('kista-sessions-'))

afterAll(() => {
  application.unset_env('ssl', 'session_cb')
  application.unset_env('ssl', 'session_cb_init_args')
})

/** A port that nobody listens at. */
async function free_port(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

test('Sessions go on after the application was stopped, and nothing is left of them in the end', async () => {
  logger.set_primary_config('level', 'none')
  const before = folders()
  expect(await run(async () => start_again(3, await free_port()))).toEqual([false, true, true])
  expect(folders()).toEqual(before)
})
