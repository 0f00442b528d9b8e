// Chains that Kista shows, as a server and as a client: what OpenSSL and Erlang think of them, and what Kista's user
// is told of that.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ok, run, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'
import { chain_pki, shown_pem, shows } from '../support/wrong_chains.ts'
import { type ChainFiles, type ChainPeer, erlang_peer, openssl_peer } from './support/chain_peers.ts'
import { describe_with } from './support/requires.ts'

with_ssl()

let folder: string
let files = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kista-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function file(...contents: readonly (string | Buffer)[]): Promise<string> {
  const path = join(folder, `${++files}.pem`)
  await writeFile(path, contents.join(''))
  return path
}

/** Names of certificates, with spaces between. */
interface Shown {
  readonly shown: string
  /** Whom Kista trusts, and so can show too. */
  readonly known?: string
  /** Whom the peer trusts. Default: the root */
  readonly trusted?: string
}

const good: readonly (readonly [what: string, Shown])[] = [
  ['a whole chain', { shown: 'good ca' }],
  ['a chain with its root', { shown: 'good ca root' }],
  ['a chain whose authorities are in another order', { shown: 'low ca lower_ca' }],
  ['a chain with more than it needs', { shown: 'good stranger lower_ca ca good' }],
  ['a certificate, of whose authorities it knows', { shown: 'low', known: 'root lower_ca ca' }],
  ['a chain, of whose upper part it knows', { shown: 'low lower_ca', known: 'ca' }],
  ['a chain to a root that another one vouches for', { shown: 'guest guest_ca crossed' }],
  [
    'a chain to a root that another one vouches for, which is trusted',
    { shown: 'guest guest_ca crossed', trusted: 'stranger' },
  ],
  ['a chain, whose root another one vouches for, as it knows', { shown: 'guest guest_ca', known: 'crossed' }],
  ['a short key', { shown: 'short ca' }],
  ['an old signature', { shown: 'of_sha1_ca sha1_ca' }],
  ['a chain of RSA', { shown: 'rsa_peer', trusted: 'rsa_root' }],
]

/** The alert of OpenSSL, and that of Erlang. */
const wrong: readonly (readonly [what: string, Shown, openssl: string, erlang: string])[] = [
  ['nobody trusted', { shown: 'good ca', trusted: 'stranger' }, 'unknown ca', 'unknown ca'],
  ['a missing authority', { shown: 'good' }, 'unknown ca', 'unknown ca'],
  ['authorities that signed for each other', { shown: 'of_ring head tail' }, 'unknown ca', 'unknown ca'],
  ['a peer that signed for itself', { shown: 'lone' }, 'unknown ca', 'bad certificate'],
  ['a peer too old', { shown: 'old ca' }, 'certificate expired', 'certificate expired'],
  ['a peer too young', { shown: 'early ca' }, 'bad certificate', 'certificate expired'],
  ['an authority too old', { shown: 'of_old_ca old_ca' }, 'certificate expired', 'certificate expired'],
  ['a wrong signature', { shown: 'damaged' }, 'decrypt error', 'unknown ca'],
  [
    'a name that may not be certified',
    { shown: 'out_of_bounds bound_ca' },
    'certificate unknown',
    'bad certificate',
  ],
  ['an authority that is none', { shown: 'of_no_ca no_ca' }, 'unknown ca', 'handshake failure'],
  ['an authority that may not sign', { shown: 'of_no_signer no_signer' }, 'unknown ca', 'handshake failure'],
  ['a path too long', { shown: 'beyond beyond_ca last_ca' }, 'unknown ca', 'handshake failure'],
  ['a key for something else', { shown: 'for_mail ca' }, 'unsupported certificate', 'handshake failure'],
  [
    'a critical extension that nobody knows',
    { shown: 'critical ca' },
    'certificate unknown',
    'unsupported certificate',
  ],
]

