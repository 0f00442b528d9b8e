// The peers in each other's place, so that the harness is tried without Kista: who can be opposite whom, and which two
// do not get along, which says nothing of how either gets along with Kista.

import { type Cell, type PeerName, peer_names } from './cells.ts'
import { covers, type Excuse, excuse_for } from './excuses.ts'

/** The peers and roles of the cell are those of the peer in Kista's opposite. */
interface Quarrel extends Omit<Excuse, 'peers' | 'roles'> {
  readonly client: readonly PeerName[]
  readonly server: readonly PeerName[]
}

const quarrels: readonly Quarrel[] = [
  {
    why: 'OpenSSL 1.0.1 looks for a certificate whose status a client asks for, and there is none',
    client: ['gnutls', 'java', 'bouncy castle'],
    server: ['old node'],
    key_exchanges: ['dh_anon', 'ecdh_anon'],
  },
  {
    why: 'BouncyCastle does not take the empty records of OpenSSL 1.0.1',
    client: ['old node', 'bouncy castle'],
    server: ['old node', 'bouncy castle'],
    versions: ['sslv3'],
  },
  {
    why: "Java's client crashes over the session of an anonymous BouncyCastle, for it holds no certificate",
    client: ['java'],
    server: ['bouncy castle'],
    key_exchanges: ['dh_anon', 'ecdh_anon'],
  },
  {
    why: 'they ask for SHA-1 before SHA-256, and Java does not sign it with a DSA key of 2048 bits',
    client: ['gnutls', 'erlang'],
    server: ['java'],
    versions: ['tlsv1.2'],
    key_exchanges: ['dhe_dss'],
  },
]

/** Who stands in Kista's place: the next peer that can. `undefined`: none */
export function opposite_of(cell: Cell): PeerName | undefined {
  const role = cell.role === 'client' ? 'server' : 'client'
  const at = peer_names.indexOf(cell.peer)
  const others = [...peer_names.slice(at + 1), ...peer_names.slice(0, at)]
  return others.find(peer => excuse_for({ ...cell, peer, role }) === undefined && !quarrel(cell, peer))
}

/** Without an extended master secret, which SSL 3.0 has not either, Java and others resume no session. */
const without_extended_master_secret: readonly PeerName[] = ['erlang', 'old node']

/** Whether the peer can resume a session with its opposite. */
export function resumes_with({ peer, version }: Cell, opposite: PeerName): boolean {
  if (version === 'sslv3') return false
  const [one, other] = [peer, opposite].map(name => without_extended_master_secret.includes(name))
  return one === other
}

function quarrel(cell: Cell, opposite: PeerName): boolean {
  const [client, server] = cell.role === 'client' ? [opposite, cell.peer] : [cell.peer, opposite]
  return quarrels.some(
    quarrel =>
      quarrel.client.includes(client) &&
      quarrel.server.includes(server) &&
      covers({ ...quarrel, peers: [cell.peer] }, cell),
  )
}
