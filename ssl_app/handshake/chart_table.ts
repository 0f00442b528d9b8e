// The charts as plain tables. Interpreting a chart costs some ten microseconds an event; so each is walked once,
// when it is loaded, and after that a step is two look-ups.

/** What decides where the charts leave it open. */
export interface Facts {
  /** The session of an earlier connection goes on. */
  readonly resumed: boolean
  /** The server shows a certificate, and may ask for one. */
  readonly server_certificate: boolean
  /** It does not. */
  readonly no_server_certificate: boolean
  /** There is no ServerKeyExchange. */
  readonly no_server_key_exchange: boolean
  /** There may be a ServerKeyExchange or none. */
  readonly perhaps_server_key_exchange: boolean
  /** The server has not promised an answer of its OCSP responder. */
  readonly no_certificate_status: boolean
  /** There is a ServerKeyExchange, or may be one. */
  readonly can_have_server_key_exchange: boolean
  /** There is no ServerKeyExchange, or need not be one. */
  readonly can_lack_server_key_exchange: boolean
  /** The server has not asked for a certificate. */
  readonly certificate_not_requested: boolean
  /** A client that has no certificate says so by an alert. */
  readonly no_certificate_alert: boolean
  /** The client has sent no certificate that it would have to prove its key for. */
  readonly nothing_to_verify: boolean
  /** The server has not promised a ticket. */
  readonly no_ticket: boolean
  /** The client was not told of protocols to choose from. */
  readonly no_next_protocol: boolean
  /** A handshake was done before this one. */
  readonly renegotiating: boolean
}

/**
 * What moves a chart: handshake messages; `change_cipher_spec`; the alert `no_certificate`, which in SSL 3.0 stands for
 * a certificate; and `renegotiate`, which is this side's own wish.
 */
export type ChartMessage =
  | 'hello_request'
  | 'client_hello'
  | 'server_hello'
  | 'certificate'
  | 'certificate_status'
  | 'server_key_exchange'
  | 'certificate_request'
  | 'server_hello_done'
  | 'certificate_verify'
  | 'client_key_exchange'
  | 'change_cipher_spec'
  | 'finished'
  | 'new_session_ticket'
  | 'next_protocol'
  | 'no_certificate'
  | 'no_renegotiation'
  | 'renegotiate'

/** {@link ChartMessage} in xstate's form. */
export interface ChartEvent {
  readonly type: ChartMessage
}

/** The states that the specification and the log name; a chart has finer ones inside them. */
export type OuterState = 'hello' | 'certify' | 'cipher' | 'abbreviated' | 'connection'

/** A state of a chart, `certify.server_key_exchange`. */
export type ChartState = string

interface Branch {
  readonly guard: keyof Facts | undefined
  /** Undefined: the state stays as it is. */
  readonly target: ChartState | undefined
}

interface Row {
  readonly outer: OuterState
  readonly on: ReadonlyMap<string, readonly Branch[]>
  readonly always: readonly Branch[]
}

export interface ChartTable {
  readonly initial: ChartState
  readonly rows: ReadonlyMap<ChartState, Row>
}

/** The part of xstate's configuration that the charts use. */
export interface Node {
  readonly id?: string
  readonly initial?: unknown
  readonly on?: unknown
  readonly always?: unknown
  readonly states?: Readonly<Record<string, Node>>
}

const fact =
  (name: keyof Facts) =>
  ({ context }: { readonly context: Facts }): boolean =>
    context[name]

/** The facts as xstate asks for them. */
export const guards = {
  resumed: fact('resumed'),
  server_certificate: fact('server_certificate'),
  no_server_certificate: fact('no_server_certificate'),
  no_server_key_exchange: fact('no_server_key_exchange'),
  perhaps_server_key_exchange: fact('perhaps_server_key_exchange'),
  no_certificate_status: fact('no_certificate_status'),
  can_have_server_key_exchange: fact('can_have_server_key_exchange'),
  can_lack_server_key_exchange: fact('can_lack_server_key_exchange'),
  certificate_not_requested: fact('certificate_not_requested'),
  no_certificate_alert: fact('no_certificate_alert'),
  nothing_to_verify: fact('nothing_to_verify'),
  no_ticket: fact('no_ticket'),
  no_next_protocol: fact('no_next_protocol'),
  renegotiating: fact('renegotiating'),
}

/** Walks a chart. Messages that a state does not name are taken from the state around it. */
export function chart_table(chart: { readonly config: unknown }): ChartTable {
  const root = chart.config as Node
  const rows = new Map<ChartState, Row>()
  const visit = (node: Node, path: readonly string[], around: ReadonlyMap<string, readonly Branch[]>) => {
    const on = new Map([...around, ...branches_of(root, node, path)])
    if (node.states === undefined) {
      rows.set(path.join('.'), { outer: path[0] as OuterState, on, always: always_of(root, node, path) })
      return
    }
    for (const [name, inner] of Object.entries(node.states)) visit(inner, [...path, name], on)
  }
  visit(root, [], new Map())
  return { initial: innermost(root, []), rows }
}

/** Whether `message` is legal in `state`. */
export const accepts = (table: ChartTable, state: ChartState, message: string, facts: Facts): boolean =>
  taken(table.rows.get(state)!.on.get(message) ?? [], facts) !== undefined

/** Where a legal message leads. */
export function next_state(table: ChartTable, state: ChartState, message: string, facts: Facts): ChartState {
  const branch = taken(table.rows.get(state)!.on.get(message)!, facts)
  return settle(table, branch?.target ?? state, facts)
}

/** The state that the log and the user name. */
export const outer_state = (table: ChartTable, state: ChartState): OuterState => table.rows.get(state)!.outer

/** Goes on to where a state leads without any message. */
function settle(table: ChartTable, state: ChartState, facts: Facts): ChartState {
  const onward = taken(table.rows.get(state)!.always, facts)?.target
  return onward === undefined ? state : settle(table, onward, facts)
}

const taken = (branches: readonly Branch[], facts: Facts): Branch | undefined =>
  branches.find(({ guard }) => guard === undefined || facts[guard])

function branches_of(root: Node, node: Node, path: readonly string[]): [string, Branch[]][] {
  return Object.entries(node.on ?? {}).map(([message, target]) => [message, as_branches(root, target, path)])
}

const always_of = (root: Node, node: Node, path: readonly string[]): Branch[] =>
  node.always === undefined ? [] : as_branches(root, node.always, path)

function as_branches(root: Node, written: unknown, path: readonly string[]): Branch[] {
  return [written].flat().map(one => {
    const { guard, target } = (typeof one === 'string' ? { target: one } : one) as Partial<Branch>
    return { guard, target: target === undefined ? undefined : resolve(root, target, path) }
  })
}

/** `#client.cipher` counts from the root, any other name from the state around the one that names it. */
function resolve(root: Node, target: string, path: readonly string[]): ChartState {
  const full = target.startsWith(`#${root.id}.`) ? target.split('.').slice(1) : [...path.slice(0, -1), target]
  let node = root
  for (const name of full) node = node.states![name]!
  return innermost(node, full)
}

function innermost(node: Node, path: readonly string[]): ChartState {
  if (node.states === undefined) return path.join('.')
  const initial = node.initial as string
  return innermost(node.states[initial]!, [...path, initial])
}
