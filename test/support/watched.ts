// A place of its own for the sockets of watched nodes, for tests that let themselves be watched.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from '@jest/globals'
import * as application from '../../apps/kernel/application.ts'
import * as logger from '../../apps/kernel/logger.ts'
import { kill_everybody } from './clean_slate.ts'

/** Gives each test a directory, and ends what is watched in it. */
export function with_own_directory(): void {
  let place: string
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'kista-watched-'))
    process.env.KISTA_OBSERVER_DIR = join(place, 'sockets')
    logger.set_primary_config('level', 'none')
  })
  afterEach(async () => {
    kill_everybody()
    application.unset_env('observer', 'name')
    logger.set_primary_config('level', 'notice')
    delete process.env.KISTA_OBSERVER_DIR
    rmSync(place, { recursive: true })
  })
}
