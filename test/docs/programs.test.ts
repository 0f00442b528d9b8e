// The programs in README.md and docs/ as a user has them: compiled against the package, and those of the README run.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

const run = promisify(execFile)
const repository = process.cwd()
const modules = join(repository, 'node_modules')
const tsc = join(modules, 'typescript/bin/tsc')
const project = mkdtempSync(join(tmpdir(), 'kista-docs-'))

/** The programs of a page. */
const programs_of = (page: string): string[] =>
  Array.from(
    readFileSync(join(repository, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms),
    ([, code]) => code!,
  )

const pages = ['README.md', ...readdirSync(join(repository, 'docs')).map(name => `docs/${name}`)]

/** The package, as it would be installed, and an empty project that has it. */
async function install(): Promise<void> {
  const installed = join(project, 'node_modules/kista')
  mkdirSync(installed, { recursive: true })
  copyFileSync(join(repository, 'package.json'), join(installed, 'package.json'))
  symlinkSync(modules, join(installed, 'node_modules'))
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(installed, 'dist')])
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  const compilerOptions = {
    ...{ target: 'es2023', module: 'nodenext', strict: true, exactOptionalPropertyTypes: true },
    ...{ types: ['node'], typeRoots: [join(modules, '@types')] },
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
}

/** A port that nobody listens at. */
async function free_port(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

const file_of = (page: string, index: number) => `${page.replace(/\W/g, '_')}_${index + 1}`

beforeAll(async () => {
  await install()
  const port = await free_port()
  for (const page of pages) {
    for (const [index, code] of programs_of(page).entries()) {
      writeFileSync(
        join(project, `${file_of(page, index)}.ts`),
        `${code.replaceAll('4433', `${port}`)}\nexport {}\n`,
      )
    }
  }
}, 60_000)

afterAll(() => rmSync(project, { recursive: true }))

describe('The programs in the documentation', () => {
  test('compile in a project that has the package', async () => {
    const { stdout } = await run(process.execPath, [tsc, '-p', '.'], { cwd: project }).catch(failed => failed)
    expect(stdout).toBe('')
  })

  test.each([...programs_of('README.md').entries()])(
    'number %i of the README says what it is said to',
    async (index, code) => {
      const said = Array.from(code.matchAll(/console\.log\(.*\) \/\/ (.*\n)/g), ([, line]) => line)
      expect(said).not.toEqual([])
      const { stdout } = await run(process.execPath, [`${file_of('README.md', index)}.js`], { cwd: project })
      expect(stdout).toBe(said.join(''))
    },
  )
})
