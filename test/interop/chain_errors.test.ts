// Each thing that can be wrong with a chain, shown by OpenSSL and by Erlang, as servers and as clients: what Kista's
// verify_fun is asked, what Kista's user is told, and the alert that the peer hears.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ok, run, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'
import { chain_pki, shows } from '../support/wrong_chains.ts'
import { type ChainError, chain_errors, host_errors, openssl_errors } from './support/chain_errors.ts'
import { type ChainPeer, erlang_peer, openssl_peer } from './support/chain_peers.ts'
import { noting } from './support/noting.ts'
import { describe_with } from './support/requires.ts'

with_ssl()

let folder: string
let files = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kista-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function file(content: string): Promise<string> {
  const path = join(folder, `${++files}.pem`)
  await writeFile(path, content)
  return path
}

const patience = 10_000
const common = { mode: 'binary', active: false, versions: ['tlsv1.2'], depth: 5 } as const
const checks = { verify: 'verify_peer', cacerts: [chain_pki.certificate('root').der] } as const

/** How Kista checks: a verify_fun that notes what it is asked, unless the test has one or wants none. */
function checking({ names, rules, noticed }: ChainError, is_noted: boolean) {
  const options = { ...common, ...checks, ...rules }
  if (noticed === undefined || !is_noted) return { options, noticed: () => noticed }
  const notes = noting(names)
  return { options: { ...options, verify_fun: notes.verify_fun }, noticed: () => notes.noticed.join(', ') }
}

const told = ([tag, reason]: Term): Term => (tag === 'ok' ? 'none' : reason)

/** What comes of it where Kista is the client. */
async function as_client(peer: ChainPeer, error: ChainError, is_noted = true) {
  const server = await peer.serve({ chain: await file(error.chain) })
  const { options, noticed } = checking(error, is_noted)
  const user = await run(async () => {
    const connected = await ssl.connect(error.host ?? 'localhost', server.port, options, patience)
    if (connected[0] === 'ok') await close_all(connected[1])
    return told(connected)
  })
  const heard = await server.outcome()
  await server.stop()
  return { user, noticed: noticed(), heard }
}

/** What comes of it where Kista is the server. */
async function as_server(peer: ChainPeer, error: ChainError, is_noted = true) {
  const chain = await file(error.chain)
  const { options, noticed } = checking(error, is_noted)
  return run(async () => {
    const listener = ok(await ssl.listen(0, { ...shows('good ca'), ...options, fail_if_no_peer_cert: true }))
    const [, port] = ok(ssl.sockname(listener))
    const client = peer.call(port, { chain })
    const shaken: Term = await ssl.handshake(ok(await ssl.transport_accept(listener, patience)), patience)
    const heard = await client.outcome()
    await client.stop()
    await close_all(...(shaken[0] === 'ok' ? [shaken[1]] : []), listener)
    return { user: told(shaken), noticed: noticed(), heard }
  })
}

const expected = ({ noticed, alert }: ChainError) => ({
  user: alert === 'none' ? 'none' : ['tls_alert', alert],
  noticed,
  heard: alert,
})

const named = (errors: readonly ChainError[]) => errors.map(error => [error.what, error] as const)

const shown_by = [
  [openssl_peer, [...chain_errors, ...openssl_errors]],
  [erlang_peer, chain_errors],
] as const

for (const [peer, errors] of shown_by) {
  describe_with([peer], peer.name, () => {
    test.each(named(errors))('as a server shows %s, and hears what comes of it', async (_what, error) => {
      expect(await as_client(peer, error)).toEqual(expected(error))
    })

    test.each(named(errors))('as a client shows %s, and hears what comes of it', async (_what, error) => {
      expect(await as_server(peer, error)).toEqual(expected(error))
    })

    test.each(named(host_errors))(
      'as a server shows %s, and hears what comes of it',
      async (_what, error) => {
        expect(await as_client(peer, error)).toEqual(expected(error))
      },
    )
  })
}

describe_with([erlang_peer], 'Without a verify_fun it is the same', () => {
  test.each(named([...chain_errors, ...host_errors]))(
    'for a client that is shown %s',
    async (_what, error) => {
      expect(await as_client(erlang_peer, error, false)).toEqual(expected(error))
    },
  )

  test.each(named(chain_errors))('for a server that is shown %s', async (_what, error) => {
    expect(await as_server(erlang_peer, error, false)).toEqual(expected(error))
  })
})
