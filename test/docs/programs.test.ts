// The programs in README.md and docs/ as a user has them: compiled against the package, and those that say what they
// print run.

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

/** A program that others import says on its first line how its file is called. */
function file_of(page: string, index: number): string {
  const [, name] = /^\/\/ (\w+)\.ts\n/.exec(programs_of(page)[index]!) ?? []
  return name ?? `${page.replace(/\W/g, '_')}_${index + 1}`
}

/** What a program says that it prints, line by line. */
const said_by = (code: string): string[] =>
  Array.from(code.matchAll(/console\.log\(.*\) \/\/ (.*\n)/g), ([, line]) => line!)

const talking_programs = pages.flatMap(page =>
  Array.from(programs_of(page).entries())
    .filter(([, code]) => said_by(code).length > 0)
    .map(([index, code]) => [page, index, code] as const),
)

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

  test('say what they print, all of those in the README', () => {
    const talking = talking_programs.filter(([page]) => page === 'README.md')
    expect(talking).toHaveLength(programs_of('README.md').length)
  })

  test.each(talking_programs)('of %s, number %i, prints what it says', async (page, index, code) => {
    const { stdout } = await run(process.execPath, [`${file_of(page, index)}.js`], { cwd: project })
    expect(stdout).toBe(said_by(code).join(''))
  })
})
