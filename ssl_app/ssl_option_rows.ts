// Every option of connections: whose it is, which values it may have, and what it is if nobody says.

import type { OptionValues } from './connection/connection_options.ts'
import { available_versions, supported_versions } from './connection/ssl_environment.ts'
import { tcp } from './connection/tcp_transport.ts'
import { parse_ciphers } from './record/cipher_choice.ts'
import { type CipherSuite, suites } from './record/cipher_suites.ts'
import type { Role } from './record/tls_v1.ts'
import { highest_version } from './record/tls_version.ts'
import * as certificate_checks from './ssl_certificate_checks.ts'
import * as checks from './ssl_option_checks.ts'

/** What is known already when an option is looked at. */
export type Given = Partial<OptionValues>

/** An option: who has it, what it may be, and what it is if nobody says. */
export interface Row<Value> {
  readonly role: Role | 'both'
  readonly check: (value: unknown, given: Given, role: Role) => checks.Checked<Value>
  readonly initial: (role: Role, given: Given) => Value
}

const none = () => undefined
const no = () => false
const yes = () => true

/** How many records are sent at most before new keys are agreed on. */
const longest_use = 2 ** 28

/** In the order in which they are checked. */
export const rows: { readonly [Name in keyof OptionValues]: Row<OptionValues[Name]> } = {
  versions: { role: 'both', check: check_versions, initial: supported_versions },
  verify: {
    role: 'both',
    check: certificate_checks.verify,
    initial: role => (role === 'client' ? 'verify_peer' : 'verify_none'),
  },
  verify_fun: { role: 'both', check: certificate_checks.verify_fun, initial: none },
  partial_chain: { role: 'both', check: checks.fun, initial: none },
  verify_client_once: { role: 'both', check: checks.boolean, initial: no },
  depth: { role: 'both', check: checks.whole(0, 255), initial: () => 1 },
  certs_keys: { role: 'both', check: certificate_checks.certs_keys, initial: none },
  cert: { role: 'both', check: certificate_checks.own_certificates, initial: none },
  certfile: { role: 'both', check: checks.path_or_none, initial: none },
  key: { role: 'both', check: certificate_checks.key, initial: none },
  keyfile: { role: 'both', check: checks.path, initial: (_role, { certfile }) => certfile },
  password: { role: 'both', check: certificate_checks.password, initial: () => '' },
  cacerts: { role: 'both', check: certificate_checks.certificates, initial: none },
  cacertfile: { role: 'both', check: checks.path, initial: none },
  crl_check: {
    role: 'both',
    check: checks.one_of<boolean | 'peer' | 'best_effort'>(false, true, 'peer', 'best_effort'),
    initial: no,
  },
  crl_cache: {
    role: 'both',
    check: certificate_checks.crl_cache,
    initial: () => certificate_checks.default_crl_cache,
  },
  customize_hostname_check: { role: 'client', check: certificate_checks.hostname_check, initial: none },
  cert_policy_opts: { role: 'both', check: certificate_checks.policies, initial: none },
  allow_any_ca_purpose: { role: 'both', check: checks.boolean, initial: no },
  signature_algs: {
    role: 'both',
    check: certificate_checks.signature_algs('signature_algs', 'no_supported_algorithms'),
    initial: none,
  },
  signature_algs_cert: {
    role: 'both',
    check: certificate_checks.signature_algs('signature_algs_cert', 'no_supported_signature_schemes'),
    initial: none,
  },
  least_key_bits: {
    role: 'both',
    check: certificate_checks.least_key_bits,
    initial: () => certificate_checks.default_least_key_bits,
  },
  stapling: { role: 'client', check: certificate_checks.stapling, initial: none },
  dh: { role: 'server', check: checks.bytes, initial: none },
  dhfile: { role: 'server', check: checks.path, initial: none },
  user_lookup_fun: { role: 'both', check: checks.fun_and_state, initial: none },
  psk_identity: { role: 'both', check: checks.short_text(65_535), initial: none },
  srp_identity: { role: 'client', check: checks.srp_identity, initial: none },
  ciphers: { role: 'both', check: check_ciphers, initial: default_ciphers },
  eccs: { role: 'both', check: checks.curves, initial: none },
  reuse_session: { role: 'server', check: checks.fun, initial: none },
  reuse_sessions: { role: 'both', check: checks.boolean, initial: yes },
  session_tickets: { role: 'both', check: check_session_tickets, initial: default_session_tickets },
  secure_renegotiate: { role: 'both', check: checks.boolean, initial: no },
  client_renegotiation: { role: 'server', check: checks.boolean, initial: yes },
  renegotiate_at: { role: 'both', check: checks.capped(longest_use), initial: () => longest_use },
  handshake: { role: 'both', check: checks.one_of('full', 'hello'), initial: () => 'full' },
  hibernate_after: { role: 'both', check: checks.milliseconds_or_never, initial: none },
  erl_dist: { role: 'both', check: checks.boolean, initial: no },
  alpn_advertised_protocols: not_in_sslv3(
    'alpn_advertised_protocols',
    'client',
    checks.protocols('alpn_advertised_protocols'),
  ),
  alpn_preferred_protocols: not_in_sslv3(
    'alpn_preferred_protocols',
    'server',
    checks.protocols('alpn_preferred_protocols'),
  ),
  next_protocols_advertised: not_in_sslv3(
    'next_protocols_advertised',
    'server',
    checks.protocols('next_protocols_advertised'),
  ),
  client_preferred_next_protocols: not_in_sslv3(
    'client_preferred_next_protocols',
    'client',
    checks.next_protocols,
  ),
  log_alert: { role: 'both', check: checks.boolean, initial: yes },
  server_name_indication: { role: 'client', check: checks.text, initial: none },
  fail_if_no_peer_cert: { role: 'server', check: checks.boolean, initial: no },
  sni_hosts: { role: 'server', check: checks.record, initial: none },
  sni_fun: { role: 'server', check: checks.fun, initial: none },
  honor_cipher_order: { role: 'server', check: checks.boolean, initial: no },
  honor_ecc_order: { role: 'server', check: checks.boolean, initial: yes },
  padding_check: { role: 'both', check: checks.boolean, initial: yes },
  fallback: { role: 'client', check: checks.boolean, initial: no },
  max_fragment_length: { role: 'client', check: checks.one_of(512, 1024, 2048, 4096), initial: none },
  record_size_limit: { role: 'both', check: checks.whole(64, 16_384), initial: none },
  cb_info: { role: 'both', check: checks.cb_info, initial: () => tcp },
  protocol: { role: 'both', check: checks.one_of('tls'), initial: () => 'tls' },
  ssl_imp: { role: 'both', check: checks.anything, initial: none },
}

