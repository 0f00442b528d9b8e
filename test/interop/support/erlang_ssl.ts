// The ssl application of an Erlang node. The server sends each line back as it is.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type ClientPeer, default_server_name, report_of, type ServerPeer } from './peer.ts'
import { type PeerProcess, start_process } from './peer_process.ts'
import { missing_program } from './requires.ts'
import type { Suite } from './suites.ts'
import { last_connection, listening } from './talking_program.ts'

export const erlang_ssl: ClientPeer & ServerPeer = {
  name: 'erlang ssl',
  missing: () => missing_program('escript') ?? missing_ssl(),
  start_server: ({ sni, suites, ...options }) =>
    listening(
      start('server', suites, {
        ...options,
        sni: sni && [sni.name, sni.cert, sni.key],
      }),
    ),
  run_client({ identity, suites, ...options }) {
    const client = start('client', suites, { server_name: default_server_name, ...options, ...identity })
    return report_of(client, () => last_connection(client))
  },
}

const program = fileURLToPath(new URL('../peers/erl_peer.escript', import.meta.url))

/** Debian packs ssl apart from Erlang itself. */
function missing_ssl(): string | undefined {
  const ask = 'case code:lib_dir(ssl) of {error, _} -> halt(1); _ -> halt(0) end.'
  return spawnSync('erl', ['-noshell', '-eval', ask]).status === 0 ? undefined : "Erlang's ssl"
}

/** The program takes `name=value,value`, and knows an option that is not set by its absence. */
function start(
  role: 'server' | 'client',
  suites: readonly Suite[],
  options: Readonly<Record<string, unknown>>,
): PeerProcess {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== false)
  const ciphers = suites.map(suite => suite.name)
  return start_process('escript', [
    program,
    role,
    ...given.map(([name, value]) => `${name}=${value}`),
    `ciphers=${ciphers}`,
  ])
}
