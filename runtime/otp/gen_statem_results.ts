// Which results a state callback of a gen_statem may give.

import type { Term } from '../erlang/term.ts'

/** How long each result may be; an atom is as long as a tuple of it. */
const lengths = new Map<Term, readonly [least: number, most: number]>([
  ['next_state', [3, 4]],
  ['keep_state', [2, 3]],
  ['keep_state_and_data', [1, 2]],
  ['repeat_state', [2, 3]],
  ['repeat_state_and_data', [1, 2]],
  ['stop', [1, 3]],
  ['stop_and_reply', [3, 4]],
])

/** Whether a state callback may give this, whatever is in it. */
export function is_result(result: Term): boolean {
  if (typeof result === 'string') return lengths.get(result)?.[0] === 1
  if (!Array.isArray(result)) return false
  const [least, most] = lengths.get(result[0]) ?? [0, -1]
  return result.length >= least && result.length <= most
}
