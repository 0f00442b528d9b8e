import { afterEach, describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'
import { process_info, processes } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { spawn_request, spawn_request_abandon } from '../../../runtime/erlang/spawn_request.ts'
import { _, type Term } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const queue = (): readonly Term[] => process_info(self(), 'messages')![1]

describe('a request for a process', () => {
  test('is answered by message', async () => {
    await run(async () => {
      const ref = spawn_request(() => receive('never'))
      const [, , , pid] = await receive(['spawn_reply', ref, 'ok', _])
      expect(processes()).toContain(pid)
    })
  })

  test('is answered before anything else is heard of the process', async () => {
    await run(async () => {
      const ref = spawn_request(() => exit('at once'), { monitor: true, reply_tag: 'here' })
      await quiet()
      const pid = queue()[0][3]
      expect(queue()).toEqual([
        ['here', ref, 'ok', pid],
        ['DOWN', ref, 'process', pid, 'at once'],
      ])
    })
  })

  test.each([
    ['colour', 'badopt'],
    ['max_heap_size', 'notsup'],
  ])('with the option %p is refused by message', async (option, reason) => {
    await run(() => {
      const ref = spawn_request(() => {}, { [option]: 1 })
      expect(queue()).toEqual([['spawn_reply', ref, 'error', reason]])
      expect(processes()).toEqual([self()])
    })
  })

  test.each([
    ['yes', ['ok', 'error']],
    ['no', []],
    ['error_only', ['error']],
    ['success_only', ['ok']],
  ] as const)('that wants %p for a reply gets that', async (reply, expected) => {
    await run(() => {
      spawn_request(() => {}, { reply })
      spawn_request(() => {}, { reply, link: 'wrong' as never })
      expect(queue().map(message => message[2])).toEqual(expected)
    })
  })

  test('wants one of the replies that there are', async () => {
    await run(() => expect(() => spawn_request(() => {}, { reply: 'maybe' as 'yes' })).toThrow('badarg'))
  })

  test('cannot be given up, since it has been served', async () => {
    await run(() => {
      const ref = spawn_request(() => {})
      expect(spawn_request_abandon(ref)).toBe(false)
      expect(queue()).toHaveLength(1)
      expect(spawn_request_abandon(make_ref())).toBe(false)
      expect(() => spawn_request_abandon('x' as never)).toThrow('badarg')
    })
  })
})
