// Typed servers: what compiles is tried by running it, and what must not compile by types that say so.

import { afterEach, describe, expect, test } from '@jest/globals'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import type { UntypedServer } from '../../../runtime/otp/gen_server_protocol.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { reports_during } from '../../support/reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

interface Counter {
  calls: { read(): number; add(by: number): 'ok'; describe(prefix: string, unit?: string): string }
  casts: { reset(): void; set(to: number): void }
}

const by_hand: gen_server.CallbacksOf<Counter, number, number> = {
  init: start => ['ok', start],
  handle_call(request, _from, count) {
    if (request === 'read') return ['reply', count, count]
    if (request[0] === 'add') return ['reply', 'ok', count + request[1]]
    const [, prefix, unit = 'apples'] = request
    return ['reply', `${prefix} ${count} ${unit}`, count]
  },
  handle_cast: request => ['noreply', request === 'reset' ? 0 : request[1]],
}

const by_clauses: gen_server.CallbacksOf<Counter, number, number> = {
  init: start => ['ok', start],
  ...gen_server.clauses<Counter, number>({
    calls: {
      read: (_none, count) => ['reply', count, count],
      add([by], count, from) {
        gen_server.reply(from, 'ok')
        return ['noreply', count + by]
      },
      describe: async ([prefix, unit = 'apples'], count) => ['reply', `${prefix} ${count} ${unit}`, count],
    },
    casts: {
      reset: () => ['noreply', 0],
      set: ([to]) => ['noreply', to],
    },
  }),
}

afterEach(kill_everybody)

describe('a server that keeps to a protocol', () => {
  test.each([
    ['written by hand', by_hand],
    ['written in clauses', by_clauses],
  ])('answers what its protocol says: %s', (_name, callbacks) =>
    in_virtual_time(async () => {
      const counter = ok(await gen_server.start_link(callbacks, 1))
      const added: 'ok' = await gen_server.call(counter, ['add', 5])
      const count: number = await gen_server.call(counter, 'read')
      const text: string = await gen_server.call(counter, ['describe', 'about'], 100)
      expect([added, count, text]).toEqual(['ok', 6, 'about 6 apples'])
      gen_server.cast(counter, ['set', 10])
      expect(await gen_server.call(counter, ['describe', 'now', 'pears'])).toBe('now 10 pears')
      gen_server.cast(counter, 'reset')
      expect(await gen_server.call(counter, 'read')).toBe(0)
    }),
  )

  test('is reached by a name that says so', () =>
    in_virtual_time(async () => {
      const [pid] = ok(await gen_server.start_monitor(['local', 'counter'], by_hand, 7))
      const counter = gen_server.ref<Counter>('counter')
      const count: number = await gen_server.call(counter, 'read')
      expect(count).toBe(7)
      expect(await gen_server.call(pid, ['add', 1])).toBe('ok')
    }))

  test('answers requests that are not waited for', () =>
    in_virtual_time(async () => {
      const counter = ok(await gen_server.start(by_hand, 7))
      const request = gen_server.send_request(counter, 'read')
      const response: gen_server.Response<number> | 'timeout' = await gen_server.wait_response(request)
      expect(response).toEqual(['reply', 7])
    }))

  test('written in clauses crashes of what it does not know', async () => {
    const told = await reports_during(() =>
      in_virtual_time(async () => {
        for (const request of [['dance'], 'toString', undefined]) {
          const counter = ok(await gen_server.start(by_clauses, 7))
          const form = ['gen_server', 'call', [counter, request]]
          await expect(gen_server.call(counter as Pid, request)).rejects.toMatchObject({
            reason: [['function_clause', ['handle_call', request]], form],
          })
        }
      }),
    )
    expect(told).toHaveLength(6)
  })
})

describe('the compiler', () => {
  type Takes<Known, Given> = Given extends Known ? 'taken' : 'refused'
  type Calls<Request> = Takes<gen_server.CallOf<Counter>, Request>
  type Casts<Request> = Takes<gen_server.CastOf<Counter>, Request>

  test('takes the calls and casts that a protocol declares, and refuses others', () => {
    const taken: [
      Calls<'read'>,
      Calls<readonly ['add', number]>,
      Calls<readonly ['describe', string]>,
      Calls<readonly ['describe', string, string]>,
      Casts<'reset'>,
      Casts<readonly ['set', number]>,
    ] = ['taken', 'taken', 'taken', 'taken', 'taken', 'taken']
    const refused: [
      Calls<'raed'>,
      Calls<readonly ['read']>,
      Calls<readonly ['add']>,
      Calls<readonly ['add', string]>,
      Calls<readonly ['add', number, number]>,
      Calls<'reset'>,
      Casts<'read'>,
      Casts<readonly ['set', boolean]>,
    ] = ['refused', 'refused', 'refused', 'refused', 'refused', 'refused', 'refused', 'refused']
    expect(new Set(taken)).toEqual(new Set(['taken']))
    expect(new Set(refused)).toEqual(new Set(['refused']))
  })

  test('takes anything for a server of which it knows nothing, and for no other', () => {
    const unknown: [
      Takes<UntypedServer, Pid>,
      Takes<UntypedServer, 'name'>,
      Takes<UntypedServer, ['global', 1]>,
    ] = ['taken', 'taken', 'taken']
    const known: Takes<UntypedServer, gen_server.ServerOf<Counter>> = 'refused'
    expect([...unknown, known]).toEqual(['taken', 'taken', 'taken', 'refused'])
  })

  test('checks the answers of callbacks', () => {
    type Answers<Given> = (() => Given) extends gen_server.CallbacksOf<Counter, number>['handle_call']
      ? 'taken'
      : 'refused'
    type Clauses<Given> = Given extends gen_server.ClausesOf<Counter, number>['calls']['read']
      ? 'taken'
      : 'refused'
    const number: Answers<['reply', number, number]> = 'taken'
    const other: Answers<['reply', boolean, number]> = 'refused'
    const in_a_clause: Clauses<() => ['reply', number, number]> = 'taken'
    const of_another: Clauses<() => ['reply', 'ok', number]> = 'refused'
    expect([number, other, in_a_clause, of_another]).toEqual(['taken', 'refused', 'taken', 'refused'])
  })
})
