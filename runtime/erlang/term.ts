// The terms of Erlang as TypeScript writes them: atoms are string literals, tuples are readonly arrays,
// binaries are Uint8Array. Here are results, exits, and patterns with `_`.

/** Any term: a message, a reason, a state. */
export type Term = any

/** An exit reason. `'normal'`, `'shutdown'` and `['shutdown', term]` are the orderly ones. */
export type Reason = Term

/** What OTP writes `{ok, Value} | {error, Reason}`. */
export type Result<Value, Why = Reason> = readonly ['ok', Value] | readonly ['error', Why]

/** What OTP writes `ok | {error, Reason}`. */
export type Done<Why = Reason> = 'ok' | readonly ['error', Why]

/** Milliseconds, or no limit. OTP: `timeout()`. */
export type Timeout = number | 'infinity'

/**
 * The one way a process ends on purpose: thrown by `exit(reason)` and by failed calls; a process in which it
 * is not caught ends with `reason`. OTP: `erlang:exit/1`.
 */
export class Exit extends Error {
  override readonly name = 'Exit'
  readonly reason: Reason

  constructor(reason: Reason) {
    // Nobody asks where an orderly end came from, and to note the stack costs more than such an end itself.
    const depth = Error.stackTraceLimit
    if (reason === 'normal' || reason === 'shutdown') Error.stackTraceLimit = 0
    super()
    Error.stackTraceLimit = depth
    this.reason = reason
  }

  /** How Node shows it: with the reason, which the stack was made too early to know. */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: object, inspect: Inspect): string {
    const frames = this.stack?.split('\n').filter(line => line.startsWith('    at ')) ?? []
    return [`Exit: ${inspect(this.reason, options)}`, ...frames].join('\n')
  }
}

/** Made when it is asked for: most exits are never shown. */
Object.defineProperty(Exit.prototype, 'message', {
  get(this: Exit) {
    return describe(this.reason)
  },
})

type Inspect = (term: Term, options: object) => string

/**
 * Erlang's `{ok, Value} = Result`: the value, or a crash. `'ignore'`, which what starts a process may give, is one too.
 *
 * @throws {@link Exit} `['badmatch', result]`
 */
export function ok(result: 'ok' | readonly ['error', Term]): 'ok'
export function ok<Outcome extends readonly ['ok', Term, ...Term[]] | readonly ['error', Term] | 'ignore'>(
  result: Outcome,
): Extract<Outcome, readonly ['ok', ...Term[]]>[1]
export function ok(result: Term): Term {
  if (result === 'ok') return result
  if (Array.isArray(result) && result[0] === 'ok') return result[1]
  throw new Exit(['badmatch', result])
}

/**
 * Whether something is of a class. What was thrown or sent may be a Proxy that fails when it is asked; that is of none.
 */
export function is_a<Instance>(
  thing: unknown,
  of: abstract new (...args: never[]) => Instance,
): thing is Instance {
  try {
    return thing instanceof of
  } catch {
    return false
  }
}

/** The exit reason that something thrown stands for. OTP: `{nocatch, Term}` for what is not an error. */
export function reason_of(error: unknown): Reason {
  if (is_a(error, Exit)) return error.reason
  return is_a(error, Error) ? error : ['nocatch', error]
}

/** The type of {@link _}. */
export interface Wildcard {
  readonly _: 'any term'
}

/** In a pattern: matches any term. Erlang: `_`. */
export const _: Wildcard = Object.freeze({ _: 'any term' as const })

/** The terms that a pattern matches: `_` stands for anything, all else for itself. */
export type Matched<Pattern> = Pattern extends Wildcard
  ? Term
  : Pattern extends readonly unknown[]
    ? { [Index in keyof Pattern]: Matched<Pattern[Index]> }
    : Pattern

/**
 * Whether `term` fits `pattern`. Tuples match element by element and by length; `_` matches anything; binaries
 * match by content; pids, refs, functions and other objects match only themselves.
 */
export function matches(pattern: Term, term: Term): boolean {
  if (pattern === term || pattern === _) return true
  if (Array.isArray(pattern)) {
    if (!Array.isArray(term) || term.length !== pattern.length) return false
    for (let index = 0; index < pattern.length; index++) {
      if (!matches(pattern[index], term[index])) return false
    }
    return true
  }
  if (pattern instanceof Uint8Array) {
    return term instanceof Uint8Array && equal_bytes(pattern, term)
  }
  return Number.isNaN(pattern) && Number.isNaN(term)
}

function equal_bytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) {
    if (left[index] !== right[index]) return false
  }
  return true
}

function describe(reason: Reason): string {
  if (typeof reason === 'string') return reason
  try {
    if (reason instanceof Error) return reason.message
    return JSON.stringify(reason) ?? String(reason)
  } catch {
    return described_by_type(reason)
  }
}

/** A reason may be anything, and unwilling to be looked at. */
function described_by_type(reason: Reason): string {
  try {
    return String(reason)
  } catch {
    return typeof reason
  }
}
