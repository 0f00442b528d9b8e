import { afterEach, describe, expect, jest, test } from '@jest/globals'
import {
  _,
  Exit,
  exit,
  gen_server,
  ok,
  type Pid,
  process_flag,
  process_info,
  receive,
  self,
  send,
  send_after,
  spawn_link,
  type Term,
} from '../../runtime/index.ts'
import { explore, type Random, type Simulation } from '../../simulation/index.ts'
import { kill_everybody } from '../support/clean_slate.ts'
import { seeds, time_limit } from './how_many.ts'

jest.setTimeout(time_limit)

afterEach(kill_everybody)

/** A server that answers at once, later, by another process, or not at all, as it is asked to. */
const moody: gen_server.Callbacks = {
  init: () => ['ok', 0],
  handle_call(how, from, count) {
    if (how === 'now') return ['reply', count, count + 1]
    if (how === 'never') return ['noreply', count + 1]
    if (how === 'crash') throw new Exit('crashed')
    if (how === 'stop') return ['stop', 'shutdown', 'last', count]
    if (how === 'later') send_after(3, self(), ['answer', from])
    else spawn_link(() => gen_server.reply(from, 'by another'))
    return ['noreply', count + 1]
  },
  handle_cast: (_how, count) => ['stop', 'normal', count],
  handle_info([, from], count) {
    gen_server.reply(from, 'late')
    return ['noreply', count]
  },
}

const requests = ['now', 'now', 'later', 'never', 'another', 'crash', 'stop'] as const

/** Makes calls, each of which has to end; nothing of them may be left in the mailbox. */
const caller = (server: Pid, random: Random, owner: Pid) => async () => {
  process_flag('trap_exit', true)
  const ends: Term[] = []
  for (let calls = random.between(1, 5); calls > 0; calls--) {
    const request = random.pick(requests)
    const call = gen_server.call(server, request, random.between(0, 12))
    ends.push(await call.catch(({ reason }) => ['exit', reason[0]]))
  }
  await receive('anything that comes late', 50).catch(() => {})
  const [, messages] = process_info(self(), 'messages')!
  send(owner, ['done', self(), ends, messages])
}

const fine = new Set(['timeout', 'noproc', 'shutdown', 'normal', 'killed', 'crashed', 'boom'])
const is_fine = (end: Term): boolean =>
  typeof end === 'number' ||
  ['last', 'late', 'by another'].includes(end) ||
  (Array.isArray(end) && end[0] === 'exit' && fine.has(end[1]))

const dying_server = async ({ random }: Simulation) => {
  process_flag('trap_exit', true)
  const server = ok(await gen_server.start(moody))
  const callers = Array.from({ length: 4 }, () => spawn_link(caller(server, random.fork(), self())))
  for (let deaths = random.below(3); deaths > 0; deaths--) {
    await receive('never', random.below(8)).catch(() => {})
    if (random.chance(0.5)) gen_server.cast(server, 'stop')
    else exit(server, random.pick(['boom', 'kill', 'normal']))
  }
  for (const pid of callers) {
    const [, , ends, messages] = await receive(['done', pid, _, _], 10_000)
    if (messages.length > 0) throw new Error(`left in the mailbox: ${messages}`)
    for (const end of ends) if (!is_fine(end)) throw new Error(`a call ended with ${end}`)
  }
  exit(server, 'kill')
}

describe('A call to a server that may die at any moment', () => {
  test('ends with its reply or with an exit, and leaves nothing behind', async () => {
    const explored = await explore(seeds(120), dying_server)
    expect(explored.schedules).toBeGreaterThan(0.95 * explored.runs)
  })

  test('does so too when time goes on in the middle of work', async () => {
    expect(await explore(seeds(50), dying_server, { step_time: 2 })).toMatchObject({ runs: seeds(50) })
  })
})
