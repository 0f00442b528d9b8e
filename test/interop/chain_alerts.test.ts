// Every alert that a chain can lead to, as OpenSSL hears it, as a client and as a server, and a server of Erlang's.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ok, run, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'
import { chain_cases, chain_pki, type Rules, shown_pem, shows } from '../support/wrong_chains.ts'
import { erlang_ssl } from './support/erlang_ssl.ts'
import { openssl } from './support/openssl.ts'
import { found } from './support/peer.ts'
import { type Said, start_process } from './support/peer_process.ts'
import { describe_with } from './support/requires.ts'

with_ssl()

/** What OpenSSL calls them: RFC 5246 §7.2. */
const codes: Readonly<Record<string, string>> = {
  'handshake failure': '40',
  'bad certificate': '42',
  'unsupported certificate': '43',
  'certificate revoked': '44',
  'certificate expired': '45',
  'unknown ca': '48',
}

let folder: string
let files = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kista-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, `${++files}.pem`)
  await writeFile(path, content)
  return path
}

async function identity_args(names: string): Promise<readonly string[]> {
  const { cert, issuers, key } = shown_pem(names)
  const own = ['-cert', await file(cert), '-key', await file(key)]
  return issuers === '' ? own : [...own, '-cert_chain', await file(issuers)]
}

const checks = (rules: Rules) =>
  ({ verify: 'verify_peer', cacerts: [chain_pki.certificate('root').der], depth: 5, ...rules }) as const
const common = { mode: 'binary', active: false, versions: ['tlsv1.2'] } as const
const alert_in = ({ output }: Said) => found(/SSL alert number (\d+)/, output)
const reason_of = ([tag, reason]: Term): string => (tag === 'ok' ? 'none' : reason[1])

/** What Kista's client is told. */
const reason_of_server = (port: number, rules: Rules): Promise<string> =>
  run(async () => {
    const options = { ...common, ...checks(rules), server_name_indication: 'localhost' }
    const connected: Term = await ssl.connect('127.0.0.1', port, options, 10_000)
    if (connected[0] === 'ok') await close_all(connected[1])
    return reason_of(connected)
  })

/** What Kista's client is told, and what OpenSSL hears. */
async function with_server(shown: string, rules: Rules) {
  const args = ['s_server', '-accept', '127.0.0.1:0', '-tls1_2', '-rev', ...(await identity_args(shown))]
  const server = start_process('openssl', args)
  const port = Number(await server.wait_for(({ stdout }) => found(/^ACCEPT 127\.0\.0\.1:(\d+)$/m, stdout)))
  const said = await reason_of_server(port, rules)
  const heard = said === 'none' ? 'nothing' : await server.wait_for(alert_in)
  await server.stop()
  return { said, heard }
}

/** What Kista's server is told, and what OpenSSL hears. */
async function with_client(shown: string, rules: Rules) {
  const own = await identity_args(shown)
  return run(async () => {
    const options = { ...common, ...shows('good ca'), ...checks(rules), fail_if_no_peer_cert: true }
    const listener = ok(await ssl.listen(0, options))
    const [, port] = ok(ssl.sockname(listener))
    const client = start_process('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2', ...own])
    const shaken: Term = await ssl.handshake(ok(await ssl.transport_accept(listener, 10_000)), 10_000)
    const said = reason_of(shaken)
    const heard = said === 'none' ? 'nothing' : await client.wait_for(alert_in)
    await client.stop()
    await close_all(...(shaken[0] === 'ok' ? [shaken[1]] : []), listener)
    return { said, heard }
  })
}

describe_with([openssl], 'OpenSSL', () => {
  test.each(chain_cases)('as a server hears of %s', async (_what, shown, alert, rules = {}) => {
    expect(await with_server(shown, rules)).toEqual({ said: alert, heard: codes[alert] ?? 'nothing' })
  })

  test.each(chain_cases)('as a client hears of %s', async (_what, shown, alert, rules = {}) => {
    expect(await with_client(shown, rules)).toEqual({ said: alert, heard: codes[alert] ?? 'nothing' })
  })
})

const program = fileURLToPath(new URL('peers/chain_server.escript', import.meta.url))

describe_with([erlang_ssl], "Erlang's ssl", () => {
  test('as a server hears of all of these what Kista says', async () => {
    const chains = await Promise.all(
      chain_cases.map(([, shown]) => {
        const { cert, issuers, key } = shown_pem(shown)
        return file(`${cert}${issuers}${key}`)
      }),
    )
    const server = start_process('escript', [program, ...chains])
    const ports = (await server.wait_for(({ stdout }) => found(/^ports (.*)$/m, stdout))).split(',')
    const heard = []
    for (const [index, [what, , , rules = {}]] of chain_cases.entries()) {
      const port = ports[index]!
      const said = await reason_of_server(Number(port), rules)
      const line = new RegExp(`^heard ${port} (.*)$`, 'm')
      heard.push([what, said, await server.wait_for(({ stdout }) => found(line, stdout))])
    }
    await server.stop()
    const expected = chain_cases.map(([what, , alert]) => [
      what,
      alert,
      alert === 'none' ? 'nothing' : alert.replaceAll(' ', '_'),
    ])
    expect(heard).toEqual(expected)
  })
})
