import { afterEach, describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import {
  open_ticket,
  register_session,
  seal_ticket,
  start_link,
  ticket_lifetime,
} from '../../../ssl_app/session/ssl_manager.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { client, make, of_client, of_server, sleep, with_manager } from '../../support/session_manager.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(() => {
  kill_everybody()
  application.unset_env('ssl', 'session_lifetime')
})

describe('a ticket', () => {
  const forever = { session_lifetime: 100 }

  test('gives its session back, on its own port', () =>
    with_manager(forever, async () => {
      const session = make()
      const ticket = seal_ticket(4433, session)!
      expect(open_ticket(4433, ticket)).toEqual(session)
      expect(open_ticket(4434, ticket)).toBeUndefined()
      expect(open_ticket(4433, ticket.with(20, ticket[20]! ^ 1))).toBeUndefined()
      // Nothing of it is kept.
      expect(of_server(session)).toBeUndefined()
    }))

  test('is good as long as its client is told', () =>
    with_manager(forever, async () => {
      await sleep(5_000)
      const session = make()
      const ticket = seal_ticket(4433, session)!
      expect(ticket_lifetime(session)).toBe(100)
      await sleep(60_500)
      expect(ticket_lifetime(session)).toBe(39)
      await sleep(39_499)
      expect(open_ticket(4433, ticket)).toEqual(session)
      await sleep(1)
      expect([open_ticket(4433, ticket), ticket_lifetime(session)]).toEqual([undefined, 0])
      expect(seal_ticket(4433, session)).toBeUndefined()
    }))

  test('outlives the key of its time, until that is wiped with the next validation', () =>
    with_manager({ session_lifetime: 100 }, async () => {
      await sleep(49_000)
      seal_ticket(4433, make())
      await sleep(49_000)
      const session = make()
      const ticket = seal_ticket(4433, session)!
      await sleep(99_000)
      seal_ticket(4433, make())
      expect(open_ticket(4433, ticket)).toEqual(session)
      // Even where sessions live longer all of a sudden, what was wiped does not come back.
      await sleep(30_000)
      application.set_env('ssl', 'session_lifetime', 1_000)
      expect(open_ticket(4433, ticket)).toBeUndefined()
    }))

  test('is forgotten with the manager, and there is none without', () =>
    in_virtual_time(async () => {
      const session = make()
      expect([seal_ticket(4433, session), ticket_lifetime(session)]).toEqual([undefined, 0])
      const manager = ok(await start_link())
      const ticket = seal_ticket(4433, session)!
      expect(open_ticket(4433, ticket)).toEqual(session)
      await gen_server.stop(manager)
      expect(open_ticket(4433, ticket)).toBeUndefined()
      ok(await start_link())
      expect(open_ticket(4433, ticket)).toBeUndefined()
    }))

  test('of a client is good as long as its server said', () =>
    with_manager({}, async () => {
      const session = make({ ticket: Buffer.from('ticket'), ticket_lifetime_hint: 30 })
      register_session(client, session)
      await sleep(29_999)
      expect(of_client()).toBe(session)
      await sleep(1)
      expect(of_client()).toBeUndefined()
    }))

  test('tells no more seconds than fit its message', () =>
    with_manager({ session_lifetime: Number.MAX_SAFE_INTEGER }, async () => {
      expect(ticket_lifetime(make())).toBe(2 ** 32 - 1)
    }))
})
