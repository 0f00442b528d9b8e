// The rows of docs/erlang_in_typescript.md on supervisors, applications and logging, tried as they are written there.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from '@jest/globals'
import {
  application,
  init,
  logger,
  logger_filters,
  logger_formatter,
  logger_std_h,
} from '../../apps/kernel/index.ts'
import {
  exit,
  gen_server,
  ok,
  process_flag,
  receive,
  spawn,
  supervisor,
  supervisor_bridge,
} from '../../runtime/index.ts'
import { row } from '../support/rows.ts'

const counter: gen_server.Callbacks<number, 'next' | 'stop'> = {
  init: first => ['ok', first],
  handle_call: (request, _from, n) =>
    request === 'stop' ? ['stop', 'normal', 'bye', n] : ['reply', n, n + 1],
}

describe('Supervisors', () => {
  row('a supervisor starts a child with arguments, and anew when it ends', async () => {
    const start_link = (first: number) => gen_server.start_link(['local', 'c'], counter, first)
    const callbacks: supervisor.Callbacks = {
      init: () => ['ok', [{ strategy: 'one_for_one' }, [{ id: 'c', start: [start_link, [1]] }]]],
    }
    const sup = ok(await supervisor.start_link(callbacks))
    await gen_server.call('c', 'stop')
    expect(await supervisor.count_children(sup)).toMatchObject({ active: 1 })
    expect(await gen_server.call('c', 'next')).toBe(1)
  })

  row('a supervisor ends with a significant child', async () => {
    process_flag('trap_exit', true)
    const child: supervisor.ChildSpec = {
      id: 'c',
      start: [gen_server.start_link, [['local', 'c'], counter, 1]],
      restart: 'transient',
      significant: true,
    }
    const callbacks: supervisor.Callbacks = {
      init: () => ['ok', [{ auto_shutdown: 'any_significant' }, [child]]],
    }
    const sup = ok(await supervisor.start_link(callbacks))
    await gen_server.call('c', 'stop')
    expect(await receive()).toEqual(['EXIT', sup, 'shutdown'])
  })

  row('children are added, listed, stopped and forgotten', async () => {
    const sup = ok(await supervisor.start_link({ init: () => ['ok', [{}, []]] }))
    const [, pid] = await supervisor.start_child(sup, {
      id: 'c',
      start: [gen_server.start_link, [counter, 1]],
    })
    expect(await supervisor.which_children(sup)).toEqual([['c', pid, 'worker', []]])
    expect(await supervisor.terminate_child(sup, 'c')).toBe('ok')
    expect(await supervisor.delete_child(sup, 'c')).toBe('ok')
    expect(await supervisor.which_children(sup)).toEqual([])
  })

  row('a bridge stands for what is no supervisor', async () => {
    process_flag('trap_exit', true)
    const ended: unknown[] = []
    const bridge: supervisor_bridge.Callbacks<string, string> = {
      init: name => ['ok', spawn(() => receive('stop')), name],
      terminate: (reason, state) => ended.push([reason, state]),
    }
    const pid = ok(await supervisor_bridge.start_link(bridge, 'old'))
    exit(pid, 'shutdown')
    await receive(['EXIT', pid, 'shutdown'])
    expect(ended).toEqual([['shutdown', 'old']])
  })
})

