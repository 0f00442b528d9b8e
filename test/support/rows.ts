// How the rows of docs/erlang_in_typescript.md are tried: each in a process of its own, in virtual time.

import { afterEach, beforeEach, test } from '@jest/globals'
import { monitor } from '../../runtime/erlang/links.ts'
import { receive } from '../../runtime/erlang/receive.ts'
import { spawn_monitor } from '../../runtime/erlang/spawn.ts'
import { _, type Reason, type Term } from '../../runtime/erlang/term.ts'
import { kill_everybody } from './clean_slate.ts'
import { catch_reports, release_reports, type Told } from './reports.ts'
import { in_virtual_time } from './virtual_time.ts'

/** What was reported since the row began. */
export let told: Told[] = []

beforeEach(() => {
  told = catch_reports()
})
afterEach(() => {
  release_reports()
  kill_everybody()
})

/** Tries a row: in a process, in virtual time. */
export const row = (what: string, body: () => unknown) =>
  test(what, () => in_virtual_time(async () => body()))

/** Why a process that does this ends. */
export async function ending(body: () => unknown): Promise<Reason> {
  const [pid, ref] = spawn_monitor(body)
  const [, , , , reason] = await receive(['DOWN', ref, 'process', pid, _])
  return reason
}

/** Why a process ends, once it has. */
export async function end_of(pid: Term): Promise<Reason> {
  const ref = monitor('process', pid)
  const [, , , , reason] = await receive(['DOWN', ref, 'process', _, _])
  return reason
}
