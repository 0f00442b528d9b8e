// What the tests of a file need: certificates, the application running, and its reports out of the way.

import { afterAll, beforeAll } from '@jest/globals'
import { run } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { catch_reports, release_reports, type Told } from '../../support/reports.ts'
import { make_pki, type Pki } from './pki.ts'

export interface Setting {
  pki(): Pki
  /** What was reported so far, for the test to look at and to empty. */
  told(): Told[]
}

/** Sets all of it up before the tests of a file, and takes it away after them. */
export function with_kista(): Setting {
  let pki: Pki
  let told: Told[]
  beforeAll(async () => {
    pki = await make_pki()
    ok(await ssl.start())
    told = catch_reports()
  })
  afterAll(async () => {
    await run(ssl.stop) // unless a test has done so
    kill_everybody()
    release_reports()
    await pki.remove()
  })
  return { pki: () => pki, told: () => told }
}
