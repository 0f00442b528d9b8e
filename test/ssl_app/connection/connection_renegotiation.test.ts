import { describe, expect, test } from '@jest/globals'
import { _, monotonic_time, ok, receive } from '../../../runtime/index.ts'
import { renegotiation_info_scsv } from '../../../ssl_app/record/cipher_suites.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { in_memory, pair_in_memory, settle, sleep } from '../../support/memory_pair.ts'
import { reports_during } from '../../support/reports.ts'
import type { RoguePeer } from '../../support/rogue_peer.ts'
import { rogue_client, rogue_server } from '../../support/rogues.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const bytes = (text: string) => Buffer.from(text)
const data = (peer: RoguePeer, text: string) => peer.raw('application_data', bytes(text))
const refusal = { level: 'warning', description: 'no_renegotiation' } as const
const rejected = ['error', 'renegotiation_rejected']
const refused_alert = ['tls_alert', 'no renegotiation']

/** A peer as it was before RFC 5746. */
function without_rfc_5746(peer: RoguePeer): void {
  const next = peer.upcoming
  if (next === 'client_hello') {
    peer.replace('client_hello', hello => ({
      ...hello,
      cipher_suites: hello.cipher_suites.filter(code => code !== renegotiation_info_scsv),
      extensions: hello.extensions!.filter(([name]) => name !== 'renegotiation_info'),
    }))
  } else if (next === 'server_hello') {
    peer.replace('server_hello', hello => ({
      ...hello,
      extensions: hello.extensions!.filter(([name]) => name !== 'renegotiation_info'),
    }))
  }
}

/** It has not understood what we have said of RFC 5746. */
function forget_rfc_5746(peer: RoguePeer): void {
  peer.data = { ...peer.data, secure_renegotiation: false }
}

describe('a peer that does not want a new handshake', () => {
  test('says so to a client, which goes on under its keys', () =>
    in_memory(async network => {
      const rogue = await rogue_server({ network, pki: pki() })
      const { socket, peer } = rogue
      const renegotiating = ssl.renegotiate(socket)
      const sending = ssl.send(socket, 'waiting')
      await settle()
      expect(await rogue.alerts()).toEqual([])
      expect(peer.heard_messages.at(-1)![0]).toBe('client_hello')
      expect(peer.heard).toBe('')
      rogue.say(peer.alert(refusal), data(peer, 'still here'))
      expect(await renegotiating).toEqual(rejected)
      expect(await sending).toBe('ok')
      expect(await ssl.recv(socket, 0)).toEqual(['ok', bytes('still here')])
      await rogue.alerts()
      expect(peer.heard).toBe('waiting')
    }))

  test('says so to a server', () =>
    in_memory(async network => {
      const rogue = await rogue_client({ network, pki: pki() })
      const { socket, peer } = rogue
      const renegotiating = ssl.renegotiate(socket)
      await settle()
      rogue.say(data(peer, 'in between'), peer.alert(refusal))
      expect(await renegotiating).toEqual(rejected)
      expect(await ssl.recv(socket, 0)).toEqual(['ok', bytes('in between')])
      expect(await ssl.send(socket, 'x')).toBe('ok')
    }))

  test('is in the log, also where nobody has asked it', () =>
    in_memory(async network => {
      const rogue = await rogue_client({ network, pki: pki(), options: { active: true } })
      const { socket, peer } = rogue
      const told = await reports_during(async () => {
        const renegotiating = ssl.renegotiate(socket)
        rogue.say(peer.alert(refusal))
        expect(await renegotiating).toEqual(rejected)
        rogue.say(peer.alert(refusal), data(peer, 'x'))
        expect(await receive(_, 1_000)).toEqual(['ssl', socket, bytes('x')])
      })
      const message = expect.stringMatching(/^SSL: connection: .*:Warning: no renegotiation$/)
      const line = { level: 'notice', label: 'ssl alert', facts: expect.objectContaining({ message }) }
      expect(told).toEqual([line, line])
    }))

  test('but says nothing is waited for, until the connection ends', () =>
    in_memory(async network => {
      const rogue = await rogue_server({ network, pki: pki(), options: { active: true } })
      const { socket, peer } = rogue
      const renegotiating = ssl.renegotiate(socket)
      await settle()
      rogue.say(data(peer, 'no comment'))
      expect(await receive(_, 1_000)).toEqual(['ssl', socket, bytes('no comment')])
      await sleep(3_600_000)
      rogue.say(peer.alert({ level: 'fatal', description: 'access_denied' }))
      expect(await renegotiating).toEqual(['error', 'closed'])
      expect(await receive(_, 1_000)).toEqual(['ssl_error', socket, ['tls_alert', 'access denied']])
    }))
})

