// Every alert that a chain can lead to, between a client and a server, with either checking the other: both are told.

import { describe, expect, test } from '@jest/globals'
import { ok, run, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'
import { chain_cases, chain_pki, type Rules, shows } from '../support/wrong_chains.ts'

with_ssl()

/** What each side is told. */
async function outcome(checker: 'client' | 'server', shown: string, rules: Rules) {
  const root = [chain_pki.certificate('root').der]
  const checks = { verify: 'verify_peer', cacerts: root, depth: 5, ...rules } as const
  const client = checker === 'client' ? checks : { ...shows(shown), verify: 'verify_none' as const }
  const server =
    checker === 'client' ? shows(shown) : { ...shows('good ca'), ...checks, fail_if_no_peer_cert: true }
  return run(async () => {
    const common = { mode: 'binary', active: false, reuse_sessions: false } as const
    const listener = ok(await ssl.listen(0, { ...common, ...server }))
    const [, port] = ok(ssl.sockname(listener))
    const accepting = ssl.transport_accept(listener, 5_000).then(result => ssl.handshake(ok(result), 10_000))
    const connecting = ssl.connect('localhost', port, { ...common, ...client }, 10_000)
    const results: readonly Term[] = await Promise.all([connecting, accepting])
    await close_all(...results.flatMap(([tag, socket]) => (tag === 'ok' ? [socket] : [])), listener)
    return results.map(([tag, reason]) => (tag === 'ok' ? 'none' : reason[1]))
  })
}

describe.each(['client', 'server'] as const)('a %s that checks the other', checker => {
  test.each(chain_cases)('says of %s: the alert for it', async (_what, shown, alert, rules = {}) => {
    const said = await outcome(checker, shown, rules)
    expect(said).toEqual([alert, alert])
  })
})

test.each([
  ['client', 'for_servers ca', 'none'],
  ['client', 'for_clients ca', 'handshake failure'],
  ['server', 'for_servers ca', 'handshake failure'],
  ['server', 'for_clients ca', 'none'],
] as const)('a %s that is shown "%s" comes to: %s', async (checker, shown, alert) => {
  expect(await outcome(checker, shown, {})).toEqual([alert, alert])
})

test('a client that is shown the certificate of another host refuses it, unless it was told not to care', async () => {
  const elsewhere = (server_name_indication: 'disable' | string) =>
    outcome('client', 'good ca', { server_name_indication })
  expect(await elsewhere('localhost')).toEqual(['none', 'none'])
  expect(await elsewhere('example.com')).toEqual(['handshake failure', 'handshake failure'])
  expect(await elsewhere('disable')).toEqual(['none', 'none'])
})
