// Who is running: the one door to AsyncLocalStorage. It holds across every `await`, the platform's own included.

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import type { Pid } from './pid.ts'
import { Exit } from './term.ts'

/** What the runtime needs to know of the process that is running. */
export interface Context {
  readonly pid: Pid
  readonly alive: boolean
}

const storage = new AsyncLocalStorage<Context | undefined>()

/** The process that is running, alive or not; undefined outside any process. */
export const running = (): Context | undefined => storage.getStore()

/**
 * The process that is running.
 *
 * @throws Error outside any process; {@link Exit} `'killed'` in one that has ended, since it may do nothing more
 */
export function context(): Context {
  const found = storage.getStore()
  if (found === undefined) {
    throw new Error('not in a process: wrap the code in run(async () => { … }) or spawn(…)')
  }
  if (!found.alive) throw new Exit('killed')
  return found
}

/**
 * The running process. OTP: `self/0`.
 *
 * @throws Error outside any process
 */
export const self = (): Pid => context().pid

/** Calls `body` as the process `context`, and what it awaits too. */
export const run_as = <Who extends Context, Value>(context: Who, body: (context: Who) => Value): Value =>
  storage.run(context, body, context)

/** A way into a process for the one who enters it often: costs some memory, and from Node 24 on a tenth of the time. */
export type Entrance = AsyncResource

export const entrance_of = (context: Context): Entrance =>
  storage.run(context, () => new AsyncResource('Process', { requireManualDestroy: true }))

/** As {@link run_as}, by the way that was made for the process. */
export const enter = <Who extends Context>(
  entrance: Entrance,
  context: Who,
  body: (context: Who) => void,
): void => entrance.runInAsyncScope(body, undefined, context)

/**
 * Calls `body` outside any process: for callbacks of the platform that outlive who set them up, since a process that has
 * ended may do nothing more. There it may `send` and `cast`.
 */
export const run_outside = <Value>(body: () => Value): Value => storage.run(undefined, body)
