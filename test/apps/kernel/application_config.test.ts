// Configuration files: what they say, what is wrong with them, and what a new one means for what runs.

import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import * as logger from '../../../apps/kernel/logger.ts'
import { Exit, type Term } from '../../../runtime/erlang/term.ts'
import { load_app, load_starting, start_top, with_applications } from '../../support/applications.ts'

let folder: string
let files = 0

const written = (text: string, name = `config ${++files}#%.json`): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const json = (config: Term): string => written(JSON.stringify(config))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kista-config-'))
})

afterEach(async () => {
  delete process.env.KISTA_CONFIG
  await application.load_config(json({}))
  rmSync(folder, { recursive: true })
})

describe('a configuration', () => {
  test('comes before the specification and after what is persistent', () =>
    with_applications(async () => {
      const file = json({ a: { port: 1, host: 'configured', more: [1] }, b: { x: 1 } })
      expect(await application.load_config(file)).toBe('ok')
      application.set_env('a', 'host', 'set', { persistent: true })
      load_app('a', { env: { port: 0, host: 'specified', name: 'specified' } })
      expect(application.get_all_env('a')).toEqual({ port: 1, host: 'set', name: 'specified', more: [1] })
      expect(application.get_env('b', 'x')).toBeUndefined()
    }))

  test('that is loaded while applications run tells them what has changed', () =>
    with_applications(async () => {
      const told: Term[] = []
      const config_change = (...change: Term[]) => {
        told.push(change)
        return 'ok' as const
      }
      load_starting('a', () => start_top('a_sup'), { config_change })
      load_starting('b', () => start_top('b_sup'), { config_change })
      load_starting('idle', () => start_top('idle_sup'), { config_change })
      await application.load_config(json({ a: { keep: { deep: [1] }, change: 1, go: 1 }, idle: { x: 1 } }))
      await application.ensure_all_started(['a', 'b'])
      const file = json({ a: { keep: { deep: [1] }, change: 2, come: 3 }, idle: { x: 2 } })
      expect(await application.load_config(file)).toBe('ok')
      expect(told).toEqual([[{ change: 2 }, { come: 3 }, ['go']]])
      expect(application.get_all_env('a')).toEqual({ keep: { deep: [1] }, change: 2, come: 3 })
      expect(application.get_env('idle', 'x')).toEqual(['ok', 2])
      expect(await application.load_config(file)).toBe('ok')
      expect(told).toHaveLength(1)
    }))

  test.each<[string, () => Term, Term]>([
    ['gives an error', () => ['error', 'why'], 'why'],
    ['gives something else', () => 7, ['bad_return', 7]],
    [
      'throws',
      () => {
        throw new Exit('why')
      },
      'why',
    ],
  ])('is in force though a callback %s', (_how, config_change, reason) =>
    with_applications(async () => {
      load_starting('a', () => start_top('a_sup'), { config_change })
      await application.start('a')
      const failed = ['error', ['config_change', [['a', reason]]]]
      expect(await application.load_config(json({ a: { x: 1 } }))).toEqual(failed)
      expect(application.get_env('a', 'x')).toEqual(['ok', 1])
    }),
  )

  test('may be a module, which is run again when it has changed', async () => {
    const file = written(
      'let { runs = 0 } = globalThis; globalThis.runs = ++runs\nexport default { a: { runs } }',
      'a b#%41.mjs',
    )
    await with_applications(async () => {
      load_app('a')
      expect(await application.load_config(file)).toBe('ok')
      expect(application.get_env('a', 'runs')).toEqual(['ok', 1])
      await application.load_config(file)
      expect(application.get_env('a', 'runs')).toEqual(['ok', 1])
      utimesSync(file, 1, 1)
      await application.load_config(file)
      expect(application.get_env('a', 'runs')).toEqual(['ok', 2])
    })
  })
})

