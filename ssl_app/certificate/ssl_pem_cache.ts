// Keeps decoded PEM files in memory, so that a file is read once and not once a connection; and looks from time to
// time whether they are still what is on the disk.

import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { get_env } from '../../apps/kernel/application.ts'
import { posix_code } from '../../apps/kernel/inet_posix.ts'
import { decode_pem, type PemEntry } from '../../apps/public_key/pubkey_pem.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import { system_time } from '../../runtime/erlang/clock.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { whereis } from '../../runtime/erlang/registry.ts'
import { report } from '../../runtime/erlang/report.ts'
import { self } from '../../runtime/erlang/self.ts'
import { send } from '../../runtime/erlang/send.ts'
import type { Result } from '../../runtime/erlang/term.ts'
import { send_after } from '../../runtime/erlang/timers.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import { shared_trust_store } from './shared_trust_stores.ts'
import type { TrustStore } from './ssl_pkix_db.ts'

/** Why a file gives nothing: a POSIX code such as `'enoent'`, or why it is no PEM file. */
export type PemError = string | readonly ['decode_error', text: string]

/** Absolute: however it was written, and wherever from. */
type Path = string
type Files = ReadonlyMap<Path, PemFile>

interface State {
  /** Milliseconds between two checks. */
  readonly interval: number
  readonly most_files: number
  /** Milliseconds since 1970: when the files were last checked. */
  readonly checked: number
  /** Of each file only the last one: who asks after `clear` does not get what was read before. */
  readonly readings: ReadonlyMap<Path, Reading>
}

/** A file that is being read, for all who have asked for it since. */
interface Reading {
  readonly path: Path
  readonly waiting: gen_server.FromOf<Answer>[]
}

type Answer = Result<PemFile, PemError>
type Call = readonly ['file', Path] | 'clear'
type Info = 'check' | readonly ['read', Reading, Answer, is_whole: boolean]

/** What tells a file from another one in its place. */
interface Version {
  /** Milliseconds since 1970. */
  readonly mtimeMs: number
  readonly size: number
  readonly ino: number
}

const name = 'ssl_pem_cache'
const default_interval = 120_000
const default_most_files = 1_000

/** What can be looked up without asking the process; it goes with the process that keeps it. */
const tables = new WeakMap<Pid, Files>()

let dropped = 0
let uses = 0

/** A file as it was when it was read. */
class PemFile {
  readonly path: Path
  readonly entries: readonly PemEntry[]
  readonly version: Version
  /** The larger, the later was it asked for. */
  used = ++uses
  #trust_store: TrustStore | undefined

