// The file that says what a program's applications are configured to. OTP: `sys.config`.

import { readFileSync, realpathSync, statSync } from 'node:fs'
import { running } from '../../runtime/erlang/self.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { type Done, type Reason, type Result, reason_of, type Term } from '../../runtime/erlang/term.ts'
import { JsonError, outline_of, type Place } from './application_json.ts'
import { callbacks_of } from './application_spec.ts'
import { type Config, type EnvChange, spec_of, started_entry, use_config } from './application_table.ts'

/** What is wrong with a configuration file. */
export interface ConfigMistake {
  readonly file: string
  /** From 1 on; only where a JSON file is wrong. */
  readonly line?: number
  readonly column?: number
  readonly reason: string
}

/** The environment variable that names the file. */
const variable = 'KISTA_CONFIG'

/**
 * Reads a configuration file and puts it in force: `{ "app": { "key": value, … }, … }`. What it says comes before the
 * `env` of specifications and after what was set with `persistent`. It holds for applications that are loaded later,
 * and for those that are loaded: their parameters begin anew, and of those that run, and for which that made a
 * difference, `config_change` is called.
 *
 * A `.json` file is JSON. A `.mjs` or `.js` file is a module that exports such an object as `config` or as its
 * default, and is run again when it has changed. The file that the environment variable `KISTA_CONFIG` names is
 * loaded before the first application is started; if it is wrong, none is.
 *
 * @param file - a path, from the working directory. Default: what `KISTA_CONFIG` says
 * @returns `'ok'`, or `['error', reason]`:
 *   - `['bad_config', mistake]`, a {@link ConfigMistake}: nothing has changed
 *   - `['config_change', [[application, reason], …]]`: it is in force, but those callbacks have failed
 *   - `'no_config'`: no file was named
 * @see OTP: `sys.config`, `Module:config_change/3`
 */
export async function load_config(file: string | undefined = process.env[variable]): Promise<Done> {
  if (file === undefined || file === '') return ['error', 'no_config']
  const [tag, config] = await read_config(file)
  if (tag === 'error') return ['error', config]
  const changes = use_config(config)
  return running() === undefined ? run(() => tell_changes(changes)) : tell_changes(changes)
}

/** Loads the file that the environment names, if it names one. */
export const load_config_of_environment = async (): Promise<Done> =>
  process.env[variable] ? load_config() : 'ok'

async function tell_changes(changes: ReadonlyMap<string, EnvChange>): Promise<Done> {
  const failed: [string, Reason][] = []
  for (const [name, { changed, added, removed }] of changes) {
    if (started_entry(name)?.status !== 'running') continue
    const callbacks = callbacks_of(spec_of(name)!)
    try {
      const result: Term = (await callbacks?.config_change?.(changed, added, removed)) ?? 'ok'
      if (result !== 'ok') failed.push([name, Array.isArray(result) ? result[1] : ['bad_return', result]])
    } catch (thrown) {
      failed.push([name, reason_of(thrown)])
    }
  }
  return failed.length === 0 ? 'ok' : ['error', ['config_change', failed]]
}

// ---- Reading

type Read = Result<Config, readonly ['bad_config', ConfigMistake]>

const mistake = (file: string, reason: string, place?: Place): Read => [
  'error',
  ['bad_config', { file, ...place, reason }],
]

async function read_config(file: string): Promise<Read> {
  if (!/\.(json|m?js)$/.test(file)) return mistake(file, 'the name does not end in .json, .mjs or .js')
  try {
    return file.endsWith('.json') ? read_json(file) : await read_module(file)
  } catch (thrown) {
    if (thrown instanceof JsonError) return mistake(file, thrown.message, thrown.place)
    return mistake(file, thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown))
  }
}

function read_json(file: string): Read {
  const text = readFileSync(file, 'utf8').replace(/^\ufeff/, '')
  const { members } = outline_of(text)
  const places = new Map<string, Place>()
  for (const [name, place] of members) {
    if (places.has(name)) return mistake(file, `${name} is there twice`, place)
    places.set(name, place)
  }
  return checked(file, JSON.parse(text), places)
}

async function read_module(file: string): Promise<Read> {
  // An engine keeps what it has run under its address: another time, another address.
  const address = `${url_of(realpathSync(file))}?changed=${statSync(file).mtimeMs}`
  const module: Term = await import(address)
  return checked(file, module.config ?? module.default)
}

/** A path that begins at the root, as a URL. */
function url_of(path: string): string {
  const slashes = process.platform === 'win32' ? `/${path.replaceAll('\\', '/')}` : path
  return `file://${encodeURI(slashes).replace(/[?#]/g, encodeURIComponent)}`
}

function checked(file: string, config: Term, places?: ReadonlyMap<string, Place>): Read {
  if (!is_object(config)) return mistake(file, 'it is no object of applications', places && first_place)
  for (const [name, env] of Object.entries(config)) {
    if (!is_object(env)) return mistake(file, `${name}: no object of parameters`, places?.get(name))
  }
  return ['ok', config]
}

const first_place: Place = { line: 1, column: 1 }

const is_object = (value: Term): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
