// The page docs/handshake.md, made from the charts.

import { type ChartTable, chart_table, type Facts } from '../../ssl_app/handshake/chart_table.ts'
import { client_chart } from '../../ssl_app/handshake/client_chart.ts'
import { server_chart } from '../../ssl_app/handshake/server_chart.ts'

/** What the charts ask, in words that go on from "if". */
const meanings: Readonly<Record<keyof Facts, string>> = {
  resumed: 'the session of an earlier connection goes on',
  server_certificate: 'the server of such a suite shows a certificate',
  no_server_certificate: 'it shows none: anonymous suites, those with a password or a shared key alone',
  no_server_key_exchange: 'the suite has no ServerKeyExchange: the certificate says it all',
  perhaps_server_key_exchange:
    'a ServerKeyExchange would only hold a hint for a shared key, and may be missing',
  can_have_server_key_exchange: 'the suite has a ServerKeyExchange, or may have one',
  can_lack_server_key_exchange: 'the suite has no ServerKeyExchange, or need not have one',
  no_certificate_status: 'the server has not promised an answer of its OCSP responder (RFC 6066 §8)',
  certificate_not_requested: 'the server has not asked for a certificate',
  no_certificate_alert: 'the version is SSL 3.0, where a client that has no certificate says so by an alert',
  nothing_to_verify: 'the client has shown no certificate',
  no_ticket: 'the server has not promised a ticket (RFC 5077)',
  no_next_protocol: 'the client was not told of protocols to choose from (NPN)',
  renegotiating: 'there was a handshake before, over the same connection',
}

/** An arrow of a chart. */
interface Arrow {
  readonly from: string
  /** Undefined: at once, without any message. */
  readonly message: string | undefined
  readonly guard: keyof Facts | undefined
  readonly to: string
}

/** The whole page. */
export const handshake_page = (): string =>
  [
    introduction,
    side('client', chart_table(client_chart), of_client),
    side('server', chart_table(server_chart), of_server),
    facts_table,
    how_it_runs,
  ].join('\n')

const introduction = `# The handshake

<!-- Drawn from the charts by \`npm run docs:handshake\`, and not to be edited: test/docs/handshake_page.test.ts compares. -->

Which message may come when is data: one chart for each side, [\`client_chart.ts\`](../ssl_app/handshake/client_chart.ts) and
[\`server_chart.ts\`](../ssl_app/handshake/server_chart.ts). Nothing else in the program says it. What is not drawn here is
answered with the alert \`unexpected_message\`, and the connection is over.

The states named \`hello\`, \`certify\`, \`cipher\`, \`abbreviated\` and \`connection\` are those that the log tells of; what is
behind the dot is how far things have come there. An arrow with a message is taken when that message comes; what stands in
brackets has to be the case by what is known then. An arrow without a message is taken at once. Of several arrows for the
same message the first one counts whose condition holds.
`

const of_client = `A client speaks first, so its chart begins where it waits for the answer. It may overhear any HelloRequest until
the server has said all it has to say; in \`connection\` one makes it begin again (\`renegotiate\`), or not, as its user will.`

const of_server = `A server that is asked for a new handshake in \`connection\` and does not want one stays there, and says so by the
warning \`no_renegotiation\`. The alert \`no_certificate\` is none of the handshake's messages, but in SSL 3.0 it stands for one.`

function side(role: string, table: ChartTable, text: string): string {
  const arrows = arrows_of(table)
  return `## The ${role}

${text}

${diagram(table, arrows)}

| In | when | if | it goes to |
| --- | --- | --- | --- |
${arrows.map(row).join('\n')}
`
}

const facts_table = `## What decides

| Fact | It holds if |
| --- | --- |
${Object.entries(meanings)
  .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
  .join('\n')}

They follow from what both sides have said ([\`facts.ts\`](../ssl_app/handshake/facts.ts)), most of them from the key exchange
([\`key_exchange_parts.ts\`](../ssl_app/handshake/key_exchange_parts.ts)).
`

const how_it_runs = `## How it runs

xstate draws and interprets such charts, and takes some ten microseconds for an event. So each chart is walked once, when it
is loaded, into a plain table ([\`chart_table.ts\`](../ssl_app/handshake/chart_table.ts)), and a step of a handshake is two
look-ups ([\`progress.ts\`](../ssl_app/handshake/progress.ts)). What a message means in a state, once it may come, is said by
[\`client_states.ts\`](../ssl_app/handshake/client_states.ts) and
[\`server_states.ts\`](../ssl_app/handshake/server_states.ts).

- \`test/ssl_app/handshake/chart_table.test.ts\`: table and xstate agree on each message in each state, whatever the facts.
- \`test/ssl_app/handshake/handshake_combinations.test.ts\`: two engines, by every key exchange and with everything that it
  can be combined with, come to \`connection\`, and have together passed every state and every arrow.
- \`test/ssl_app/handshake/unexpected_messages.test.ts\`: in each state, every other message is refused.
`

function arrows_of({ rows }: ChartTable): Arrow[] {
  return [...rows].flatMap(([from, { on, always }]) => [
    ...always.map(({ guard, target }) => ({ from, message: undefined, guard, to: target ?? from })),
    ...[...on].flatMap(([message, branches]) =>
      branches.map(({ guard, target }) => ({ from, message, guard, to: target ?? from })),
    ),
  ])
}

/** Arrows that lead nowhere are left to the table: there would be one at nearly every state. */
function diagram({ initial, rows }: ChartTable, arrows: readonly Arrow[]): string {
  const states = [...rows.keys()].map(state => `  state "${state}" as ${id(state)}`)
  const lines = arrows
    .filter(({ from, to }) => from !== to)
    .map(arrow => `  ${id(arrow.from)} --> ${id(arrow.to)} : ${label(arrow)}`)
  return ['```mermaid', 'stateDiagram-v2', ...states, `  [*] --> ${id(initial)}`, ...lines, '```'].join('\n')
}

const label = ({ message, guard }: Arrow): string =>
  [message, guard && `[${guard}]`].filter(part => part !== undefined).join(' ')

const id = (state: string): string => state.replace('.', '__')

const row = ({ from, message, guard, to }: Arrow): string => {
  const next = from === to ? 'stays' : `\`${to}\``
  return `| \`${from}\` | ${message ? `\`${message}\`` : 'at once'} | ${guard ? `\`${guard}\`` : ''} | ${next} |`
}