  constructor(path: Path, entries: readonly PemEntry[], version: Version) {
    this.path = path
    this.entries = entries
    this.version = version
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
 * @param most_files - how many are kept; of more, those are forgotten that were used longest ago
 */
export const start_link = (
  interval: number = default_interval,
  most_files: number = default_most_files,
): Promise<gen_server.StartResult> =>
  gen_server.start_link(['local', name], callbacks, [interval, most_files])

/**
 * The entries of a PEM file, in order, encrypted ones as they are. Where the application's `bypass_pem_cache` is
 * `true`, each file is read each time.
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
export const generation = (): number => (is_bypassed() ? ++dropped : dropped)

// ---- Callbacks

const callbacks: gen_server.Callbacks<State, Call, never, readonly [interval: number, most_files: number]> = {
  module: name,

  init([interval, most_files]) {
    keep(new Map())
    schedule(interval)
    return ['ok', { interval, most_files, checked: system_time(), readings: new Map() }]
  },

  handle_call(request, from, state) {
    if (request === 'clear') {
      keep(new Map())
      return ['reply', 'ok', { ...state, readings: new Map() }]
    }
    const [, path] = request
    const kept = files().get(path)
    if (kept) return ['reply', ['ok', kept], state]
    const reading = state.readings.get(path)
    if (reading === undefined) return ['noreply', start_reading(path, from, state)]
    reading.waiting.push(from)
    return ['noreply', state]
  },

  handle_info(info: Info, state) {
    if (info === 'check') return check_files(state)
    return Array.isArray(info) && info[0] === 'read'
      ? ['noreply', end_reading(info, state)]
      : ['noreply', state]
  },
}

// ---- Internals

const is_bypassed = (): boolean => get_env('ssl', 'bypass_pem_cache', false) === true

async function file(written: string): Promise<Answer> {
  const path = resolve(written)
  if (is_bypassed()) return (await read(path))[0]
  const kept = files().get(path)
  if (kept === undefined) return gen_server.call(name, ['file', path] satisfies Call, 'infinity')
  kept.used = ++uses
  return ['ok', kept]
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

// ---- Reading

/** The process serves others meanwhile, and those who want the same file wait for this reading. */
function start_reading(path: Path, from: gen_server.FromOf<Answer>, state: State): State {
  const reading: Reading = { path, waiting: [from] }
  const keeper = self()
  void read(path).then(([answer, is_whole]) =>
    send(keeper, ['read', reading, answer, is_whole] satisfies Info),
  )
  return { ...state, readings: new Map(state.readings).set(path, reading) }
}

function end_reading([, reading, answer, is_whole]: Exclude<Info, 'check'>, state: State): State {
  for (const from of reading.waiting) gen_server.reply(from, answer)
  if (state.readings.get(reading.path) !== reading) return state
  const readings = new Map(state.readings)
  readings.delete(reading.path)
  if (answer[0] === 'ok' && is_whole) keep_more(answer[1], state.most_files)
  return { ...state, readings }
}

function keep_more(found: PemFile, most_files: number): void {
  const kept = new Map(files()).set(found.path, found)
  if (kept.size <= most_files) {
    tables.set(self(), kept)
    return
  }
  const [oldest] = [...kept.values()].sort((left, right) => left.used - right.used)
  kept.delete(oldest!.path)
  keep(kept)
}

/** Also whether nobody wrote to the file meanwhile: if somebody did, it may be half of the old and half of the new. */
async function read(path: Path): Promise<readonly [Answer, is_whole: boolean]> {
  try {
    const version = await stat(path)
    const content = await readFile(path)
    const is_whole = is_same(version, await stat(path))
    return [['ok', new PemFile(path, decode_pem(content), version)], is_whole]
  } catch (error) {
    const reason =
      error instanceof DecodeError ? (['decode_error', error.message] as const) : posix_code(error)
    return [['error', reason], false]
  }
}

const is_same = (left: Version, right: Version): boolean =>
  left.mtimeMs === right.mtimeMs && left.size === right.size && left.ino === right.ino

// ---- Checking

const schedule = (interval: number) => send_after(interval, self(), 'check', { keeps_alive: false })

async function check_files(state: State): Promise<readonly ['noreply', State]> {
  const checked = system_time()
  const kept = files()
  const good = await Promise.all([...kept.values()].map(file => is_unchanged(file, state.checked)))
  if (good.includes(false)) keep(new Map([...kept].filter((_file, index) => good[index])))
  schedule(state.interval)
  return ['noreply', { ...state, checked }]
}

/** A time in the second of the last check, or after it, tells nothing: the file may have been written twice. */
async function is_unchanged({ path, version }: PemFile, checked: number): Promise<boolean> {
  try {
    const found = await stat(path)
    return is_same(found, version) && second(found.mtimeMs) < second(checked)
  } catch {
    return false
  }
}

const second = (milliseconds: number): number => Math.floor(milliseconds / 1_000)

function trust_store_of({ path, entries }: PemFile): TrustStore {
  const ders = entries.flatMap(([type, der]) => (type === 'Certificate' ? [der] : []))
  const store = shared_trust_store(ders)
  if (store.ignored > 0) {
    report('warning', { label: ['ssl', 'ignored_cacerts'], report: { file: path, ignored: store.ignored } })
  }
  return store
}
