// A server that is told of data in each of the ways there are, and `openssl s_client`, where somebody types.

import { expect, test } from '@jest/globals'
import { receive } from '../../runtime/erlang/receive.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { _, ok } from '../../runtime/erlang/term.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { openssl } from './support/openssl.ts'
import { type PeerProcess, start_process } from './support/peer_process.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'

const { pki } = with_kista()

const patience = 10_000
type Active = NonNullable<ssl.ListenOptions['active']>

/** Sends back each line, as it is told of it, and orders more when it must. @returns what it was told */
async function answer_messages(socket: ssl.SslSocket, active: Active): Promise<string[]> {
  const told: string[] = []
  for (;;) {
    const [tag, , line] = await receive(_, patience)
    told.push(tag)
    if (tag === 'ssl_closed') return told
    if (tag === 'ssl') ok(await ssl.send(socket, line))
    if (tag === 'ssl_passive' || active === 'once') ok(await ssl.setopts(socket, { active }))
  }
}

/** The same, by asking. */
async function answer_calls(socket: ssl.SslSocket): Promise<string[]> {
  const told: string[] = []
  for (;;) {
    const [tag, line] = await ssl.recv(socket, 0, patience)
    told.push(tag === 'ok' ? 'ssl' : `ssl_${line}`)
    if (tag === 'error') return told
    ok(await ssl.send(socket, line))
  }
}

/** Types one line after the other, each when the one before has come back, and leaves. */
async function type(client: PeerProcess, lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    client.write(`${line}\n`)
    await client.wait_for(({ stdout }) => (stdout.includes(`${line}\n`) ? true : undefined))
  }
  await client.finish()
}

describe_with([openssl], 'What somebody types at openssl s_client', () => {
  test.each([
    [true, ['ssl', 'ssl', 'ssl', 'ssl', 'ssl_closed']],
    ['once', ['ssl', 'ssl', 'ssl', 'ssl', 'ssl_closed']],
    [2, ['ssl', 'ssl', 'ssl_passive', 'ssl', 'ssl', 'ssl_passive', 'ssl_closed']],
    [false, ['ssl', 'ssl', 'ssl', 'ssl', 'ssl_closed']],
  ] as const)('comes to a server whose active is %p', (active, expected) =>
    run(async () => {
      const { cert: certfile, key: keyfile } = pki().server.rsa
      const options = { certfile, keyfile, mode: 'binary', packet: 'line', active } as const
      const listener = ok(await ssl.listen(0, { ip: 'loopback', ...options }))
      const [, port] = ok(ssl.sockname(listener))
      const client = start_process('openssl', [
        ...['s_client', '-connect', `127.0.0.1:${port}`, '-quiet', '-no_ign_eof', '-nocommands'],
        ...['-CAfile', pki().cacert, '-verify_return_error'],
      ])
      const typed = type(client, ['one', 'two', 'three', 'four'])

      const socket = ok(await ssl.handshake(ok(await ssl.transport_accept(listener, patience)), patience))
      const told = await (active === false ? answer_calls(socket) : answer_messages(socket, active))

      expect(told).toEqual(expected)
      await typed
      await ssl.close(listener)
    }),
  )
})
