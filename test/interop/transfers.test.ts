// Much data, both ways at once, between ourselves and with Node's tls; and packets that come in odd pieces.

import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import { exit } from '../../runtime/erlang/links.ts'
import { receive } from '../../runtime/erlang/receive.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { _, ok } from '../../runtime/erlang/term.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { connect_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const size = 10 << 20
/** Milliseconds that one step may take. */
const patience = 20_000

/** @returns whether all of it came as it was sent; a difference would be too long to be shown */
const same = (received: Uint8Array, sent: Uint8Array) => Buffer.compare(received, sent) === 0

// ---- Between ourselves

type Take = (socket: ssl.SslSocket) => Promise<Buffer>

/** Takes pieces until `size` bytes are there. */
async function collect(next: () => Promise<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let left = size; left > 0; left -= pieces.at(-1)!.length) pieces.push(await next())
  return Buffer.concat(pieces)
}

const message = async (socket: ssl.SslSocket): Promise<Buffer> =>
  (await receive(['ssl', socket, _], patience))[2]

/** The ways in which a user can take what comes. */
const ways: Readonly<Record<string, Take>> = {
  'in one recv': async socket => ok(await ssl.recv(socket, size, patience)) as Buffer,
  'record by record': socket => collect(async () => ok(await ssl.recv(socket, 0, patience)) as Buffer),
  'as messages': async socket => {
    ok(await ssl.setopts(socket, { active: true }))
    return collect(() => message(socket))
  },
  'message by message': socket =>
    collect(async () => {
      ok(await ssl.setopts(socket, { active: 'once' }))
      return message(socket)
    }),
  'ten messages at a time': socket => {
    let ordered = 0
    return collect(async () => {
      if (ordered === 0) {
        ok(await ssl.setopts(socket, { active: 10 }))
        ordered = 10
      }
      const data = await message(socket)
      if (--ordered === 0) await receive(['ssl_passive', socket], patience)
      return data
    })
  },
}

describe('Ten megabytes each way at once', () => {
  test.each(Object.entries(ways))('arrive %s', (_way, take) =>
    run(async () => {
      const { client, server } = await connect_pair(pki())
      const [to_server, to_client] = [randomBytes(size), randomBytes(size)]

      const [at_client, at_server] = await Promise.all([
        take(client),
        take(server),
        ssl.send(client, to_server).then(ok),
        ssl.send(server, to_client).then(ok),
      ])

      expect(same(at_server, to_server)).toBe(true)
      expect(same(at_client, to_client)).toBe(true)
      await Promise.all([ssl.close(client), ssl.close(server)])
    }),
  )

  test('make the sender wait, as long as they are not wanted', () =>
    run(async () => {
      const { client, server } = await connect_pair(pki())
      const content = randomBytes(4 * size) // more than the system holds on its way
      let sent = false
      const sending = ssl.send(client, content).then(done => {
        sent = true
        return done
      })

      const first = ok(await ssl.recv(server, 1, patience)) as Buffer

      expect(sent).toBe(false)
      const rest = ok(await ssl.recv(server, content.length - 1, patience)) as Buffer
      expect(await sending).toBe('ok')
      expect(same(Buffer.concat([first, rest]), content)).toBe(true)
      await Promise.all([ssl.close(client), ssl.close(server)])
    }))
})

describe('Much data on its way', () => {
  test.each(['the peer goes', 'the socket is closed'])('fails when %s, and the sender is told', what =>
    run(async () => {
      const { client, server } = await connect_pair(pki())
      const sending = ssl.send(client, randomBytes(4 * size))
      ok(await ssl.recv(server, 1, patience))

      if (what === 'the peer goes') exit(server.pid, 'kill')
      else await ssl.close(client, 0)

      expect(await sending).toEqual(['error', 'closed'])
      await Promise.all([ssl.close(client), ssl.close(server)])
    }),
  )
})

