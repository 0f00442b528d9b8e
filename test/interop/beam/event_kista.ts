// Runs a random event manager in Kista: notes what each process sees, step by step.

import * as kista from '../../../runtime/index.ts'
import {
  _,
  Exit,
  exit,
  gen_event,
  is_process_alive,
  on,
  type Pid,
  receive,
  type Term,
} from '../../../runtime/index.ts'
import { in_manual_time } from '../../support/manual_time.ts'
import { quiet } from '../../support/virtual_time.ts'
import type { Callback, EventOp, EventProgram, HandlerName, Reaction, Request } from './event_program.ts'
import type { Written } from './trace.ts'

/** Who notes something: what one process notes has an order, and what several note in one step has none. */
const manager = 0
const client = 1
const outside = 9

/** @returns what each process saw, step by step, by process */
export function run_events(program: EventProgram): Promise<Written[]> {
  return in_manual_time(async () => {
    kista.process_flag('trap_exit', true)
    const world = new World(program, kista.ok(await gen_event.start_link()))
    await quiet()
    for (const op of program.ops) {
      world.step++
      await world.perform(op)
      await quiet()
      if (await world.look()) break
    }
    return world.in_order()
  })
}

class World {
  step = 0
  readonly #notes: [step: number, who: number, ...what: Term[]][] = []
  readonly #tapes: Record<Callback, Reaction[]>
  readonly #manager: Pid
  readonly #clients: readonly Pid[]
  readonly #callbacks: gen_event.Callbacks

  constructor({ trap, tapes }: EventProgram, manager: Pid) {
    const { init, event, call, terminate } = tapes
    this.#tapes = { init: [...init], event: [...event], call: [...call], terminate: [...terminate] }
    this.#manager = manager
    this.#callbacks = this.#make_callbacks()
    this.#clients = trap.map((traps, nth) => kista.spawn(() => this.#live(nth, traps)))
  }

  note(who: number, ...what: readonly Term[]): void {
    this.#notes.push([this.step, who, ...what.map(term => this.#written(term))])
  }

