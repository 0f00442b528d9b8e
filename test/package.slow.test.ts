// What users get: the packed package, installed in an empty project, type-checked and run by a program of theirs.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

const run = promisify(execFile)
const repository = process.cwd()
const tsc = join(repository, 'node_modules/typescript/bin/tsc')

/** One process is the server, one the client, and each entry point has its part. */
const program = `
import { ok, run, self, send, spawn, receive, _, type Pid } from 'kista'
import { inet } from 'kista/kernel'
import * as crypto from 'kista/crypto'
import * as public_key from 'kista/public_key'
import { explore } from 'kista/simulation'
import { connect } from 'kista/node'
import * as observer from 'kista/observer'
import * as ssl from 'kista/ssl'
import * as statechart from 'kista/statechart'
import { createMachine } from 'xstate'

async function echo_once(listener: ssl.SslListenSocket, starter: Pid): Promise<void> {
  const socket = ok(await ssl.handshake(ok(await ssl.transport_accept(listener))))
  ok(await ssl.send(socket, ok(await ssl.recv(socket, 0))))
  send(starter, ['served', await ssl.close(socket)])
}

const greeting: string = await run(async () => {
  ok(await ssl.start())
  const { server_config, client_config } = await public_key.pkix_test_data()
  const common = { active: false, mode: 'list' } as const
  const listener = ok(await ssl.listen(0, { ...common, ...server_config, ip: [127, 0, 0, 1] }))
  const [, port] = ok(await ssl.sockname(listener))
  const starter = self()
  spawn(() => echo_once(listener, starter))

  const socket = ok(await ssl.connect('localhost', port, { ...common, ...client_config }))
  ok(await ssl.send(socket, 'hello'))
  const answer = ok(await ssl.recv(socket, 5))
  // the server's close waits for ours, so ours comes before we wait for the server
  await ssl.close(socket)
  await receive(['served', _], 5_000)
  connect({ port, ca: [] }).destroy()
  await ssl.close(listener)
  ok(await ssl.stop())

  const lamp = ok(await statechart.start_link(createMachine({ initial: 'off', states: { off: {} } })))
  const { value } = await statechart.get_snapshot(lamp)
  await statechart.stop(lamp)
  const told = observer.process_table({ limit: 1 })
  return [String(answer), value, told.length].join(' ')
})

const { runs } = await explore(10, () => send(self(), 'here'))

const digest: Uint8Array = crypto.hash('sha256', new TextEncoder().encode(greeting))
console.log(greeting, runs, digest.length, ok(inet.parse_address('127.0.0.1')).join('.'))
`

/** Each line is wrong, unless the types got lost on the way. */
const wrong_lines = [
  `import { self } from 'kista'; export const pid: number = self()`,
  `import { gen_tcp } from 'kista/kernel'; gen_tcp.connect('localhost', 'http')`,
  `import { hash } from 'kista/crypto'; hash('sha257', 'x')`,
  `import { pem_decode } from 'kista/public_key'; pem_decode(1)`,
  `import { connect } from 'kista/ssl'; connect('localhost', 443, { verify: 'maybe' })`,
  `import { connect } from 'kista/node'; connect({ port: 443, minVersion: 'TLSv2' })`,
]

const tsconfig = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    types: ['node'],
    typeRoots: [join(repository, 'node_modules/@types')],
  },
}

let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'kista-package-'))
  await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }')
  const packed = await run('npm', ['pack', '--json', '--silent', '--pack-destination', project])
  const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [{ filename: string }]
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(project, filename)], {
    cwd: project,
  })
}, 180_000)

afterAll(() => rm(project, { recursive: true }))

describe('The package in an empty project', () => {
  test('compiles and runs a program that uses every entry point', async () => {
    await writeFile(join(project, 'program.ts'), program)

    expect(await compile('program.ts')).toEqual([])
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: project, timeout: 20_000 })

    expect(stdout).toBe('hello off 1 10 32 127.0.0.1\n')
  }, 60_000)

  test('has the command kista', async () => {
    const { stdout } = await run('npx', ['--no-install', 'kista', '--version'], { cwd: project })
    expect(stdout).toMatch(/\d+\.\d+\.\d+/)
  }, 60_000)

  test.each(wrong_lines)(
    'has types that refuse: %s',
    async line => {
      await writeFile(join(project, 'wrong.ts'), line)

      expect(await compile('wrong.ts')).toEqual([
        expect.stringMatching(/^wrong\.ts\(1,\d+\): error TS(2322|2345|2769)/),
      ])
    },
    60_000,
  )
})

/** @returns what the compiler has to complain of, in the user's file or in ours; other packages answer for theirs */
async function compile(file: string): Promise<string[]> {
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ ...tsconfig, files: [file] }))
  try {
    await run(process.execPath, [tsc, '-p', '.'], { cwd: project })
    return []
  } catch (error) {
    const { stdout } = error as { stdout: string }
    return stdout.split('\n').filter(line => /^(?:\w+\.ts|node_modules\/kista\/.*)\(/.test(line))
  }
}