/** Options of OTP's that are not implemented. They are refused, and not handed to the transport. */
export const unknown_here: ReadonlySet<string> = new Set(['deliver'])

/** Options that only a listener has. */
export const of_listener: readonly string[] = ['cb_info', 'sni_hosts', 'sni_fun']

/** Options that a client cannot say anew once its hello is sent: they stand in it, or it depends on them. */
export const of_client_hello: readonly string[] = [
  'versions',
  'ciphers',
  'eccs',
  'signature_algs',
  'server_name_indication',
  'alpn_advertised_protocols',
  'client_preferred_next_protocols',
  'user_lookup_fun',
  'srp_identity',
  'fallback',
  'session_tickets',
  'max_fragment_length',
  'record_size_limit',
  'stapling',
  'cb_info',
]

/** The suites that are used unless a user says otherwise. */
export function default_ciphers(_role: Role, { versions = supported_versions() }: Given): CipherSuite[] {
  return suites(highest_version(versions))
}

// ---- Checks that take more than the value

function check_versions(value: unknown) {
  return checks.versions(available_versions, supported_versions())(value)
}

function check_ciphers(value: unknown, { versions = supported_versions() }: Given) {
  return parse_ciphers(value, highest_version(versions))
}

type SessionTickets = OptionValues['session_tickets']

function check_session_tickets(value: unknown, _given: Given, role: Role): checks.Checked<SessionTickets> {
  return checks.one_of<SessionTickets>('disabled', role === 'client' ? 'auto' : 'stateless')(value)
}

function default_session_tickets(role: Role): SessionTickets {
  return role === 'client' ? 'auto' : 'disabled'
}

/** An option for what SSL 3.0 has no extensions for: it is refused where nothing newer is spoken. */
function not_in_sslv3<Value>(name: string, role: Role, check: checks.Check<Value>): Row<Value | undefined> {
  return {
    role,
    initial: none,
    check(value, { versions = supported_versions() }) {
      const checked = check(value)
      if (checked[0] !== 'ok' || highest_version(versions) !== 'sslv3') return checked
      return ['error', ['options', ['not_supported_in_sslv3', [name, value]]]]
    },
  }
}