const ders = (names: string) => names.split(' ').map(name => chain_pki.certificate(name).der)
const pem = (names: string) => {
  const { cert, issuers, key } = shown_pem(names)
  return [cert, issuers, key]
}

const patience = 10_000
const common = { mode: 'binary', active: false } as const
const told = ([tag, reason]: Term): Term => (tag === 'ok' ? 'none' : reason)
const by_der = ({ shown, known }: Shown): ssl.ListenOptions => ({
  ...shows(shown),
  ...(known === undefined ? {} : { cacerts: ders(known) }),
})

/** What comes of it where Kista is the server. */
function of_server(peer: ChainPeer, options: ssl.ListenOptions, peers: ChainFiles) {
  return run(async () => {
    const listener = ok(await ssl.listen(0, { ...common, ...options }))
    const [, port] = ok(ssl.sockname(listener))
    const client = peer.call(port, peers)
    const shaken: Term = await ssl.handshake(ok(await ssl.transport_accept(listener, patience)), patience)
    const said = await client.outcome()
    const key = client.shown_key()
    await client.stop()
    await close_all(...(shaken[0] === 'ok' ? [shaken[1]] : []), listener)
    return { user: told(shaken), said, key }
  })
}

/** What comes of it where Kista is the client. */
async function of_client(peer: ChainPeer, options: ssl.ListenOptions, peers: ChainFiles) {
  const server = await peer.serve({ chain: await file(...pem('good ca')), ...peers })
  const user = await run(async () => {
    const all = { ...common, verify: 'verify_none', ...options } as ssl.ConnectOptions
    const connected = await ssl.connect('127.0.0.1', server.port, all, patience)
    if (connected[0] === 'ok') await close_all(connected[1])
    return told(connected)
  })
  const said = await server.outcome()
  const key = server.shown_key()
  await server.stop()
  return { user, said, key }
}

const roles = [
  ['a server', of_server],
  ['a client', of_client],
] as const

const trusted_file = ({ trusted = 'root' }: Partial<Shown>) => file(...pem(trusted))

for (const [column, peer] of [openssl_peer, erlang_peer].entries()) {
  describe_with([peer], `${peer.name} is shown`, () => {
    for (const [role, meet] of roles) {
      test.each(good)(`by ${role}: %s, and takes it`, async (_what, shown) => {
        const { user, said } = await meet(peer, by_der(shown), { trusted: await trusted_file(shown) })
        expect({ user, said }).toEqual({ user: 'none', said: 'none' })
      })

      test.each(wrong)(`by ${role}: %s, and says so`, async (_what, shown, ...alerts) => {
        const { user, said } = await meet(peer, by_der(shown), { trusted: await trusted_file(shown) })
        expect({ user, said }).toEqual({ user: ['tls_alert', alerts[column]], said: 'refused' })
      })

      test(`by ${role}: a chain from a file, in another order, and one whose authorities it trusts`, async () => {
        const trusted = await trusted_file({})
        const [cert, issuers, key] = pem('low ca lower_ca')
        const one = await file(cert!, key!)
        const shown = [
          { certfile: await file(key!, cert!, issuers!) },
          { certfile: one, cacertfile: await file(issuers!) },
          { certfile: await file(cert!, issuers!), keyfile: one },
        ]
        for (const options of shown) {
          const { user, said } = await meet(peer, options, { trusted })
          expect({ user, said }).toEqual({ user: 'none', said: 'none' })
        }
      })

      test.each([
        ['rsa', 'rsa_peer'],
        ['ecdsa', 'good ca'],
      ] as const)(
        `by ${role}: of several certificates that for %s, if it asks for that`,
        async (signs, own) => {
          const certs_keys = [shows('good ca'), shows('rsa_peer')]
          const files = {
            chain: await file(...pem(own)),
            trusted: await file(...pem('root'), ...pem('rsa_root')),
            signs,
          }
          expect(await meet(peer, { certs_keys }, files)).toEqual({ user: 'none', said: 'none', key: signs })
        },
      )
    }
  })
}
