import { afterEach, describe, expect, jest, test } from '@jest/globals'
import {
  exit,
  gen_server,
  ok,
  type Pid,
  process_flag,
  processes,
  receive,
  self,
  supervisor,
  type Term,
} from '../../runtime/index.ts'
import { explore, type Random, type Simulation } from '../../simulation/index.ts'
import { kill_everybody } from '../support/clean_slate.ts'
import { seeds, time_limit } from './how_many.ts'

jest.setTimeout(time_limit)

afterEach(kill_everybody)

const ids = ['a', 'b', 'c', 'd'] as const
type Id = (typeof ids)[number]

/** What happened to the children, in order. */
type Log = (readonly [what: 'starts' | 'ends', id: Id, pid: Pid])[]

/** A child that takes its time to start and to end, and that traps exits. */
const child = (log: Log, random: Random): gen_server.Callbacks => ({
  async init(id) {
    process_flag('trap_exit', true)
    await pause(random.below(3))
    log.push(['starts', id, self()])
    return ['ok', id]
  },
  handle_call: (_request, _from, id) => ['reply', id, id],
  handle_cast: (reason, id) => ['stop', reason, id],
  async terminate(_reason, id) {
    await pause(random.below(3))
    log.push(['ends', id, self()])
  },
})

const pause = (time: number): Promise<unknown> => receive('never', time).catch(() => {})

async function start(strategy: supervisor.Strategy, log: Log, random: Random): Promise<Pid> {
  const callbacks = child(log, random)
  const specs = ids.map(id => ({
    id,
    start: [(name: Id) => gen_server.start_link(callbacks, name), [id]] as const,
  }))
  const flags = { strategy, intensity: 1_000, period: 1 }
  return ok(await supervisor.start_link({ init: () => ['ok', [flags, specs]] }))
}

/** Has children end in any way, at any time. */
async function disturb(sup: Pid, random: Random): Promise<void> {
  for (let deaths = random.between(1, 8); deaths > 0; deaths--) {
    const children = await supervisor.which_children(sup)
    const [, pid] = random.pick(children)
    if (typeof pid === 'object') {
      if (random.chance(0.3)) exit(pid, 'kill')
      else gen_server.cast(pid, random.pick(['normal', 'shutdown', 'boom']))
    }
    await pause(random.below(6))
  }
}

/** All that the supervisor promised, once things have settled. */
async function check(sup: Pid, before: ReadonlySet<Pid>): Promise<void> {
  const children = (await supervisor.which_children(sup)).map(([id, pid]) => [id, pid] as const).reverse()
  const told = children.map(([id]) => id).join('')
  if (told !== ids.join('')) throw new Error(`the children are ${told}`)
  for (const [id, pid] of children) {
    if ((await gen_server.call(pid as Pid, 'who')) !== id) throw new Error(`${pid} is not ${id}`)
  }
  const others = processes().filter(pid => !before.has(pid) && pid !== sup)
  const orphans = others.filter(pid => !children.some(child => child[1] === pid))
  if (orphans.length > 0) throw new Error(`orphans: ${orphans}`)
}

/** Children that lived at once must have started in their order, and end in the reverse one. */
function check_order(log: Log, ending: number): void {
  const ended = log.slice(ending).filter(([what]) => what === 'ends')
  const names = ended.map(([, id]) => id).join('')
  if (names !== [...ids].reverse().join('')) throw new Error(`they end as ${names}`)
}

/** With `rest_for_one` and `one_for_all`, who is younger than one that lives has started after it. */
function check_ages(log: Log): void {
  const last = ids.map(id => log.findLastIndex(([what, name]) => what === 'starts' && name === id))
  if (last.some((at, index) => index > 0 && at < last[index - 1]!))
    throw new Error(`started in order ${last}`)
}

const supervised =
  (strategy: supervisor.Strategy) =>
  async ({ random, note }: Simulation) => {
    process_flag('trap_exit', true)
    const before = new Set(processes())
    const log: Log = []
    const sup = await start(strategy, log, random.fork())
    await disturb(sup, random)
    await pause(100)
    await check(sup, before)
    if (strategy !== 'one_for_one') check_ages(log)
    note('the end')
    const ending = log.length
    exit(sup, 'shutdown')
    const [, , reason] = (await receive(['EXIT', sup, 'shutdown'], 10_000)) as Term
    if (reason !== 'shutdown') throw new Error(`it ended with ${reason}`)
    check_order(log, ending)
  }

describe('A supervisor whose children end at any moment', () => {
  test.each<supervisor.Strategy>(['one_for_one', 'one_for_all', 'rest_for_one'])(
    'keeps them all running, in order, with no orphans: %s',
    async strategy => {
      const explored = await explore(seeds(40), supervised(strategy))
      expect(explored.schedules).toBeGreaterThan(0.95 * explored.runs)
    },
  )

  test('gives up when they end too often, and takes all of them along', async () => {
    const program = async ({ random }: Simulation) => {
      process_flag('trap_exit', true)
      const before = new Set(processes())
      const callbacks = child([], random.fork())
      const specs = ids.map(id => ({
        id,
        start: [(name: Id) => gen_server.start_link(callbacks, name), [id]] as const,
      }))
      const sup = ok(
        await supervisor.start_link({ init: () => ['ok', [{ intensity: 2, period: 60 }, specs]] }),
      )
      for (let deaths = 0; deaths < 3; deaths++) {
        const children = await supervisor.which_children(sup)
        const living = children.filter(([, pid]) => typeof pid === 'object')
        gen_server.cast(random.pick(living)[1] as Pid, 'boom')
        await pause(random.between(10, 20))
      }
      await receive(['EXIT', sup, 'shutdown'], 10_000)
      const left = processes().filter(pid => !before.has(pid))
      if (left.length > 0) throw new Error(`left: ${left}`)
    }
    expect(await explore(seeds(30), program)).toMatchObject({ runs: seeds(30) })
  })

  test('and that is stopped while it starts or restarts them, leaves nothing', async () => {
    const program = async ({ random }: Simulation) => {
      process_flag('trap_exit', true)
      const log: Log = []
      const sup = await start('one_for_all', log, random.fork())
      const [, pid] = random.pick(await supervisor.which_children(sup))
      exit(pid as Pid, 'kill')
      await pause(random.below(8))
      exit(sup, random.pick(['shutdown', 'kill', 'normal']))
      await receive(['EXIT', sup, 'shutdown'], 1_000).catch(() => exit(sup, 'kill'))
    }
    expect(await explore(seeds(50), program)).toMatchObject({ runs: seeds(50) })
  })
})
