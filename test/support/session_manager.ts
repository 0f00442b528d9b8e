// A session manager in virtual time, and what tests ask of it.

import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { after, receive } from '../../runtime/erlang/receive.ts'
import { ok } from '../../runtime/erlang/term.ts'
import {
  client_session,
  type SessionEnvironment,
  server_session,
  start_link,
} from '../../ssl_app/session/ssl_manager.ts'
import type { Session } from '../../ssl_app/session/ssl_session.ts'
import { make_session } from './sessions.ts'
import { in_virtual_time } from './virtual_time.ts'

/** Where the sessions of these tests belong. */
export const server = ['server', 4433] as const
export const client = ['client', 'localhost', 4433] as const

export const with_manager = (
  environment: Partial<SessionEnvironment>,
  body: () => Promise<unknown>,
): Promise<unknown> =>
  in_virtual_time(async () => {
    ok(await start_link(environment))
    return body()
  })

export const sleep = (milliseconds: number) => receive(after(milliseconds, () => 'awake'))

/** Lets the manager come to what it was sent. */
export const settle = () => sleep(1)

/** A session that is made now. */
export const make = (changes: Partial<Session> = {}) =>
  make_session({ time_stamp: monotonic_time(), ...changes })

export const of_server = ({ session_id }: Session) => server_session(4433, session_id)
export const of_client = (accept: (session: Session) => boolean = () => true) =>
  client_session('localhost', 4433, accept)
