// What a test leaves running would disturb the next one: this ends it.

import { exit } from '../../runtime/erlang/links.ts'
import { processes } from '../../runtime/erlang/process_flags.ts'

/** Ends every process: for `afterEach`. */
export function kill_everybody(): void {
  for (const pid of processes()) exit(pid, 'kill')
}
