// Log files: opened, moved away, filled up, compressed, and full disks.

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import * as logger from '../../../apps/kernel/logger.ts'
import { type Config, logger_std_h } from '../../../apps/kernel/logger_std_h.ts'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { eventually } from '../../support/eventually.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

let folder: string
let file: string
const reports: Report[] = []
let before: ReturnType<typeof use_report_handler>

const add = (config: Config = {}) => {
  const formatter = ({ msg }: logger.LogEvent) => String(msg[1])
  return logger.add_handler('f', logger_std_h, { formatter, config: { file, ...config } })
}
const log = (...texts: string[]): void => {
  for (const text of texts) logger.error(text)
}
const sync = () => logger_std_h.filesync('f')
const content = (name = 'x.log') => readFileSync(join(folder, name), 'utf8')
const all_files = () =>
  Object.fromEntries(readdirSync(folder).map(name => [name, name.endsWith('.gz') ? 'gz' : content(name)]))
const pause = (time: number) => receive('never', time).catch(() => {})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kista-log-'))
  file = join(folder, 'x.log')
  reports.length = 0
  logger.set_handler_config('default', 'level', 'none')
  before = use_report_handler((_level, what) => {
    reports.push(what)
  })
})

afterEach(() => {
  expect(logger.reconfigure()).toBe('ok')
  use_report_handler(before)
  rmSync(folder, { recursive: true })
})

describe('a log file', () => {
  test('gets a line for each event, once the event loop turns or somebody waits for it', async () => {
    expect(add()).toBe('ok')
    log('one', 'two')
    expect(content()).toBe('')
    expect(sync()).toBe('ok')
    expect(content()).toBe('one\ntwo\n')
    log('three')
    await new Promise(resolve => setImmediate(resolve))
    expect(content()).toBe('one\ntwo\nthree\n')
    expect(ok(logger.get_handler_config('f')).config).toMatchObject({
      type: 'file',
      modes: ['append'],
      max_no_bytes: 'infinity',
      max_no_files: 0,
      compress_on_rotate: false,
      file_check: 0,
      filesync_repeat_interval: 5_000,
      sync_mode_qlen: 10,
    })
  })

  test.each([
    ['append', 'before\nx\n'],
    ['write', 'x\n'],
  ] as const)('that is there already is opened to %s', (mode, expected) => {
    writeFileSync(file, 'before\n')
    add({ modes: [mode] })
    log('x')
    sync()
    expect(content()).toBe(expected)
  })

  test('is made with its folders, unless it has to be new and is not', () => {
    file = join(folder, 'some', 'where', 'y.log')
    expect(add({ modes: ['exclusive'] })).toBe('ok')
    expect(existsSync(file)).toBe(true)
    logger.remove_handler('f')
    expect(add({ modes: ['exclusive'] })).toEqual([
      'error',
      ['handler_not_added', ['open_failed', file, 'eexist']],
    ])
    expect(logger.get_handler_ids()).toEqual(['default'])
    expect(add({ modes: ['read'] as never })).toMatchObject(['error', ['handler_not_added', {}]])
  })

  test('that was moved away is made anew', () => {
    add()
    log('one')
    sync()
    renameSync(file, `${file}.moved`)
    log('two')
    sync()
    expect(all_files()).toEqual({ 'x.log': 'two\n', 'x.log.moved': 'one\n' })
  })

  test('is looked at only so often', () =>
    in_virtual_time(async () => {
      add({ file_check: 1_000 })
      renameSync(file, `${file}.moved`)
      log('old')
      sync()
      await pause(1_000)
      log('new')
      sync()
      expect(all_files()).toEqual({ 'x.log': 'new\n', 'x.log.moved': 'old\n' })
    }))

  test('is synced some time after it was written to, and by no timer that is left', () =>
    in_virtual_time(async () => {
      add({ filesync_repeat_interval: 200 })
      expect(timer_count()).toBe(0)
      log('x')
      await pause(1)
      expect(timer_count()).toBe(1)
      await pause(200)
      expect(timer_count()).toBe(0)
      log('y')
      sync()
      expect(timer_count()).toBe(1)
      logger.remove_handler('f')
      expect(timer_count()).toBe(0)
    }))

  test('cannot become another one', () => {
    add()
    const other = join(folder, 'other.log')
    expect(logger.update_handler_config('f', 'config', { file: other })).toEqual([
      'error',
      ['illegal_config_change', 'logger_std_h', { file }, { file: other }],
    ])
    expect(logger.update_handler_config('f', 'config', { modes: ['append'], max_no_bytes: 9 })).toBe('ok')
  })
})

describe('a full file', () => {
  test('makes room for a new one, between two events', () => {
    add({ max_no_bytes: 7, max_no_files: 2 })
    log('one', 'two', 'three', 'four', 'five', 'six', 'seven')
    sync()
    expect(all_files()).toEqual({
      'x.log': 'seven\n',
      'x.log.0': 'five\nsix\n',
      'x.log.1': 'three\nfour\n',
    })
  })

  test('is emptied if none is kept', () => {
    add({ max_no_bytes: 7 })
    log('one', 'two', 'three')
    sync()
    expect(all_files()).toEqual({ 'x.log': 'three\n' })
  })

  test('counts what was there before, in bytes', () => {
    writeFileSync(file, '12345\n')
    add({ max_no_bytes: 8, max_no_files: 1 })
    log('é')
    log('next')
    sync()
    expect(all_files()).toEqual({ 'x.log': 'next\n', 'x.log.0': '12345\né\n' })
  })

  test('is compressed while the program goes on, under the name that it has by then', async () => {
    add({ max_no_bytes: 3, max_no_files: 3, compress_on_rotate: true })
    for (const text of ['one', 'two', 'three', 'four']) {
      log(text)
      sync()
    }
    await eventually(() => {
      expect(all_files()).toEqual({ 'x.log': '', 'x.log.0.gz': 'gz', 'x.log.1.gz': 'gz', 'x.log.2.gz': 'gz' })
    })
    const unzipped = (index: number) => gunzipSync(readFileSync(`${file}.${index}.gz`)).toString()
    expect([0, 1, 2].map(unzipped)).toEqual(['four\n', 'three\n', 'two\n'])
    log('five')
    sync()
    await eventually(() => expect([0, 1, 2].map(unzipped)).toEqual(['five\n', 'four\n', 'three\n']))
    expect(reports).toEqual([])
  })
})

describe('a file that cannot be written to', () => {
  test('is told of once, and tried again with each event', () => {
    add()
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'in the way')
    log('lost')
    expect(sync()).toEqual(['error', expect.stringMatching(/^(eexist|enotdir)$/)])
    log('lost too')
    sync()
    expect(reports).toEqual([
      {
        label: ['logger_std_h', 'write_failed'],
        report: { handler: 'f', file, reason: expect.stringMatching(/^(eexist|enotdir)$/) },
      },
    ])
    expect(logger.get_handler_ids()).toContain('f')
    rmSync(folder)
    log('found')
    expect(sync()).toBe('ok')
    expect(content()).toBe('found\n')
  })
})
