// The main program's application, asked by clients of our own.

import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { application, gen_tcp, inet } from '../../apps/kernel/index.ts'
import { https_get } from '../../examples/https_get.ts'
import { start, stop } from '../../examples/https_status.ts'
import {
  _,
  exit,
  monitor,
  ok,
  type Pid,
  processes,
  receive,
  run,
  supervisor,
  whereis,
} from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { catch_reports, type Told } from '../support/reports.ts'

let port: number
let cacertfile: string
let told: Told[]

beforeEach(async () => {
  ;[port, cacertfile] = await start([0])
  told = catch_reports()
})
afterEach(() => stop(cacertfile))

const get = (path: string) => https_get(`https://localhost:${port}${path}`, { cacertfile })

/** Opens a connection. */
const connect = async () => ok(await ssl.connect('localhost', port, { cacertfile, active: false }, 5_000))

/** Sends text, and gives what comes until the other side closes. */
async function talk(socket: ssl.SslSocket, text: string): Promise<string> {
  await ssl.send(socket, text)
  let heard = ''
  for (;;) {
    const [tag, data] = await ssl.recv(socket, 0, 5_000)
    if (tag === 'error') return heard
    heard += data
  }
}

const errors = () => told.filter(({ level }) => level === 'error').map(({ label }) => label)

describe('The page', () => {
  test('tells of its connection, and of the next one that it goes on with the session', async () => {
    const [first, second] = await run(async () => [await get('/'), await get('/')])
    expect(first).toMatchObject({ status: 'HTTP/1.1 200 OK' })
    expect(first?.headers).toContain('Content-Type: text/plain; charset=utf-8')
    expect(first?.body).toMatch(/protocol +tlsv1.2\n +cipher suite +ECDHE-ECDSA-[A-Z\d-]+\n +session +new\n/)
    expect(second?.body).toMatch(/session +resumed\n/)
  })

  test('shows the trees of all applications, with every process once', async () => {
    const { body } = await run(() => get('/'))
    const lines = body.split('\n').filter(line => /<0\.\d+\.0> \d+$/.test(line))
    const names = lines.map(line => /([\w]+) </.exec(line)?.[1])
    expect(names).toEqual([
      ...['kernel_sup', 'logger'],
      ...[
        'ssl_sup',
        'ssl_manager',
        'ssl_pem_cache',
        'ssl_crl_cache',
        'tls_connection_sup',
        'tls_connection',
        'tls_connection',
      ],
      ...['ssl_listen_tracker_sup', 'ssl_listen_tracker'],
      ...['https_status_sup', 'status_connection_sup', 'status_connection', 'status_listener'],
      ...['status_acceptor_sup', 'acceptor_1', 'acceptor_2', 'acceptor_3', 'acceptor_4'],
    ])
    expect(new Set(lines.map(line => /<.*>/.exec(line)?.[0])).size).toBe(lines.length)
  })

  test('shows some of very many connections, and says how many more there are', async () => {
    const body = await run(async () => {
      for (let count = 0; count < 30; count++) await connect()
      return (await get('/')).body
    })
    expect(body).toMatch(/│ {2}└─ and \d+ more\n/)
    expect(body.match(/status_connection </g)?.length).toBe(25)
  })

  test('is HTML for whoever takes that', async () => {
    const answer = await run(async () =>
      talk(await connect(), 'GET / HTTP/1.0\r\nAccept: text/html,*/*;q=0.8\r\n\r\n'),
    )
    expect(answer).toContain('Content-Type: text/html; charset=utf-8\r\n')
    expect(answer).toMatch(/<mark>status_connection<\/mark> <small>answers you, &lt;0\.\d+\.0&gt;, 0 waiting/)
    expect(answer.replace(/<!doctype html>/, '')).not.toMatch(/<0\./)
  })
})