describe('a peer that asks for a new handshake', () => {
  test('has one with a client, which sends on once it is done', () =>
    in_memory(async network => {
      const rogue = await rogue_server({ network, pki: pki(), options: { active: true } })
      const { socket, peer } = rogue
      rogue.say(peer.say(['hello_request', true], ['hello_request', true]))
      await settle()
      expect(await ssl.renegotiate(socket)).toEqual(['error', 'already_renegotiating'])
      const sending = ssl.send(socket, 'afterwards')
      await rogue.shake_hands()
      expect(peer.heard).toBe('')
      expect(await sending).toBe('ok')
      await rogue.alerts()
      expect(peer.heard).toBe('afterwards')
      expect(peer.heard_messages.filter(([type]) => type === 'client_hello')).toHaveLength(2)
    }))

  test('has one also together with the end of the first', () =>
    in_memory(async network => {
      const meddle = (peer: RoguePeer) => {
        if (peer.upcoming === 'change_cipher_spec' && peer.heard_messages.length < 5) {
          peer.plan.push(['send', Buffer.of(0, 0, 0, 0)])
        }
      }
      const rogue = await rogue_server({ network, pki: pki(), options: { active: true } }, { meddle })
      await rogue.shake_hands()
      await rogue.alerts()
      expect(rogue.peer.heard_messages.filter(([type]) => type === 'client_hello')).toHaveLength(2)
      rogue.say(data(rogue.peer, 'x'))
      expect(await receive(_, 1_000)).toEqual(['ssl', rogue.socket, bytes('x')])
    }))

  test('has none with a client that has closed its side', () =>
    in_memory(async network => {
      const rogue = await rogue_server({ network, pki: pki() })
      expect(await ssl.shutdown(rogue.socket, 'write')).toBe('ok')
      expect(await ssl.renegotiate(rogue.socket)).toEqual(['error', 'closed'])
      const receiving = ssl.recv(rogue.socket, 0)
      rogue.say(rogue.peer.say(['hello_request', true]), data(rogue.peer, 'x'))
      expect(await receiving).toEqual(['ok', bytes('x')])
      expect(await rogue.alerts()).toEqual(['warning close_notify', 'closed'])
    }))

  test('has one with a server, whose data may still come after it has asked', () =>
    in_memory(async network => {
      const rogue = await rogue_client({ network, pki: pki() })
      const { socket, peer } = rogue
      const receiving = ssl.recv(socket, 0)
      rogue.say(data(peer, 'first'))
      ok(await receiving)
      const again = ssl.recv(socket, 0)
      peer.begin_again()
      await rogue.shake_hands()
      rogue.say(data(peer, 'second'))
      expect(await again).toEqual(['ok', bytes('second')])
    }))

  test('and then closes is no riddle to a server', () =>
    in_memory(async network => {
      const rogue = await rogue_client({ network, pki: pki(), options: { active: true } })
      const { socket, peer } = rogue
      peer.begin_again()
      rogue.say(peer.next())
      await settle()
      const sending = ssl.send(socket, 'late')
      rogue.say(peer.alert({ level: 'warning', description: 'close_notify' }))
      expect(await receive(_, 1_000)).toEqual(['ssl_closed', socket])
      expect(await sending).toEqual(['error', 'closed'])
    }))

  test('and sends what it must not ends the connection, and nothing of ours follows the alert', () =>
    in_memory(async network => {
      const rogue = await rogue_client({ network, pki: pki(), options: { active: true } })
      const { socket, peer } = rogue
      peer.begin_again()
      rogue.say(peer.next())
      await settle()
      const sending = ssl.send(socket, 'late')
      rogue.say(peer.say(['hello_request', true]))
      expect(await receive(_, 1_000)).toEqual(['ssl_error', socket, ['tls_alert', 'unexpected message']])
      expect(await sending).toEqual(['error', 'closed'])
      await rogue.alerts()
      expect(peer.heard).toBe('')
    }))
})

