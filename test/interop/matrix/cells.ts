// What the matrix goes through: version x cipher suite x Kista's role x peer. One of these together is a cell.

import { type CipherSuite, type KeyExchange, known_suites } from '../../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { is_at_least, type ProtocolVersion, version_codes } from '../../../ssl_app/record/tls_version.ts'

/** In the order of the matrix's columns. */
export const peer_names = ['openssl', 'gnutls', 'java', 'erlang', 'old node', 'bouncy castle'] as const

export type PeerName = (typeof peer_names)[number]

export const roles: readonly Role[] = ['client', 'server']

export const versions = Object.keys(version_codes) as readonly ProtocolVersion[]

export interface Cell {
  readonly peer: PeerName
  /** Kista's; the peer has the other one. */
  readonly role: Role
  readonly version: ProtocolVersion
  readonly suite: CipherSuite
}

/** Cells that one server can serve, one after the other: all alike but for cipher and MAC. */
export interface Batch {
  readonly peer: PeerName
  readonly role: Role
  readonly version: ProtocolVersion
  readonly key_exchange: KeyExchange
  readonly cells: readonly Cell[]
}

/** Every row of the matrix: each version with each suite that it has. */
export function rows(): readonly Pick<Cell, 'version' | 'suite'>[] {
  return versions.flatMap(version => suites_of(version).map(suite => ({ version, suite })))
}

/** Every cell there is, whether or not anybody can fill it. */
export function every_cell(): readonly Cell[] {
  return rows().flatMap(row => peer_names.flatMap(peer => roles.map(role => ({ ...row, peer, role }))))
}

/** The same cells, those of one server together. */
export function batches_of(cells: readonly Cell[]): readonly Batch[] {
  const batches = new Map<string, Cell[]>()
  for (const cell of cells) {
    const { peer, role, version, suite } = cell
    const name = [peer, role, version, suite.key_exchange].join()
    batches.set(name, [...(batches.get(name) ?? []), cell])
  }
  return [...batches.values()].map(together => {
    const { suite, ...rest } = together[0]!
    return { ...rest, key_exchange: suite.key_exchange, cells: together }
  })
}

/** How a cell is called, in reports and by who asks for some: `tlsv1.2 dhe_rsa aes_128_cbc sha client of openssl` */
export function title({ peer, role, version, suite }: Cell): string {
  return `${row_title({ version, suite })} ${role} ${role === 'client' ? 'of' : 'for'} ${peer}`
}

export function row_title({ version, suite }: Pick<Cell, 'version' | 'suite'>): string {
  return `${version} ${suite.key_exchange} ${cipher_title(suite)}`
}

/** Cipher and MAC, as the matrix writes them. */
export function cipher_title(suite: CipherSuite): string {
  const mac = suite.mac === 'null' ? '' : ` ${suite.mac}`
  return `${suite.cipher}${mac}`
}

/** By key exchange, as they come in the table. */
function suites_of(version: ProtocolVersion): readonly CipherSuite[] {
  const suites = known_suites().filter(({ since }) => is_at_least(version, since))
  const order = [...new Set(suites.map(({ key_exchange }) => key_exchange))]
  return order.flatMap(name => suites.filter(({ key_exchange }) => key_exchange === name))
}
