// The peers of the matrix, by name.

import type { PeerName } from './cells.ts'
import { gnutls } from './gnutls_peer.ts'
import type { MatrixPeer } from './matrix_peer.ts'
import { openssl } from './openssl_peer.ts'
import { bouncy_castle, erlang, java, node_0_12 } from './told_peers.ts'

export const peers: Readonly<Record<PeerName, MatrixPeer>> = {
  openssl,
  gnutls,
  java,
  erlang,
  'old node': node_0_12,
  'bouncy castle': bouncy_castle,
}
