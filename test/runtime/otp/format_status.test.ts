// What reports may tell of a server is for its callbacks to say.

import { describe, expect, test } from '@jest/globals'
import { receive } from '../../../runtime/erlang/receive.ts'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { format_status } from '../../../runtime/otp/format_status.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as gen_statem from '../../../runtime/otp/gen_statem.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const status: gen_server.Status = {
  state: { password: 'x' },
  message: ['login', 'x'],
  reason: 'why',
  log: [],
}

describe('the status', () => {
  test('is told as it is when the callbacks have nothing to say', () => {
    expect(format_status({}, status)).toBe(status)
  })

  test('is told as the callbacks give it, and what they leave out as it is', () => {
    const callbacks = { format_status: () => ({ state: '***' }) }
    expect(format_status(callbacks, status)).toEqual({ ...status, state: '***' })
  })

  test('is not told at all when the callback fails', () => {
    const callbacks = {
      format_status: () => {
        throw new Error('no')
      },
    }
    const hidden = 'hidden, since format_status failed'
    expect(format_status(callbacks, status)).toEqual({
      state: hidden,
      message: hidden,
      reason: hidden,
      log: hidden,
    })
  })

  test.each<[string, (told: any) => object, object]>([
    [
      'server',
      told => ({ state: { ...told.state, password: '***' }, message: 'a secret' }),
      { state: { password: '***' }, last_message: 'a secret', reason: 'why' },
    ],
    [
      'machine',
      told => ({ data: { ...told.data, password: '***' }, queue: [] }),
      { state: ['open', { password: '***' }], queue: [], postponed: [], timeouts: [], reason: 'why' },
    ],
  ])('that a %s gives for itself is what its last report tells', async (kind, format_status, told) => {
    const reports: Report[] = []
    const before = use_report_handler((_level, what) => reports.push(what))
    const data = { password: 'x' }
    const start = {
      server: () =>
        gen_server.start({
          init: () => ['ok', data],
          handle_cast: (_request, state) => ['stop', 'why', state],
          format_status,
        }),
      machine: () =>
        gen_statem.start({
          callback_mode: () => 'handle_event_function',
          init: () => ['ok', 'open', data],
          handle_event: () => ['stop', 'why'],
          format_status,
        }),
    }
    await in_virtual_time(async () => {
      const pid = ok(await start[kind as keyof typeof start]())
      gen_server.cast(pid, ['login', 'x'])
      await receive('never', 1).catch(() => {})
    }).finally(() => use_report_handler(before))
    expect(reports.find(({ label }) => label[1] === 'terminate')?.report).toMatchObject(told)
  })
})
