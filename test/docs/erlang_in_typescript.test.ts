// The rows of docs/erlang_in_typescript.md, tried as they are written there.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { application, gen_tcp, inet } from '../../apps/kernel/index.ts'
import {
  _,
  after,
  cancel_timer,
  demonitor,
  Exit,
  exit,
  format_term,
  freeze_messages,
  gen_server,
  gen_statem,
  get,
  is_process_alive,
  link,
  matches,
  monitor,
  node,
  ok,
  on,
  proc_lib,
  process_flag,
  process_info,
  put,
  type Reason,
  type Result,
  receive,
  register,
  run,
  self,
  send,
  send_after,
  spawn,
  spawn_link,
  spawn_monitor,
  spawn_opt,
  start_timer,
  supervisor,
  unlink,
  whereis,
} from '../../runtime/index.ts'
import { kill_everybody } from '../support/clean_slate.ts'
import { catch_reports, type Told } from '../support/reports.ts'
import { in_virtual_time } from '../support/virtual_time.ts'

let told: Told[]

beforeEach(() => {
  told = catch_reports()
})
afterEach(kill_everybody)

/** Why a process that does this ends. */
async function ending(body: () => unknown): Promise<Reason> {
  const [pid, ref] = spawn_monitor(body)
  const [, , , , reason] = await receive(['DOWN', ref, 'process', pid, _])
  return reason
}

/** Tries a row: in a process, in virtual time. */
const row = (what: string, body: () => unknown) => test(what, () => in_virtual_time(async () => body()))

describe('Terms', () => {
  row('a pattern takes any term for _, and for anything else that alone', () => {
    const ref = monitor('process', self())
    expect(matches(['DOWN', ref, _, _, _], ['DOWN', ref, 'process', self(), 'normal'])).toBe(true)
    expect(matches(['DOWN', ref, _], ['DOWN', monitor('process', self()), 1])).toBe(false)
    expect(matches(Uint8Array.of(1, 2), Buffer.from([1, 2]))).toBe(true)
    const me = self()
    expect(me === self()).toBe(true)
  })

  row('format_term shows a term as a program would write it', () =>
    expect(format_term(['ok', self()])).toMatch(/^\[ 'ok', <0\.\d+\.0> \]$/),
  )
})

describe('Results and errors', () => {
  const parse = (text: string): Result<number, 'nan'> =>
    text === '' ? ['error', 'nan'] : ['ok', Number(text)]

  row('ok gives the value or exits; a tag narrows', () => {
    expect(ok(parse('7'))).toBe(7)
    const [tag, value] = parse('8')
    if (tag === 'error') return expect(value satisfies 'nan').toBeUndefined()
    return expect(value + 1).toBe(9)
  })

  row('what is thrown is the exit reason', async () => {
    const error = new TypeError('no')
    expect(await ending(() => ok(parse('')))).toEqual(['badmatch', ['error', 'nan']])
    expect(await ending(() => exit('enough'))).toBe('enough')
    expect(await ending(() => Promise.reject(error))).toBe(error)
    expect(
      await ending(() => {
        throw 'a ball'
      }),
    ).toEqual(['nocatch', 'a ball'])
  })

  row('an exit can be caught', () => {
    try {
      exit(['my', 'reason'])
    } catch (e) {
      expect(e instanceof Exit && e.reason).toEqual(['my', 'reason'])
    }
  })
})

