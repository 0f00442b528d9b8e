// Tests that need a program which is not ours: run where it is installed, skipped aloud where it is not,
// and failing where it has to be (REQUIRE_PEERS=1, as CI sets it).

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, test } from '@jest/globals'

interface Peer {
  /** The program that is not installed, or `undefined` if all is there. */
  missing(): string | undefined
}

/** Describes tests that need all of `peers`. */
export function describe_with(peers: readonly Peer[], name: string, body: () => void): void {
  const missing = peers.flatMap(peer => peer.missing() ?? [])
  if (missing.length === 0) {
    describe(name, body)
    return
  }
  const complaint = `${missing.join(' and ')} not installed`
  if (process.env.REQUIRE_PEERS !== '1') {
    describe.skip(`${name} (skipped: ${complaint})`, body)
    return
  }
  test(name, () => {
    throw new Error(`${complaint}, and REQUIRE_PEERS=1 asks for it`)
  })
}

/** @returns `program` if the PATH does not lead to it */
export function missing_program(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some(folder => is_executable(join(folder, program))) ? undefined : program
}

function is_executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
