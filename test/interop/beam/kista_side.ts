// Runs a random program in Kista, in a time that stands still until a step lets it pass.

import * as kista from '../../../runtime/index.ts'
import { _, after, Exit, on, type Pid, type Ref, receive, type Term } from '../../../runtime/index.ts'
import { in_manual_time, type ManualClock } from '../../support/manual_time.ts'
import { quiet } from '../../support/virtual_time.ts'
import { callbacks } from './kista_server.ts'
import { born, type Op, type Program, unit } from './program.ts'
import type { Note, ProcessTrace, Trace, Written } from './trace.ts'

/** What the processes of one program know of each other. */
export class World {
  step = 0
  readonly pids = new Map<number, Pid>()
  readonly refs = new Map<number, Ref>()
  readonly timers = new Map<number, Ref>()
  readonly notes: Note[][] = []
  readonly servers = new Set<number>()
  /** Processes that have done all they were told. */
  readonly idle = new Set<number>()
  readonly #ids = new Map<Term, Written>()

  bind(id: number, pid: Pid): void {
    this.pids.set(id, pid)
    this.notes[id] = []
    this.#ids.set(pid, ['pid', id])
  }

  name_ref(id: number, ref: Ref): void {
    this.refs.set(id, ref)
    this.#ids.set(ref, ['ref', id])
  }

  name_timer(id: number, ref: Ref): void {
    this.timers.set(id, ref)
    this.#ids.set(ref, ['timer', id])
  }

  /** One that has just ended itself may still catch its own exit, and notes nothing any more. */
  note(id: number, what: Term): void {
    if (kista.is_process_alive(this.pids.get(id)!)) this.notes[id]!.push([this.step, this.written(what)])
  }

  /** As the BEAM's side writes the same term. */
  written(term: Term): Written {
    if (Array.isArray(term)) return term.map(part => this.written(part))
    if (term instanceof Error)
      return ['error_', term instanceof Exit ? this.written(term.reason) : term.message]
    if (kista.is_pid(term)) return this.#ids.get(term) ?? ['pid', '?']
    if (kista.is_reference(term)) return this.#ids.get(term) ?? ['ref', '?']
    return term === undefined ? 'undefined' : term
  }
}

/** @returns what each process saw and how it ended, by id */
export function run_in_kista(program: Program): Promise<Trace> {
  return in_manual_time(async clock => {
    const world = new World()
    const watch = new Watch(world)
    for (let id = 0; id < born; id++) spawn_life(world, id, 'plain')
    for (const step of program) {
      await watch.settled()
      world.step++
      if (step[0] === 'act') act(world, step[1], step[2])
      else pass(clock)
      await watch.look()
    }
    return watch.end()
  })
}

const pass = (clock: ManualClock): void => clock.pass(2 * unit)

/** A process that is still busy, because it waits for something, is left alone. */
function act(world: World, id: number, ops: readonly Op[]): void {
  const pid = world.pids.get(id)
  if (pid === undefined || world.servers.has(id) || !world.idle.has(id)) return
  world.idle.delete(id)
  kista.send(pid, ['act', ops])
}

/** Sees how the processes do, from outside. */
class Watch {
  readonly #world: World
  readonly #watched = new Map<Ref, number>()
  readonly #ends = new Map<number, ProcessTrace['end']>()
  readonly #mailboxes: Written[][][] = []

  constructor(world: World) {
    this.#world = world
  }