describe('a wrong configuration', () => {
  test.each<[string, string, object]>([
    ['no JSON', '{\n  "a": {,}\n}', { line: 2, column: 9, reason: 'a name in double quotes is expected' }],
    ['no object', '[1]', { line: 1, column: 1, reason: 'it is no object of applications' }],
    [
      'an application without parameters',
      '{"a":{},\n "b":[]}',
      { line: 2, column: 6, reason: 'b: no object of parameters' },
    ],
    ['an application twice', '{"a":{},\n "a":{}}', { line: 2, column: 6, reason: 'a is there twice' }],
  ])('with %s is told of with its place, and changes nothing', async (_what, text, mistake) => {
    await application.load_config(json({ a: { x: 1 } }))
    const file = written(text)
    expect(await application.load_config(file)).toEqual(['error', ['bad_config', { file, ...mistake }]])
    application.load({ application: 'a' })
    expect(application.get_env('a', 'x')).toEqual(['ok', 1])
    application.unload('a')
  })

  test('is one that is not there, that fails, or of which nobody knows the kind', async () => {
    const missing = join(folder, 'missing.json')
    const [, [, { reason }]] = (await application.load_config(missing)) as Term
    expect(reason).toMatch(/ENOENT/)
    const failing = written('throw new RangeError("no luck")', 'failing.mjs')
    expect(await application.load_config(failing)).toEqual([
      'error',
      ['bad_config', { file: failing, reason: 'RangeError: no luck' }],
    ])
    const module = written('export const config = { a: 1 }', 'wrong.mjs')
    expect(await application.load_config(module)).toEqual([
      'error',
      ['bad_config', { file: module, reason: 'a: no object of parameters' }],
    ])
    expect(await application.load_config('x.yaml')).toEqual([
      'error',
      ['bad_config', { file: 'x.yaml', reason: 'the name does not end in .json, .mjs or .js' }],
    ])
    expect(await application.load_config()).toEqual(['error', 'no_config'])
  })
})

describe('the file that KISTA_CONFIG names', () => {
  test('is loaded before the first application is started', () =>
    with_applications(async () => {
      process.env.KISTA_CONFIG = json({ a: { port: 5 }, kernel: { logger_level: 'error' } })
      load_app('a', { env: { port: 1 } })
      expect(await application.start('a')).toBe('ok')
      expect(application.get_env('a', 'port')).toEqual(['ok', 5])
      expect(logger.get_primary_config().level).toBe('error')
    }))

  test('keeps everything from starting if it is wrong', () =>
    with_applications(async () => {
      const file = written('{')
      process.env.KISTA_CONFIG = file
      load_app('a')
      const mistake = { file, line: 1, column: 2, reason: 'a name in double quotes is expected' }
      expect(await application.start('a')).toEqual(['error', ['bad_config', mistake]])
      expect(application.which_applications()).toEqual([])

      process.env.KISTA_CONFIG = json({ kernel: { logger_level: 'loud' } })
      const call = ['kernel', 'start', ['normal', []]]
      expect(await application.start('a')).toEqual(['error', [['invalid_level', 'loud'], call]])
      expect(application.which_applications()).toEqual([])

      process.env.KISTA_CONFIG = json({})
      expect(await application.start('a')).toBe('ok')
    }))
})

describe('several parameters at once', () => {
  test('are set by application', () =>
    with_applications(async () => {
      load_app('a', { env: { z: 0 } })
      expect(application.set_env({ a: { x: 1, y: 2 }, later: { k: 'v' } }, { persistent: true })).toBe('ok')
      expect(application.get_all_env('a')).toEqual({ x: 1, y: 2, z: 0 })
      load_app('later', { env: { k: 'specified' } })
      expect(application.get_env('later', 'k')).toEqual(['ok', 'v'])
    }))

  test('are all set or none', () =>
    with_applications(async () => {
      load_app('a')
      expect(() => application.set_env({ a: { x: 1 }, b: 7 as Term })).toThrow(
        'application: b; parameters must be an object',
      )
      expect(() => application.set_env([] as Term)).toThrow('not an object of applications')
      expect(application.get_all_env('a')).toEqual({})
    }))

  test('that were taken away for good stay away', () =>
    with_applications(async () => {
      application.unset_env('a', 'x', { persistent: true })
      load_app('a', { env: { x: 1, y: 1 } })
      expect(application.get_all_env('a')).toEqual({ y: 1 })
      expect(() => application.unset_env('a', 'y', { for_ever: true } as Term)).toThrow(Exit)
    }))

  test('and keys are found by the processes of an application without its name', () =>
    with_applications(async () => {
      let found: Term
      load_starting('a', () => {
        found = [
          application.get_all_env(),
          application.get_key('vsn'),
          application.get_all_key()?.[1].application,
        ]
        return start_top('a_sup')
      })
      application.set_env('a', 'x', 1)
      await application.start('a')
      expect(found).toEqual([{ x: 1 }, ['ok', '1'], 'a'])
      expect([application.get_all_env(), application.get_key('vsn'), application.get_all_key()]).toEqual([
        {},
        undefined,
        undefined,
      ])
    }))
})
