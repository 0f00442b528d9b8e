// The runtime as JavaScript, for tests that watch a whole program of its own.

import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const repository = process.cwd()

/** How a program ended, and what it wrote. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export class CompiledRuntime {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kista-runtime-'))

  /** Compiles `files`, which are named from the repository's root, and what they import. */
  constructor(...files: readonly string[]) {
    const settings = {
      extends: join(repository, 'tsconfig.json'),
      compilerOptions: {
        ...{ noEmit: false, outDir: this.#folder, rootDir: repository, sourceMap: false, declaration: false },
        ...{ types: ['node'], typeRoots: [join(repository, 'node_modules/@types')] },
      },
      files: files.map(file => join(repository, file)),
      include: [],
    }
    const project = join(this.#folder, 'tsconfig.json')
    writeFileSync(project, JSON.stringify(settings))
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }')
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [tsc, '-p', project], { stdio: 'pipe' })
  }

  /** Runs a program that stands where the repository's root would be. */
  run(program: string, options: readonly string[] = []): Promise<Ended> {
    const args = [...options, '--input-type=module', '--eval', program]
    return new Promise(resolve => {
      execFile(process.execPath, args, { cwd: this.#folder, env: {} }, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1
        resolve({ code, stdout, stderr })
      })
    })
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}
