import { Buffer } from 'node:buffer'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { ports } from '../../../runtime/erlang/port.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, type Timeout } from '../../../runtime/erlang/term.ts'
import { http_get, http_uri, largest_body } from '../../../ssl_app/certificate/http_get.ts'
import { eventually } from '../../support/eventually.ts'
import { type Answer, bytes_only, type HttpServer, http_server, whole } from '../../support/http_server.ts'

let server: HttpServer | undefined

afterEach(async () => {
  expect(ports()).toEqual([])
  await eventually(() => expect(server?.open() ?? 0).toBe(0))
  await server?.[Symbol.asyncDispose]()
  server = undefined
})

async function get(answer: Answer, path = '/', timeout: Timeout = 5_000): Promise<string> {
  await server?.[Symbol.asyncDispose]()
  server = await http_server(answer)
  return text_at(`${server.origin}${path}`, timeout)
}

const text_at = async (uri: string, timeout: Timeout = 5_000): Promise<string> =>
  Buffer.from(await run(() => http_get(uri, timeout))).toString('latin1')

/** Why there is nothing. */
async function failure(answer: Answer, timeout: Timeout = 5_000): Promise<unknown> {
  return get(answer, '/', timeout).then(
    body => ['body', body],
    error => (error instanceof Exit ? error.reason : error),
  )
}

const chunked = (body: string): Answer =>
  bytes_only(`HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n${body}`)

describe('what is at a URI', () => {
  test('is asked for with path and query, and for nothing else', async () => {
    expect(await get(whole('abc'), '/a%20b/c.crl?x=1&y=2#z')).toBe('abc')
    const lines = server!.requests[0]!.split('\r\n')
    expect(lines[0]).toBe('GET /a%20b/c.crl?x=1&y=2 HTTP/1.1')
    expect(lines).toContain(`Host: ${server!.origin.replace('http://', '')}`)
    expect(lines).toContain('Connection: close')
  })

  test('cannot smuggle lines into the request', async () => {
    await get(whole('abc'), '/a\r\nX-Evil: 1\r\n/b c')
    expect(server!.requests[0]).toMatch(/^GET \/aX-Evil:%201\/b%20c HTTP/)
  })

  test('comes with a length, until the end, or in chunks', async () => {
    expect(await get(whole('abc'))).toBe('abc')
    expect(await get(whole(''))).toBe('')
    expect(await get(bytes_only('HTTP/1.0 200 OK\r\n\r\nabc'))).toBe('abc')
    expect(await get(chunked('2\r\nab\r\n0a;x="y"\r\n0123456789\r\n0\r\n\r\n'))).toBe('ab0123456789')
  })

  test('comes byte by byte', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n'
    const drop_by_drop: Answer = socket => {
      let at = 0
      const next = () => {
        if (at === bytes.length) return
        socket.write(bytes[at++]!)
        setImmediate(next)
      }
      next()
    }
    expect(await get(drop_by_drop)).toBe('abcd')
  })

  test('comes in a hundred thousand chunks of a byte', async () => {
    const body = `${'1\r\nx\r\n'.repeat(100_000)}0\r\n\r\n`
    expect(await get(chunked(body))).toBe('x'.repeat(100_000))
  })

  test('does not wait for the end of a connection that stays open', async () => {
    const body = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc'
    expect(await get(socket => socket.write(body), '/', 60_000)).toBe('abc')
    const chunks = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'
    expect(await get(socket => socket.write(chunks), '/', 60_000)).toBe('abc')
  })

  test('counts whatever the status is', async () => {
    expect(await get(bytes_only('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone'))).toBe('gone')
  })

  test('comes after the answers that are none yet', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'
    expect(await get(bytes_only(`${early}HTTP/1.1 200 OK\r\n\r\nabc`))).toBe('abc')
    expect(await failure(bytes_only(early.repeat(10)))).toEqual(['bad_answer', 'interim'])
  })

  test('is found at an address of IPv6 too, or its absence is told', async () => {
    await expect(run(() => http_get('http://[::1]:1/x', 1_000))).rejects.toMatchObject({
      reason: expect.not.stringMatching('nxdomain'),
    })
    await expect(run(() => http_get('http://127.0.0.1:1/x', 1_000))).rejects.toMatchObject({
      reason: 'econnrefused',
    })
  })
})

