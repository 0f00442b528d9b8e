// The handler that writes to the console or to a file, and keeps both from being run over.

import { clear_timer, set_timer, type Timer } from '../../runtime/erlang/alarm.ts'
import { report } from '../../runtime/erlang/report.ts'
import { type Done, Exit, type Result, type Term } from '../../runtime/erlang/term.ts'
import type { FullHandlerConfig, Handler, LogEvent } from './logger_config.ts'
import { type FileConfig, LogFile } from './logger_file.ts'
import * as logger_formatter from './logger_formatter.ts'
import {
  Olp,
  type OverloadConfig,
  type OverloadInfo,
  overload_checks,
  overload_defaults,
  type Sink,
} from './logger_olp.ts'
import { reason_text } from './logger_terms.ts'

/** Anything that texts can be written to. OTP: `io:device()`. */
export interface Device {
  write(text: string): unknown
}

/** What {@link logger_std_h} is told in `config`. OTP: the configuration of `logger_std_h`. */
export interface Config extends Partial<OverloadConfig>, Partial<FileConfig> {
  /**
   * Default: `'standard_error'`, so that what a program itself puts out stays clean (OTP's is `'standard_io'`), and
   * `'file'` if a file is given. It cannot be changed afterwards, and neither can `file` and `modes`.
   */
  readonly type?: 'standard_error' | 'standard_io' | 'file' | readonly ['device', Device]
  /** Milliseconds after a write until the file is synced to the disk. Default: 5000, without a file `'no_repeat'` */
  readonly filesync_repeat_interval?: number | 'no_repeat'
}

const defaults: Config = {
  type: 'standard_error',
  ...overload_defaults,
  filesync_repeat_interval: 'no_repeat',
}

const file_defaults: Config = {
  ...defaults,
  type: 'file',
  modes: ['append'],
  max_no_bytes: 'infinity',
  max_no_files: 0,
  compress_on_rotate: false,
  file_check: 0,
  filesync_repeat_interval: 5_000,
}

/**
 * Writes events to the console or to a file, as the formatter makes texts of them. They wait in a queue until the
 * event loop turns, or the program exits; with many waiting, whoever logs writes them all, and so waits. See
 * {@link OverloadConfig} for what happens beyond. A file that cannot be written to is told of once for each cause,
 * and tried again with the next event.
 *
 * @see OTP: `logger_std_h`
 */
export interface StandardHandler extends Required<Omit<Handler, 'filter_config'>> {
  /** What its configuration is if nothing is said. */
  readonly defaults: Config
  /**
   * Writes what waits, and waits until it is on the disk.
   *
   * @returns `'ok'`, or `['error', reason]`: `['not_found', id]`, or what the file system says
   * @see OTP: `logger_std_h:filesync/1`
   */
  filesync(id: string): Done
  /**
   * What has come of the events: how many were written, dropped and thrown away, and how many wait.
   *
   * @returns `['ok', info]`, or `['error', ['not_found', id]]` for one that has written nothing yet, or is none of these
   * @see OTP: `logger_olp:info/1`
   */
  info(id: string): Result<OverloadInfo>
}

/** OTP: `logger_std_h`. See {@link StandardHandler} for what it does, and {@link Config} for what it can be told. */
export const logger_std_h: StandardHandler = {
  module: 'logger_std_h',
  defaults,

  log(event, config) {
    writer_of(config).load(event, config)
  },

  adding_handler(given) {
    const [tag, config] = full_config(given)
    if (tag === 'error') return ['error', config]
    try {
      writers.set(given.id, new Writer(config))
      return ['ok', config]
    } catch (reason) {
      return ['error', ['open_failed', config.config.file, code_of(reason)]]
    }
  },

  changing_config(how, before, after) {
    const fixed = { type: before.config.type, file: before.config.file, modes: before.config.modes }
    const given = { ...(how === 'set' ? only_given(fixed) : before.config), ...after.config }
    const [tag, config] = full_config({ ...after, config: given })
    if (tag === 'error') return ['error', config]
    for (const key of ['type', 'file', 'modes'] as const) {
      if (is_equal(fixed[key], config.config[key])) continue
      const change = [{ [key]: fixed[key] }, { [key]: config.config[key] }] as const
      return ['error', ['illegal_config_change', 'logger_std_h', ...change]]
    }
    writers.get(config.id)?.use(config)
    return ['ok', config]
  },

  removing_handler({ id }) {
    writers.get(id)?.close()
    writers.delete(id)
  },

  filesync(id) {
    const writer = writers.get(id)
    return writer === undefined ? ['error', ['not_found', id]] : writer.sync()
  },

  info(id) {
    const writer = writers.get(id)
    return writer === undefined ? ['error', ['not_found', id]] : ['ok', writer.olp.info()]
  },
}

