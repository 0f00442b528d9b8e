// Node's own tls, in a process of its own. The server sends each line back as it is.

import { fileURLToPath } from 'node:url'
import {
  type ClientOptions,
  type ClientPeer,
  default_server_name,
  report_of,
  type ServerOptions,
  type ServerPeer,
} from './peer.ts'
import { type PeerProcess, start_process } from './peer_process.ts'
import type { Suite } from './suites.ts'
import { last_connection, listening } from './talking_program.ts'

export const node_tls: ClientPeer & ServerPeer = {
  name: 'node tls',
  missing: () => undefined, // it is what runs these tests
  start_server: options => listening(start('server', options)),
  run_client(options) {
    const client = start('client', { server_name: default_server_name, ...options, ...options.identity })
    return report_of(client, () => last_connection(client))
  },
}

const program = fileURLToPath(new URL('../peers/node_peer.mjs', import.meta.url))

function start(role: 'server' | 'client', options: ServerOptions | ClientOptions): PeerProcess {
  const ciphers = options.suites.map((suite: Suite) => suite.openssl).join(':')
  return start_process(process.execPath, [program, role, JSON.stringify({ ...options, ciphers })])
}
