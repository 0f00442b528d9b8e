// What docs/erlang_in_typescript.md says that differs from Erlang and OTP, tried; a forgotten await is in
// runtime/erlang/rejections.test.ts, which has programs of its own for that.

import { describe, expect, test } from '@jest/globals'
import { application, gen_tcp, global, logger, pg } from '../../apps/kernel/index.ts'
import {
  _,
  after,
  Exit,
  ets,
  exit,
  format_term,
  freeze_messages,
  gen_server,
  gen_statem,
  group_leader,
  node,
  ok,
  type ProcessFlags,
  process_flag,
  process_info,
  receive,
  run,
  type SpawnOptions,
  self,
  send,
  send_after,
  spawn,
  spawn_opt,
  spawn_request,
  spawn_request_abandon,
  supervisor,
  sys,
  system_monitor,
} from '../../runtime/index.ts'
import { ending, row, told } from '../support/rows.ts'

const echo: gen_server.Callbacks = {
  init: () => ['ok', 'idle'],
  handle_call: (request, _from, state) => ['reply', request, state],
}

describe('What differs in the language', () => {
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

  row('rows of tables are shared, and can be frozen', () => {
    const table = ets.new<[string, number[]]>('shared', {})
    const row: [string, number[]] = ['key', [1]]
    ets.insert(table, row)
    expect(ets.lookup(table, 'key')[0]).toBe(row)
    freeze_messages(true)
    ets.insert(table, ['other', [2]])
    freeze_messages(false)
    expect(() => ets.lookup(table, 'other')[0]?.[1].push(3)).toThrow(TypeError)
  })

  row('an error is the reason itself, and a time that is none a RangeError', async () => {
    const reason = await ending(() => (undefined as unknown as string).length)
    expect(reason).toBeInstanceOf(TypeError)
    expect(() => send_after(-1, self(), 'never')).toThrow(RangeError)
  })

  row('a message that is a promise is adopted', async () => {
    send(self(), Promise.resolve('adopted'))
    expect(await receive()).toBe('adopted')
    send(self(), [Promise.resolve('kept')])
    expect((await receive())[0]).toBeInstanceOf(Promise)
  })

  row('strings in patterns of tables can be variables, in clauses they are strings', () => {
    const table = ets.new<[string]>('strings', { type: 'ordered_set' })
    ets.insert_list(table, [['$1'], ['a']])
    expect(ets.match_object(table, ['$1'])).toHaveLength(2)
    expect(ets.select(table, { match: [_], when: ([text]) => text === '$1' })).toEqual([['$1']])
  })

  row('there is one node', async () => {
    ok(await gen_server.start_link(['local', 'echo'], echo))
    expect(await gen_server.multi_call([node(), 'other@host'], 'echo', 'hi')).toEqual([
      [[node(), 'hi']],
      ['other@host'],
    ])
    ok(await pg.start_link('one'))
    await pg.join('one', 'all', self())
    expect(pg.get_local_members('one', 'all')).toEqual(pg.get_members('one', 'all'))
    expect([global.sync(), node()]).toEqual(['ok', 'nonode@nohost'])
  })
})

describe('What differs in processes', () => {
  row('what is about the heap of one process is refused', () => {
    for (const flag of [
      'max_heap_size',
      'min_heap_size',
      'fullsweep_after',
      'save_calls',
      'sensitive',
      'error_handler',
    ]) {
      const set = () => process_flag(flag as keyof ProcessFlags, 1 as never)
      expect(set).toThrow(new Exit(['not_supported', flag]))
    }
    const options = { max_heap_size: 1 } as SpawnOptions
    expect(() => spawn_opt(() => 'never', options)).toThrow(new Exit(['not_supported', 'max_heap_size']))
    const watch = () => system_monitor(self(), { long_gc: 1 } as object)
    expect(watch).toThrow(new Exit(['not_supported', 'long_gc']))
    expect(process_info(self())).not.toHaveProperty('memory')
  })

  row('current_function is where a process waits', async () => {
    const silent: gen_server.Callbacks = {
      init: () => ['ok', null],
      handle_call: () => new Promise(() => {}),
    }
    const pid = ok(await gen_server.start_link(['local', 'silent'], silent))
    const caller = spawn(() => gen_server.call('silent', 'hello', 'infinity'))
    await receive(after(1, () => 'ok'))
    expect([caller, pid].map(who => process_info(who, 'current_function')?.[1][0])).toEqual([
      'call',
      'handle',
    ])
  })

  row('a process outside all applications has no group leader', () => expect(group_leader()).toBeUndefined())

  row('a request to spawn is done before it can be given up', () => {
    expect(spawn_request_abandon(spawn_request(() => 'done'))).toBe(false)
  })
})

