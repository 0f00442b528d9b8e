// What a verify_fun is asked about each of the wrong chains; and more of those: such as Kista itself would not show,
// and those of servers that are other hosts.

import { encode_pem } from '../../../apps/public_key/pubkey_pem.ts'
import { type CertificateRow, make_pki } from '../../support/chain_maker.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { authority } from '../../support/pki_peer.ts'
import { chain_cases, chain_pki, type Rules, shown_pem } from '../../support/wrong_chains.ts'

/** A chain, how it is checked, and what comes of it. */
export interface ChainError {
  readonly what: string
  /** PEM, with the key. */
  readonly chain: string
  /** The names of its certificates, with spaces between. */
  readonly names: string
  readonly rules: Rules
  /** To whom a client connects. Default: `localhost` */
  readonly host?: string
  /** What the verify_fun is asked, but for extensions. Undefined: it is not the one that notes it */
  readonly noticed: string | undefined
  /** The text of the alert, or `'none'`. */
  readonly alert: string
}

/** `who is it`, until it refuses. */
const noticed: Readonly<Record<string, string>> = {
  'nothing wrong': 'ca valid, good valid_peer',
  'nothing wrong, and lists that say so': 'ca valid, good valid_peer',
  'nobody trusted': 'ca unknown_ca',
  'a missing authority': 'good unknown_ca',
  'authorities that signed for each other': 'tail unknown_ca',
  'nobody trusted but one on the way': 'good valid_peer',
  'a missing authority, and a peer who is trusted': 'good valid_peer',
  'an authority of another root, which vouches for it': 'crossed valid, guest_ca valid, guest valid_peer',
  'an authority with two roots': 'guest_ca valid, guest valid_peer',
  'authorities in another order': 'ca valid, lower_ca valid, low valid_peer',
  'more than is needed, and twice': 'ca valid, good valid_peer',
  'a peer that signed for itself': 'lone selfsigned_peer',
  'a peer too old': 'ca valid, old cert_expired',
  'a peer too young': 'ca valid, early cert_expired',
  'an authority too old': 'old_ca cert_expired',
  'a wrong signature': 'damaged invalid_signature',
  'a wrong signature of an authority': 'damaged_ca invalid_signature',
  'a name that may not be certified': 'bound_ca valid, out_of_bounds name_not_permitted',
  'an authority that is none': 'no_ca missing_basic_constraint',
  'an authority from before there were any': 'first_ca missing_basic_constraint',
  'an authority that may not sign': 'no_signer invalid_key_usage',
  'a path too long for one of its authorities':
    'last_ca valid, beyond_ca valid, beyond max_path_length_reached',
  'a path too long for the user': 'ca valid, good max_path_length_reached',
  'a key for something else': 'ca valid, for_mail invalid_ext_key_usage',
  'an authority for something else': 'mail_ca invalid_ext_key_usage',
  'an authority for whatever it likes': 'mail_ca valid, of_mail_ca valid_peer',
  'a critical extension that nobody knows': 'ca valid',
  'a revoked peer': 'ca valid, revoked valid_peer, revoked revoked keyCompromise',
  'no lists': 'ca valid, ca revocation_status_undetermined',
  'a signature that is not wanted': 'ca unsupported_signature',
  'a key too short': 'ca weak_key 256',
  'a policy that is not met': 'ca valid, good policy_requirement_not_met 1.2.4',
  'a policy for any other': 'mapping_ca invalid_policy_mapping 2.5.29.32.0 1.2.3',
}

/** A peer, as a server or as a client, shows them. */
export const chain_errors: readonly ChainError[] = [
  ...chain_cases.map(([what, names, alert, rules = {}]) =>
    row(what, names, {
      rules,
      alert,
      noticed: rules.verify_fun ? undefined : (noticed[what] ?? 'nothing is said of it'),
    }),
  ),
  row('a signature with SHA-1', 'of_sha1_ca sha1_ca', {
    noticed: 'sha1_ca valid, of_sha1_ca unsupported_signature',
    alert: 'unsupported certificate',
  }),
  row('a signature with SHA-1, which is allowed', 'of_sha1_ca sha1_ca', {
    rules: { signature_algs_cert: ['ecdsa_secp256r1_sha256', 'rsa_pkcs1_sha1'] },
    noticed: 'sha1_ca valid, of_sha1_ca valid_peer',
    alert: 'none',
  }),
  row('a key of RSA that is too short', 'short ca', {
    noticed: 'ca valid, short weak_key 768',
    alert: 'bad certificate',
  }),
  row('a key of RSA that is short, as is allowed', 'short ca', {
    rules: { least_key_bits: { rsa: 512 } },
    noticed: 'ca valid, short valid_peer',
    alert: 'none',
  }),
  row('the name of another issuer', 'misnamed ca', {
    noticed: 'ca valid, misnamed invalid_issuer',
    alert: 'bad certificate',
  }),
  long_chain(30, 'none'),
  long_chain(200, 'unknown ca'),
]