describe('Applications', () => {
  beforeEach(() => {
    logger.set_handler_config('default', 'level', 'none')
  })
  afterEach(async () => {
    await init.stop()
    logger.set_handler_config('default', 'level', 'all')
  })

  row('an application is an object, started with those it depends on', async () => {
    application.load({ application: 'below' })
    application.load({ application: 'my', applications: ['below'], env: { size: 3 } })
    const [, started] = await application.ensure_all_started('my')
    expect(started).toEqual(expect.arrayContaining(['below', 'my']))
    expect(application.get_env('my', 'size')).toEqual(['ok', 3])
  })

  row('an application has phases, and is told of its end', async () => {
    const steps: unknown[] = []
    const callbacks: application.Callbacks = {
      start: () => supervisor.start_link({ init: () => ['ok', [{}, []]] }),
      start_phase(phase, _type, args) {
        steps.push([phase, args])
        return 'ok'
      },
      prep_stop: () => steps.push('prep_stop'),
      stop: () => steps.push('stop'),
    }
    application.load({ application: 'other' })
    application.load({
      application: 'phased',
      start_phases: [['go', 1]],
      included_applications: ['other'],
      mod: [callbacks, null],
    })
    ok(await application.ensure_all_started('phased'))
    expect(application.which_applications()[0]?.[0]).toBe('phased')
    expect(await application.stop('phased')).toBe('ok')
    expect(steps).toEqual([['go', 1], 'prep_stop', 'stop'])
    application.unload('phased')
  })

  row('parameters come from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kista-docs-'))
    writeFileSync(join(folder, 'sys.json'), '{ "configured": { "size": 4 } }')
    writeFileSync(join(folder, 'none.json'), '{}')
    application.load({ application: 'configured', env: { size: 3 } })
    expect(await application.load_config(join(folder, 'sys.json'))).toBe('ok')
    expect(application.get_env('configured', 'size')).toEqual(['ok', 4])
    await application.load_config(join(folder, 'none.json'))
    application.unload('configured')
    rmSync(folder, { recursive: true })
  })
})

describe('Logging', () => {
  const events: logger.LogEvent[] = []
  const texts: string[] = []
  const collector: logger.Handler = { log: event => events.push(event) }

  afterEach(() => {
    events.length = texts.length = 0
    for (const id of logger.get_handler_ids()) logger.remove_handler(id)
    logger.reconfigure()
  })

  /** Takes the place of the handler that writes to the console. */
  function collect(config: logger.HandlerConfig = {}): void {
    logger.remove_handler('default')
    logger.add_handler('collector', collector, config)
  }

  row('events are texts, formats, reports or functions, with metadata', () => {
    collect()
    logger.set_process_metadata({ request: 7 })
    logger.error('lost ~p', ['x'], { domain: ['db'] })
    logger.warning({ disk: 3 })
    logger.debug(() => exit('nobody wants to know'))
    expect(events.map(({ msg }) => msg)).toEqual([
      ['format', 'lost ~p', ['x']],
      ['report', { disk: 3 }],
    ])
    expect(events[0]?.meta).toMatchObject({ request: 7, domain: ['db'] })
  })

  row('levels hold for all, or for a module', () => {
    collect()
    const { LOG_INFO } = logger.macros('my_module')
    LOG_INFO('unheard')
    logger.set_module_level('my_module', 'debug')
    LOG_INFO('heard')
    logger.set_primary_config('level', 'info')
    logger.info('heard too')
    expect(events.map(({ msg }) => msg[1])).toEqual(['heard', 'heard too'])
    expect(events[0]?.meta.mfa?.[0]).toBe('my_module')
  })

  row('filters and formatters are as in OTP', () => {
    collect({ filters: [['no_db', [logger_filters.domain, ['stop', 'sub', ['db']]]]] })
    logger.error('of the db', { domain: ['db', 'disk'] })
    logger.error('of nothing')
    expect(
      events.map(event => logger_formatter.format(event, { single_line: true, template: [['msg']] })),
    ).toEqual(['of nothing'])
  })

  row('a file takes events', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kista-docs-'))
    const file = join(folder, 'log.txt')
    logger.remove_handler('default')
    expect(logger.add_handler('file', logger_std_h, { config: { file } })).toBe('ok')
    logger.error('on paper')
    expect(logger_std_h.filesync('file')).toBe('ok')
    expect(readFileSync(file, 'utf8')).toContain('on paper')
    logger.remove_handler('file')
    rmSync(folder, { recursive: true })
  })
})