describe('Processes', () => {
  row('spawn hands arguments over, and self stays right behind await', async () => {
    const pid = spawn(
      async (to, greeting) => send(to, [greeting, await Promise.resolve().then(self)]),
      self(),
      'hi',
    )
    expect(await receive()).toEqual(['hi', pid])
    const [both, ref] = spawn_opt(() => exit('shutdown'), { link: false, monitor: true })
    expect(await receive(['DOWN', ref, _, _, _])).toEqual(['DOWN', ref, 'process', both, 'shutdown'])
  })

  row('send reaches names; nobody of that name is badarg', async () => {
    register('me', self())
    expect(whereis('me')).toBe(self())
    send('me', 'hello')
    expect(await receive()).toBe('hello')
    expect(() => send('nobody', 1)).toThrow(new Exit('badarg'))
    expect(whereis('nobody')).toBeUndefined()
  })

  row('receive takes by pattern and leaves the others in order', async () => {
    for (const message of [
      ['a', 1],
      ['data', 2],
      ['b', 3],
    ])
      send(self(), message)
    const [, data] = await receive(['data', _])
    expect([data, await receive(), await receive()]).toEqual([2, ['a', 1], ['b', 3]])
  })

  row('receive takes by clauses, with guards and a limit', async () => {
    const next = () =>
      receive(
        on(
          ['n', _],
          () => 'large',
          ([, n]) => n > 5,
        ),
        on(['n', _], ([, n]) => n),
        after(1_000, () => 'late'),
      )
    send(self(), ['n', 3])
    send(self(), ['n', 9])
    expect([await next(), await next(), await next()]).toEqual([3, 'large', 'late'])
    expect(await receive(after(0, () => 'nothing there'))).toBe('nothing there')
    await expect(receive('x', 1_000)).rejects.toEqual(new Exit('timeout'))
    await expect(receive('x', 0)).rejects.toEqual(new Exit('timeout'))
  })

  row('links carry exit signals, which can be trapped and taken away', async () => {
    expect(process_flag('trap_exit', true)).toBe(false)
    const pid = spawn_link(() => exit('enough'))
    expect(await receive()).toEqual(['EXIT', pid, 'enough'])
    const other = spawn(() => receive())
    link(other)
    unlink(other)
    exit(other, 'kill')
    expect(await ending(() => exit(self(), 'kill'))).toBe('killed')
    expect([is_process_alive(other), process_info(self(), 'message_queue_len')]).toEqual([
      false,
      ['message_queue_len', 0],
    ])
  })

  row('a monitor tells once, late ones at once, and none once it is taken away', async () => {
    const pid = spawn(() => 'done')
    const [ref, gone] = [monitor('process', pid), monitor('process', 'nobody')]
    expect(await receive(['DOWN', gone, _, _, _])).toEqual([
      'DOWN',
      gone,
      'process',
      ['nobody', node()],
      'noproc',
    ])
    expect(await receive(['DOWN', ref, _, _, _])).toEqual(['DOWN', ref, 'process', pid, 'normal'])
    demonitor(monitor('process', pid), { flush: true })
    expect(await receive(after(0, () => 'empty'))).toBe('empty')
  })

  row('timers send messages', async () => {
    send_after(10, self(), 'ding')
    const ref = start_timer(20, self(), 'dong')
    expect(cancel_timer(send_after(1_000, self(), 'never'))).toBe(1_000)
    expect([await receive(), await receive()]).toEqual(['ding', ['timeout', ref, 'dong']])
  })

  row('a process has a dictionary', () => {
    expect([put('key', 1), put('key', 2), get('key')]).toEqual([undefined, 1, 2])
  })

  test('run gives what a process gives, or why it ended', async () => {
    expect(await run(() => process_info(self(), 'links'))).toEqual(['links', []])
    await expect(run(() => exit('enough'))).rejects.toEqual(new Exit('enough'))
    expect(self).toThrow('not in a process')
  })
})

