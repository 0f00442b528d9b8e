// A time limit for several things that are done one after the other.

import { monotonic_time } from '../../runtime/erlang/clock.ts'
import type { Timeout } from '../../runtime/erlang/term.ts'

/** Gives what is left of `timeout`, in whole milliseconds, 0 when nothing is. */
export function countdown(timeout: Timeout): () => Timeout {
  if (timeout === 'infinity') return () => timeout
  const until = monotonic_time() + timeout
  return () => Math.max(0, Math.ceil(until - monotonic_time()))
}
