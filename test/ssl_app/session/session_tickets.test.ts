import { beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  forget_all,
  forget_old,
  make_ticket_box,
  open,
  seal,
  type TicketBox,
  time_left,
} from '../../../ssl_app/session/session_tickets.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { make_session } from '../../support/sessions.ts'

const port = 4433
/** Seconds */
const lifetime = 100
const at = (seconds: number) => ({ lifetime, now: seconds * 1_000 })

let box: TicketBox

beforeEach(() => {
  box = make_ticket_box()
})

const sealed = (session: Session, seconds = 0) => seal(box, port, session, at(seconds))!
const opened = (ticket: Uint8Array, seconds = 0) => open(box, port, ticket, at(seconds))

with_each_provider(() => {
  describe('a ticket', () => {
    test('gives the session back', () => {
      const session = make_session({
        own_certificate: Buffer.from('own'),
        server_name: 'one.example',
        srp_user: Buffer.from('alice'),
        psk_identity: Buffer.from('client 1'),
        max_fragment_length: 512,
      })
      expect(opened(sealed(session))).toEqual(session)
    })

    test('is another one each time, in which nothing can be read', () => {
      const session = make_session({ policy: 'a policy', own_certificate: Buffer.from('own certificate') })
      const [one, two] = [sealed(session), sealed(session)]
      expect(one).not.toEqual(two)
      const secrets = [
        session.master_secret,
        session.session_id,
        session.peer_certificate!,
        Buffer.from('a policy'),
      ]
      for (const secret of secrets) expect(Buffer.from(one).includes(Buffer.from(secret))).toBe(false)
    })

    test('has not grown by what all tickets of a server have in common', () => {
      const common = { policy: 'p'.repeat(5_000), own_certificate: new Uint8Array(2_000).fill(7) }
      const session = make_session(common)
      const size = sealed(session).length
      expect(size).toBeLessThan(200)
      expect(opened(sealed(session))).toEqual(session)
    })

    test('is good on its own port only', () => {
      const ticket = sealed(make_session())
      expect(open(box, port + 1, ticket, at(0))).toBeUndefined()
      expect(opened(ticket)).toBeDefined()
    })

    test('of somebody else is none', () => {
      const other = make_ticket_box()
      const session = make_session()
      const ticket = seal(other, port, session, at(0))!
      expect(opened(ticket)).toBeUndefined()
      sealed(session)
      expect(opened(ticket)).toBeUndefined()
    })
  })

  describe('a ticket that was changed is none', () => {
    test('by any one bit', () => {
      const ticket = sealed(make_session())
      for (let bit = 0; bit < ticket.length * 8; bit++) {
        const changed = ticket.with(bit >> 3, ticket[bit >> 3]! ^ (1 << (bit & 7)))
        expect(opened(changed)).toBeUndefined()
      }
      expect(opened(ticket)).toBeDefined()
    })

    test('by leaving out any end or beginning, or by adding to it', () => {
      const ticket = sealed(make_session())
      for (let length = 0; length < ticket.length; length++) {
        expect(opened(ticket.subarray(0, length))).toBeUndefined()
        expect(opened(ticket.subarray(ticket.length - length))).toBeUndefined()
      }
      expect(opened(Uint8Array.of(...ticket, 0))).toBeUndefined()
    })

    test('into noise, with or without the name of a key in front', () => {
      const name = sealed(make_session()).subarray(0, 16)
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), noise => {
          expect(opened(noise)).toBeUndefined()
          expect(opened(Uint8Array.of(...name, ...noise))).toBeUndefined()
        }),
      )
    })
  })
})

describe('how long tickets are good', () => {
  test('a ticket lives as long as its session', () => {
    const ticket = sealed(make_session({ time_stamp: 10_000 }), 60)
    expect(opened(ticket, 109.999)).toBeDefined()
    expect(opened(ticket, 110)).toBeUndefined()
  })

  test('what is as good as over becomes no ticket', () => {
    expect(sealed(make_session(), 99)).toBeDefined()
    expect(sealed(make_session(), 99.001)).toBeUndefined()
    expect(seal(box, port, make_session(), { lifetime: 0, now: 0 })).toBeUndefined()
  })

  test('the time that is left is told in whole seconds', () => {
    const session = make_session({ time_stamp: 10_000 })
    expect([10, 10.5, 109, 110, 500].map(seconds => time_left(session, at(seconds)))).toEqual([
      100, 99, 1, 0, 0,
    ])
  })
})

describe('the keys', () => {
  const key_name = (ticket: Uint8Array) => Buffer.from(ticket.subarray(0, 16)).toString('hex')
  const made_at = (seconds: number) => make_session({ time_stamp: seconds * 1_000 })

  test('change after half the lifetime of a session', () => {
    const names = [0, 49.999, 50, 99, 100].map(seconds => key_name(sealed(made_at(seconds), seconds)))
    expect(names[1]).toBe(names[0])
    expect(names[3]).toBe(names[2])
    expect(new Set(names).size).toBe(3)
  })

  test('are kept as long as a ticket of theirs can be good, and then wiped', () => {
    const first = sealed(made_at(0), 0)
    const last = sealed(made_at(49.999), 49.999)
    const [{ key }] = box.keys as [TicketBox['keys'][number]]
    sealed(made_at(120), 120)
    forget_old(box, at(149.998))
    expect([opened(first, 99), opened(last, 149.998)]).toEqual([expect.anything(), expect.anything()])
    expect(key.bytes.some(byte => byte !== 0)).toBe(true)
    forget_old(box, at(150))
    expect(opened(last, 149.998)).toBeUndefined()
    expect(key.bytes).toEqual(new Uint8Array(32))
    expect(box.keys).toHaveLength(1)
  })

  test('are wiped with their box', () => {
    const ticket = sealed(made_at(0), 0)
    sealed(made_at(60), 60)
    const keys = box.keys.map(({ key }) => key.bytes)
    forget_all(box)
    expect(keys).toEqual([new Uint8Array(32), new Uint8Array(32)])
    expect(opened(ticket)).toBeUndefined()
  })
})

describe('the size', () => {
  test('of a ticket is at most what fits its message', () => {
    const with_peer = (size: number) => sealed(make_session({ peer_certificate: new Uint8Array(size) }))
    const room = 0xffff - with_peer(0).length
    const fitting = with_peer(room)
    expect(fitting).toHaveLength(0xffff)
    expect(opened(fitting)!.peer_certificate).toHaveLength(room)
    expect(with_peer(room + 1)).toBeUndefined()
  })

  test('of what is remembered for tickets is limited to what was used lately', () => {
    const [used, unused] = ['used', 'unused'].map(policy => sealed(make_session({ policy })))
    for (let made = 0; made < 998; made++) sealed(make_session({ policy: `policy ${made}` }))
    expect(opened(used!)).toBeDefined()
    sealed(make_session({ policy: 'one more' }))
    expect(opened(used!)).toBeDefined()
    expect(opened(unused!)).toBeUndefined()
    expect(box.circumstances.size).toBe(1_000)
  })
})
