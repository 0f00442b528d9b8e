// The options of connections: checked, completed, and for a server made anew by the name that a client asks for.

import { are_socket_options, next_active } from '../apps/kernel/inet_options.ts'
import { host_a_labels } from '../apps/public_key/host_name.ts'
import type { Result, Term } from '../runtime/erlang/term.ts'
import type {
  OptionValues,
  SecurityOptions,
  SniFun,
  SniLookup,
  SslOptions,
} from './connection/connection_options.ts'
import { default_emulated, type EmulatedOptions } from './connection/user_data.ts'
import type { Role } from './record/tls_v1.ts'
import * as checks from './ssl_option_checks.ts'
import {
  default_ciphers,
  type Given,
  of_client_hello,
  of_listener,
  type Row,
  rows,
  unknown_here,
} from './ssl_option_rows.ts'

/** What becomes of all that a user has given. */
export interface HandledOptions {
  readonly ssl: SslOptions
  readonly emulated: EmulatedOptions
  /** What is for the transport, as it was given. */
  readonly socket: Readonly<Record<string, Term>>
}

type UserOptions = Readonly<Record<string, Term>>

const option_names = Object.keys(rows) as (keyof OptionValues)[]

/**
 * Checks what a user has given to `connect`, `listen` or an upgrade, and completes it. An option that is `undefined`
 * counts as not given.
 *
 * @param host - client: the name or address connected to
 * @returns `['error', reason]`:
 *   - `['options', [option, value]]`: no such value, or no such option yet; what may hold a secret is not told
 *   - `['option', 'client_only' | 'server_only', option]`
 *   - `['options', [version, ['versions', list]]]`
 *   - `['options', ['cacertfile', '']]`: `verify_peer`, and neither authorities nor a `verify_fun`
 *   - `['options', ['no_supported_algorithms', ['signature_algs', list]]]`,
 *     `['options', ['no_supported_signature_schemes', ['signature_algs_cert', list]]]`: nothing in it is known here
 *   - `['options', ['cert_policy_opts', [name, value]]]`
 *   - `['options', [option, ['invalid_protocol', name]]]`, also with `'invalid_precedence'`
 *   - `['options', ['not_supported_in_sslv3', [option, value]]]`
 *   - `['options', 'incompatible', ['verify', 'verify_none'], ['fail_if_no_peer_cert', true]]`
 *   - `['conflict_options', ['sni_fun', 'sni_hosts']]`
 *   - `['options', options]`: no options at all
 */
export function handle_options(role: Role, user_options: object, host?: string): Result<HandledOptions> {
  if (!checks.is_record(user_options)) return ['error', ['options', user_options]]
  const parts = split(user_options)
  const [tag, given] = check(role, parts.ssl)
  if (tag === 'error') return [tag, given]
  const completed = complete(role, with_defaults(role, given), given, host)
  if (completed[0] === 'error') return completed
  const emulated = check_emulated(parts.emulated)
  if (emulated[0] === 'error') return emulated
  return ['ok', { ssl: completed[1], emulated: emulated[1], socket: parts.socket }]
}

/**
 * A server's options with some of them said anew: by `handshake` on an accepted socket, or for a name. Own
 * certificate, own key and authorities are each replaced as a whole, `verify` and all else only when it is mentioned.
 *
 * @returns `['error', reason]`: as {@link handle_options}; `['options', [option, value]]` also for what only a
 *   listener or a socket can be told
 */
export function merge_options(base: SslOptions, user_options: object): Result<SslOptions> {
  return merge({ role: 'server', base, fixed: of_listener }, user_options)
}

/** A handshake that stands still after the hello: whose it is, and the options that it goes on with. */
export interface HandshakeUnderWay {
  readonly role: Role
  /** Client: the name or address connected to. */
  readonly host?: string | undefined
  readonly options: SslOptions
}

/**
 * The options of a handshake that stands still with some of them said anew, as by {@link merge_options}.
 *
 * @returns `['error', reason]`: as there; `['options', [option, value]]` also for what a client's hello has told already
 */
export function merge_after_hello(under_way: HandshakeUnderWay, user_options: object): Result<SslOptions> {
  const { role, host, options } = under_way
  const fixed = [...(role === 'client' ? of_client_hello : of_listener), 'handshake']
  return merge({ role, host, base: options, fixed }, user_options)
}

