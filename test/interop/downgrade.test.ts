// TLS connections that become TCP again, and TLS again, with Erlang's ssl on the other side.

import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import * as gen_tcp from '../../apps/kernel/gen_tcp.ts'
import { leave_tls, serve } from '../../examples/starttls.ts'
import { receive } from '../../runtime/erlang/receive.ts'
import { self } from '../../runtime/erlang/self.ts'
import { send } from '../../runtime/erlang/send.ts'
import { run, spawn } from '../../runtime/erlang/spawn.ts'
import { _, ok } from '../../runtime/erlang/term.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { listener, loopback } from '../support/tcp.ts'
import { erlang_ssl } from './support/erlang_ssl.ts'
import { start_process } from './support/peer_process.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'

const { pki } = with_kista()

const program = fileURLToPath(new URL('./peers/starttls_peer.escript', import.meta.url))
const lines = { mode: 'list', packet: 'line', active: false } as const

/** Starts our server, for one connection. */
const start_server = (): Promise<number> =>
  run(async () => {
    const starter = self()
    spawn(async () => {
      const [listening, port] = await listener(lines)
      send(starter, ['listening', port])
      const { cert: certfile, key: keyfile } = pki().server.rsa
      await serve(ok(await gen_tcp.accept(listening, 10_000)), { certfile, keyfile })
    })
    return (await receive(['listening', _], 5_000))[1]
  })

const one_round = [
  '200 clear: one\n',
  '234 in secret from here\n',
  '200 secret: two\n',
  '200 in the clear from here\n',
  '200 clear: three\n',
]

describe_with([erlang_ssl], 'TLS on and off on one connection, with Erlang', () => {
  test('as the client of a server of ours', async () => {
    const client = start_process('escript', [program, 'client', `${await start_server()}`, pki().cacert])
    await client.finish()
    expect(await client.wait_for(({ stdout }) => stdout)).toBe([...one_round, ...one_round].join(''))
  })

  test('as the server of a client of ours', async () => {
    const { cert, key } = pki().server.rsa
    const server = start_process('escript', [program, 'server', cert, key])
    const port = await server.wait_for(({ stdout }) => /^LISTENING (\d+)$/m.exec(stdout)?.[1])
    const heard: string[] = []
    await run(async () => {
      const tcp = ok(await gen_tcp.connect(loopback, Number(port), lines))
      const clear = async (line: string) => {
        ok(await gen_tcp.send(tcp, line))
        heard.push(String(ok(await gen_tcp.recv(tcp, 0, 5_000))))
      }
      for (let round = 0; round < 2; round++) {
        await clear('one\n')
        await clear('AUTH TLS\n')
        const options = { cacertfile: pki().cacert, server_name_indication: 'localhost' }
        const secret = ok(await ssl.connect(tcp, options, 5_000))
        for (const line of ['two\n', 'CCC\n']) {
          ok(await ssl.send(secret, line))
          heard.push(String(ok(await ssl.recv(secret, 0, 5_000))))
        }
        await leave_tls(secret)
        await server.wait_for(({ stdout }) =>
          stdout.match(/^CLEAR$/gm)?.length === round + 1 ? true : undefined,
        )
        await clear('three\n')
      }
      gen_tcp.close(tcp)
    })
    await server.wait_for(({ stdout }) => /^LEFT$/m.exec(stdout)?.[0])
    expect(heard).toEqual([...one_round, ...one_round])
  })
})
