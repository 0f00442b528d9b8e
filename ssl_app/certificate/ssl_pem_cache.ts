// Keeps decoded PEM files in memory, so that a file is read once and not once a connection; and looks from time to
// time whether they are still what is on the disk.

import { readFile, stat } from 'node:fs/promises'
import { posix_code } from '../../apps/kernel/inet_posix.ts'
import { decode_pem, type PemEntry } from '../../apps/public_key/pubkey_pem.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import { system_time } from '../../runtime/erlang/clock.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { whereis } from '../../runtime/erlang/registry.ts'
import { report } from '../../runtime/erlang/report.ts'
import { self } from '../../runtime/erlang/self.ts'
import type { Result } from '../../runtime/erlang/term.ts'
import { send_after } from '../../runtime/erlang/timers.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import { TrustStore } from './ssl_pkix_db.ts'

/** Why a file gives nothing: a POSIX code such as `'enoent'`, or why it is no PEM file. */
export type PemError = string | readonly ['decode_error', text: string]

type Path = string
type Files = ReadonlyMap<Path, PemFile>

interface State {
  /** Milliseconds between two checks. */
  readonly interval: number
  /** Milliseconds since 1970: when the files were last checked. */
  readonly checked: number
}

type Call = readonly ['file', Path] | 'clear'

const name = 'ssl_pem_cache'
const default_interval = 120_000

/** What can be looked up without asking the process; it goes with the process that keeps it. */
const tables = new WeakMap<Pid, Files>()

let dropped = 0

/** A file as it was when it was read. */
class PemFile {
  readonly path: Path
  readonly entries: readonly PemEntry[]
  /** Milliseconds since 1970. */
  readonly modified: number
  #trust_store: TrustStore | undefined

  constructor(path: Path, entries: readonly PemEntry[], modified: number) {
    this.path = path
    this.entries = entries
    this.modified = modified
  }

  get trust_store(): TrustStore {
    this.#trust_store ??= trust_store_of(this)
    return this.#trust_store
  }
}

// ---- API

/**
 * Starts the cache, linked to the running process.
 *
 * @param interval - milliseconds between two checks of the files: the application's `ssl_pem_cache_clean`
 */
export const start_link = (interval: number = default_interval): Promise<gen_server.StartResult> =>
  gen_server.start_link(['local', name], callbacks, interval)

/**
 * The entries of a PEM file, in order, encrypted ones as they are.
 *
 * @throws {@link Exit} `['noproc', …]` when the cache is not running
 */
export async function pem_entries(path: Path): Promise<Result<readonly PemEntry[], PemError>> {
  const [tag, found] = await file(path)
  return tag === 'ok' ? [tag, found.entries] : [tag, found]
}

/**
 * The certificates of a PEM file as authorities; all connections that use the file share them. One that cannot be
 * decoded is left out, with a warning.
 *
 * @throws as {@link pem_entries}
 */
export async function trust_store(path: Path): Promise<Result<TrustStore, PemError>> {
  const [tag, found] = await file(path)
  return tag === 'ok' ? [tag, found.trust_store] : [tag, found]
}

/**
 * Forgets all files.
 *
 * @throws as {@link pem_entries}
 * @see OTP: `ssl:clear_pem_cache/0`
 */
export const clear = (): Promise<'ok'> => gen_server.call(name, 'clear', 'infinity')

/**
 * Changes whenever a file was forgotten. Who keeps what it made of files asks for this number first, then for the
 * files, and makes it anew once the number is another.
 */
export const generation = (): number => dropped

// ---- Callbacks

const callbacks: gen_server.Callbacks<State, Call, never, number> = {
  module: name,

  init(interval) {
    keep(new Map())
    schedule(interval)
    return ['ok', { interval, checked: system_time() }]
  },

  async handle_call(request, _from, state) {
    if (request === 'clear') {
      keep(new Map())
      return ['reply', 'ok', state]
    }
    const [, path] = request
    const kept = files().get(path)
    return ['reply', kept ? ['ok', kept] : await read(path), state]
  },

  async handle_info(info, state) {
    if (info !== 'check') return ['noreply', state]
    const checked = system_time()
    await check(state.checked)
    schedule(state.interval)
    return ['noreply', { ...state, checked }]
  },
}

// ---- Internals

/** Calls wait for each other, so that a file that many miss at once is read for the first of them only. */
async function file(path: Path): Promise<Result<PemFile, PemError>> {
  const kept = files().get(path)
  return kept ? ['ok', kept] : gen_server.call(name, ['file', path] satisfies Call, 'infinity')
}

function files(): Files {
  const keeper = whereis(name) as Pid | undefined
  return (keeper && tables.get(keeper)) ?? new Map()
}

/** Whoever keeps other files from now on: those kept before are forgotten. */
function keep(kept: Files): void {
  tables.set(self(), kept)
  dropped++
}

async function read(path: Path): Promise<Result<PemFile, PemError>> {
  try {
    // Looked at first: what is written during the reading counts as changed.
    const { mtimeMs } = await stat(path)
    const found = new PemFile(path, decode_pem(await readFile(path)), mtimeMs)
    tables.set(self(), new Map(files()).set(path, found))
    return ['ok', found]
  } catch (error) {
    return ['error', error instanceof DecodeError ? ['decode_error', error.message] : posix_code(error)]
  }
}

const schedule = (interval: number) => send_after(interval, self(), 'check', { keeps_alive: false })

async function check(checked: number): Promise<void> {
  const kept = files()
  const good = await Promise.all([...kept.values()].map(file => is_unchanged(file, checked)))
  if (good.includes(false)) keep(new Map([...kept].filter((_file, index) => good[index])))
}

/** A time in the second of the last check, or after it, tells nothing: the file may have been written twice. */
async function is_unchanged({ path, modified }: PemFile, checked: number): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path)
    return mtimeMs === modified && second(mtimeMs) < second(checked)
  } catch {
    return false
  }
}

const second = (milliseconds: number): number => Math.floor(milliseconds / 1_000)

function trust_store_of({ path, entries }: PemFile): TrustStore {
  const ders = entries.flatMap(([type, der]) => (type === 'Certificate' ? [der] : []))
  const store = new TrustStore(ders)
  if (store.ignored > 0) {
    report('warning', { label: ['ssl', 'ignored_cacerts'], report: { file: path, ignored: store.ignored } })
  }
  return store
}