interface Merge {
  readonly role: Role
  readonly host?: string | undefined
  readonly base: SslOptions
  /** Options that cannot be said anew. */
  readonly fixed: readonly string[]
}

function merge({ role, host, base, fixed }: Merge, user_options: object): Result<SslOptions> {
  if (!checks.is_record(user_options)) return ['error', ['options', user_options]]
  for (const [name, value] of defined(user_options)) {
    const known = Object.hasOwn(rows, name) && ['both', role].includes(rows[name as keyof OptionValues].role)
    if (!known || fixed.includes(name)) return ['error', ['options', [name, checks.told(name, value)]]]
  }
  const [tag, given] = check(role, user_options, base)
  return tag === 'error' ? [tag, given] : complete(role, inherit(base, given), given, host)
}

// ---- Checking

const defined = (options: UserOptions) => Object.entries(options).filter(([, value]) => value !== undefined)

/** Whose options they are. What is nobody's is the transport's, who refuses what it does not know. */
function split(user_options: UserOptions) {
  const parts = { ssl: {}, emulated: {}, socket: {} } as Record<
    'ssl' | 'emulated' | 'socket',
    Record<string, Term>
  >
  for (const [name, value] of defined(user_options)) {
    if (Object.hasOwn(rows, name) || unknown_here.has(name)) parts.ssl[name] = value
    else if (Object.hasOwn(default_emulated, name)) parts.emulated[name] = value
    else parts.socket[name] = value
  }
  return parts
}

/** @param base - what is already known, where options are said anew */
function check(role: Role, user_options: UserOptions, base: Given = {}): Result<Given> {
  const options = in_newer_words(role, user_options)
  const given: Record<string, Term> = {}
  for (const name of option_names) {
    const value = options[name]
    if (value === undefined) continue
    const row: Row<unknown> = rows[name]
    if (row.role !== 'both' && row.role !== role) return ['error', ['option', `${row.role}_only`, name]]
    const checked = row.check(value, { ...base, ...given }, role)
    if (checked === 'refused') return ['error', ['options', [name, checks.told(name, value)]]]
    if (checked[0] === 'error') return checked
    given[name] = checked[1]
  }
  const unknown = defined(options).find(([name]) => unknown_here.has(name))
  return unknown === undefined ? ['ok', given] : ['error', ['options', unknown]]
}

/** Older numbers for `verify` say as well whether a client must show a certificate. */
function in_newer_words(role: Role, options: UserOptions): UserOptions {
  const { verify } = options
  const says_more = role === 'server' && (verify === 1 || verify === 2)
  return says_more ? { ...options, fail_if_no_peer_cert: verify === 2 } : options
}

/** A number of messages that is given for `active` starts from none. */
function check_emulated(given: UserOptions): Result<EmulatedOptions> {
  const wrong = Object.entries(given).find(([name, value]) => !are_socket_options({ [name]: value }))
  if (wrong !== undefined) return ['error', ['options', wrong]]
  const options: EmulatedOptions = { ...default_emulated, ...given }
  return ['ok', { ...options, active: next_active(false, options.active)! }]
}

// ---- Completing

function with_defaults(role: Role, given: Given): OptionValues {
  const values: Record<string, Term> = {}
  for (const name of option_names) values[name] = given[name] ?? rows[name].initial(role, given)
  return values as OptionValues
}

/** What a new certificate, key or list of authorities takes the place of goes, in whichever form it was given. */
function inherit(base: SslOptions, given: Given): OptionValues {
  const has_new = (...names: (keyof OptionValues)[]) => names.some(name => Object.hasOwn(given, name))
  // The key was to be found in the same file as the certificate, and still is.
  const same_file = has_new('certfile') && base.keyfile === base.certfile && base.key === undefined
  const { certfile } = given
  return {
    ...base,
    ...(has_new('versions') && { ciphers: ciphers_anew(base, given) }),
    ...(has_new('cert', 'certfile') && { cert: undefined, certfile: undefined, certs_keys: undefined }),
    ...(has_new('key', 'keyfile') && { key: undefined, keyfile: certfile }),
    ...(same_file && { keyfile: certfile }),
    ...(has_new('certs_keys') && {
      cert: undefined,
      certfile: undefined,
      key: undefined,
      keyfile: undefined,
    }),
    ...(has_new('cacerts', 'cacertfile') && { cacerts: undefined, cacertfile: undefined }),
    ...(has_new('dh', 'dhfile') && { dh: undefined, dhfile: undefined }),
    ...given,
  }
}

