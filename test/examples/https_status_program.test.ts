// The main program as npm start runs it: compiled, in a process of its own, asked by curl and by openssl.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { start_process } from '../interop/support/peer_process.ts'
import { describe_with, missing_program } from '../interop/support/requires.ts'

const folder = mkdtempSync(join(tmpdir(), 'kista-program-'))
const modules = join(process.cwd(), 'node_modules')

let program: ChildProcess
let output = ''
let address: string
let cacertfile: string

/** What the program, once it runs, says to type. */
async function commands(): Promise<string[]> {
  while (!output.includes('Ctrl-C')) await once(program.stdout!, 'data')
  return output.split('\n').filter(line => /^ {2}\w/.test(line))
}

beforeAll(async () => {
  symlinkSync(modules, join(folder, 'node_modules'))
  const tsc = join(modules, 'typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')])
  const { PATH } = process.env
  program = spawn(process.execPath, [join(folder, 'dist/examples/https_status.js')], { env: { PATH } })
  program.stdout!.setEncoding('utf8').on('data', text => {
    output += text
  })
  const [curl = ''] = await commands()
  ;[, cacertfile = '', address = ''] = /--cacert (\S+) (\S+)/.exec(curl) ?? []
}, 60_000)

afterAll(() => {
  program.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

const ask = async (...args: string[]) => {
  const curl = start_process('curl', ['--silent', '--show-error', '--cacert', cacertfile, ...args])
  await curl.finish()
  return curl.said.output
}

const peers = ['curl', 'openssl'].map(name => ({ missing: () => missing_program(name) }))

describe_with(peers, 'The main program', () => {
  test('is found by curl, which trusts it', async () => {
    expect(address).toMatch(/^https:\/\/localhost:8\d\d\d\/$/)
    const page = await ask(address)
    expect(page).toMatch(/^This connection\n +protocol +tlsv1.2\n/)
    expect(page).toContain('tls_connection <0.')
  })

  test('serves several requests of curl on one connection', async () => {
    expect(await ask(address, address, `${address}none`)).toMatch(
      /request +1 on this.*request +2 on this.*There are \/ and \/crash/s,
    )
  })

  test('is asked by openssl as it says itself', async () => {
    const [, request = ''] = await commands()
    const shell = start_process('sh', ['-c', request])
    await shell.finish()
    expect(shell.said.output).toContain('verify return:1\n')
    expect(shell.said.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n.*tls_connection </s)
  })

  test('goes on with the session of openssl', async () => {
    const [, , reconnect = ''] = await commands()
    const shell = start_process('sh', ['-c', reconnect])
    await shell.finish()
    const [first, ...others] = shell.said.stdout.trim().split('\n')
    expect(first).toMatch(/^New, TLSv1\.2, Cipher is ECDHE-ECDSA-/)
    expect(others).toHaveLength(5)
    expect(others).toEqual(others.map(() => first?.replace('New', 'Reused')))
  })

  test('ends well on Ctrl-C, and takes its certificate away', async () => {
    program.kill('SIGINT')
    program.kill('SIGINT')
    expect(await once(program, 'exit')).toEqual([0, null])
    expect(existsSync(cacertfile)).toBe(false)
  })
})
