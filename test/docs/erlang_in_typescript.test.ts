// The rows of docs/erlang_in_typescript.md on terms, results, processes, signals and names, tried as they are written there.

import { describe, expect, test } from '@jest/globals'
import { global, pg } from '../../apps/kernel/index.ts'
import {
  _,
  after,
  alias,
  type Done,
  demonitor,
  Exit,
  exit,
  format_term,
  gen_server,
  get,
  get_all,
  group_leader,
  hibernate,
  is_pid,
  is_port,
  is_process_alive,
  is_reference,
  link,
  make_ref,
  matches,
  monitor,
  node,
  ok,
  on,
  process_flag,
  process_info,
  processes,
  put,
  type Result,
  receive,
  register,
  registered,
  resume_process,
  run,
  self,
  send,
  spawn,
  spawn_link,
  spawn_opt,
  spawn_request,
  suspend_process,
  unalias,
  unlink,
  whereis,
  yield_,
} from '../../runtime/index.ts'
import { end_of, ending, row } from '../support/rows.ts'

describe('Terms', () => {
  row('a pattern takes any term for _, and for anything else that alone', () => {
    const ref = monitor('process', self())
    expect(matches(['DOWN', ref, _, _, _], ['DOWN', ref, 'process', self(), 'normal'])).toBe(true)
    expect(matches(['DOWN', ref, _], ['DOWN', monitor('process', self()), 1])).toBe(false)
    expect(matches(Uint8Array.of(1, 2), Buffer.from([1, 2]))).toBe(true)
    const me = self()
    expect(me === self()).toBe(true)
  })

  row('pids, references and ports can be told from other terms', () =>
    expect([self(), make_ref(), {}].map(term => [is_pid(term), is_reference(term), is_port(term)])).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, false],
    ]),
  )

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

  row('what gives nothing but success is done or not', () => {
    const done: Done<'full'>[] = ['ok', ['error', 'full']]
    expect(() => done.map(result => result === 'ok' || exit(result[1]))).toThrow(new Exit('full'))
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

  row('a process has a dictionary', () => {
    expect([put('key', 1), put('key', 2), get('key')]).toEqual([undefined, 1, 2])
    expect(get_all()).toEqual(new Map([['key', 2]]))
  })

  test('run gives what a process gives, or why it ended', async () => {
    expect(await run(() => process_info(self(), 'links'))).toEqual(['links', []])
    await expect(run(() => exit('enough'))).rejects.toEqual(new Exit('enough'))
    expect(self).toThrow('not in a process')
  })

  row('a process can be asked for, and comes by a message', async () => {
    const ref = spawn_request(() => 'done', { monitor: true })
    const [, , , pid] = await receive(['spawn_reply', ref, 'ok', _])
    expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'normal'])
  })

  row('yield_ lets others go first', async () => {
    const steps: string[] = []
    spawn(() => steps.push('other'))
    await yield_()
    expect(steps).toEqual(['other'])
  })

  row('a process that hibernates goes on with a function when there is a message', async () => {
    const greeter = async (from: unknown) => send(from as never, ['hello', await receive()])
    const pid = spawn((): Promise<never> => hibernate(greeter, process_info(pid)?.parent))
    await yield_()
    send(pid, 'you')
    expect(await receive()).toEqual(['hello', 'you'])
  })

  row('a process has flags and a group leader, and can be suspended', async () => {
    expect([process_flag('priority', 'low'), process_flag('priority', 'normal')]).toEqual(['normal', 'low'])
    expect(process_flag('message_queue_data', 'off_heap')).toBe('off_heap')
    const pid = spawn(() => receive())
    expect(group_leader()).toBeUndefined()
    group_leader(self(), pid)
    expect(process_info(pid, 'group_leader')).toEqual(['group_leader', self()])
    suspend_process(pid)
    send(pid, 'go')
    await yield_()
    expect(process_info(pid, 'status')).toEqual(['status', 'suspended'])
    resume_process(pid)
    expect(await end_of(pid)).toBe('normal')
    expect(processes()).toEqual([self()])
  })
})

describe('Signals and names', () => {
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

  row('a monitor can have an alias and a tag', async () => {
    const pid = spawn(async () => {
      const [, reply_to] = (await receive()) as [string, never]
      send(reply_to, 'answered')
      send(reply_to, 'too late')
      exit('done')
    })
    const ref = monitor('process', pid, { alias: 'reply_demonitor', tag: 'GONE' })
    send(pid, ['question', ref])
    expect([await receive(), await receive(after(10, () => 'nothing more'))]).toEqual([
      'answered',
      'nothing more',
    ])
    const other = monitor('process', pid, { tag: 'GONE' })
    expect(await receive()).toEqual(['GONE', other, 'process', pid, 'noproc'])
  })

  row('an alias takes messages until it is taken back', async () => {
    const once = alias({ reply: true })
    const ref = alias()
    for (const message of [1, 2]) send(once, message)
    send(ref, 3)
    unalias(ref)
    send(ref, 4)
    expect([await receive(), await receive(), process_info(self(), 'message_queue_len')?.[1]]).toEqual([
      1, 3, 0,
    ])
  })

  row('a name is of this node, of any term, or what a module says', async () => {
    const echo: gen_server.Callbacks = {
      init: () => ['ok', null],
      handle_call: (request, _from, state) => ['reply', request, state],
    }
    for (const name of [
      ['local', 'echo'],
      ['global', ['echo', 1]],
      ['via', global, ['echo', 2]],
    ] as const) {
      const pid = ok(await gen_server.start_link(name, echo))
      expect(await gen_server.call(name[0] === 'local' ? 'echo' : name, 'hi')).toBe('hi')
      expect(name[0] === 'local' ? whereis('echo') : global.whereis_name(name.at(-1))).toBe(pid)
    }
    expect(registered()).toContain('echo')
    expect(global.register_name(['me'], self())).toBe('yes')
    expect(await global.trans(['resource', self()], () => 'locked')).toBe('locked')
  })

  row('processes join groups, and others are told', async () => {
    ok(await pg.start_link('shops'))
    const [ref, members] = await pg.monitor('shops', 'milk')
    await pg.join('shops', 'milk', self())
    expect([members, pg.get_members('shops', 'milk')]).toEqual([[], [self()]])
    expect(await receive()).toEqual([ref, 'join', 'milk', [self()]])
  })
})