  in_order(): Written[] {
    return [...this.#notes].sort(([one, who], [other, whom]) => one - other || who - whom)
  }

  async perform(op: EventOp): Promise<void> {
    switch (op[0]) {
      case 'get_state':
        return this.note(outside, 'state', await kista.sys.get_state(this.#manager))
      case 'stop':
        return this.note(outside, 'stop', await gen_event.stop(this.#manager, op[1], 'infinity'))
      case 'exit':
        return void exit(this.#manager, op[1])
      default:
        kista.send(this.#clients[op[1]]!, [op[0], op[2]])
    }
  }

  /** @returns whether the manager is gone */
  async look(): Promise<boolean> {
    const gone = !is_process_alive(this.#manager)
    if (gone) {
      const [, , reason] = await receive(['EXIT', this.#manager, _], 0)
      this.note(outside, 'ended', reason)
    } else {
      this.note(outside, 'handlers', await gen_event.which_handlers(this.#manager))
      const [, links] = kista.process_info(this.#manager, 'links')!
      this.note(
        outside,
        'links',
        this.#clients.map(pid => links.includes(pid)),
      )
    }
    this.note(outside, 'alive', this.#clients.map(is_process_alive))
    return gone
  }

  // ---- The clients

  async #live(nth: number, traps: boolean): Promise<void> {
    kista.process_flag('trap_exit', traps)
    for (;;) {
      const message = await receive(on(_, message => message))
      if (message[0] === 'end') exit(message[1])
      if (message[0] === 'ask') this.note(client + nth, ...(await this.#ask(message[1])))
      else this.note(client + nth, 'got', message)
    }
  }

  async #ask(request: Request): Promise<Term[]> {
    try {
      return ['given', await this.#asked(request)]
    } catch (thrown) {
      const reason = thrown instanceof Exit ? thrown.reason : thrown
      return ['raised', Array.isArray(reason) && Array.isArray(reason[1]) ? reason[0] : reason]
    }
  }

  #asked(request: Request): Term {
    const to = this.#manager
    switch (request[0]) {
      case 'call':
        return gen_event.call(to, this.#handler(request[1]), request[2], 'infinity')
      case 'info':
        kista.send(to, ['msg', request[1]])
        return 'sent'
      case 'exit':
        return exit(to, request[1])
      case 'notify':
      case 'sync_notify':
        return gen_event[request[0] as 'notify'](to, request[1])
      case 'delete_handler':
        return gen_event.delete_handler(to, this.#handler(request[1]), request[2])
      case 'add_handler':
      case 'add_sup_handler':
        return gen_event[request[0]](to, this.#handler(request[1]), [request[1], request[2]])
      default: {
        const [swap, name1, args1, name2, args2] = request
        return gen_event[swap](to, [this.#handler(name1), args1], [this.#handler(name2), [name2, args2]])
      }
    }
  }

  // ---- The handlers: their state is their name, and a number that each callback changes

  #handler([, id]: HandlerName): gen_event.Handler {
    return id === undefined ? this.#callbacks : [this.#callbacks, id]
  }

  #make_callbacks(): gen_event.Callbacks {
    const told = (kind: 'event' | 'info', what: Term, [name, number]: readonly Term[]) => {
      this.note(manager, kind, what, name, number)
      const reaction = this.#next('event')
      if (reaction[0] === 'remove') return 'remove_handler'
      if (reaction[0] !== 'swap') return give(reaction, news => ['ok', [name, news]])
      const [, args1, name2, args2] = reaction
      return ['swap_handler', args1, [name, number + 1], this.#handler(name2), [name2, args2]] as Term
    }
    return {
      module: 'event_side',
      init: args => {
        this.note(manager, 'init', args)
        const [name, number] = args[0][0] === 'handler' ? args : args[0]
        return give(this.#next('init'), () => ['ok', [name, number]])
      },
      handle_event: (event, state) => told('event', event, state),
      handle_info: (info, state) => told('info', info, state),
      handle_call: (request, [name, number]) => {
        this.note(manager, 'call', request, name, number)
        const reaction = this.#next('call')
        if (reaction[0] === 'remove') return ['remove_handler', reaction[1]]
        if (reaction[0] !== 'swap') return give(reaction, news => ['ok', news, [name, news]])
        const [, args1, name2, args2] = reaction
        return ['swap_handler', args2, args1, [name, number + 1], this.#handler(name2), [name2, args2]]
      },
      terminate: (args, [name, number]) => {
        this.note(manager, 'terminate', args, name, number)
        return give(this.#next('terminate'), last => ['done', last])
      },
    }
  }

  #next(callback: Callback): Reaction {
    return this.#tapes[callback].shift() ?? ['ok', 0]
  }

  #written(term: Term): Written {
    if (Array.isArray(term)) return term.map(part => this.#written(part))
    if (term instanceof Error) return term instanceof Exit ? this.#written(term.reason) : term.message
    if (term === undefined) return 'undefined'
    if (kista.is_pid(term))
      return this.#clients.includes(term) ? ['client', this.#clients.indexOf(term)] : 'pid'
    return typeof term === 'object' ? term.module : term
  }
}

function give(reaction: Reaction, result: (number: number) => readonly Term[]): Term {
  const [what, first] = reaction
  switch (what) {
    case 'ok':
      return result(first)
    case 'hibernate':
      return [...result(first), 'hibernate']
    case 'throw_ok':
      throw result(first)
    case 'bad':
      return ['nonsense', first]
    case 'bad_ok':
      return [...result(first), 'nonsense']
    case 'throw_bad':
      throw ['nonsense', first]
    case 'exit':
      return exit(first)
    case 'error':
      throw new Error(first)
    default:
      throw new Error(`nobody gives ${what}`)
  }
}
