import { beforeAll, describe, expect, test } from '@jest/globals'
import { serve } from '../../examples/echo_server.ts'
import { ok, type Pid, processes, run, spawn_link } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { catch_reports, type Told } from '../support/reports.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

let told: Told[]

beforeAll(() => {
  told = catch_reports()
})

/** Runs a body beside an echo server. */
const with_server = (body: (connect: () => Promise<ssl.SslSocket>) => Promise<void>) =>
  run(async () => {
    const listener = ok(await ssl.listen(0, { ...pki().server, active: false }))
    const [, port] = ok(ssl.sockname(listener))
    spawn_link(() => serve(listener))
    const options = { ...pki().client, active: false }
    await body(async () => ok(await ssl.connect('localhost', port, options)))
  })

const echo_of = async (socket: ssl.SslSocket, text: string) => {
  ok(await ssl.send(socket, text))
  return ok(await ssl.recv(socket, text.length, 5_000))
}

/** Waits until all others have ended. */
async function nobody_but(some: readonly Pid[]): Promise<void> {
  while (processes().some(pid => !some.includes(pid))) await new Promise(resolve => setImmediate(resolve))
}

describe('The echo server', () => {
  test('gives back what each of its connections sends', () =>
    with_server(async connect => {
      const [one, two] = [await connect(), await connect()]
      expect(await echo_of(one, 'first')).toBe('first')
      expect(await echo_of(two, 'second')).toBe('second')
      expect(await echo_of(one, 'third')).toBe('third')
    }))

  test('goes on when a client breaks off in its handshake', () =>
    with_server(async connect => {
      const one = await connect()
      const [, port] = ok(ssl.peername(one))
      const refused = await ssl.connect('localhost', port, { cacerts: [pki().leaf.cert_der] })
      expect(refused).toEqual(['error', ['tls_alert', expect.any(String)]])
      expect(await echo_of(one, 'still here')).toBe('still here')
      expect(told.filter(({ level, label }) => level === 'error' && label !== 'ssl alert')).toEqual([])
    }))

  test('leaves no process behind', async () => {
    const before = processes()
    await with_server(async connect => {
      await ssl.close(await connect())
      await connect()
    })
    await nobody_but(before)
  })
})
