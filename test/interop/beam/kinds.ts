// The kinds of programs on which Kista and the BEAM have to agree.

import { isDeepStrictEqual } from 'node:util'
import type { Kind } from './agreement.ts'
import { run_events } from './event_kista.ts'
import { type EventProgram, event_program, terms_of as terms_of_events } from './event_program.ts'
import { run_in_kista } from './kista_side.ts'
import { type Program, timed_program, timeless_program, unit } from './program.ts'
import { run_statem } from './statem_kista.ts'
import { type StatemProgram, slot, statem_program, terms_of as terms_of_statem } from './statem_program.ts'
import { run_supervision } from './supervision_kista.ts'
import { type SupervisionProgram, supervision_program, terms_of } from './supervision_program.ts'
import { in_any_order, run_tables } from './table_kista.ts'
import { type TableProgram, table_program, terms_of as terms_of_tables } from './table_program.ts'
import { difference, type Trace, type Written } from './trace.ts'

const processes = {
  for_beam: (program: Program) => [['processes', unit], program] as const,
  in_kista: run_in_kista,
  difference,
}

export const timeless: Kind<Program, Trace> = {
  ...processes,
  name: 'programs of processes and servers',
  programs: timeless_program,
}

export const timed: Kind<Program, Trace> = {
  ...processes,
  name: 'programs with timers and timeouts',
  programs: timed_program,
}

export const supervision: Kind<SupervisionProgram, Written[]> = {
  name: 'supervisors',
  programs: supervision_program,
  for_beam: program => [['supervision'], terms_of(program)],
  in_kista: run_supervision,
  difference: first_unlike,
}

export const events: Kind<EventProgram, Written[]> = {
  name: 'event managers',
  programs: event_program,
  for_beam: program => [['events'], terms_of_events(program)],
  in_kista: run_events,
  difference: first_unlike,
}

export const statem: Kind<StatemProgram, Written[]> = {
  name: 'state machines',
  programs: statem_program,
  for_beam: program => [['statem', slot], terms_of_statem(program)],
  in_kista: run_statem,
  difference: unlike_before_stray,
}

export const tables: Kind<TableProgram, Written[]> = {
  name: 'tables',
  programs: table_program,
  for_beam: program => [['tables'], terms_of_tables(program)],
  in_kista: run_tables,
  difference: (ours, theirs) => first_unlike(ours.map(in_any_order), theirs.map(in_any_order)),
}

/**
 * OTP 25 loses track of a timeout that takes the place of one of no time: it cannot be cancelled, and comes as an
 * `info` that looks like nothing known. What follows that is not compared.
 */
function unlike_before_stray(ours: readonly Written[], theirs: readonly Written[]): string | undefined {
  const stray = theirs.findIndex(is_stray_timeout)
  return stray < 0 ? first_unlike(ours, theirs) : first_unlike(ours.slice(0, stray), theirs.slice(0, stray))
}

function is_stray_timeout(note: Written): boolean {
  if (!Array.isArray(note) || note[2] !== 'info' || !Array.isArray(note[3])) return false
  return note[3][0] === 'timeout' && note[3][1] === 'ref'
}

/** One thing happens after another, so there is nothing to come in another order. */
function first_unlike(ours: readonly Written[], theirs: readonly Written[]): string | undefined {
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    if (isDeepStrictEqual(ours[index], theirs[index])) continue
    const told = [ours, theirs].map(notes => JSON.stringify(notes.slice(Math.max(0, index - 3), index + 2)))
    return `after ${index} things:\n  kista ${told[0]}\n  beam  ${told[1]}`
  }
  return undefined
}
