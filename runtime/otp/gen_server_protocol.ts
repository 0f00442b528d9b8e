// Typed servers: one interface declares the calls and casts of a server, and what is called and cast is checked
// against it.

import { Exit, type Term } from '../erlang/term.ts'
import type { From, Promised, ServerRef } from './gen.ts'
import type { Callbacks, NoReply, Reply } from './gen_server_callbacks.ts'

/**
 * What a server understands, as functions: `{ calls: { read(): number; add(by: number): 'ok' }; casts: { reset(): void } }`.
 * A function without parameters is an atom, `'read'`; one with them a tuple, `['add', 5]`. Calls return their answers.
 */
export interface Protocol {
  readonly calls?: object
  readonly casts?: object
}

declare const serves: unique symbol

/** The mark of callbacks and servers that keep to a protocol; there is nothing to be seen of it at run time. */
export interface Serves<Declared> {
  readonly [serves]?: Declared
}

/** Whom a server that keeps to `Declared` is reached by: what starts it gives one, and `ref` makes one of a name. */
export type ServerOf<Declared> = ServerRef & { readonly [serves]: Declared }

/** Any server about which no protocol says anything. */
export type UntypedServer = ServerRef & { readonly [serves]?: never }

/** The pid of a server that was started with callbacks for `Declared`. */
export type PidOf<Pid, Declared> = unknown extends Declared ? Pid : Pid & { readonly [serves]: Declared }

type Part<Declared, Kind extends string> = Kind extends keyof Declared ? Declared[Kind] : never
type Arguments<Function> = Function extends (...args: infer Given) => unknown ? Given : never
type Result<Function> = Function extends (...args: never) => infer Given ? Given : never
type RequestNamed<Name, Function> =
  Arguments<Function> extends readonly [] ? Name : readonly [Name, ...Arguments<Function>]
type RequestsOf<Functions> = {
  [Name in keyof Functions & string]: RequestNamed<Name, Functions[Name]>
}[keyof Functions & string]

/** Every request that can be called. */
export type CallOf<Declared> = RequestsOf<Part<Declared, 'calls'>>
/** Every request that can be cast. */
export type CastOf<Declared> = RequestsOf<Part<Declared, 'casts'>>

type NameOf<Request> = Request extends readonly [infer Name, ...unknown[]] ? Name : Request

/** What a call is answered with. */
export type AnswerOf<Declared, Request> =
  Part<Declared, 'calls'> extends infer Calls
    ? NameOf<Request> extends keyof Calls
      ? Result<Calls[NameOf<Request>]>
      : never
    : never

/** The callbacks of a server that keeps to `Declared`. */
export interface CallbacksOf<Declared, State, Args = unknown>
  extends Omit<Callbacks<State, CallOf<Declared>, CastOf<Declared>, Args>, 'handle_call'>,
    Serves<Declared> {
  handle_call?(
    request: CallOf<Declared>,
    from: From,
    state: State,
  ): Promised<Reply<State, AnswerOf<Declared, CallOf<Declared>>>>
}

/** Who waits for an answer of this kind. */
export type FromOf<Answer> = From & { readonly [serves]?: Answer }

type CallClauses<Calls, State> = {
  readonly [Name in keyof Calls]: (
    args: Arguments<Calls[Name]>,
    state: State,
    from: FromOf<Result<Calls[Name]>>,
  ) => Promised<Reply<State, Result<Calls[Name]>>>
}

type CastClauses<Casts, State> = {
  readonly [Name in keyof Casts]: (args: Arguments<Casts[Name]>, state: State) => Promised<NoReply<State>>
}

/** One clause for each request of a protocol, by its name. */
export type ClausesOf<Declared, State> = (Declared extends { readonly calls: infer Calls }
  ? { readonly calls: CallClauses<Calls, State> }
  : unknown) &
  (Declared extends { readonly casts: infer Casts } ? { readonly casts: CastClauses<Casts, State> } : unknown)

/** A name of a server that keeps to `Declared`, so that what is called and cast is checked. */
export const ref = <Declared>(server: ServerRef): ServerOf<Declared> => server as ServerOf<Declared>

/**
 * Callbacks written as Erlang does, with a clause for each request: `...clauses<Counter, number>({ calls: { add: ([by],
 * n) => ['reply', 'ok', n + by] } })`. Each gets the arguments of its request.
 *
 * @returns `handle_call` and `handle_cast`, which exit with `['function_clause', [callback, request]]` for any other request
 */
export function clauses<Declared, State>(
  given: ClausesOf<Declared, State>,
): Pick<Required<CallbacksOf<Declared, State>>, 'handle_call' | 'handle_cast'> {
  const { calls, casts } = given as Readonly<Record<string, Clauses | undefined>>
  return {
    handle_call: (request, from, state) => {
      const [clause, args] = clause_for(request, calls, 'handle_call')
      return clause(args, state, from)
    },
    handle_cast: (request, state) => {
      const [clause, args] = clause_for(request, casts, 'handle_cast')
      return clause(args, state)
    },
  }
}

type Clause = (args: Term, state: Term, from?: Term) => Term
type Clauses = Readonly<Record<string, Clause>>

function clause_for(
  request: Term,
  known: Clauses = {},
  callback: string,
): readonly [Clause, readonly Term[]] {
  const [name, ...args] = Array.isArray(request) ? request : [request]
  const clause = Object.hasOwn(known, name) ? known[name] : undefined
  if (clause === undefined) throw new Exit(['function_clause', [callback, request]])
  return [clause, args]
}
