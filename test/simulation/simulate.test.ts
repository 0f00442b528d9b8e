import { afterEach, describe, expect, test } from '@jest/globals'
import { gen_tcp, inet } from '../../apps/kernel/index.ts'
import {
  _,
  after,
  Exit,
  exit,
  gen_server,
  monotonic_time,
  ok,
  on,
  process_info,
  processes,
  receive,
  register,
  registered,
  run,
  self,
  send,
  send_after,
  spawn,
  spawn_monitor,
  system_time,
  timer_count,
} from '../../runtime/index.ts'
import {
  Deadlock,
  LeftBehind,
  LimitReached,
  record,
  type Simulation,
  SimulationError,
  simulate,
} from '../../simulation/index.ts'
import { kill_everybody } from '../support/clean_slate.ts'
import { catch_reports, release_reports } from '../support/reports.ts'

afterEach(kill_everybody)

/** Why a simulation fails. */
async function failing(...given: Parameters<typeof simulate>): Promise<SimulationError> {
  const failure = await simulate(...given).catch(error => error)
  expect(failure).toBeInstanceOf(SimulationError)
  return failure as SimulationError
}

/** The names of three processes, in the order in which they came to run. */
async function order(): Promise<string> {
  const me = self()
  for (const name of ['a', 'b', 'c']) spawn(() => send(me, name))
  return `${await receive()}${await receive()}${await receive()}`
}

describe('A simulation', () => {
  test('gives what its program gives', async () => {
    expect(await simulate(() => 7)).toBe(7)
    expect(
      await simulate(async ({ seed }) => [seed, await Promise.resolve(self().constructor.name)]),
    ).toEqual([1, 'Pid'])
  })

  test('lets hours of virtual time pass in no time, the same for all clocks', async () => {
    const started = performance.now()
    const times = await simulate(async ({ now }) => {
      const [monotonic, system] = [monotonic_time(), system_time()]
      await receive(after(3_600_000, () => 'ok'))
      return [now(), monotonic_time() - monotonic, system_time() - system]
    })
    expect(times).toEqual([3_600_000, 3_600_000, 3_600_000])
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  test('finds every order in which processes can run, and each again by its seed', async () => {
    const found = new Map<string, number>()
    for (let seed = 1; seed <= 60; seed++) found.set(await simulate(order, { seed }), seed)
    expect([...found.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
    for (const [names, seed] of found) expect(await simulate(order, { seed })).toBe(names)
  })

  test('leaves signals between two processes in order', async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const seen = await simulate(
        async () => {
          const me = self()
          const [, ref] = spawn_monitor(async () => {
            for (let number = 0; number < 5; number++) {
              send(me, number)
              await receive('never', 0).catch(() => {})
            }
            exit('done')
          })
          const seen: unknown[] = []
          for (;;) {
            const message = await receive()
            if (message[1] === ref) return [...seen, message[4]]
            seen.push(message)
          }
        },
        { seed },
      )
      expect(seen).toEqual([0, 1, 2, 3, 4, 'done'])
    }
  })

  test('is nobody’s child, wherever it is called', async () => {
    const seen = await run(async () => simulate(() => process_info(self(), 'parent')))
    expect(seen).toEqual(['parent', undefined])
  })

  test('runs one at a time, and again once the first is over', async () => {
    const first = simulate(() => receive(after(10, () => 'first')))
    await expect(simulate(() => 'second')).rejects.toThrow('a simulation is running already')
    expect(await first).toBe('first')
    expect(await simulate(() => 'third')).toBe('third')
  })

  test('refuses to begin while timers of others are running', async () => {
    const pid = spawn(() => receive())
    send_after(100_000, pid, 'late')
    await expect(simulate(() => 1)).rejects.toThrow('1 timers are running')
    kill_everybody()
    expect(await simulate(() => 1)).toBe(1)
  })

  test.each<any>([
    { sed: 1 },
    { seed: 0.5 },
    { grace: -1 },
    { step_time: Number.NaN },
    { max_steps: -1 },
    { choices: -2 },
  ])('refuses %p', async options => {
    await expect(simulate(() => 1, options)).rejects.toThrow(RangeError)
  })
})

describe('A simulation fails', () => {
  test('with what its program threw, and says how to see that again', async () => {
    const cause = new Error('oh no')
    const failure = await failing(
      async ({ note }: Simulation) => {
        note('before')
        await receive(after(12, () => {}))
        throw cause
      },
      { seed: 99 },
    )
    expect(failure).toMatchObject({ seed: 99, time: 12, cause })
    expect(failure.message).toContain('seed 99 fails after')
    expect(failure.message).toContain('oh no')
    expect(failure.message).toContain('{ seed: 99 }')
    expect(failure.trace.map(({ kind, detail }) => [kind, detail])).toContainEqual(['note', 'before'])
  })

  test('with why its first process ended', async () => {
    expect((await failing(() => exit(self(), 'kill'))).cause).toEqual(new Exit('killed'))
  })

  test('when nobody can go on, and says what each process waits for', async () => {
    const failure = await failing(async () => {
      const stuck = spawn(async () => {
        send(self(), 'unwanted')
        await receive('wanted')
      })
      register('stuck', stuck)
      const busy = ok(await gen_server.start({ init: () => ['ok', 0], handle_call: () => ['noreply', 0] }))
      spawn(() => new Promise(() => {}))
      await gen_server.call(busy, 'request', 'infinity')
    })
    const { cause } = failure as { cause: unknown }
    expect(cause).toBeInstanceOf(Deadlock)
    const lines = (cause as Deadlock).processes.map(line => line.replace(/\d+/g, 'N'))
    expect(lines).toEqual([
      expect.stringContaining("waits in ['gen_server', 'call', [<N>, 'request', 'infinity']]"),
      expect.stringMatching(/stuck .* waits for a message, N messages queued, first 'unwanted'/),
      expect.stringContaining('is idle'),
      expect.stringContaining('waits for something that is not of the runtime'),
    ])
  })

  test('when it takes too many steps', async () => {
    const ping = async () => {
      for (;;) {
        send(self(), 'ping')
        await receive()
      }
    }
    const { cause, steps } = await failing(ping, { max_steps: 500 })
    expect(cause).toEqual(new LimitReached('it takes more than 500 steps'))
    expect(steps).toBe(500)
  })

  test('when it takes too long', async () => {
    const tick = async () => {
      for (;;) await receive(after(1_000, () => {}))
    }
    expect((await failing(tick, { max_time: 60_000 })).cause).toBeInstanceOf(LimitReached)
  })

  test('when something is left behind, if that is asked for; it is ended in any case', async () => {
    const careless = () => {
      register(
        'forgotten',
        spawn(() => receive()),
      )
      send_after(10 ** 9, 'forgotten', 'late')
    }
    await simulate(careless)
    const { cause } = (await failing(careless, { leaves_nothing: true })) as { cause: unknown }
    expect(cause).toBeInstanceOf(LeftBehind)
    expect((cause as LeftBehind).left).toEqual([expect.stringContaining('forgotten'), '1 timers'])
    expect([processes(), registered(), timer_count()]).toEqual([[], [], 0])
  })

  test('not for what ends in its time of grace', async () => {
    const slow = () => void spawn(() => receive(after(5_000, () => {})))
    await simulate(slow, { leaves_nothing: true })
    await failing(slow, { leaves_nothing: true, grace: 4_999 })
  })
})

describe('Time within a simulation', () => {
  /** Whether a timer of 5 ms runs out before somebody has done fifty things. */
  const race = async () => {
    const me = self()
    spawn(async () => {
      for (let count = 0; count < 50; count++) {
        send(self(), count)
        await receive()
      }
      send(me, 'done')
    })
    return receive(
      on('done', () => 'done'),
      after(5, () => 'late'),
    )
  }

  test('stands still while anybody can go on', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      expect(await simulate(() => receive('done', 5).catch(() => 'late'), { seed })).toBe('late')
    }
    expect(await simulate(race)).toBe('done')
  })

  test('goes on meanwhile, if steps are to take time', async () => {
    expect(await simulate(race, { step_time: 5 })).toBe('late')
  })
})

