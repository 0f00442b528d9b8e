// Requests that are sent now and waited for later: what OTP 25 gives for each was tried with `erl`.

import { describe, expect, test } from '@jest/globals'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { with_caught_reports } from '../../support/caught_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

/** Answers with the request, later, or never. */
const callbacks: gen_server.Callbacks = {
  init: () => ['ok', 0],
  handle_call(request, from, state) {
    if (request === 'die') return ['stop', 'bad', state]
    if (request === 'later') spawn(() => pause(50).then(() => gen_server.reply(from, 'late')))
    return request === 'later' || request === 'never' ? ['noreply', state] : ['reply', request, state]
  },
}
const start = async () => ok(await gen_server.start(['local', 'server'], callbacks))
const watched = () => [process_info(self(), 'monitors')![1].length, mailbox().length]

describe('a request', () => {
  test('is answered when it is waited for, and leaves nothing behind', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const id = gen_server.send_request(pid, 'hello')
      await pause()
      expect(mailbox()).toHaveLength(1)
      expect(await gen_server.wait_response(id)).toEqual(['reply', 'hello'])
      expect(watched()).toEqual([0, 0])
    }))

  test('to nobody is an error, with whom was asked', () =>
    in_virtual_time(async () => {
      const to_nobody = gen_server.send_request('nobody', 'hello')
      expect(await gen_server.wait_response(to_nobody)).toEqual(['error', ['noproc', 'nobody']])
      const elsewhere = gen_server.send_request(['server', 'foo@bar'], 'hello')
      expect(await gen_server.receive_response(elsewhere)).toEqual([
        'error',
        [
          ['nodedown', 'foo@bar'],
          ['server', 'foo@bar'],
        ],
      ])
    }))

  test('to a server that ends is an error', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const id = gen_server.send_request('server', 'die')
      expect(await gen_server.wait_response(id)).toEqual(['error', ['bad', 'server']])
      const other = await start()
      const second = gen_server.send_request(other, 'never')
      exit(other, 'kill')
      expect(await gen_server.wait_response(second)).toEqual(['error', ['killed', other]])
      expect(pid).not.toBe(other)
      expect(watched()).toEqual([0, 0])
    }))

  test('that is late can be waited for again', () =>
    in_virtual_time(async () => {
      const id = gen_server.send_request(await start(), 'later')
      expect(await gen_server.wait_response(id, 0)).toBe('timeout')
      expect(await gen_server.wait_response(id, ['abs', 20])).toBe('timeout')
      expect(monotonic_time()).toBe(20)
      expect(await gen_server.wait_response(id, ['abs', 10])).toBe('timeout')
      expect(await gen_server.wait_response(id, 100)).toEqual(['reply', 'late'])
    }))

  test('that is late is abandoned by receive_response: nothing of it comes any more', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const id = gen_server.send_request(pid, 'later')
      expect(await gen_server.receive_response(id, 10)).toBe('timeout')
      await pause(100)
      exit(pid, 'kill')
      await pause()
      expect(watched()).toEqual([0, 0])
    }))

  test('is not answered after word of the end of who was asked', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const id = gen_server.send_request(pid, 'later')
      await pause()
      exit(pid, 'kill')
      await pause(100)
      expect(mailbox()).toHaveLength(1)
      expect(await gen_server.wait_response(id)).toEqual(['error', ['killed', pid]])
    }))

  test('leaves other messages where they are', () =>
    in_virtual_time(async () => {
      for (let count = 0; count < 3; count++) send(self(), ['other', count])
      const id = gen_server.send_request(await start(), 'hello')
      send(self(), 'later')
      expect(await gen_server.wait_response(id)).toEqual(['reply', 'hello'])
      expect(mailbox()).toEqual([['other', 0], ['other', 1], ['other', 2], 'later'])
    }))

  test('as a call, looks at no message that was there before', () =>
    in_virtual_time(async () => {
      const pid = await start()
      let looks = 0
      const watched_message = Object.defineProperty(['old', 1], 0, { get: () => `look ${++looks}` })
      for (let count = 0; count < 1_000; count++) send(self(), watched_message)
      expect(await gen_server.call(pid, 'x')).toBe('x')
      expect(await gen_server.wait_response(gen_server.send_request(pid, 'y'))).toEqual(['reply', 'y'])
      expect(await gen_server.receive_response(gen_server.send_request(pid, 'never'), 10)).toBe('timeout')
      expect([looks, mailbox().length]).toEqual([0, 1_000])
    }))

  test('is told from other messages by who receives them himself', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const id = gen_server.send_request(pid, 'hello')
      const other = gen_server.send_request(pid, 'hello')
      const answer = await receive()
      expect(gen_server.check_response(answer, other)).toBe('no_reply')
      expect(gen_server.check_response('something', id)).toBe('no_reply')
      expect(gen_server.check_response(answer, id)).toEqual(['reply', 'hello'])
      expect(() => gen_server.check_response(answer, 'no request' as never)).toThrow('badarg')
      await expect(gen_server.wait_response('no request' as never)).rejects.toMatchObject({
        reason: 'badarg',
      })
    }))
})

