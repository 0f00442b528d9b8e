// Files for options to name, in a folder that goes when the tests of a file are done.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from '@jest/globals'

/** @returns a function that writes a file of its own and tells its path */
export function pem_files(): (content: string | Uint8Array) => Promise<string> {
  let folder: string
  let files = 0
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kista-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  return async content => {
    const path = join(folder, `${++files}.pem`)
    await writeFile(path, content)
    return path
  }
}