describe('What happens outside a simulation', () => {
  test('is waited for before time goes on, and told by the trace', async () => {
    const { readFile } = await import('node:fs/promises')
    const { outcome, trace } = await record(async () => {
      const me = self()
      spawn(async () => send(me, (await readFile('package.json', 'utf8')).length))
      return receive(
        on(_, () => 'read'),
        after(1, () => 'too late'),
      )
    })
    expect(outcome).toEqual(['ok', 'read'])
    expect(trace.join('\n')).toContain('outside')
  })
})

describe('A simulation on the machine’s network', () => {
  test('connects for real, which the trace calls outside', async () => {
    const program = async () => {
      const listener = ok(await gen_tcp.listen(0, { ip: 'loopback', active: false, mode: 'binary' }))
      const client = ok(await gen_tcp.connect([127, 0, 0, 1], ok(inet.port(listener)), { active: true }))
      const server = ok(await gen_tcp.accept(listener))
      gen_tcp.send(server, 'hello')
      const [, , data] = await receive(['tcp', client, _])
      for (const socket of [client, server, listener]) gen_tcp.close(socket)
      return data
    }
    const { outcome, trace } = await record(program, { network: 'machine' })
    expect(outcome).toEqual(['ok', 'hello'])
    expect(trace.join('\n')).toContain('outside')
  })
})

describe('Reports', () => {
  test('go to the trace, and to nobody else', async () => {
    const told = catch_reports()
    const { trace } = await record(async () => {
      const [, ref] = spawn_monitor(() => {
        throw new Error('a crash')
      })
      await receive(['DOWN', ref, 'process', _, _])
    })
    release_reports()
    expect(told).toEqual([])
    expect(trace.join('\n')).toMatch(/report.*a crash/)
  })
})