/** Suites that nobody has chosen are those of the versions, also of other ones. */
function ciphers_anew(base: SslOptions, given: Given): SslOptions['ciphers'] {
  const unasked = default_ciphers('server', base)
  const is_unasked =
    unasked.length === base.ciphers.length && unasked.every((suite, index) => suite === base.ciphers[index])
  return is_unasked ? default_ciphers('server', given) : base.ciphers
}

/** @param given - what of the values was given just now */
function complete(role: Role, values: OptionValues, given: Given, host?: string): Result<SslOptions> {
  const { verify, cacerts, cacertfile, verify_fun, server_name_indication } = values
  const has_authorities = cacerts !== undefined || cacertfile !== undefined
  const unasked = role === 'client' && given.verify === undefined
  if (verify === 'verify_peer' && !unasked && !has_authorities && verify_fun === undefined) {
    return ['error', ['options', ['cacertfile', '']]]
  }
  if (verify === 'verify_none' && given.fail_if_no_peer_cert) {
    return ['error', ['options', 'incompatible', ['verify', verify], ['fail_if_no_peer_cert', true]]]
  }
  const name = server_name_indication ?? host
  const options: SslOptions = {
    ...values,
    fail_if_no_peer_cert: values.fail_if_no_peer_cert && verify === 'verify_peer',
    platform_cacerts: unasked && !has_authorities,
    server_name: name === undefined || name === 'disable' ? undefined : domain_name(name),
    hostname: verify === 'verify_peer' && name !== 'disable' ? name : undefined,
    sni: undefined,
  }
  return with_sni(options)
}

/**
 * A name as the extension `server_name` has it, RFC 6066 §3: in ASCII, without the dot of the root.
 *
 * @returns undefined for an address, and for what DNS does not allow
 */
function domain_name(host: string): string | undefined {
  const name = host_a_labels(host).replace(/\.$/, '')
  const labels = name.split('.')
  const well_formed = labels.every(label => /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/i.test(label))
  return well_formed && name.length <= 253 && !labels.every(label => /^\d+$/.test(label)) ? name : undefined
}

// ---- Other options by name

/** Adds the lookup by name. The options of the hosts that are listed are checked now, and made once. */
function with_sni(options: SslOptions): Result<SslOptions> {
  const { sni_hosts, sni_fun } = options
  if (sni_fun !== undefined && sni_hosts !== undefined) {
    return ['error', ['conflict_options', ['sni_fun', 'sni_hosts']]]
  }
  const base = { ...options, sni_hosts: undefined, sni_fun: undefined }
  if (sni_fun !== undefined) return ['ok', { ...options, sni: lookup_by_fun(base, sni_fun) }]
  if (sni_hosts === undefined) return ['ok', options]

  const hosts = new Map<string, SslOptions>()
  for (const [host, inner] of Object.entries(sni_hosts)) {
    const [tag, merged] = merge_host(base, inner)
    if (tag === 'error') return [tag, merged]
    hosts.set(host, merged)
  }
  return ['ok', { ...options, sni: name => ['ok', hosts.get(name)] }]
}

function lookup_by_fun(base: SslOptions, sni_fun: SniFun): SniLookup {
  return async name => {
    try {
      const found = await sni_fun(name)
      return found === undefined ? ['ok', found] : merge_after_hello({ role: 'server', options: base }, found)
    } catch (error) {
      return ['error', ['options', ['sni_fun', error]]]
    }
  }
}

function merge_host(base: SslOptions, inner: SecurityOptions): Result<SslOptions> {
  const nested = checks.is_record(inner) && (inner.sni_hosts ?? inner.sni_fun) !== undefined
  return nested
    ? ['error', ['options', ['sni_hosts', checks.told('sni_hosts', inner)]]]
    : merge_after_hello({ role: 'server', options: base }, inner)
}