  async settled(): Promise<void> {
    await quiet()
    for (const [id, pid] of this.#world.pids) {
      if ([...this.#watched.values()].includes(id)) continue
      this.#watched.set(kista.monitor('process', pid), id)
      this.#mailboxes[id] ??= []
    }
  }

  async look(): Promise<void> {
    await this.settled()
    for (const [, ref, , , reason] of await drain()) {
      const id = this.#watched.get(ref)!
      this.#ends.set(id, ['dead', this.#world.written(reason), this.#world.step])
      this.#world.idle.delete(id)
    }
    for (const [id, pid] of this.#world.pids) {
      const messages = this.#world.servers.has(id) ? undefined : kista.process_info(pid, 'messages')
      this.#mailboxes[id]!.push(this.#world.written(messages?.[1] ?? []) as Written[])
    }
  }

  async end(): Promise<Trace> {
    const traces: ProcessTrace[] = []
    for (const [id, pid] of [...this.#world.pids].sort(([one], [other]) => one - other)) {
      const notes = [...this.#world.notes[id]!]
      const mailboxes = this.#mailboxes[id]!
      traces.push({ id, notes, mailboxes, end: this.#ends.get(id) ?? 'alive' })
      kista.exit(pid, 'kill')
    }
    await quiet()
    return traces
  }
}

// ---- The processes

function spawn_life(world: World, id: number, flavour: 'plain' | 'link' | 'monitor'): void {
  const body = () => live(world, id)
  if (flavour === 'monitor') {
    const [pid, ref] = kista.spawn_monitor(body)
    world.bind(id, pid)
    world.name_ref(id + 10, ref)
  } else {
    world.bind(id, flavour === 'link' ? kista.spawn_link(body) : kista.spawn(body))
  }
}

async function live(world: World, id: number): Promise<void> {
  for (;;) {
    world.idle.add(id)
    const [, ops] = await receive(['act', _])
    for (const op of ops as readonly Op[]) {
      if (op[0] === 'return') return
      if (op[0] === 'exit_self') kista.exit(op[1])
      if (op[0] === 'throw') throw op[1]
      if (op[0] === 'error') throw new Error(op[1])
      world.note(id, await perform(world, op))
    }
  }
}

/** Does one thing. @returns what to note of it */
export async function perform(world: World, op: Op): Promise<Term> {
  try {
    const value = await perform_unguarded(world, op)
    return [op[0] === 'drain' ? 'drained' : 'did', value]
  } catch (thrown) {
    return ['raised', thrown instanceof Exit ? thrown.reason : thrown]
  }
}

const unborn = 'unborn'

function perform_unguarded(world: World, op: Op): Term {
  const with_pid = (id: number, act: (pid: Pid) => Term): Term => {
    const pid = world.pids.get(id)
    return pid === undefined ? unborn : act(pid)
  }
  const with_ref = (refs: ReadonlyMap<number, Ref>, id: number, act: (ref: Ref) => Term): Term => {
    const ref = refs.get(id)
    return ref === undefined ? unborn : act(ref)
  }
  switch (op[0]) {
    case 'put':
      return kista.put(op[1], op[2])
    case 'get':
      return kista.get(op[1])
    case 'trap_exit':
      return kista.process_flag('trap_exit', op[1])
    case 'info':
      return info(world, op[1])
    case 'is_alive':
      return with_pid(op[1], kista.is_process_alive)
    case 'whereis':
      return kista.whereis(op[1])
    case 'drain':
      return drain()
    case 'receive_from':
      return with_pid(op[1], pid => receive_from(pid, 0))
    case 'wait_for':
      return with_pid(op[1], pid => receive_from(pid, op[2] * unit))
    case 'send':
      return with_pid(op[1], pid => sent(kista.send(pid, ['msg', kista.self(), op[2]])))
    case 'send_name':
      return sent(kista.send(op[1], ['msg', kista.self(), op[2]]))
    case 'send_ref':
      return with_ref(world.refs, op[1], ref => sent(kista.send(ref, ['msg', kista.self(), op[2]])))
    case 'exit':
      return with_pid(op[1], pid => kista.exit(pid, op[2]))
    case 'link':
      return with_pid(op[1], kista.link)
    case 'unlink':
      return with_pid(op[1], kista.unlink)
    case 'monitor':
      return with_pid(op[2], pid => world.name_ref(op[1], kista.monitor('process', pid)))
    case 'monitor_name':
      return world.name_ref(op[1], kista.monitor('process', op[2]))
    case 'monitor_alias':
      return with_pid(op[2], pid => world.name_ref(op[1], kista.monitor('process', pid, { alias: op[3] })))
    case 'demonitor':
      return with_ref(world.refs, op[1], ref => kista.demonitor(ref, demonitor_options(op[2])))
    case 'alias':
      return world.name_ref(op[1], kista.alias())
    case 'unalias':
      return with_ref(world.refs, op[1], kista.unalias)
    case 'register':
      return with_pid(op[2], pid => kista.register(op[1], pid))
    case 'unregister':
      return kista.unregister(op[1])
    case 'spawn':
      return world.pids.has(op[1]) ? 'taken' : spawn_life(world, op[1], op[2])
    case 'send_after':
      return with_pid(op[3], pid =>
        world.name_timer(op[1], kista.send_after(op[2] * unit, pid, ['msg', 'timer', op[4]])),
      )
    case 'start_timer':
      return with_pid(op[3], pid => world.name_timer(op[1], kista.start_timer(op[2] * unit, pid, op[4])))
    case 'cancel_timer':
      return with_ref(world.timers, op[1], ref => still_runs(kista.cancel_timer(ref)))
    case 'read_timer':
      return with_ref(world.timers, op[1], ref => still_runs(kista.read_timer(ref)))
    default:
      return serve(world, op)
  }
}

function serve(world: World, op: Op): Term {
  const server = world.pids.get(op[1] as number)
  if (op[0] === 'start_server') return server === undefined ? start_server(world, op[1], op[2]) : 'taken'
  if (server === undefined) return unborn
  if (op[0] === 'cast') return kista.gen_server.cast(server, op[2])
  if (op[0] !== 'call') throw new Error(`nobody does ${op[0]}`)
  return kista.gen_server.call(server, op[2], op[3] === 'infinity' ? op[3] : op[3] * unit)
}

async function start_server(world: World, id: number, flavour: 'plain' | 'link'): Promise<Term> {
  const start = flavour === 'link' ? kista.gen_server.start_link : kista.gen_server.start
  world.servers.add(id)
  world.bind(id, kista.ok(await start(callbacks, { world, id })))
  return undefined
}

function demonitor_options(asked: 'plain' | 'flush' | 'info' | 'flush_info') {
  return { flush: asked.includes('flush'), info: asked.includes('info') }
}

const still_runs = (left: number | false): boolean => left !== false

/** What sending gives is the message, which is known. */
const sent = (_message: Term): Term => 'sent'

/** All that lies in the mailbox. */
export async function drain(): Promise<Term[]> {
  const messages: Term[] = []
  const next = () =>
    receive(
      on(_, message => [message]),
      after(0, () => undefined),
    )
  for (let message = await next(); message !== undefined; message = await next()) messages.push(message[0])
  return messages
}

function receive_from(pid: Pid, timeout: number): Promise<Term> {
  return receive(
    on(['msg', pid, _], message => message),
    on(['EXIT', pid, _], message => message),
    after(timeout, () => 'nothing'),
  )
}

/** One item about the process itself; what it says of others in an order that does not matter. */
function info(world: World, item: Op[1]): Term {
  const [, value] = kista.process_info(kista.self(), item as 'links')!
  if (!Array.isArray(value)) return value ?? 'none'
  return value
    .map(part => JSON.stringify(world.written(part)))
    .filter(part => part !== '["pid","?"]')
    .sort()
}