// ---- Configuration

const is_count = (value: Term): boolean => Number.isInteger(value) && value > 0
const is_modes = (value: Term): boolean =>
  Array.isArray(value) && value.length === 1 && ['append', 'write', 'exclusive'].includes(value[0])

const checks: { readonly [Key in keyof Config]-?: (value: Term) => boolean } = {
  ...overload_checks,
  type: value =>
    value === 'standard_error' ||
    value === 'standard_io' ||
    value === 'file' ||
    (Array.isArray(value) && value[0] === 'device' && typeof value[1]?.write === 'function'),
  filesync_repeat_interval: value => value === 'no_repeat' || is_count(value),
  file: value => typeof value === 'string' && value !== '',
  modes: is_modes,
  max_no_bytes: value => value === 'infinity' || is_count(value),
  max_no_files: value => value === 0 || is_count(value),
  compress_on_rotate: value => typeof value === 'boolean',
  file_check: value => value === 0 || is_count(value),
}

/** The options that only a file has. */
const of_files: readonly string[] = [
  'file',
  'modes',
  'max_no_bytes',
  'max_no_files',
  'compress_on_rotate',
  'file_check',
]

/** Fills in what is left out. */
function full_config(given: FullHandlerConfig): Result<FullHandlerConfig> {
  const own: Config = given.config
  const is_file = own.type === 'file' || (own.type === undefined && own.file !== undefined)
  for (const [key, value] of Object.entries(own)) {
    const is_known = Object.hasOwn(checks, key) && (is_file || !of_files.includes(key))
    if (!is_known || !checks[key as keyof Config](value)) {
      return ['error', ['invalid_config', 'logger_std_h', { [key]: value }]]
    }
  }
  const config = is_file ? { ...file_defaults, file: `${given.id}.log`, ...own } : { ...defaults, ...own }
  const { sync_mode_qlen, drop_mode_qlen, flush_qlen } = { ...overload_defaults, ...config }
  if (sync_mode_qlen > drop_mode_qlen || drop_mode_qlen > flush_qlen) {
    return ['error', ['invalid_olp_levels', { sync_mode_qlen, drop_mode_qlen, flush_qlen }]]
  }
  return ['ok', { ...given, config }]
}

const only_given = (config: Readonly<Record<string, Term>>) =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))

const is_equal = (one: Term, other: Term): boolean =>
  one === other ||
  (Array.isArray(one) &&
    Array.isArray(other) &&
    one.length === other.length &&
    one.every((part, index) => part === other[index]))

// ---- Writing

/** A formatter that fails costs its own layout, and not the event. OTP does the same. */
function text_of(event: LogEvent, { formatter }: FullHandlerConfig): string {
  try {
    if (typeof formatter !== 'function') return formatter[0].format(event, formatter[1])
    const text = formatter(event)
    return text.endsWith('\n') ? text : `${text}\n`
  } catch (reason) {
    return plain_text_of(event, reason)
  }
}