describe('a collection of requests', () => {
  test('gives what comes first, with its label and the others', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const none = gen_server.reqids_new()
      const one = gen_server.send_request(pid, 'a', 'la', none)
      const two = gen_server.send_request(pid, 'never', 'lb', one)
      const id = gen_server.send_request('nobody', 'b')
      const all = gen_server.reqids_add(id, 'lc', two)
      expect([none, one, two, all].map(gen_server.reqids_size)).toEqual([0, 1, 2, 3])
      expect(gen_server.reqids_to_list(all).map(([, label]) => label)).toEqual(['la', 'lb', 'lc'])

      const first = (await gen_server.wait_response(all, 10, true)) as gen_server.LabelledResponse
      expect(first.slice(0, 2)).toEqual([['error', ['noproc', 'nobody']], 'lc'])
      const second = (await gen_server.wait_response(first[2], 10, false)) as gen_server.LabelledResponse
      expect(second).toEqual([['reply', 'a'], 'la', first[2]])
      expect(gen_server.reqids_size(second[2])).toBe(2)
      expect(await gen_server.receive_response(second[2], 10, true)).toBe('timeout')
      exit(pid, 'kill')
      await pause()
      expect(watched()).toEqual([0, 0])
    }))

  test('that is empty is no request, and what is none is refused', () =>
    in_virtual_time(async () => {
      const none = gen_server.reqids_new()
      expect(await gen_server.wait_response(none, 10, true)).toBe('no_request')
      expect(await gen_server.receive_response(none, 10, true)).toBe('no_request')
      expect(gen_server.check_response('anything', none, true)).toBe('no_request')
      const id = gen_server.send_request('nobody', 'a')
      const one = gen_server.reqids_add(id, 'x', none)
      expect(gen_server.check_response('anything', one, true)).toBe('no_reply')
      expect(() => gen_server.reqids_add(id, 'y', one)).toThrow('badarg')
      expect(() => gen_server.reqids_size([] as never)).toThrow('badarg')
    }))

  test('of many thousands is worked off as fast as few are', () =>
    in_virtual_time(async () => {
      const pid = await start()
      let requests = gen_server.reqids_new()
      for (let count = 0; count < 5_000; count++) {
        requests = gen_server.send_request(pid, count, count, requests)
      }
      let sum = 0
      for (;;) {
        const response = await gen_server.wait_response(requests, 1_000, true)
        if (response === 'no_request') break
        const [[, answer], label, rest] = response as gen_server.LabelledResponse
        expect(answer).toBe(label)
        sum += label
        requests = rest
      }
      expect(sum).toBe((5_000 * 4_999) / 2)
    }))
})

describe('many nodes, of which there is one', () => {
  test('are called by multi_call', () =>
    in_virtual_time(async () => {
      await start()
      const node = 'nonode@nohost'
      expect(await gen_server.multi_call('server', 'x')).toEqual([[[node, 'x']], []])
      expect(await gen_server.multi_call([node, 'foo@bar'], 'server', 'x')).toEqual([
        [[node, 'x']],
        ['foo@bar'],
      ])
      expect(await gen_server.multi_call([node], 'nobody', 'x')).toEqual([[], [node]])
      expect(await gen_server.multi_call([node], 'server', 'never', 10)).toEqual([[], [node]])
      expect(monotonic_time()).toBe(10)
    }))

  test('are cast to by abcast', () =>
    in_virtual_time(async () => {
      const got: Term[] = []
      const taking: gen_server.Callbacks = {
        init: () => ['ok', 0],
        handle_cast: (request, state) => {
          got.push(request)
          return ['noreply', state]
        },
      }
      ok(await gen_server.start(['local', 'server'], taking))
      expect(gen_server.abcast('server', 1)).toBe('abcast')
      expect(gen_server.abcast(['foo@bar', 'nonode@nohost'], 'server', 2)).toBe('abcast')
      expect(gen_server.abcast(['nonode@nohost'], 'nobody', 3)).toBe('abcast')
      await pause()
      expect(got).toEqual([1, 2])
    }))

  test('are named in a call', () =>
    in_virtual_time(async () => {
      await start()
      expect(await gen_server.call(['server', 'nonode@nohost'], 'x')).toBe('x')
      await expect(gen_server.call(['server', 'foo@bar'], 'x')).rejects.toMatchObject({
        reason: [
          ['nodedown', 'foo@bar'],
          ['gen_server', 'call', [['server', 'foo@bar'], 'x']],
        ],
      })
    }))
})