/** A peer below so many authorities, each below the other. */
function long_chain(authorities: number, alert: string): ChainError {
  const rows: Record<string, CertificateRow> = { ca0: authority }
  for (let number = 1; number <= authorities; number++) {
    rows[`ca${number}`] = { ...authority, signed_by: `ca${number - 1}` }
  }
  const below = `ca${authorities}`
  const pki = make_pki({ ...rows, peer: { signed_by: below, alt_names: [['dNSName', 'localhost']] } })
  const names = ['peer', ...Object.keys(rows).reverse()]
  const certificates = names.map(name => ['Certificate', pki.certificate(name).der, 'not_encrypted'] as const)
  const key = pki.certificate('peer').key.private_key.export({ format: 'pem', type: 'pkcs8' })
  return {
    ...{
      what: `a peer below ${authorities} authorities`,
      names: '',
      chain: `${encode_pem(certificates)}${key}`,
    },
    ...{ rules: { cacerts: [pki.certificate('ca0').der], depth: 255 }, noticed: undefined, alert },
  }
}

/** OpenSSL shows them, and Erlang would not. */
export const openssl_errors: readonly ChainError[] = [
  row('a signature with MD5', 'of_md5_ca md5_ca', {
    noticed: 'md5_ca valid, of_md5_ca unsupported_signature',
    alert: 'unsupported certificate',
  }),
  row('a signature with MD5, which is allowed', 'of_md5_ca md5_ca', {
    rules: { signature_algs_cert: ['ecdsa_secp256r1_sha256', ['md5', 'rsa']] },
    noticed: 'md5_ca valid, of_md5_ca valid_peer',
    alert: 'none',
  }),
  {
    ...row('an extension that is damaged', 'annotated ca', { noticed: '', alert: 'certificate unknown' }),
    chain: damaged(),
  },
]

/** Servers show them to a client that looks for a host. Its name is that of the server, if it looks for no other. */
export const host_errors: readonly ChainError[] = [
  looked_for('elsewhere.example', 'good', false),
  looked_for('LOCALHOST', 'good', true),
  looked_for('www.example.com', 'wild', true),
  looked_for('example.com', 'wild', false),
  looked_for('a.b.example.com', 'wild', false),
  looked_for('bücher.example', 'foreign', true),
  looked_for('xn--bcher-kva.example', 'foreign', true),
  looked_for('localhost', 'nameless', true),
  looked_for('localhost', 'addressed', false),
  { ...row('the address', 'addressed ca', content('addressed')), host: '127.0.0.1' },
  { ...row('no address, but only names', 'good ca', discontent('good')), host: '127.0.0.1' },
  row('another host, where none is looked for', 'wild ca', {
    ...content('wild'),
    rules: { server_name_indication: 'disable' },
  }),
  row('another host, which the user lets pass', 'wild ca', {
    ...content('wild'),
    rules: { customize_hostname_check: { match_fun: () => true } },
  }),
  row('the host, which the user does not let pass', 'good ca', {
    ...discontent('good'),
    rules: { customize_hostname_check: { match_fun: () => false } },
  }),
  row('the host, of which the user has no idea', 'good ca', {
    ...discontent('good'),
    rules: { customize_hostname_check: { match_fun: fail } },
  }),
]

interface Outcome {
  readonly rules?: Rules
  readonly noticed: string | undefined
  readonly alert: string
}

function row(what: string, names: string, { rules = {}, ...outcome }: Outcome): ChainError {
  const { cert, issuers, key } = shown_pem(names)
  return { what, names, chain: `${cert}${issuers}${key}`, rules, ...outcome }
}

function looked_for(host: string, name: string, is_found: boolean): ChainError {
  return row(`"${name}", where ${host} is looked for`, `${name} ca`, {
    rules: { server_name_indication: host },
    ...(is_found ? content(name) : discontent(name)),
  })
}

function content(name: string): Outcome {
  return { noticed: `ca valid, ${name} valid_peer`, alert: 'none' }
}

function discontent(name: string): Outcome {
  return { noticed: `ca valid, ${name} hostname_check_failed`, alert: 'handshake failure' }
}

function fail(): never {
  throw new Error('no idea')
}

/** Of its authorityInfoAccess there is but the name: RFC 5280 §4.2.2.1. */
function damaged(): string {
  const { issuers, key } = shown_pem('annotated ca')
  const der = to_hex(chain_pki.certificate('annotated').der)
  const wrong = hex(der.replace('06082b06010505070163', '06082b06010505070101'))
  return `${encode_pem([['Certificate', wrong, 'not_encrypted']])}${issuers}${key}`
}