describe('a redirection', () => {
  const redirect =
    (to: string, status = 302): Answer =>
    socket =>
      socket.end(`HTTP/1.1 ${status} Over There\r\nLocation: ${to}\r\n\r\n`)

  test.each([301, 302, 303, 307, 308])('with the status %d is followed', async status => {
    const body = await get(
      (socket, path) => (path === '/a/' ? redirect('/b', status)(socket, path) : whole(path)(socket, path)),
      '/a/',
    )
    expect(body).toBe('/b')
  })

  test.each([
    ['../c?d', '/a/c?d'],
    ['c', '/a/b/c'],
    ['//127.0.0.1:PORT/e', '/e'],
    ['http://127.0.0.1:PORT/f#g', '/f'],
  ])('to %s leads to %s', async (location, path) => {
    const answer: Answer = (socket, asked) => {
      const to = location.replace('PORT', server!.origin.split(':')[2]!)
      return asked === '/a/b/' ? redirect(to)(socket, asked) : whole(asked)(socket, asked)
    }
    expect(await get(answer, '/a/b/')).toBe(path)
  })

  test('is followed without waiting for more of what came with it', async () => {
    const stays = 'HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 9\r\n\r\n'
    const answer: Answer = (socket, path) => (path === '/b' ? whole(path)(socket, path) : socket.write(stays))
    expect(await get(answer, '/a', 60_000)).toBe('/b')
    await eventually(() => expect(server!.open()).toBe(0))
  })

  test('is followed five times', async () => {
    const answer: Answer = (socket, path) => {
      const count = Number(path.slice(1))
      return count < 5 ? redirect(`/${count + 1}`)(socket, path) : whole('there')(socket, path)
    }
    expect(await get(answer, '/0')).toBe('there')
    expect(await failure(redirect('/'))).toBe('too_many_redirects')
    expect(server!.requests.length).toBe(6)
  })

  test.each(['https://127.0.0.1/x', 'file:///etc/passwd', 'http://', 'data:,x'])(
    'to %s is followed by nobody',
    async to => {
      expect(await failure(redirect(to))).toEqual(['bad_uri', to])
    },
  )

  test('without a place is an answer like others', async () => {
    expect(await get(bytes_only('HTTP/1.1 302 Found\r\n\r\nabc'))).toBe('abc')
  })
})

