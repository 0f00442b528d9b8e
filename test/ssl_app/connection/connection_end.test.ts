import { describe, expect, test } from '@jest/globals'
import { set_env, unset_env } from '../../../apps/kernel/application.ts'
import { _, monitor, monotonic_time, ok, processes, receive } from '../../../runtime/index.ts'
import type { AlertDescription } from '../../../ssl_app/record/ssl_alert.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import {
  in_memory,
  pair_in_memory,
  type Rogue,
  rogue_server,
  settle,
  sleep,
} from '../../support/memory_pair.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const bytes = (text: string) => Buffer.from(text)
const close_notify = { level: 'warning', description: 'close_notify' } as const
const bad_record_mac = { level: 'fatal', description: 'bad_record_mac' } as const

/** An application data record that nobody has made with the right key. */
const garbage = Buffer.concat([Buffer.of(23, 3, 3, 0, 40), Buffer.alloc(40, 7)])

const alert = ({ peer }: Rogue, description: AlertDescription, level: 'fatal' | 'warning' = 'fatal') =>
  peer.alert({ level, description })
const data = ({ peer }: Rogue, text: string) => peer.raw('application_data', bytes(text))

/** What the owner has been told so far. */
async function told(): Promise<unknown[]> {
  await settle()
  const messages: unknown[] = []
  for (;;) {
    const message = await receive(_, 0).catch(() => undefined)
    if (message === undefined) return messages
    messages.push(message)
  }
}

const fatal = [
  ['of the peer', (rogue: Rogue) => alert(rogue, 'access_denied'), 'access denied'],
  ['of our own', () => garbage, 'bad record mac'],
] as const

describe.each(fatal)('a fatal alert %s', (_whose, cause, text) => {
  test.each([true, 'once', 5] as const)(
    'is a message to the owner when active is %p, and all there is',
    active =>
      in_memory(async network => {
        const rogue = await rogue_server(network, pki(), { active })
        rogue.say(cause(rogue))
        expect(await told()).toEqual([['ssl_error', rogue.socket, ['tls_alert', text]]])
        expect(await ssl.send(rogue.socket, 'x')).toEqual(['error', 'closed'])
      }),
  )

  test('is the answer to who waits for data, and closed the answer to others', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const waiting = [ssl.recv(rogue.socket, 0), ssl.recv(rogue.socket, 0)]
      rogue.say(cause(rogue))
      expect(await Promise.all(waiting)).toEqual([
        ['error', ['tls_alert', text]],
        ['error', 'closed'],
      ])
      expect(await ssl.recv(rogue.socket, 0)).toEqual(['error', 'closed'])
      expect(await told()).toEqual([])
    }))

  test('comes after the data before it', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      rogue.say(data(rogue, 'one'), data(rogue, 'two'), cause(rogue))
      expect(await ssl.recv(rogue.socket, 6)).toEqual(['ok', bytes('onetwo')])
      expect(await ssl.recv(rogue.socket, 0)).toEqual(['error', ['tls_alert', text]])
    }))

  test('waits for a passive owner to ask, and lets nobody send meanwhile', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      expect(await ssl.recv(rogue.socket, 0, 100)).toEqual(['error', 'timeout'])
      rogue.say(cause(rogue))
      await sleep(60_000)
      expect(await told()).toEqual([])
      expect(await ssl.send(rogue.socket, 'x')).toEqual(['error', 'closed'])
      expect((await ssl.connection_information(rogue.socket))[0]).toBe('ok')
      expect(await ssl.recv(rogue.socket, 0)).toEqual(['error', ['tls_alert', text]])
      expect(await ssl.recv(rogue.socket, 0)).toEqual(['error', 'closed'])
    }))

  test('refuses who waits for the transport to take data', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { active: true })
      const sending = ssl.send(rogue.socket, Buffer.alloc(1_000_000))
      await settle()
      rogue.say(cause(rogue))
      expect(await sending).toEqual(['error', 'closed'])
    }))

  test('refuses them also while a passive owner has not asked', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      expect(await ssl.recv(rogue.socket, 0, 100)).toEqual(['error', 'timeout'])
      const sending = ssl.send(rogue.socket, Buffer.alloc(1_000_000))
      await settle()
      const sent = network.sent(rogue.socket.transport_socket)
      rogue.say(cause(rogue))
      expect(await sending).toEqual(['error', 'closed'])
      await rogue.hear()
      expect(network.sent(rogue.socket.transport_socket) - sent).toBeLessThan(50)
    }))
})