/** What is in the event may fail as well when it is looked at: it has getters, or is a proxy. */
function plain_text_of(event: LogEvent, failure: Term): string {
  try {
    const text = logger_formatter.format(event, logger_formatter.for_people)
    return `${text}  the formatter failed: ${reason_text(failure)}\n`
  } catch (reason) {
    const msg = ['string', `an event that no text can be made of: ${reason_text(reason)}`] as const
    return logger_formatter.format(
      { ...event, msg, meta: { time: event.meta.time } },
      logger_formatter.for_people,
    )
  }
}

const code_of = (reason: Term): Term =>
  typeof reason?.code === 'string' ? reason.code.toLowerCase() : reason

/** One handler at work. */
class Writer implements Sink {
  readonly olp: Olp
  #config: FullHandlerConfig
  readonly #file: LogFile | undefined
  #sync_timer: Timer | undefined
  /** What kept it from writing the last time. */
  #trouble: Term

  /** @throws what the file system does */
  constructor(config: FullHandlerConfig) {
    this.#config = config
    this.#file = config.config.type === 'file' ? new LogFile(config.config as FileConfig) : undefined
    const overload = { ...overload_defaults, ...(config.config as Config) }
    this.olp = new Olp(overload, this, facts => this.#killed(facts))
    exit_hook()
  }

  load(event: LogEvent, config: FullHandlerConfig): void {
    this.olp.load(() => text_of(event, config))
  }

  use(config: FullHandlerConfig): void {
    this.#config = config
    this.olp.config = { ...overload_defaults, ...(config.config as Config) }
    if (this.#file !== undefined) this.#file.config = config.config as FileConfig
  }

  write(texts: readonly string[]): void {
    try {
      this.#put(texts)
      this.#trouble = undefined
    } catch (reason) {
      this.#note_trouble(reason)
    }
  }

  sync(): Done {
    this.olp.drain()
    try {
      this.#file?.sync()
      return this.#trouble === undefined ? 'ok' : ['error', this.#trouble]
    } catch (reason) {
      this.#note_trouble(reason)
      return ['error', code_of(reason)]
    }
  }

  close(): void {
    this.olp.close()
    if (this.#sync_timer !== undefined) clear_timer(this.#sync_timer)
    this.#file?.close()
  }

  // ---- Internals

  #put(texts: readonly string[]): void {
    const { type, filesync_repeat_interval } = this.#config.config as Config
    if (this.#file !== undefined) {
      this.#file.write(texts)
      if (filesync_repeat_interval !== 'no_repeat') this.#sync_in(filesync_repeat_interval!)
    } else if (typeof type === 'object') {
      type[1].write(texts.join(''))
    } else {
      const put = type === 'standard_io' ? console.log : console.error
      for (const text of texts) put(text.endsWith('\n') ? text.slice(0, -1) : text)
    }
  }

  #sync_in(interval: number): void {
    if (this.#sync_timer !== undefined) return
    const sync = () => {
      this.#sync_timer = undefined
      this.sync()
    }
    this.#sync_timer = set_timer(interval, sync, false)
  }

  /** A cause is told of once, or the report of it would cause the next one. */
  #note_trouble(reason: Term): void {
    const cause = code_of(reason)
    if (cause === this.#trouble) return
    this.#trouble = cause
    const facts = { handler: this.#config.id, file: this.#config.config.file, reason: cause }
    report('error', { label: ['logger_std_h', 'write_failed'], report: facts })
  }

  #killed(facts: Readonly<Record<string, Term>>): void {
    if (facts.restart_after === 'infinity') throw new Exit(['overloaded', facts])
    report('error', { label: ['logger_std_h', 'overloaded'], report: { handler: this.#config.id, ...facts } })
  }
}

const writers = new Map<string, Writer>()

/** That of the default handler, which nobody has added, is made when it first logs. */
function writer_of(config: FullHandlerConfig): Writer {
  const writer = writers.get(config.id) ?? new Writer(config)
  writers.set(config.id, writer)
  return writer
}

let is_hooked = false

/** What waits when the program exits is written then. */
function exit_hook(): void {
  if (is_hooked) return
  is_hooked = true
  process.on('exit', () => {
    for (const writer of writers.values()) writer.olp.drain()
  })
}
