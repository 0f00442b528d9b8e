// Options of Node's that cannot be had here, and what to do instead: who gives one is told, and nothing is ignored.

const by_ssl = 'use kista/ssl, and to_duplex for what comes of it'
const by_files = 'take certificates and keys out of it: openssl pkcs12 -in FILE -nodes'
const by_versions = 'say minVersion and maxVersion'
const kept = 'sessions are kept, and gone on with, by the application ssl itself'

/** Options that are known and not supported, each with the way out. */
export const refusals: Readonly<Record<string, string>> = {
  ALPNCallback: 'say ALPNProtocols',
  allowPartialTrustChain: `its equal is the option partial_chain: ${by_ssl}`,
  autoSelectFamily: 'say family, or an address for host',
  autoSelectFamilyAttemptTimeout: 'say family, or an address for host',
  clientCertEngine: 'there are no engines',
  crl: `put lists into ssl_crl_cache, with the option crl_check: ${by_ssl}`,
  enableTrace: 'connections can be traced by the functions of sys',
  exclusive: 'there are no clusters',
  fd: 'listen on a port',
  hints: 'say family, or an address for host',
  keepAliveInitialDelay: 'the system decides about that',
  lookup: 'look the host up, and say its address for host and its name for servername',
  maxCachedSessions: kept,
  minDHSize: 'there is no bound; leave DHE out of ciphers',
  onread: 'read from the stream',
  path: `its equal is the option cb_info, with a transport of unix sockets: ${by_ssl}`,
  pauseOnConnect: 'what comes waits in the stream until somebody reads it',
  pfx: by_files,
  privateKeyEngine: 'there are no engines',
  privateKeyIdentifier: 'there are no engines',
  pskCallback: `its equals are the options psk_identity and user_lookup_fun: ${by_ssl}`,
  pskIdentityHint: `its equals are the options psk_identity and user_lookup_fun: ${by_ssl}`,
  readableAll: 'listen on a port',
  secureOptions: by_versions,
  secureProtocol: by_versions,
  session: kept,
  sessionIdContext: kept,
  sessionTimeout: `${kept}: its environment has session_lifetime`,
  socket: `its equal is ssl.connect on a socket of gen_tcp: ${by_ssl}`,
  ticketKeys: kept,
  writableAll: 'listen on a port',
}

/** @throws TypeError `ERR_INVALID_ARG_VALUE`, which does not tell the value: it may be secret */
export function refuse(option: string, why: string): never {
  throw Object.assign(new TypeError(`The option '${option}' cannot be used: ${why}`), {
    code: 'ERR_INVALID_ARG_VALUE',
  })
}

/**
 * Sees that all options are known.
 *
 * @param known - the names of those that are
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for one that there is not, or that is not supported; it counts as not given
 *   if it is undefined or null, and one that is not supported also if it is false
 */
export function check_names(options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (known.includes(name) || value === undefined || value === null) continue
    if (!Object.hasOwn(refusals, name)) refuse(name, 'there is no such option')
    if (value !== false) refuse(name, refusals[name]!)
  }
}
