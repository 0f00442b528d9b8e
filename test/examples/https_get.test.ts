import { beforeAll, describe, expect, test } from '@jest/globals'
import { https_get } from '../../examples/https_get.ts'
import { ok, run, spawn_link } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { catch_reports } from '../support/reports.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

beforeAll(() => void catch_reports())

/** Runs a body beside a server that answers one request, and gives it the port and what was asked. */
const with_server = (answer: string, body: (port: number, asked: Promise<string>) => Promise<void>) =>
  run(async () => {
    const listener = ok(await ssl.listen(0, { ...pki().server, active: false, packet: 'line' }))
    const [, port] = ok(ssl.sockname(listener))
    const asked = new Promise<string>(tell => {
      spawn_link(async () => {
        const [tag, socket] = await ssl.handshake(ok(await ssl.transport_accept(listener)))
        if (tag === 'error') return
        tell(`${ok(await ssl.recv(socket, 0))}${ok(await ssl.recv(socket, 0))}`)
        await ssl.send(socket, answer)
        await ssl.close(socket)
      })
    })
    await body(port, asked)
  })

describe('https_get', () => {
  test('gets status, headers and the body to its end', () =>
    with_server('HTTP/1.0 200 Fine\r\nX: y\r\n\r\none\ntwo', async (port, asked) => {
      expect(await https_get(`https://localhost:${port}/a/b?c=d`, pki().client)).toEqual({
        status: 'HTTP/1.0 200 Fine',
        headers: ['X: y'],
        body: 'one\ntwo',
      })
      expect(await asked).toBe(`GET /a/b?c=d HTTP/1.0\r\nHost: localhost:${port}\r\n`)
    }))

  test('reads a body in UTF-8, in whatever pieces it comes', () =>
    with_server(
      `HTTP/1.0 200 Fine\r\n\r\n${Buffer.from('å'.repeat(20_000)).toString('latin1')}`,
      async port => {
        const { body } = await https_get(`https://localhost:${port}/`, pki().client)
        expect(body).toBe('å'.repeat(20_000))
      },
    ))

  test('talks to no server that it has no reason to trust', () =>
    with_server('', async port => {
      await expect(https_get(`https://localhost:${port}/`)).rejects.toMatchObject({
        reason: ['badmatch', ['error', ['tls_alert', expect.stringContaining('unknown ca')]]],
      })
    }))

  test('talks to no server that is another one', () =>
    with_server('', async port => {
      const options = { ...pki().client, server_name_indication: 'other.example' }
      await expect(https_get(`https://localhost:${port}/`, options)).rejects.toMatchObject({
        reason: ['badmatch', ['error', ['tls_alert', expect.any(String)]]],
      })
    }))
})
