// An agent for `https.request` and what builds on it, whose connections are those of `ssl`.

import { type AgentOptions, Agent as HttpsAgent } from 'node:https'
import type { Term } from '../runtime/erlang/term.ts'
import { connect, connect_names } from './node_connect.ts'
import { check_names, refusals } from './node_refusals.ts'
import type { TlsStream } from './node_stream.ts'

/** What an agent of Node's can be told of itself. */
const of_agents: readonly string[] = [
  'agentKeepAliveTimeoutBuffer',
  'defaultPort',
  'keepAliveMsecs',
  'maxFreeSockets',
  'maxSockets',
  'maxTotalSockets',
  'protocol',
  'scheduling',
]

/**
 * What else those of a request have, in meanings of their own: of the agent's connections that are kept alive, of a path
 * in a URL, of an end of the whole request.
 */
const of_requests: readonly string[] = ['keepAlive', 'keepAliveInitialDelay', 'path', 'signal', 'session']

/** What of a request is for its connection; what cannot be had is among it, and is refused there. */
const of_connections = [...connect_names, ...Object.keys(refusals)].filter(
  name => !of_requests.includes(name),
)

/**
 * An `https.Agent` that connects by `ssl`. It takes the options of that, and those of {@link connect}; a request can have
 * them as well. An idle connection that is kept alive keeps the program running until `destroy()`.
 *
 * @example
 * const agent = new Agent({ ca: await readFile('ca.pem') })
 * https.get('https://localhost:8443/', { agent }, response => response.pipe(process.stdout))
 */
export class Agent extends HttpsAgent {
  /** @throws TypeError `ERR_INVALID_ARG_VALUE` for an option that there is not */
  constructor(options: AgentOptions = {}) {
    check_names(options, [...connect_names, ...of_agents])
    super(options)
  }

  /** Is called by `node:http`. @throws TypeError as {@link connect} */
  override createConnection(options: Term): TlsStream {
    const { socketPath, servername } = options
    const wanted = Object.entries(options).filter(([name]) => of_connections.includes(name))
    return connect({
      ...Object.fromEntries(wanted),
      // An address is no name to ask for: Node says so by an empty one.
      servername: servername === '' ? undefined : servername,
      ...(socketPath !== undefined && socketPath !== null && { path: socketPath }),
    })
  }
}