// ---- With Node's tls

const ciphers = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA384',
]

/** Ours, and Node's, which uses nothing of ours. */
type Pair = readonly [ours: ssl.SslSocket, theirs: tls.TLSSocket]

const passive = { mode: 'binary', active: false } as const

async function server_of_ours(options: ssl.ListenOptions): Promise<Pair> {
  const listener = ok(await ssl.listen(0, { ...pki().server, ...passive, ...options }))
  const [, port] = ok(ssl.sockname(listener))
  const theirs = tls.connect({ port, host: 'localhost', ca: pki().ca.cert_pem, maxVersion: 'TLSv1.2' })
  const ours = ok(await ssl.handshake(ok(await ssl.transport_accept(listener, patience)), patience))
  await ssl.close(listener)
  return [ours, theirs]
}

async function client_of_ours(options: ssl.ConnectOptions): Promise<Pair> {
  const { cert_pem: cert, key_pem: key } = pki().leaf
  const server = tls.createServer({ cert, key, maxVersion: 'TLSv1.2' })
  const theirs = new Promise<tls.TLSSocket>(resolve => server.once('secureConnection', resolve))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ours = ok(await ssl.connect('localhost', port, { ...pki().client, ...passive, ...options }, patience))
  server.close()
  return [ours, await theirs]
}

const sides = { server: server_of_ours, client: client_of_ours } as const

/** What Node's side has got, once it is so many bytes. */
function heard(theirs: tls.TLSSocket, length: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let left = length
  return new Promise((resolve, reject) => {
    theirs.on('error', reject)
    theirs.on('data', piece => {
      pieces.push(piece)
      left -= piece.length
      if (left <= 0) resolve(Buffer.concat(pieces))
    })
  })
}

describe.each(['server', 'client'] as const)('With Node, our %s', side => {
  test.each(ciphers)('gives and takes ten megabytes at once by %s', cipher =>
    run(async () => {
      const [ours, theirs] = await sides[side]({ ciphers: cipher })
      const [to_us, to_them] = [randomBytes(size), randomBytes(size)]
      theirs.write(to_us)

      const [at_us, at_them] = await Promise.all([
        ssl.recv(ours, size, patience).then(ok),
        heard(theirs, size),
        ssl.send(ours, to_them).then(ok),
      ])

      expect(same(at_us as Buffer, to_us)).toBe(true)
      expect(same(at_them, to_them)).toBe(true)
      const ended = new Promise(resolve => theirs.once('end', resolve))
      await ssl.close(ours)
      await ended
    }),
  )

  test('puts packets together, however they come, and cuts its own', () =>
    run(async () => {
      const [ours, theirs] = await sides[side]({ packet: 4 })
      const pieces = ['\0\0', '\0\x05h', 'ell', 'o\0\0\0\0\0\0\0\x02', 'h', 'i']
      for (const piece of pieces) theirs.write(piece)

      const packets = [await ssl.recv(ours, 0), await ssl.recv(ours, 0), await ssl.recv(ours, 0)]

      expect(packets.map(packet => String(ok(packet)))).toEqual(['hello', '', 'hi'])
      const answer = heard(theirs, 9)
      ok(await ssl.send(ours, ['good', 'b']))
      expect(String(await answer)).toBe('\0\0\0\x05goodb')
      await ssl.close(ours)
    }))

  test('puts lines together, however they come', () =>
    run(async () => {
      const [ours, theirs] = await sides[side]({ packet: 'line' })
      for (const piece of ['one\ntw', 'o', '\r\n\nth', 'ree\n']) theirs.write(piece)

      const lines = [1, 2, 3, 4].map(() => ssl.recv(ours, 0, patience))

      expect((await Promise.all(lines)).map(line => String(ok(line)))).toEqual([
        ...['one\n', 'two\r\n', '\n', 'three\n'],
      ])
      await ssl.close(ours)
    }))
})
