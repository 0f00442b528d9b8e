// The end of everything that runs here. OTP: the module `init`, as far as it is about stopping.

import { running } from '../../runtime/erlang/self.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { Exit } from '../../runtime/erlang/term.ts'
import { stop_everything } from './application_controller.ts'

/**
 * Stops all applications in an orderly way, the one that was started last first and the kernel at the end, and then
 * sets the exit status of the program. A later `application.start` begins from scratch.
 *
 * OTP then halts the node. A Node program is more than its applications, so this one does not: it ends by itself, with
 * that status, as soon as nothing outside the applications keeps it running, such as a server or a timer of its own.
 * A process that belongs to an application is stopped with it, before it hears that all is done.
 *
 * @param status - what the program gives back, 0 to 255
 * @returns `'ok'` when nothing runs any more, at once if nothing did
 * @throws {@link Exit} `'badarg'` for another status
 * @see OTP: `init:stop/0,1`
 *
 * @example
 * process.once('SIGTERM', () => init.stop())
 */
export async function stop(status = 0): Promise<'ok'> {
  if (!(Number.isInteger(status) && status >= 0 && status <= 255)) throw new Exit('badarg')
  await (running() === undefined ? run(stop_everything) : stop_everything())
  process.exitCode = status
  return 'ok'
}
