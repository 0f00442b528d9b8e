// What the charts can be asked, and how xstate names their states.

import type { ChartMessage, ChartState, Facts } from '../../ssl_app/handshake/chart_table.ts'
import { key_exchange_parts } from '../../ssl_app/handshake/key_exchange_parts.ts'

const every_message: Readonly<Record<ChartMessage, true>> = {
  hello_request: true,
  client_hello: true,
  server_hello: true,
  certificate: true,
  certificate_status: true,
  server_key_exchange: true,
  certificate_request: true,
  server_hello_done: true,
  certificate_verify: true,
  client_key_exchange: true,
  change_cipher_spec: true,
  finished: true,
  new_session_ticket: true,
  next_protocol: true,
  no_certificate: true,
  no_renegotiation: true,
  renegotiate: true,
}

export const chart_messages = Object.keys(every_message) as readonly ChartMessage[]

type Independent = Exclude<
  keyof Facts,
  | 'server_certificate'
  | 'no_server_certificate'
  | 'no_server_key_exchange'
  | 'perhaps_server_key_exchange'
  | 'can_have_server_key_exchange'
  | 'can_lack_server_key_exchange'
>

const independent: readonly Independent[] = [
  'resumed',
  'no_certificate_status',
  'certificate_not_requested',
  'no_certificate_alert',
  'nothing_to_verify',
  'no_ticket',
  'no_next_protocol',
  'renegotiating',
]

/** What key exchanges say; before the hellos, nothing is known of one. */
const of_key_exchanges = [undefined, ...Object.values(key_exchange_parts)].map(parts => ({
  server_certificate: parts?.certificate === true,
  no_server_certificate: parts?.certificate !== true,
  no_server_key_exchange: parts?.server_key_exchange === 'never',
  perhaps_server_key_exchange: parts?.server_key_exchange === 'optional',
  can_have_server_key_exchange: parts?.server_key_exchange !== 'never',
  can_lack_server_key_exchange: parts?.server_key_exchange !== 'always',
}))

/** All that can be the case. */
export const all_facts: readonly Facts[] = distinct(of_key_exchanges).flatMap(by_suite =>
  Array.from({ length: 2 ** independent.length }, (_, bits) => {
    const others = independent.map((name, at) => [name, (bits & (2 ** at)) !== 0] as const)
    return { ...by_suite, ...(Object.fromEntries(others) as Record<Independent, boolean>) }
  }),
)

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map(value => [JSON.stringify(value), value])).values()]
}

/** `certify.certificate` as xstate writes it: `{ certify: 'certificate' }`. */
export function state_value(state: ChartState): string | Record<string, string> {
  const [outer, inner] = state.split('.') as [string, string | undefined]
  return inner === undefined ? outer : { [outer]: inner }
}

export function state_name(value: unknown): ChartState {
  if (typeof value === 'string') return value
  const [[outer, inner]] = Object.entries(value as Record<string, string>) as [[string, string]]
  return `${outer}.${inner}`
}
