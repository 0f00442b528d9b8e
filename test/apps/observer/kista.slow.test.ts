// The command as the shell starts it, built, against nodes in programs of their own.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'

const run = promisify(execFile)
const repository = process.cwd()
const modules = join(repository, 'node_modules')
const project = mkdtempSync(join(tmpdir(), 'kista-top-'))
const installed = join(project, 'node_modules/kista')
const env = { ...process.env, KISTA_OBSERVER_DIR: join(project, 'sockets') }

const system = `
import { gen_server, ok, run, receive, supervisor } from 'kista'
const till = { module: 'till', init: () => ['ok', 0] }
const child = { id: 'till', start: [gen_server.start_link, [['local', 'till'], till]] }
const shop = { module: 'shop_sup', init: () => ['ok', [{}, [child]]] }
const open = () => run(async () => {
  ok(await supervisor.start_link(['local', 'shop_sup'], shop))
  console.log('open')
  await Promise.race([receive('never', 60_000), new Promise(resolve => process.stdin.once('data', resolve))])
  process.stdin.pause()
  return 'closed'
})
`
const watched = `${system}
import * as observer from 'kista/observer'
ok(await observer.start({ name: 'shop' }))
console.log(await open())
`

let program: ChildProcess | undefined

beforeAll(async () => {
  mkdirSync(installed, { recursive: true })
  copyFileSync(join(repository, 'package.json'), join(installed, 'package.json'))
  symlinkSync(modules, join(installed, 'node_modules'))
  const tsc = join(modules, 'typescript/bin/tsc')
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(installed, 'dist')])
  writeFileSync(join(project, 'watched.mjs'), watched)
  writeFileSync(join(project, 'plain.mjs'), `${system}\nconsole.log(await open())\n`)
}, 120_000)
afterEach(() => {
  program?.kill('SIGKILL')
})
afterAll(() => rmSync(project, { recursive: true }))

/** Starts a program, and waits until it says that it is open. */
async function started(args: readonly string[], more = {}): Promise<ChildProcess> {
  program = spawn(process.execPath, args, { cwd: project, env: { ...env, ...more }, stdio: 'pipe' })
  await once(program.stdout!, 'data')
  return program
}

const kista = async (...args: string[]): Promise<string> => {
  const command = join(installed, 'dist/apps/observer/kista.js')
  return (await run(process.execPath, [command, ...args], { cwd: project, env })).stdout
}

describe('The command kista', () => {
  test('shows another program, which ends as if nobody had looked', async () => {
    const shop = await started(['watched.mjs'])
    expect(await kista('list')).toMatch(new RegExp(`^shop +${shop.pid} `, 'm'))
    expect(await kista('top', '--once')).toMatch(/^<0\.\d+\.0> +till +waiting .* loop$/m)
    expect(await kista('top', `${shop.pid}`, '--view=tree')).toContain('\n└─ shop_sup  ')
    const { system, tree } = JSON.parse(await kista('top', '--json'))
    expect([system.os_pid, tree.at(-1).trees[0].children[0].id]).toEqual([shop.pid, 'till'])

    shop.stdin!.write('close')
    expect(await once(shop, 'exit')).toEqual([0, null])
    expect(await kista('list')).toMatch(/^there is no node/)
  }, 30_000)

  test('shows a program that knows nothing of it', async () => {
    await started(['--import', 'kista/observer', 'plain.mjs'], { KISTA_OBSERVER: 'plain' })
    expect(await kista('top', 'plain', '--view', 'tree')).toContain('\n└─ shop_sup  ')
  }, 30_000)

  test('passes over a program that was killed', async () => {
    const shop = await started(['watched.mjs'])
    shop.kill('SIGKILL')
    await once(shop, 'exit')
    expect(await kista('list')).toMatch(/^there is no node/)
    await expect(kista('top', 'shop')).rejects.toMatchObject({ code: 1, stdout: '' })
    await started(['watched.mjs'])
    expect(await kista('list')).toMatch(/^shop /m)
  }, 30_000)
})
