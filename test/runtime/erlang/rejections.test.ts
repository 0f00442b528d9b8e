import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import { current } from '../../../runtime/erlang/process.ts'
import { type Program, watch_rejections } from '../../../runtime/erlang/rejections.ts'
import { run_as } from '../../../runtime/erlang/self.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { CompiledRuntime } from '../../support/compiled_runtime.ts'
import { reports_during } from '../../support/reports.ts'

afterEach(kill_everybody)

/** A program whose promises a test rejects. */
class FakeProgram implements Program {
  exitCode: number | undefined = undefined
  listeners = 0
  readonly warnings: string[] = []
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  reject: (reason: unknown) => void = () => {}

  constructor(execArgv: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    this.execArgv = execArgv
    this.env = env
    watch_rejections(this)
    watch_rejections(this)
  }

  on(_event: string, listener: (reason: unknown) => void): void {
    this.listeners++
    this.reject = listener
  }

  listenerCount(): number {
    return this.listeners
  }

  emitWarning(warning: string): void {
    this.warnings.push(warning)
  }
}

describe('a promise that is rejected and that nobody waits for', () => {
  test('crashes the process that made it', async () => {
    const program = new FakeProgram()
    const told = await reports_during(() =>
      expect(run(() => program.reject('reason'))).rejects.toMatchObject({ reason: ['nocatch', 'reason'] }),
    )
    expect(told.map(({ facts }) => facts.reason)).toEqual([['nocatch', 'reason']])
  })

  test('of one that has ended is told of, unless it is an exit', async () => {
    const program = new FakeProgram()
    const told = await reports_during(async () => {
      const gone = await run(() => current())
      run_as(gone, () => program.reject(new Exit('killed')))
      run_as(gone, () => program.reject('too late'))
    })
    expect(told.map(({ level, facts }) => [level, facts.reason])).toEqual([['warning', 'too late']])
  })

  test('outside any process is thrown: an error as it is, all else as the message of one', () => {
    const program = new FakeProgram()
    const error = new Error('mine')
    const refuses = { toString: () => exit('never') }
    expect(() => program.reject(error)).toThrow(error)
    expect(() => program.reject('text')).toThrow(/nobody waits for: text/)
    expect(() => program.reject(refuses)).toThrow(/nobody waits for: object/)
  })

  test('outside any process is left to the program where that listens itself', () => {
    const program = new FakeProgram()
    program.listeners++
    expect(() => program.reject('text')).not.toThrow()
  })

  test.each([
    [['--unhandled-rejections=warn'], {}],
    [['--unhandled-rejections', 'none'], {}],
    [[], { NODE_OPTIONS: '--trace-warnings --unhandled-rejections=warn' }],
    [['--unhandled-rejections=none'], { NODE_OPTIONS: '--unhandled-rejections=throw' }],
  ])('outside any process is left to Node, started with %j %j', (execArgv, env) => {
    const program = new FakeProgram(execArgv, env)
    expect(() => program.reject('text')).not.toThrow()
    expect(program.warnings).toEqual([])
  })

  test('outside any process sets the exit code where that is asked for', () => {
    const program = new FakeProgram(['--unhandled-rejections=warn-with-error-code'])
    program.reject('text')
    expect(program.warnings).toEqual([expect.stringMatching('text')])
    expect(program.exitCode).toBe(1)
  })
})

describe('in a program', () => {
  let runtime: CompiledRuntime
  beforeAll(() => {
    runtime = new CompiledRuntime('runtime/erlang/spawn.ts', 'runtime/erlang/receive.ts')
  })
  afterAll(() => runtime.remove())

  const head = `
    import { run, spawn_monitor } from './runtime/erlang/spawn.js'
    import { receive } from './runtime/erlang/receive.js'
    const fail = async reason => { await null; throw reason }
  `

  test('a forgotten promise is the crash of its process, and of nobody else', async () => {
    const { code, stdout } = await runtime.run(`${head}
      await run(async () => {
        const other = spawn_monitor(() => receive('never'))
        const [pid, ref] = spawn_monitor(async () => { fail('forgotten'); await receive('never') })
        const down = await receive()
        console.log(down[1] === ref, JSON.stringify(down[4]), other[0].entity !== undefined)
      })
    `)
    expect([code, stdout]).toEqual([0, 'true ["nocatch","forgotten"] true\n'])
  })

  test('one that a behaviour forgot too, though another process called it', async () => {
    const { code, stdout } = await runtime.run(`${head}
      import { Process, start_monitor, current } from './runtime/erlang/process.js'
      await run(async () => {
        const server = new Process()
        server.become({ handle: () => { fail('forgotten') } })
        start_monitor(current(), server)
        server.deliver_and_wait('work')
        console.log(JSON.stringify((await receive())[4]))
      })
    `)
    expect([code, stdout]).toEqual([0, '["nocatch","forgotten"]\n'])
  })

  test('of what is no process ends the program, as it does without us', async () => {
    const { code, stderr } = await runtime.run(`${head}
      await run(() => {})
      fail(new Error('not of a process'))
      setTimeout(() => console.log('still here'), 1_000)
    `)
    expect(code).toBe(1)
    expect(stderr).toMatch('Error: not of a process')
  })

  test('is left to a listener that the program has', async () => {
    const { code, stdout } = await runtime.run(`${head}
      process.on('unhandledRejection', reason => console.log('heard', reason))
      await run(() => {})
      fail('it')
    `)
    expect([code, stdout]).toEqual([0, 'heard it\n'])
  })

  test('is a warning where Node was told so', async () => {
    const { code, stderr } = await runtime.run(`${head} await run(() => {}); fail('it')`, [
      '--unhandled-rejections=warn',
    ])
    expect(code).toBe(0)
    expect(stderr).toMatch('UnhandledPromiseRejectionWarning')
  })
})

test('a promise that is waited for later in the same turn crashes nobody', async () => {
  await run(async () => {
    const failing = Promise.reject(new Error('seen'))
    await expect(failing).rejects.toThrow('seen')
    expect(spawn(() => {}).entity).toBeDefined()
  })
})
