// The process that has the revocation lists which the program has put in, and those that are on their way. Who wants to
// know what was put in looks into its table directly.

import type { CertificateList } from '../../apps/public_key/pubkey_crl.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { process_flag } from '../../runtime/erlang/process_flags.ts'
import { whereis } from '../../runtime/erlang/registry.ts'
import { self } from '../../runtime/erlang/self.ts'
import type { Timeout } from '../../runtime/erlang/term.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import { Fetches } from './crl_fetches.ts'
import { CrlTable } from './crl_table.ts'

type Call =
  | readonly ['insert', uri: string | undefined, readonly CertificateList[]]
  | readonly ['delete', readonly CertificateList[]]
  | readonly ['delete_uri', uri: string]
  | readonly ['fetch', uri: string, Timeout]

interface State {
  readonly table: CrlTable
  readonly fetches: Fetches
}

const name = 'ssl_crl_cache'

/** They go with the process that keeps them. */
const tables = new WeakMap<Pid, CrlTable>()

// ---- API

/** Starts the cache, linked to the running process. */
export const start_link = (): Promise<gen_server.StartResult> =>
  gen_server.start_link(['local', name], callbacks)

/** What was put in; undefined when the application is not started. */
export function crl_table(): CrlTable | undefined {
  const keeper = whereis(name) as Pid | undefined
  return keeper && tables.get(keeper)
}

/** @param uri - undefined: the lists are at no certain place */
export const insert = (uri: string | undefined, crls: readonly CertificateList[]): Promise<'ok'> =>
  call(['insert', uri, crls])

/** Takes out what was put in without a URI. */
export const remove = (crls: readonly CertificateList[]): Promise<'ok'> => call(['delete', crls])

export const remove_uri = (uri: string): Promise<'ok'> => call(['delete_uri', uri])

/**
 * The lists at a URI, as DER; none, if there is nothing to be had.
 *
 * @param timeout - milliseconds that the fetch may take
 * @param patience - milliseconds to wait for one that others may have asked for
 * @throws {@link Exit} `['timeout', …]`, `['noproc', …]`
 */
export const fetch = (uri: string, timeout: Timeout, patience: Timeout): Promise<readonly Uint8Array[]> =>
  gen_server.call(name, ['fetch', uri, timeout] satisfies Call, patience)

// ---- Callbacks

const callbacks: gen_server.Callbacks<State, Call, never, undefined> = {
  module: name,

  init() {
    process_flag('trap_exit', true)
    const table = new CrlTable()
    tables.set(self(), table)
    return ['ok', { table, fetches: new Fetches() }]
  },

  handle_call(request, from, state) {
    switch (request[0]) {
      case 'insert':
        state.table.insert(request[1], request[2])
        return ['reply', 'ok', state]
      case 'delete':
        state.table.delete(request[1])
        return ['reply', 'ok', state]
      case 'delete_uri':
        state.table.delete_uri(request[1])
        return ['reply', 'ok', state]
      case 'fetch':
        state.fetches.ask(request[1], request[2], from)
        return ['noreply', state]
    }
  },

  handle_info(info, state) {
    state.fetches.take(info)
    return ['noreply', state]
  },
}

// ---- Internals

const call = (request: Call): Promise<'ok'> => gen_server.call(name, request, 'infinity')