describe('What differs in behaviours', () => {
  row('new code is a new object', async () => {
    const pid = ok(await gen_server.start_link({ ...echo, code_change: (_old, state) => ['ok', state] }))
    await sys.suspend(pid)
    const shout: gen_server.Callbacks = {
      ...echo,
      code_change: (_old, _state, extra) => ['ok', extra],
      handle_call: (request, _from, state) => ['reply', `${request}${state}`, state],
    }
    expect(await sys.change_code(pid, shout, '1', '!')).toBe('ok')
    await sys.resume(pid)
    expect(await gen_server.call(pid, 'hi')).toBe('hi!')
  })

  row('a call of a gen_statem leaves no late reply, whatever its timeout is called', async () => {
    const slow: gen_statem.Callbacks = {
      callback_mode: () => 'handle_event_function',
      init: () => ['ok', 'a', null],
      handle_event: type =>
        typeof type === 'object' && type[0] === 'call'
          ? ['keep_state_and_data', [['timeout', 'later'], 20, type[1]]]
          : 'keep_state_and_data',
    }
    const pid = ok(await gen_statem.start_link(slow))
    for (const kind of ['clean_timeout', 'dirty_timeout'] as const) {
      await expect(gen_statem.call(pid, 'x', [kind, 10])).rejects.toMatchObject({
        reason: ['timeout', expect.anything()],
      })
    }
    expect(await receive(after(100, () => 'nothing'))).toBe('nothing')
  })

  row('what OTP passes over is refused: debug options, and keys of supervisors', async () => {
    const options = { debug: ['nonsense'] } as object
    await expect(async () => gen_server.start(echo, null, options)).rejects.toEqual(
      new Exit(['badarg', ['debug', 'nonsense']]),
    )
    const child = { id: 'c', start: () => gen_server.start_link(echo), colour: 'red' }
    expect(supervisor.check_childspecs([child])).toEqual(['error', ['invalid_child_spec', child]])
  })
})

describe('What differs in the kernel', () => {
  row('a phase that no callback takes is refused', () => {
    const spec: application.AppSpec = {
      application: 'phased',
      start_phases: [['go', null]],
      mod: [{ start: () => ['error', 'never'] }, null],
    }
    expect(application.load(spec)).toEqual(['error', ['bad_application', spec]])
  })

  row('the default handler writes to standard error', () => {
    const [tag, config] = logger.get_handler_config('default')
    expect([tag, format_term(config)]).toEqual(['ok', expect.stringContaining("type: 'standard_error'")])
  })

  test('a socket option that Node cannot set is einval, and one that there is not badarg', () =>
    run(async () => {
      for (const options of [{ tos: 1 }, { recbuf: 1 }, { reuseaddr: false }] as object[]) {
        expect(await gen_tcp.listen(0, options)).toEqual(['error', 'einval'])
      }
      await expect(gen_tcp.listen(0, { colour: 'red' } as object)).rejects.toMatchObject({ reason: 'badarg' })
    }))

  row('a list of rows has functions of its own', () => {
    const table = ets.new<[number, number]>('rows', {})
    expect(
      ets.insert_new_list(table, [
        [1, 2],
        [3, 4],
      ]),
    ).toBe(true)
    expect(
      ets.insert_new_list(table, [
        [5, 6],
        [1, 0],
      ]),
    ).toBe(false)
    expect(ets.info(table, 'size')).toBe(2)
    expect(() => ets.new('fast', { read_concurrency: true } as object)).toThrow(
      new Exit(['badarg', 'read_concurrency']),
    )
    expect(told).toEqual([])
  })
})
