// Runs a random state machine in Kista, in a time that stands still until a pause lets it pass.

import * as kista from '../../../runtime/index.ts'
import { type Exit, exit, gen_statem, type Pid, sys, type Term } from '../../../runtime/index.ts'
import { in_manual_time } from '../../support/manual_time.ts'
import { quiet } from '../../support/virtual_time.ts'
import { drain } from './kista_side.ts'
import { type_name, type_of, World } from './statem_machine.ts'
import { type StatemOp, type StatemProgram, slot, slots_in_a_pause } from './statem_program.ts'
import type { Written } from './trace.ts'

/** @returns what happened, in order */
export function run_statem(program: StatemProgram): Promise<Written[]> {
  return in_manual_time(async clock => {
    kista.process_flag('trap_exit', true)
    const world = new World(program, clock)
    const started = await gen_statem.start_link(world.modules[0]!)
    if (started === 'ignore' || started[0] === 'error') {
      world.note('start', started)
      return world.notes
    }
    const outside = new Outside(world, started[1])
    await outside.settled()
    for (const op of program.ops) {
      if (outside.gone) break
      await outside.act(op)
      await outside.settled()
    }
    return [...world.notes] // without what comes of this process's end
  })
}

/** Who sends the machine its events, and hears of it. */
class Outside {
  readonly #world: World
  readonly #machine: Pid
  #pending: [number, gen_statem.RequestId][] = []
  gone = false

  constructor(world: World, machine: Pid) {
    this.#world = world
    this.#machine = machine
  }

  async act(op: StatemOp): Promise<void> {
    if (op[0] === 'send') for (const [kind] of op[1]) this.#send(kind, this.#world.fresh())
    else if (op[0] === 'pass') await this.#pass()
    else if (op[0] === 'exit') exit(this.#machine, op[1])
    else await this.#ask(op)
  }

  #send(kind: 'call' | 'cast' | 'info', number: number): void {
    if (kind === 'call') this.#pending.push([number, gen_statem.send_request(this.#machine, number)])
    else if (kind === 'cast') gen_statem.cast(this.#machine, number)
    else kista.send(this.#machine, ['msg', number])
  }

  async #pass(): Promise<void> {
    for (let passed = 0; passed < slots_in_a_pause; passed++) {
      this.#world.clock.pass(slot)
      await quiet()
    }
  }

  async #ask(op: StatemOp): Promise<void> {
    const given = await this.#asked(op).then(
      answer => [op[0], answer],
      ({ reason }: Exit) => ['raised', Array.isArray(reason[1]) ? reason[0] : reason],
    )
    await quiet()
    this.#world.note(...given)
  }

  #asked(op: StatemOp): Promise<Term> {
    switch (op[0]) {
      case 'replace_state':
        return sys.replace_state(this.#machine, ([state, data]) => [state, data + 1])
      case 'stop':
        return gen_statem.stop(this.#machine, op[1], 'infinity')
      case 'get_status':
        return this.#status()
      default:
        return sys[op[0] as 'get_state' | 'suspend' | 'resume'](this.#machine)
    }
  }

  async #status(): Promise<Term> {
    const [, , , [, suspended, , , [, [, facts], [, [[, state]]]]]] = await sys.get_status(this.#machine)
    const { 'Time-outs': timeouts, Modules: modules, Postponed: postponed } = Object.fromEntries(facts)
    const [count, running] = timeouts
    return [
      suspended,
      state,
      modules,
      postponed.map(([type, content]: Term[]) => [type_name(type), content]),
      count,
      (['timeout', 'state_timeout', 'x', 'y'] as const).map(
        name => running.find(([type]: Term[]) => kista.matches(type_of(name), type)) ?? false,
      ),
    ]
  }

  /** What is left to do is done; then: answers in their order, and whether the machine is gone. */
  async settled(): Promise<void> {
    await quiet()
    const lost: [number, Term][] = []
    const exits: Term[] = []
    for (const message of await drain()) {
      const about = this.#about(message)
      if (about === undefined) exits.push(message)
      else if (about[1][0] === 'reply') this.#world.note('reply', about[0], about[1][1])
      else lost.push([about[0], about[1][1][0]])
    }
    for (const [number, why] of lost.sort(([one], [other]) => one - other))
      this.#world.note('error', number, why)
    for (const [, , reason] of exits) this.#world.note('ended', reason)
    this.gone = exits.length > 0
  }

  #about(message: Term): [number, gen_statem.Response] | undefined {
    for (const [number, id] of this.#pending) {
      const response = gen_statem.check_response(message, id)
      if (response === 'no_reply') continue
      this.#pending = this.#pending.filter(([other]) => other !== number)
      return [number, response]
    }
    return undefined
  }
}
