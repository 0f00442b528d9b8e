// Which of its certificates one side shows: of those that fit, the one that is preferred.

import { suites_for_certificate, suites_without_key_curve } from '../record/cipher_choice.ts'
import type { CipherSuite } from '../record/cipher_suites.ts'
import type { CertificateRequest, ClientCertificateType } from './certificates.ts'
import type { HandshakeData, OwnIdentity } from './handshake_data.ts'
import type { ClientHello } from './hello.ts'
import { get_extension } from './hello_extensions.ts'
import { key_exchange_parts } from './key_exchange_parts.ts'
import { own_scheme } from './ssl_signatures.ts'

// ---- Server

/**
 * Who the server is in a handshake with that suite, and how it signs, if it is to; undefined: nobody that the client
 * could believe.
 */
export function shown_identity(
  data: HandshakeData,
  hello: ClientHello,
  suite: CipherSuite,
): Pick<HandshakeData, 'own' | 'scheme'> | undefined {
  const fitting = serving_identities(data, hello, suite)
  if (!key_exchange_parts[suite.key_exchange].signed)
    return fitting[0] && { own: fitting[0], scheme: undefined }
  const listed = get_extension(hello.extensions, 'signature_algorithms')
  return first(fitting, own => own_scheme(own, data, listed))
}

/** Those that a suite can be used with, as far as the client knows the curves of their keys. */
export const serving_identities = (
  { config, version }: HandshakeData,
  hello: ClientHello,
  suite: CipherSuite,
): readonly OwnIdentity[] =>
  config.identities.filter(own => {
    if (suites_for_certificate([suite], version!, own.traits).length === 0) return false
    return is_key_readable(own, hello) || suites_without_key_curve([suite]).length > 0
  })

/** RFC 8422 §5.3: a certificate on a curve that the client does not know is of no use to it. */
function is_key_readable({ key }: OwnIdentity, hello: ClientHello): boolean {
  const offered = get_extension(hello.extensions, 'supported_groups')
  return key.curve === undefined || offered === undefined || offered.includes(key.curve)
}

// ---- Client

/**
 * Who a client is to a server that asks; nobody, if there is no signature that the server would take. Of those that it
 * would, rather one of a kind and of an issuer that it has named: what it names is not always all that it takes.
 *
 * @see RFC 5246 §7.4.4 and §7.4.6
 */
export function asked_identity(
  data: HandshakeData,
  request: CertificateRequest,
): Partial<Pick<HandshakeData, 'own' | 'scheme'>> {
  const { certificate_types, supported_signature_algorithms, certificate_authorities } = request
  const is_named = ({ issuers }: OwnIdentity) =>
    certificate_authorities.length === 0 ||
    issuers.some(issuer => certificate_authorities.some(name => Buffer.compare(name, issuer) === 0))
  const is_of_kind = ({ traits }: OwnIdentity) => certificate_types.includes(kinds[traits.key])
  const { identities } = data.config
  const by_liking = [
    ...identities.filter(own => is_named(own) && is_of_kind(own)),
    ...identities.filter(is_named),
    ...identities.filter(is_of_kind),
    ...identities,
  ]
  return first(by_liking, own => own_scheme(own, data, supported_signature_algorithms)) ?? {}
}

/** RFC 5246 §7.4.4, RFC 8422 §5.5: keys of EdDSA go as those of ECDSA. */
const kinds: Readonly<Record<OwnIdentity['traits']['key'], ClientCertificateType>> = {
  rsa: 'rsa_sign',
  dsa: 'dss_sign',
  ec: 'ecdsa_sign',
  eddsa: 'ecdsa_sign',
}

/** What comes of the first of which anything does. */
function first<Value, Found>(
  values: readonly Value[],
  find: (value: Value) => Found | undefined,
): Found | undefined {
  for (const value of values) {
    const found = find(value)
    if (found !== undefined) return found
  }
  return undefined
}