describe('what waits to be sent', () => {
  test('does not go out behind our own fatal alert', () =>
    in_memory(async network => {
      const rogue = await rogue_server({ network, pki: pki(), options: { active: true } })
      const { socket, peer } = rogue
      const renegotiating = ssl.renegotiate(socket)
      const sending = ssl.send(socket, 'waiting')
      await settle()
      rogue.say(peer.alert(refusal), Buffer.of(23, 3, 3, 0, 1, 0))
      expect(await receive(_, 1_000)).toEqual(['ssl_error', socket, ['tls_alert', 'bad record mac']])
      expect(await renegotiating).toEqual(rejected)
      expect(await sending).toEqual(['error', 'closed'])
      expect(await rogue.alerts()).toEqual(['fatal bad_record_mac', 'closed'])
      expect(peer.heard).toBe('')
    }))
})

describe('a peer that does not know RFC 5746', () => {
  const demanding = { secure_renegotiate: true }
  const manner = { meddle: without_rfc_5746, config: { secure_renegotiate: false } }

  test('gets on with a client, and renegotiates with it', () =>
    in_memory(async network => {
      const rogue = await rogue_server({ network, pki: pki() }, manner)
      forget_rfc_5746(rogue.peer)
      const renegotiating = ssl.renegotiate(rogue.socket)
      await rogue.shake_hands()
      expect(await renegotiating).toBe('ok')
    }))

  test('gets on with a client that demands it, but does not renegotiate', () =>
    in_memory(async network => {
      const place = { network, pki: pki(), options: { ...demanding, active: true } }
      const rogue = await rogue_server(place, manner)
      rogue.say(data(rogue.peer, 'x'))
      expect(await receive(_, 1_000)).toEqual(['ssl', rogue.socket, bytes('x')])
      expect(await ssl.renegotiate(rogue.socket)).toEqual(['error', 'closed'])
      expect(await receive(_, 1_000)).toEqual(['ssl_error', rogue.socket, refused_alert])
      expect(await rogue.alerts()).toEqual(['fatal no_renegotiation', 'closed'])
    }))

  test('gets on with a server, and renegotiates with it', () =>
    in_memory(async network => {
      const rogue = await rogue_client({ network, pki: pki(), options: { active: true } }, manner)
      for (const wanted of [false, true]) {
        const renegotiating = wanted ? ssl.renegotiate(rogue.socket) : 'ok'
        forget_rfc_5746(rogue.peer)
        rogue.peer.begin_again()
        await rogue.shake_hands()
        expect(await renegotiating).toBe('ok')
      }
    }))

  test('gets on with a server that demands it, but does not renegotiate', () =>
    in_memory(async network => {
      const place = { network, pki: pki(), options: { ...demanding, active: true } }
      const rogue = await rogue_client(place, manner)
      forget_rfc_5746(rogue.peer)
      rogue.peer.begin_again()
      rogue.say(rogue.peer.all())
      expect(await receive(_, 1_000)).toEqual(['ssl_error', rogue.socket, refused_alert])
      expect(await rogue.alerts()).toEqual(['fatal no_renegotiation', 'closed'])
    }))
})

test('time stands still meanwhile', () =>
  in_memory(async network => {
    const rogue = await rogue_server({ network, pki: pki() })
    const renegotiating = ssl.renegotiate(rogue.socket)
    await rogue.shake_hands()
    expect(await renegotiating).toBe('ok')
    expect(monotonic_time()).toBe(0)
  }))

test('a server can have new keys as often as its server wants, with nothing said in between', () =>
  in_memory(async network => {
    const { client, server } = await pair_in_memory(network, pki(), { active: true })
    for (let times = 0; times < 150; times++) expect(await ssl.renegotiate(server)).toBe('ok')
    ok(await ssl.send(client, 'done'))
    expect(await ssl.recv(server, 4)).toEqual(['ok', Buffer.from('done')])
  }))
