// Waiting, in real time, for all that was set in motion.

import { queue_length } from '../runtime/erlang/scheduler.ts'

const turns_of_quiet = 3

/** Lets everything run that can run without time going on. */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < turns_of_quiet; turns++) {
    if (queue_length() > 0) turns = 0
    await next_turn()
  }
}

/** Lets the event loop turn once. */
export const next_turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
