// What came of a program, and when two such outcomes are the same to OTP: signals of one sender keep their order, those
// of different senders may overtake each other within one step.

import { isDeepStrictEqual } from 'node:util'

/** A term as it is written down: pids as `['pid', id]`, references as `['ref', id]`. */
export type Written = string | number | boolean | null | readonly Written[]

/** What one process noted, in order, each with the step in which it did. */
export type Note = readonly [step: number, what: Written]

export interface ProcessTrace {
  readonly id: number
  readonly notes: readonly Note[]
  /** What lay in its mailbox after each step; none once it was gone, and none for a server. */
  readonly mailboxes: readonly (readonly Written[])[]
  readonly end: 'alive' | readonly ['dead', reason: Written, step: number]
}

/** Of each process that came to be, by id. */
export type Trace = readonly ProcessTrace[]

/** What differs first, or undefined when OTP allows one outcome where it allows the other. */
export function difference(ours: Trace, theirs: Trace): string | undefined {
  if (ours.length !== theirs.length) return `${ours.length} processes, and not ${theirs.length}`
  for (const [index, mine] of ours.entries()) {
    const its = theirs[index]!
    const found =
      unlike('id', mine.id, its.id, isDeepStrictEqual) ??
      unlike('end', mine.end, its.end, isDeepStrictEqual) ??
      unlike('notes', ...to_the_end(mine, its), same_notes) ??
      mine.mailboxes
        .map((mailbox, step) =>
          unlike(`mailbox after step ${step}`, mailbox, its.mailboxes[step] ?? [], same_messages),
        )
        .find(told => told !== undefined)
    if (found !== undefined) return `process ${mine.id}, ${found}`
  }
  return undefined
}

function unlike<Part>(
  what: string,
  ours: Part,
  theirs: Part,
  same: (ours: Part, theirs: Part) => boolean,
): string | undefined {
  if (same(ours, theirs)) return undefined
  return `${what}:\n  kista ${JSON.stringify(ours)}\n  beam  ${JSON.stringify(theirs)}`
}

/** An exit signal may reach a process before it noted what it had just done, or after: that much may be missing. */
function to_the_end(ours: ProcessTrace, theirs: ProcessTrace): [readonly Note[], readonly Note[]] {
  const { end, notes } = ours
  if (end === 'alive' || killed_itself(notes)) return [notes, theirs.notes]
  const certain = (note: Note) => note[0] < end[2]
  const [mine, its] = [notes.filter(certain), theirs.notes.filter(certain)]
  const left = Math.min(notes.length - mine.length, theirs.notes.length - its.length)
  return [notes.slice(0, mine.length + left), theirs.notes.slice(0, its.length + left)]
}

/** A server says why it ends; what it noted before cannot be missing. */
const killed_itself = (notes: readonly Note[]): boolean => {
  const [, last] = notes.at(-1) ?? []
  return Array.isArray(last) && last[0] === 'did' && Array.isArray(last[1]) && last[1][0] === 'terminate'
}

/** What a process drains or what a server is told may come in another order; the rest is as it did it. */
function same_notes(ours: readonly Note[], theirs: readonly Note[]): boolean {
  if (ours.length !== theirs.length) return false
  const [my_infos, my_acts] = apart(ours)
  const [its_infos, its_acts] = apart(theirs)
  return same_messages(my_infos, its_infos) && my_acts.every((act, index) => same_act(act, its_acts[index]!))
}

const is_info = (what: Written): what is readonly Written[] => Array.isArray(what) && what[0] === 'info'

function apart(notes: readonly Note[]): [infos: Written[], acts: Note[]] {
  const infos = notes.flatMap(([step, what]) => (is_info(what) ? [[step, what[1]!]] : []))
  return [infos, notes.filter(([, what]) => !is_info(what))]
}

function same_act([my_step, mine]: Note, [its_step, its]: Note): boolean {
  if (my_step !== its_step) return false
  if (!Array.isArray(mine) || !Array.isArray(its) || mine[0] !== 'drained' || its[0] !== 'drained')
    return isDeepStrictEqual(mine, its)
  return same_messages(mine[1], its[1])
}

/** The same messages, and those of one sender in the same order. */
function same_messages(ours: readonly Written[], theirs: readonly Written[]): boolean {
  if (ours.length !== theirs.length) return false
  return isDeepStrictEqual(by_sender(ours), by_sender(theirs))
}

function by_sender(messages: readonly Written[]): Map<string, Written[]> {
  const senders = new Map<string, Written[]>()
  for (const message of messages) {
    const sender = sender_of(message)
    senders.set(sender, [...(senders.get(sender) ?? []), message])
  }
  return senders
}

/** Whose signal it is. That a process is gone, its links and its monitors say in any order. */
function sender_of(message: Written): string {
  if (!Array.isArray(message)) return 'nobody'
  const [tag, from] = typeof message[0] === 'number' ? (message[1] as readonly Written[]) : message
  return tag === 'EXIT' || tag === 'DOWN' ? JSON.stringify(message) : JSON.stringify([tag, from])
}
