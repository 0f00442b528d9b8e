// Runs a random supervisor in Kista: notes in which order children start and end, and what its functions give.

import * as kista from '../../../runtime/index.ts'
import {
  _,
  Exit,
  exit,
  type gen_server,
  type Pid,
  receive,
  supervisor,
  type Term,
} from '../../../runtime/index.ts'
import { in_manual_time } from '../../support/manual_time.ts'
import { quiet } from '../../support/virtual_time.ts'
import type { Child, SupervisionOp, SupervisionProgram } from './supervision_program.ts'
import type { Written } from './trace.ts'

/** @returns what happened, in order */
export function run_supervision(program: SupervisionProgram): Promise<Written[]> {
  return in_manual_time(async () => {
    kista.process_flag('trap_exit', true)
    const world = new World()
    world.note('start_link', await world.start(program))
    for (const op of program.ops) {
      if (world.supervisor === undefined) break
      const given = await world.perform(op)
      if (given !== 'noted') world.note(op[0], given)
      await world.settled()
    }
    return [...world.notes] // without what comes of this process's end
  })
}

class World {
  readonly notes: Written[] = []
  readonly #starts = new Map<number, number>()
  readonly #pids = new Map<number, Pid>()
  supervisor: Pid | undefined

  note(what: string, ...terms: Term[]): void {
    this.notes.push([what, ...terms.map(written)])
  }

  async start({ strategy, intensity, auto_shutdown, children }: SupervisionProgram): Promise<Term> {
    const flags = { strategy, intensity, period: 1_000, auto_shutdown }
    const specs = children.map(child => this.#spec(child))
    const started = await supervisor.start_link({ init: () => ['ok', [flags, specs]] })
    if (Array.isArray(started) && started[0] === 'ok') this.supervisor = started[1]
    await this.settled()
    return started
  }

  async perform(op: SupervisionOp): Promise<Term> {
    try {
      return await this.#perform(op, this.supervisor!)
    } catch (thrown) {
      return ['raised', thrown instanceof Exit ? thrown.reason[0] : thrown]
    }
  }

  #perform(op: SupervisionOp, sup: Pid): Term {
    switch (op[0]) {
      case 'end':
        return this.#end(op[1], op[2])
      case 'start_child':
        return supervisor.start_child(sup, this.#spec(op[1]))
      case 'count_children':
        return supervisor.count_children(sup).then(Object.values)
      case 'get_childspecs':
        return this.#specs(sup)
      case 'stop':
        return this.#stop(sup, op[1])
      default:
        return supervisor[op[0]](sup, op[1])
    }
  }

  /** What is left to do is done; then: who is there, or that nobody is any more. */
  async settled(): Promise<void> {
    await quiet()
    if (this.supervisor === undefined) return
    if (kista.is_process_alive(this.supervisor)) {
      this.note('children', await supervisor.which_children(this.supervisor))
    } else {
      const [, , reason] = await receive(['EXIT', this.supervisor, _], 0)
      this.note('ended', reason)
      this.supervisor = undefined
    }
  }

  /** Noted before it is done, since what comes of it may be noted at once. */
  #end(id: number, ending: string): Term {
    const pid = this.#pids.get(id)
    const there = pid !== undefined && kista.is_process_alive(pid)
    this.note('end', there)
    if (there && ending === 'kill') exit(pid, 'kill')
    else if (there) kista.gen_server.cast(pid, ending)
    return 'noted'
  }

  #stop(sup: Pid, reason: string): Term {
    this.note('stop')
    exit(sup, reason)
    return 'noted'
  }

  async #specs(sup: Pid): Promise<Term> {
    const answers = []
    for (const id of [0, 1, 2, 3]) {
      const [tag, spec] = await supervisor.get_childspec(sup, id)
      answers.push(
        tag === 'ok' ? [spec.id, spec.restart, spec.shutdown, spec.significant, spec.type] : [tag, spec],
      )
    }
    return answers
  }

  #spec(child: Child): supervisor.ChildSpec {
    const { id, restart, shutdown, significant } = child
    return { id, restart, shutdown, significant, start: [() => this.#start_child(child), []] }
  }

  #start_child({ id, trap, fails, ignored }: Child): Promise<supervisor.StartedChild> {
    const nth = (this.#starts.get(id) ?? 0) + 1
    this.#starts.set(id, nth)
    const callbacks: gen_server.Callbacks = {
      init: () => {
        this.note('starts', id, nth)
        if (fails.includes(nth)) return ['stop', 'fails']
        if (ignored.includes(nth)) return 'ignore'
        kista.process_flag('trap_exit', trap)
        this.#pids.set(id, kista.self())
        return ['ok', undefined]
      },
      handle_cast: (ending, state) => ['stop', ending, state],
      terminate: reason => this.note('ends', id, nth, reason),
    }
    return kista.gen_server.start_link(callbacks)
  }
}

function written(term: Term): Written {
  if (Array.isArray(term)) return term.map(written)
  if (kista.is_pid(term)) return 'pid'
  if (typeof term !== 'object') return term === undefined ? 'undefined' : term
  // What a supervisor tells of a child that did not start, it tells with the whole specification.
  return 'id' in term ? ['child', written(term.id)] : Object.entries(term).map(written)
}
