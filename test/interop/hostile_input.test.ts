// What a listener on the open network has to survive: an alert or a close, a line in the log, nothing left behind, and
// the next connection is served.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { format_term } from '../../runtime/erlang/io_lib.ts'
import type * as ssl from '../../ssl_app/ssl.ts'
import { eventually } from '../support/eventually.ts'
import { hex } from '../support/hex.ts'
import { left_over } from '../support/left_over.ts'
import { openssl as client_hello } from '../wire/client_hellos.ts'
import { type KistaServer, kista, serve } from './support/kista.ts'
import { connected } from './support/peer.ts'
import { say } from './support/raw_client.ts'
import { records_in, start_relay } from './support/relay.ts'
import { with_kista } from './support/setting.ts'
import { suites } from './support/suites.ts'

const { pki, told } = with_kista()
let server: KistaServer
let before: ReturnType<typeof left_over>

beforeAll(async () => {
  server = await kista.start_server({ ...pki().server.ecdsa, suites })
  await expect_service()
  before = left_over()
})

afterAll(async () => {
  await server.stop()
})

beforeEach(() => {
  told().length = 0
})

async function expect_service(): Promise<void> {
  const line = 'still there?'
  const report = await kista.run_client({ port: server.port, cacert: pki().cacert, suites, line })
  expect(connected(report)).toMatchObject({ received: line })
  expect(await server.visit()).toMatchObject({ ended: 'closed' })
}

/** No process, port or timer is left, and whoever comes next is served. */
async function expect_unharmed(): Promise<void> {
  await eventually(() => expect(left_over()).toEqual(before))
  await expect_service()
}

const tls_alert = (text: string) => ['tls_alert', text]

/** RFC 5246 §7.2: how a fatal alert ends what the server says. */
const alert_codes: Readonly<Record<string, number>> = {
  'unexpected message': 10,
  'record overflow': 22,
  'handshake failure': 40,
  'protocol version': 70,
}

const record = (type: number, ...content: readonly number[]): Uint8Array =>
  Uint8Array.of(type, 3, 1, 0, content.length, ...content)

const with_version = (...version: readonly [number, number]): Uint8Array => {
  const changed = Uint8Array.from(client_hello)
  changed.set(version, 9)
  return changed
}

/** What comes in the place of a ClientHello, and the alert that answers it. */
const intrusions: Readonly<Record<string, readonly [bytes: Uint8Array | string, alert: string]>> = {
  'plain HTTP': ['GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', 'unexpected message'],
  garbage: [hex('00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f'), 'unexpected message'],
  'a ClientHello of SSL 2.0': [
    hex(`802e 01 0002 0015 0000 0010 ${'010080'.repeat(7)} ${'11'.repeat(16)}`),
    'protocol version',
  ],
  'a record that is too long': [hex('16 0301 4801'), 'record overflow'],
  'a record of no version of TLS': [hex('16 0200 0001 00'), 'protocol version'],
  'a ClientHello of SSL 3.0': [with_version(3, 0), 'protocol version'],
  'a ClientHello of no version there is': [with_version(2, 9), 'protocol version'],
  'a message that is too long': [record(22, 1, 0xff, 0xff, 0xff), 'handshake failure'],
  'a message of another time': [record(22, 20, 0, 0, 0), 'unexpected message'],
  'a message that there is not': [record(22, 99, 0, 0, 0), 'unexpected message'],
  'application data': [record(23, 1, 2, 3), 'unexpected message'],
  ChangeCipherSpec: [record(20, 1), 'unexpected message'],
}

describe('In the place of a ClientHello', () => {
  test.each(Object.entries(intrusions))('%s is answered with an alert', async (_name, [bytes, alert]) => {
    const answer = await say(server.port, bytes, 'waits')

    expect(answer.subarray(-4)).toEqual(Buffer.of(0, 2, 2, alert_codes[alert]!))
    expect(answer[0]).toBe(21)
    expect(await server.visit()).toMatchObject({ handshake: ['error', tls_alert(alert)] })
    const facts = { message: expect.stringMatching(`Fatal error: ${alert}$`), detail: expect.anything() }
    expect(told()).toMatchObject([{ level: 'error', label: 'ssl alert', facts }])
    await expect_unharmed()
  })
})

describe('A client that goes in the middle', () => {
  const middles = [0, 1, 5, 6, 9, 100, client_hello.length - 1, client_hello.length]

  test.each(middles)('leaves nothing behind, after so many bytes of its ClientHello: %i', async size => {
    for (const leaving of ['leaves', 'resets'] as const) {
      await say(server.port, client_hello.subarray(0, size), leaving)

      expect(await server.visit()).toMatchObject({ handshake: ['error', 'closed'] })
    }
    await expect_unharmed()
  })

  test.each(middles)(
    'is told to the log, unless it has said nothing, after so many bytes: %i',
    async size => {
      await say(server.port, client_hello.subarray(0, size), 'leaves')

      await server.visit()
      const message = expect.stringMatching(/^SSL: (hello|certify): handshake broken off: closed$/)
      const line = { level: 'notice', label: 'ssl handshake', facts: { role: 'server', message } }
      expect(told()).toMatchObject(size === 0 ? [] : [line])
    },
  )

  test('is told of an alert of its own', async () => {
    await say(server.port, record(21, 2, 40), 'waits')

    expect(await server.visit()).toMatchObject({ handshake: ['error', tls_alert('handshake failure')] })
    expect(told()).toMatchObject([{ level: 'error', label: 'ssl alert' }])
    await expect_unharmed()
  })
})

