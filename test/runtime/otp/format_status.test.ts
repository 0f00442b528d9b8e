// What reports may tell of a server is for its callbacks to say.

import { describe, expect, test } from '@jest/globals'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { format_status } from '../../../runtime/otp/format_status.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const status: gen_server.Status = { state: { password: 'x' }, message: ['login', 'x'], reason: 'why' }

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
    expect(format_status(callbacks, status)).toEqual({ state: hidden, message: hidden, reason: hidden })
  })

  test('that a server gives for itself is what its last report tells', async () => {
    const reports: Report[] = []
    const before = use_report_handler((_level, what) => reports.push(what))
    const callbacks: gen_server.Callbacks = {
      init: () => ['ok', { password: 'x' }],
      handle_cast: (_request, state) => ['stop', 'why', state],
      format_status: told => ({ state: { ...told.state, password: '***' }, message: 'a secret' }),
    }
    await in_virtual_time(async () => {
      const pid = ok(await gen_server.start(callbacks))
      gen_server.cast(pid, ['login', 'x'])
      await gen_server.call(pid, 'end').catch(() => {})
    }).finally(() => use_report_handler(before))
    const last = reports.find(({ label }) => label[0] === 'gen_server')
    expect(last?.report).toMatchObject({
      state: { password: '***' },
      last_message: 'a secret',
      reason: 'why',
    })
  })
})