describe('an alert of our own', () => {
  test('reaches a peer that goes on sending, and is the last thing it gets', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { active: true })
      rogue.say(garbage)
      for (let times = 0; times < 10; times++) {
        rogue.say(Buffer.alloc(10_000))
        await settle()
      }
      expect(await rogue.hear()).toEqual({ alerts: [bad_record_mac], closed: true })
    }))

  test('is given five seconds to be read, and no more', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { active: true })
      const before = processes().length
      rogue.say(garbage)
      await sleep(4_900)
      expect(network.send(rogue.far, [bytes('x')])).toBe('ok')
      expect(processes().length).toBe(before)
      await sleep(200)
      expect(network.send(rogue.far, [bytes('x')])).toEqual(['error', 'closed'])
      expect(processes().length).toBe(before - 1)
    }))

  test.each([0, 1_000, 60_000])('is given the %i ms of the environment', async alert_timeout => {
    set_env('ssl', 'alert_timeout', alert_timeout)
    try {
      await in_memory(async network => {
        const rogue = await rogue_server(network, pki(), { active: true })
        const before = processes().length
        rogue.say(garbage)
        if (alert_timeout > 0) {
          await sleep(alert_timeout - 10)
          expect(processes().length).toBe(before)
        }
        await sleep(20)
        expect(processes().length).toBe(before - 1)
        expect(await rogue.hear()).toEqual({ alerts: [bad_record_mac], closed: true })
      })
    } finally {
      unset_env('ssl', 'alert_timeout')
    }
  })

  test('is over as soon as the peer closes', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { active: true })
      const before = processes().length
      rogue.say(garbage)
      await rogue.hear()
      network.close(rogue.far)
      await settle()
      expect(processes().length).toBe(before - 1)
      expect(monotonic_time()).toBeLessThan(100)
    }))

  test('lets a passive owner close the socket', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      expect(await ssl.recv(rogue.socket, 0, 0)).toEqual(['error', 'timeout'])
      rogue.say(garbage)
      await settle()
      expect(await ssl.close(rogue.socket, 0)).toBe('ok')
      expect(await rogue.hear()).toEqual({ alerts: [bad_record_mac], closed: true })
    }))
})

describe('a warning of the peer', () => {
  test('changes nothing, unless it is close_notify', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { active: true })
      rogue.say(alert(rogue, 'user_canceled', 'warning'), data(rogue, 'here'))
      expect(await told()).toEqual([['ssl', rogue.socket, bytes('here')]])
      rogue.say(alert(rogue, 'close_notify', 'warning'), data(rogue, 'not here'))
      expect(await told()).toEqual([['ssl_closed', rogue.socket]])
      expect(await rogue.hear()).toEqual({ alerts: [close_notify], closed: true })
    }))
})

describe('the end of the transport', () => {
  test.each([['closed by the peer', (rogue: Rogue, close: (rogue: Rogue) => void) => close(rogue)]])(
    'is the end of the connection when it is %s',
    (_how, end) =>
      in_memory(async network => {
        for (const active of [true, 'once'] as const) {
          const rogue = await rogue_server(network, pki(), { active })
          end(rogue, ({ far }) => network.close(far))
          expect(await told()).toEqual([['ssl_closed', rogue.socket]])
        }
        const passive = await rogue_server(network, pki())
        const waiting = ssl.recv(passive.socket, 0)
        await settle()
        end(passive, ({ far }) => network.close(far))
        expect(await waiting).toEqual(['error', 'closed'])
      }),
  )

  test('by a failure is told to the log, and is just the end to the owner', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { active: true })
      network.break(rogue.socket.transport_socket, 'etimedout')
      expect(await told()).toEqual([['ssl_closed', rogue.socket]])
      network.close(rogue.far)
    }))

  test('goes unnoticed by a passive owner until it asks', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      network.close(rogue.far)
      await sleep(60_000)
      expect((await ssl.getopts(rogue.socket, ['mode']))[0]).toBe('ok')
      expect(await ssl.recv(rogue.socket, 0)).toEqual(['error', 'closed'])
    }))

  test('is noticed when nothing can be asked of it any more', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      network.setopts = () => ['error', 'einval']
      expect(await ssl.recv(client, 0)).toEqual(['error', 'closed'])
      ok(await ssl.setopts(server, { active: 'once' }))
      expect(await told()).toEqual([['ssl_closed', server]])
    }))

  test('behind data is told in its turn to an owner that asks once', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { active: 'once' })
      const { socket } = rogue
      rogue.say(data(rogue, 'one'), data(rogue, 'two'), alert(rogue, 'close_notify', 'warning'))
      network.close(rogue.far)
      expect(await told()).toEqual([['ssl', socket, bytes('one')]])
      await sleep(60_000)
      expect(await told()).toEqual([])
      ok(await ssl.setopts(socket, { active: 'once' }))
      expect(await told()).toEqual([['ssl', socket, bytes('two')]])
      ok(await ssl.setopts(socket, { active: 'once' }))
      expect(await told()).toEqual([['ssl_closed', socket]])
      expect(await ssl.setopts(socket, { active: 'once' })).toEqual(['error', 'closed'])
    }))

  test('makes a receiver that wants more than there is get nothing', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      ok(await ssl.send(client, 'abc'))
      const waiting = ssl.recv(server, 4)
      await ssl.close(client)
      expect(await waiting).toEqual(['error', 'closed'])
    }))
})