describe('Noise', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    // that looks like records at first
    fc
      .tuple(fc.integer({ min: 20, max: 23 }), fc.uint8Array({ maxLength: 255 }))
      .map(([type, content]) => record(type, ...content)),
    // in the middle of a ClientHello
    fc
      .tuple(
        fc.integer({ min: 5, max: client_hello.length - 1 }),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
      )
      .map(([at, bytes]) =>
        Buffer.concat([client_hello.subarray(0, at), bytes, client_hello.subarray(at + bytes.length)]),
      ),
  )

  test('of any kind is refused, and nothing is left of it', async () => {
    await fc.assert(
      fc.asyncProperty(noise, async bytes => {
        await say(server.port, bytes, 'leaves')
        expect(await server.visit()).toMatchObject({ handshake: ['error', expect.anything()] })
      }),
      { numRuns: 100 },
    )
    await expect_unharmed()
  })
})

describe('A connection that is cut off', () => {
  const asked = () => ({ cacert: pki().cacert, suites, line: 'hello' })

  /** How much the client says before its goodbye, in bytes. */
  async function length_of_talk(): Promise<number> {
    const relay = await start_relay(server.port)
    connected(await kista.run_client({ ...asked(), port: relay.port }))
    await Promise.all([relay.quiet(), server.visit()])
    const records = records_in(relay.heard.client)
    return records.slice(0, -1).reduce((total, { size }) => total + size, 0)
  }

  test('after any number of bytes of the client’s is closed for both, and nothing is left of it', async () => {
    const length = await length_of_talk()

    for (let cut_after = 1; cut_after < length; cut_after += 5) {
      const relay = await start_relay(server.port, { cut_after })

      const report = await kista.run_client({ ...asked(), port: relay.port })

      expect(report).toMatchObject({ ok: false, reason: 'closed' })
      expect(await server.visit()).toMatchObject({ ended: 'closed' })
      await relay.quiet()
    }
    await expect_unharmed()
  })

  test('in the middle of the client’s goodbye is closed, too', async () => {
    const relay = await start_relay(server.port, { cut_after: (await length_of_talk()) + 7 })

    connected(await kista.run_client({ ...asked(), port: relay.port }))

    expect(await server.visit()).toMatchObject({ ended: 'closed' })
    await expect_unharmed()
  })
})

describe('A client that says nothing', () => {
  test('is given up when the time for the handshake is over', async () => {
    const options = { certfile: pki().server.rsa.cert, keyfile: pki().server.rsa.key }
    const hasty = await serve(options, { patience: 50 })

    const answer = await say(hasty.port, '', 'waits')

    expect(answer).toHaveLength(0)
    expect(await hasty.visit()).toEqual({ handshake: ['error', 'timeout'], ended: 'timeout' })
    await hasty.stop()
    await expect_unharmed()
  })
})

describe('A function of the user’s that fails', () => {
  const fails = () => {
    throw new Error('on purpose')
  }
  const identity = () => ({ certfile: pki().server.ecdsa.cert, keyfile: pki().server.ecdsa.key })
  const verified = () => ({ ...identity(), verify: 'verify_peer', cacertfile: pki().cacerts }) as const

  /** What it is given to, and the alert that comes of it. */
  const failing: Readonly<Record<string, readonly [() => ssl.ListenOptions, alert: string]>> = {
    'as sni_fun': [() => ({ ...identity(), sni_fun: fails }), 'handshake failure'],
    'as verify_fun': [() => ({ ...verified(), verify_fun: [fails, []] }), 'handshake failure'],
    'as partial_chain': [
      () => ({ ...verified(), cacertfile: pki().unknown_cacert, partial_chain: fails }),
      'unknown ca',
    ],
  }

  test.each(Object.entries(failing))(
    '%s leaves both sides with an alert',
    async (_name, [options, alert]) => {
      const failing_server = await serve(options())
      const asked = { port: failing_server.port, cacert: pki().cacert, suites, line: 'hello' }

      const report = await kista.run_client({ ...asked, identity: pki().client.rsa })

      expect(report).toMatchObject({ ok: false, reason: tls_alert(alert) })
      expect(await failing_server.visit()).toMatchObject({ handshake: ['error', tls_alert(alert)] })
      await failing_server.stop()
      await expect_unharmed()
    },
  )

  test('is told to the log', async () => {
    const failing_server = await serve({ ...identity(), sni_fun: fails })
    const asked = { port: failing_server.port, cacert: pki().cacert, suites, line: 'hello' }

    await kista.run_client(asked)

    const [server_side] = told().filter(({ facts }) => facts.role === 'server')
    expect(format_term(server_side?.facts.detail)).toContain('Error: on purpose')
    await failing_server.stop()
  })
})