describe('a server that means no good', () => {
  const head = 'HTTP/1.1 200 OK\r\n'

  test('and says nothing is left in time', async () => {
    expect(await failure(() => {}, 50)).toBe('timeout')
  })

  test('and goes on a little at a time is left in time all the same', async () => {
    const drip = (first: string): Answer => {
      return socket => {
        socket.write(first)
        const timer = setInterval(() => socket.write('x'), 10)
        socket.on('close', () => clearInterval(timer))
      }
    }
    expect(await failure(drip(`${head}\r\n`), 100)).toBe('timeout')
    expect(await failure(drip(head), 100)).toBe('timeout')
    expect(await failure(drip(`${head}Content-Length: 1000000\r\n\r\n`), 100)).toBe('timeout')
  })

  test('and sends a hundred megabytes is left at the limit', async () => {
    const piece = Buffer.alloc(1024 * 1024)
    let sent = 0
    const flood = (first: string): Answer => {
      return socket => {
        socket.write(first)
        const more = () => {
          while (sent < 100 * piece.length && !socket.destroyed) {
            sent += piece.length
            if (!socket.write(piece)) break
          }
        }
        socket.on('drain', more)
        more()
      }
    }
    expect(await failure(flood(`${head}\r\n`), 30_000)).toBe('emsgsize')
    expect(sent).toBeLessThan(50 * piece.length)
    const announced = `${head}Content-Length: ${largest_body + 3}\r\n\r\n`
    expect(await failure(bytes_only(announced))).toBe('emsgsize')
    const chunk = `800000\r\n${'x'.repeat(0x80_0000)}\r\n`
    expect(await failure(chunked(chunk.repeat(3)), 30_000)).toBe('emsgsize')
  })

  test('and closes early has said nothing', async () => {
    expect(await failure(bytes_only(''))).toBe('closed')
    expect(await failure(bytes_only(head))).toBe('closed')
    expect(await failure(bytes_only(`${head}Content-Length: 4\r\n\r\nabc`))).toBe('closed')
    expect(await failure(chunked('3\r\nabc\r\n'))).toBe('closed')
    expect(await failure(chunked('3\r\nab'))).toBe('closed')
  })

  test('and resets the connection has said nothing', async () => {
    expect(await failure(socket => socket.resetAndDestroy())).toBe('closed')
    const reset_after =
      (first: string): Answer =>
      socket =>
        socket.write(first, () => socket.resetAndDestroy())
    expect(await failure(reset_after(`${head}Content-Length: 4\r\n\r\nabc`))).toBe('closed')
  })

  test('and speaks another protocol from now on is left', async () => {
    const other = 'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'
    expect(await failure(socket => socket.write(other), 60_000)).toEqual(['bad_answer', 'upgrade'])
  })

  test.each([
    ['too many fields', `${head}${'abcd: efgh\r\n'.repeat(4_000)}\r\n`],
    ['a line that is too long', `${head}a: ${'b'.repeat(20_000)}\r\n\r\n`],
    ['a status that is too long', `HTTP/1.1 200 ${'O'.repeat(20_000)}`],
    [
      'too much behind the last chunk',
      `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n${'abcd: efgh\r\n'.repeat(4_000)}`,
    ],
  ])('and sends %s is left at the limit', async (_what, text) => {
    expect(await failure(socket => socket.write(text), 60_000)).toBe('emsgsize')
  })

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['a request', 'GET / HTTP/1.1\r\n\r\n'],
    ['a field without a colon', `${head}nothing\r\n\r\n`],
    ['no number for a length', `${head}Content-Length: -1\r\n\r\n`],
    ['a length of many digits', `${head}Content-Length: ${'9'.repeat(30)}\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    ['a length beside chunks', `${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ])('and sends %s is not listened to', async (_what, text) => {
    const reason = ['bad_answer', expect.stringMatching(/^[a-z_]+$/)]
    expect(await failure(socket => socket.write(text), 60_000)).toEqual(reason)
  })

  test.each(['x\r\nabc\r\n', '-1\r\n', `${'f'.repeat(17)}\r\n`, '3\r\nabcde', `1;${'x'.repeat(20_000)}\r\n`])(
    'and sends a bad chunk is not listened to',
    async body => {
      const reason = ['bad_answer', expect.stringMatching(/^[a-z_]+$/)]
      expect(await failure(chunked(body))).toEqual(reason)
    },
  )
})

describe('who asks', () => {
  const redirect: Answer = socket => socket.end('HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n')

  test.each<[string, Answer]>([
    ['no answer', () => {}],
    ['the end of the head', socket => socket.write('HTTP/1.1 200 OK\r\n')],
    ['the end of the body', socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc')],
    ['an answer elsewhere', (socket, path) => path === '/' && redirect(socket, path)],
  ])('is killed while there is %s, and the connection goes with it', async (_until, answer) => {
    let asked = 0
    server = await http_server((socket, path) => {
      answer(socket, path)
      asked += path === '/there' || answer !== redirect ? 1 : 0
    })
    const outcome = jest.fn()
    const asker = spawn(() => http_get(server!.origin, 'infinity').then(outcome, outcome))
    await eventually(() => expect(server!.open()).toBe(1))
    await eventually(() => expect(asked).toBeGreaterThan(0))
    exit(asker, 'kill')
    await eventually(() => expect(server!.open()).toBe(0))
    expect(outcome).not.toHaveBeenCalled()
    expect(timer_count()).toBe(0)
  })

  test('does not say who it is, whatever the URI says', async () => {
    server = await http_server(whole('abc'))
    expect(await text_at(server.origin.replace('//', '//user:%ff@'))).toBe('abc')
    expect(server.requests[0]).not.toMatch(/authorization|user/i)
  })

  test('is left with no timer', async () => {
    expect(await get(whole('abc'))).toBe('abc')
    expect(timer_count()).toBe(0)
  })
})

test.each([
  ['HTTP://Example.COM:80/a/../b c', 'http://example.com/b%20c'],
  ['http://example.com', 'http://example.com/'],
  ['http://user:word@example.com/', 'http://user:word@example.com/'],
  ['http://[::0001]:8080/#part', 'http://[::1]:8080/'],
  ['https://example.com/', undefined],
  ['ldap://example.com/', undefined],
  ['example.com', undefined],
  ['http://', undefined],
  ['', undefined],
])('the one form of %s is %s', (text, form) => {
  expect(http_uri(text)?.href).toBe(form)
})
