import { describe, expect, test } from '@jest/globals'
import { after, receive, self, send, spawn } from '../../runtime/index.ts'
import { explore, LeftBehind, type Simulation, SimulationError, simulate } from '../../simulation/index.ts'

/** Two processes each read a number, do something else, and write it back one larger: an update may be lost. */
async function lost_update(): Promise<void> {
  const cell = spawn(async () => {
    for (let value = 0; ; ) {
      const [what, who] = await receive()
      if (what === 'stop') return
      if (what === 'get') send(who, ['value', value])
      else value = who
    }
  })
  const me = self()
  for (let count = 0; count < 2; count++) {
    spawn(async () => {
      send(cell, ['get', self()])
      const [, value] = await receive()
      send(cell, ['put', value + 1])
      send(me, 'done')
    })
  }
  for (let count = 0; count < 2; count++) await receive('done')
  send(cell, ['get', self()])
  const [, value] = await receive()
  send(cell, ['stop', self()])
  if (value !== 2) throw new Error(`it is ${value}`)
}

const failure_of = async (...given: Parameters<typeof explore>): Promise<SimulationError> => {
  const failure = await explore(...given).catch(error => error)
  expect(failure).toBeInstanceOf(SimulationError)
  return failure as SimulationError
}

describe('Exploring', () => {
  test('tells how much was tried when nothing failed', async () => {
    const explored = await explore(20, async () => {
      const me = self()
      for (const name of ['a', 'b', 'c']) spawn(() => send(me, name))
      for (let count = 0; count < 3; count++) await receive()
    })
    expect(explored).toMatchObject({ runs: 20 })
    expect(explored.steps).toBeGreaterThan(100)
    expect(explored.schedules).toBeGreaterThan(6)
  })

  test.each([-1, 1.5, Number.NaN, '3' as any])('refuses to try %p times', async runs => {
    await expect(explore(runs, () => {})).rejects.toThrow(RangeError)
  })

  test('finds a race, and what it tells shows the same race again', async () => {
    const failure = await failure_of(200, lost_update)
    expect(failure.cause).toEqual(new Error('it is 1'))
    const { seed, choices } = failure
    await expect(simulate(lost_update, { seed })).rejects.toThrow('it is 1')
    await expect(simulate(lost_update, { seed, choices })).rejects.toThrow('it is 1')
    expect(failure.replay).toContain(`seed: ${seed}`)
  })

  test('makes the schedule of a failure simpler, and says with how many choices it is left', async () => {
    const whole = await failure_of(200, lost_update, { attempts_to_simplify: 0 })
    const simple = await failure_of(200, lost_update)
    expect(simple.seed).toBe(whole.seed)
    expect(simple.choices).toBeLessThan(whole.choices)
    expect(simple.message).toContain(`{ seed: ${simple.seed}, choices: ${simple.choices} }`)
  })

  test('stops at the first seed that fails', async () => {
    const tried: number[] = []
    const program = ({ seed }: Simulation) => {
      tried.push(seed)
      if (seed === 12) throw new Error('twelve')
    }
    const { seed } = await failure_of(100, program, { first_seed: 10, attempts_to_simplify: 0 })
    expect([seed, tried]).toEqual([12, [10, 11, 12]])
  })

  test('counts it as a failure when something is left behind, unless told otherwise', async () => {
    const careless = () => void spawn(() => receive())
    expect((await failure_of(3, careless)).cause).toBeInstanceOf(LeftBehind)
    expect((await explore(3, careless, { leaves_nothing: false })).runs).toBe(3)
  })

  test('passes on what is no failure of a program', async () => {
    await expect(explore(1, () => 1, { step_time: -1 })).rejects.toThrow(RangeError)
  })

  test('tells each event of each run to who listens', async () => {
    const kinds = new Set<string>()
    await explore(2, () => receive(after(1, () => 'ok')), { on_event: ({ kind }) => kinds.add(kind) })
    expect(kinds).toEqual(new Set(['born', 'runs', 'ends']))
  })
})
