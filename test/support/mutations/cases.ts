// Many cases, chosen by fast-check, of which each ends as it must.

import fc from 'fast-check'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { Dice, throws } from './dice.ts'
import { play } from './play.ts'
import type { Theatre } from './stages.ts'
import { complaint } from './verdict.ts'

const asked = process.env.MUTATION_SEED ?? '2026'
/** MUTATION_SEED=n takes other cases, MUTATION_SEED=random others each time: to look for what is not known yet. */
export const seed = asked === 'random' ? Date.now() % 2 ** 31 : Number(asked)

/** How often each thing was done, and how it ended. */
export type Tally = Map<string, number>

/**
 * Meddles so many times with a handshake of an engine in `role`.
 *
 * @throws an error that tells the first case that ends as none may, and how to see it again
 */
export function run_cases(theatre: Theatre, role: Role, count: number): Tally {
  const tally: Tally = new Map()
  fc.assert(
    fc.property(throws, numbers => {
      const dice = new Dice(numbers)
      const stage = dice.pick(theatre.stages)
      const played = play(stage, role, theatre, dice)
      const { deed, ending, refusal } = played
      tally.set(ending, (tally.get(ending) ?? 0) + 1)
      const wrong = complaint(played)
      if (wrong === undefined) return
      const what = `${deed.label}${deed.is_stood_by ? ', stood by' : ''}`
      throw new Error(`${stage.name}: ${what}: ${wrong} (${ending}, ${refusal})`)
    }),
    { numRuns: count, seed },
  )
  return tally
}