describe('Its HTTP', () => {
  test('serves several requests on one connection, and closes when asked to', async () => {
    const answer = await run(async () =>
      talk(
        await connect(),
        'GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD /?a=b HTTP/1.1\r\nHost: x\r\n\r\nGET /no HTTP/1.1\r\nConnection: Close\r\n\r\n',
      ),
    )
    expect(answer.match(/^HTTP\/1\.1 .*(?=\r)/gm)).toEqual([
      'HTTP/1.1 200 OK',
      'HTTP/1.1 200 OK',
      'HTTP/1.1 404 Not Found',
    ])
    expect(answer.match(/1 on this connection|2 on this connection/g)).toEqual(['1 on this connection'])
    expect(answer).toMatch(/Connection: close\r\n\r\nThere are \/ and \/crash.\n$/)
  })

  test.each([
    [
      'a request that brings data is answered and is the last',
      'POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc',
      '405',
    ],
    ['a line that is no request', 'hello\r\n', '400'],
    ['a target that is no path', 'GET http://x/ HTTP/1.1\r\n\r\n', '400'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nhello\r\n\r\n', '400'],
    ['too many headers', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(101)}\r\n`, '400'],
  ])('%s', async (_what, request, status) => {
    const answer = await run(async () => talk(await connect(), request))
    expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual([`HTTP/1.1 ${status}`])
    expect(answer).toContain('Connection: close')
    expect(errors()).toEqual([])
  })

  test('closes at a line without end', async () => {
    expect(await run(async () => talk(await connect(), 'a'.repeat(9_000)))).toBe('')
    expect(errors()).toEqual([])
  })
})

describe('Its processes', () => {
  test('crash alone: who asks for /crash is told, the others go on, and the reports say why', () =>
    run(async () => {
      const other = await connect()
      expect((await get('/crash')).body).toMatch(/^<0\.\d+\.0> crashes now/)
      const answer = await talk(other, 'GET / HTTP/1.0\r\n\r\n')
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
      expect(errors()).toEqual(['proc_lib crash', 'supervisor child_terminated'])
      expect(told.find(({ label }) => label === 'proc_lib crash')?.facts.error_info[1]).toEqual(
        new Error('somebody asked for /crash'),
      )
    }))

  test('are started anew with a listener that fails, while connections go on', () =>
    run(async () => {
      const socket = await connect()
      const listener = whereis('status_listener') as Pid
      const ref = monitor('process', listener)
      exit(listener, 'kill')
      await receive(['DOWN', ref, 'process', listener, _])

      await supervisor.which_children('https_status_sup')
      expect(await supervisor.count_children('status_acceptor_sup')).toMatchObject({ active: 4 })
      expect(whereis('status_listener')).not.toBe(listener)
      expect(await talk(socket, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK/)
    }))

  test('survive whoever speaks no TLS', () =>
    run(async () => {
      const socket = ok(await gen_tcp.connect('localhost', port, { active: false }))
      ok(await gen_tcp.send(socket, 'GET / HTTP/1.1\r\n\r\n'))
      while ((await gen_tcp.recv(socket, 0))[0] === 'ok');
      expect((await get('/')).status).toBe('HTTP/1.1 200 OK')
      expect(errors()).toEqual(['ssl alert'])
    }))
})

describe('The application', () => {
  test('listens at the first of its ports that is free', async () => {
    await stop(cacertfile)
    await run(async () => {
      const listener = ok(await gen_tcp.listen(0, { ip: 'loopback' }))
      const taken = ok(inet.port(listener))
      ;[port, cacertfile] = await start([taken, 0])
      expect(port).not.toBe(taken)
      expect((await get('/')).status).toBe('HTTP/1.1 200 OK')
    })
  })

  test('does not start where no port is free', async () => {
    const why = ['shutdown', ['failed_to_start_child', 'status_listener', 'eaddrinuse']]
    await stop(cacertfile)
    await run(async () => {
      const taken = ok(inet.port(ok(await gen_tcp.listen(0, { ip: 'loopback' }))))
      await expect(start([taken])).rejects.toMatchObject({
        reason: ['badmatch', ['error', [why, ['https_status', 'start', ['normal', []]]]]],
      })
    })
    application.unload('https_status')
    await ssl.stop()
    ;[port, cacertfile] = await start([0])
  })

  test('leaves nothing when it is stopped, whoever is connected', async () => {
    const [started_with, file] = [processes(), cacertfile]
    await run(async () => {
      const socket = await connect()
      await stop(cacertfile)
      expect(await ssl.recv(socket, 0)).toEqual(['error', 'closed'])
      expect(await gen_tcp.connect('localhost', port)).toEqual(['error', 'econnrefused'])
    })
    expect(existsSync(file)).toBe(false)
    expect(processes().every(pid => started_with.includes(pid))).toBe(true)
    expect(whereis('ssl_sup')).toBeUndefined()
    ;[port, cacertfile] = await start([0])
  })
})
