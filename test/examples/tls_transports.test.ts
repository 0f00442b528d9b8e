// The programs that show TLS over other transports, compiled and each in a process of its own: they say what they say,
// and end by themselves.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'kista-transports-'))
const modules = join(process.cwd(), 'node_modules')

beforeAll(async () => {
  symlinkSync(modules, join(folder, 'node_modules'))
  const tsc = join(modules, 'typescript/bin/tsc')
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')])
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['tls_over_unix', 'nobody else has heard this'],
  ['tls_in_tls', 'twice as secret'],
  ['tls_in_memory', 'no network has carried this'],
  ['tls_over_websocket', 'the proxy has seen only noise'],
])('%s says: %s', async (name, said) => {
  const options = { timeout: 15_000, env: { PATH: process.env.PATH } }
  const { stdout, stderr } = await run(process.execPath, [join(folder, `dist/examples/${name}.js`)], options)
  expect(stdout).toContain(said)
  expect(stderr).toBe('')
})