describe('Behaviours', () => {
  const counter: gen_server.Callbacks<number, 'next' | 'stop', number> = {
    init: first => ['ok', first, ['continue', 'go']],
    handle_continue: (_go, n) => ['noreply', n * 10],
    handle_call: async (request, _from, n) =>
      request === 'stop' ? ['stop', 'normal', 'bye', n] : ['reply', n, n + 1],
    handle_cast: (by, n) => ['noreply', n + by],
  }

  row('a gen_server answers calls, takes casts, continues and stops', async () => {
    const pid = ok(await gen_server.start_link(['local', 'counter'], counter, 1))
    expect(await gen_server.call('counter', 'next')).toBe(10)
    gen_server.cast(pid, 5)
    expect(await gen_server.call(pid, 'next', 1_000)).toBe(16)
    expect(await gen_server.call(pid, 'stop')).toBe('bye')
    await expect(gen_server.call(pid, 'next')).rejects.toMatchObject({
      reason: ['noproc', expect.anything()],
    })
  })

  row('a gen_statem postpones, replies and has timeouts by name', async () => {
    const door: gen_statem.Callbacks<null> = {
      callback_mode: () => 'state_functions',
      init: () => ['ok', 'locked', null],
      states: {
        locked: (type, content, data) => {
          if (typeof type === 'object' && type[0] === 'call') return ['keep_state_and_data', 'postpone']
          return ['next_state', 'open', data, [['timeout', 'bell'], 100, content]]
        },
        open: (type, content, data) => {
          if (typeof type === 'object' && type[0] === 'call')
            return ['keep_state', data, ['reply', type[1], 'in']]
          return ['stop', ['shutdown', [type, content]]]
        },
      },
    }
    const [pid, ref] = ok(await gen_statem.start_monitor(door, null))
    const pushed = gen_statem.call(pid, 'push')
    gen_statem.cast(pid, 'key')
    expect(await pushed).toBe('in')
    const [, , , , reason] = await receive(['DOWN', ref, 'process', pid, _])
    expect(reason).toEqual(['shutdown', [['timeout', 'bell'], 'key']])
  })

  row('a supervisor starts a child with arguments, and anew when it ends', async () => {
    const start_link = (first: number) => gen_server.start_link(['local', 'c'], counter, first)
    const callbacks: supervisor.Callbacks = {
      init: () => ['ok', [{ strategy: 'one_for_one' }, [{ id: 'c', start: [start_link, [1]] }]]],
    }
    const sup = ok(await supervisor.start_link(callbacks))
    await gen_server.call('c', 'stop')
    expect(await supervisor.count_children(sup)).toMatchObject({ active: 1 })
    expect(await gen_server.call('c', 'next')).toBe(10)
  })

  row('proc_lib starts a process that says when it is ready, and reports its crash', async () => {
    const body = () => {
      proc_lib.init_ack(['ok', self()])
      throw new Error('soon after')
    }
    const [tag, pid] = await proc_lib.start(body)
    expect([tag, is_process_alive(pid)]).toEqual(['ok', false])
    expect(told.map(({ label }) => label)).toContain('proc_lib crash')
  })

  row('an application is an object, started with those it depends on', async () => {
    application.load({ application: 'below' })
    application.load({ application: 'my', applications: ['below'], env: { size: 3 } })
    const [, started] = await application.ensure_all_started('my')
    expect(started).toEqual(expect.arrayContaining(['below', 'my']))
    expect(application.get_env('my', 'size')).toEqual(['ok', 3])
  })
})

describe('Data outside', () => {
  test('gen_tcp takes options as an object and sends messages', () =>
    run(async () => {
      const listener = ok(await gen_tcp.listen(0, { ip: 'loopback', active: false, mode: 'binary' }))
      const client = ok(await gen_tcp.connect('127.0.0.1', ok(inet.port(listener)), { mode: 'list' }))
      const server = ok(await gen_tcp.accept(listener))
      gen_tcp.send(server, ['é', [33], Uint8Array.of(63)])
      expect(await receive()).toEqual(['tcp', client, 'é!?'])
      gen_tcp.send(client, 'x')
      expect(ok(await gen_tcp.recv(server, 1))).toBeInstanceOf(Buffer)
    }))
})

describe('What differs', () => {
  row('messages are shared, and can be frozen', async () => {
    const message = { list: [1] }
    send(self(), message)
    expect(await receive()).toBe(message)
    freeze_messages(true)
    send(self(), message)
    freeze_messages(false)
    expect(() => message.list.push(2)).toThrow(TypeError)
  })

  row('who is killed in a receive never goes on, and runs no finally', async () => {
    const steps: string[] = []
    const pid = spawn(async () => {
      try {
        await receive()
      } finally {
        steps.push('finally')
      }
    })
    await receive(after(10, () => 'ok'))
    exit(pid, 'kill')
    await receive(after(10, () => 'ok'))
    expect(steps).toEqual([])
  })

  row('who is killed while it awaits something else goes on to its next call into the runtime', async () => {
    const steps: unknown[] = []
    let settle: () => void = () => {}
    const promise = new Promise<void>(resolve => {
      settle = resolve
    })
    const pid = spawn(async () => {
      await promise
      steps.push('on')
      try {
        self()
      } catch (e) {
        steps.push((e as Exit).reason)
      }
      await receive()
      steps.push('never')
    })
    await receive(after(10, () => 'ok'))
    exit(pid, 'kill')
    settle()
    await receive(after(10, () => 'ok'))
    expect(steps).toEqual(['on', 'killed'])
  })

  row('one process can wait for several things', async () => {
    const answers = Promise.all([receive(['a', _]), receive(['b', _])])
    send(self(), ['b', 1])
    send(self(), ['a', 2])
    expect(await answers).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })
})