describe('a peer that has closed its side (spec 1.8)', () => {
  test.each(['in one piece', 'in two'])(
    'is answered by a passive owner that has not asked for more: %s',
    pieces =>
      in_memory(async network => {
        const rogue = await rogue_server(network, pki())
        const said = [data(rogue, 'question'), alert(rogue, 'close_notify', 'warning')]
        rogue.say(...(pieces === 'in two' ? said.slice(0, 1) : said))
        expect(await ssl.recv(rogue.socket, 8)).toEqual(['ok', bytes('question')])
        if (pieces === 'in two') rogue.say(said[1]!)
        ok(await ssl.send(rogue.socket, 'answer'))
        ok(await ssl.shutdown(rogue.socket, 'write'))
        expect(await rogue.hear()).toEqual({ alerts: [close_notify], closed: true })
        expect(rogue.peer.heard).toBe('answer')
        expect(await ssl.recv(rogue.socket, 0)).toEqual(['error', 'closed'])
      }),
  )

  test('is answered at length, until somebody asks for more', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      rogue.say(data(rogue, 'x'), alert(rogue, 'close_notify', 'warning'))
      expect(await ssl.recv(rogue.socket, 0)).toEqual(['ok', bytes('x')])
      const sending = [ssl.send(rogue.socket, Buffer.alloc(1_000_000, 'y')), ssl.send(rogue.socket, 'z')]
      await rogue.hear()
      expect(await Promise.all(sending)).toEqual(['ok', 'ok'])
      expect(rogue.peer.heard.length).toBe(1_000_001)
      const waiting = ssl.send(rogue.socket, Buffer.alloc(1_000_000))
      expect(await ssl.recv(rogue.socket, 0)).toEqual(['error', 'closed'])
      expect(await waiting).toEqual(['error', 'closed'])
    }))

  test('cannot agree on new keys: what would need them is refused', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { renegotiate_at: 2 })
      rogue.say(data(rogue, 'x'), alert(rogue, 'close_notify', 'warning'))
      expect(await ssl.recv(rogue.socket, 0)).toEqual(['ok', bytes('x')])
      const sent = await Promise.all(['a', 'b', 'c', 'd'].map(text => ssl.send(rogue.socket, text)))
      expect(sent.at(-1)).toEqual(['error', 'closed'])
      expect(await ssl.renegotiate(rogue.socket)).toEqual(['error', 'closed'])
    }))
})

describe('the reason with which the process ends (spec 4.7, 4.8)', () => {
  test.each<[string, unknown, (rogue: Rogue, close: () => void) => void]>([
    ['close_notify', ['shutdown', 'peer_close'], rogue => rogue.say(alert(rogue, 'close_notify', 'warning'))],
    ['the end of the transport alone', ['shutdown', 'transport_closed'], (_rogue, close) => close()],
    ['a fatal alert', ['shutdown', 'peer_alert'], rogue => rogue.say(alert(rogue, 'access_denied'))],
    ['what we cannot accept', ['shutdown', 'own_alert'], rogue => rogue.say(garbage)],
  ])('tells whether it was %s', (_what, reason, end) =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { active: true })
      const ref = monitor('process', rogue.socket.pid)
      end(rogue, () => network.close(rogue.far))
      expect((await receive(['DOWN', ref, _, _, _], 1_000))[4]).toEqual(reason)
    }),
  )
})

describe('close_notify', () => {
  test('is sent once, however often the connection is ended', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      // A transport that would let it through.
      network.shutdown = () => 'ok'
      ok(await ssl.shutdown(rogue.socket, 'write'))
      ok(await ssl.shutdown(rogue.socket, 'write'))
      ok(await ssl.shutdown(rogue.socket, 'read_write'))
      await ssl.close(rogue.socket, 0)
      expect(await rogue.hear()).toEqual({ alerts: [close_notify], closed: true })
    }))

  test('is not sent after an alert', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      expect(await ssl.recv(rogue.socket, 0, 0)).toEqual(['error', 'timeout'])
      rogue.say(garbage)
      await settle()
      await ssl.shutdown(rogue.socket, 'write')
      await ssl.close(rogue.socket, 0)
      expect(await rogue.hear()).toEqual({ alerts: [bad_record_mac], closed: true })
    }))

  test('goes out behind what was being sent', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const sending = ssl.send(rogue.socket, Buffer.alloc(200_000, 'x'))
      await settle()
      const closing = ssl.close(rogue.socket)
      expect(await rogue.hear()).toEqual({ alerts: [close_notify], closed: true })
      network.close(rogue.far)
      expect(await closing).toBe('ok')
      expect(await sending).toEqual(['error', 'closed'])
      expect(rogue.peer.heard.length).toBe(200_000)
    }))
})
