// What the key exchange of a suite consists of: what both sides contribute, and who proves what to whom.

import type { KeyExchange } from '../record/cipher_suites.ts'

/** Whether the server sends a ServerKeyExchange. Where it is optional, it would hold nothing but a PSK hint. */
export type ServerKeyExchangeDue = 'always' | 'optional' | 'never'

/** The parts of a key exchange. */
export interface KeyExchangeParts {
  /**
   * What the premaster secret comes from, beside a shared key: a secret that the client makes and encrypts (`'rsa'`),
   * what both agree on, or nothing else.
   */
  readonly share: 'none' | 'rsa' | 'dh' | 'ecdh' | 'srp'
  /** A key that both have beforehand goes into it, too. RFC 4279 */
  readonly psk: boolean
  /** The server signs its share. */
  readonly signed: boolean
  /** The server shows a certificate. */
  readonly certificate: boolean
  /** The server makes its share anew for each handshake; it is not that of its certificate. */
  readonly ephemeral: boolean
  readonly server_key_exchange: ServerKeyExchangeDue
}

type Share = KeyExchangeParts['share']

/** RFC 5246 §7.4.2 and §7.4.3, RFC 8422 §2, RFC 4279 §2 to §4, RFC 5054 §2.5 */
export const key_exchange_parts: Readonly<Record<KeyExchange, KeyExchangeParts>> = {
  rsa: of_certificate('rsa'),
  ecdh_rsa: of_certificate('ecdh'),
  ecdh_ecdsa: of_certificate('ecdh'),

  dhe_rsa: signed('dh'),
  dhe_dss: signed('dh'),
  ecdhe_rsa: signed('ecdh'),
  ecdhe_ecdsa: signed('ecdh'),
  srp_rsa: signed('srp'),
  srp_dss: signed('srp'),

  dh_anon: anonymous('dh'),
  ecdh_anon: anonymous('ecdh'),
  srp_anon: anonymous('srp'),

  psk: { ...of_certificate('none'), psk: true, certificate: false, server_key_exchange: 'optional' },
  rsa_psk: { ...of_certificate('rsa'), psk: true, server_key_exchange: 'optional' },
  dhe_psk: { ...anonymous('dh'), psk: true },
}

/** Whether a suite's key exchange is on a curve. */
export const is_on_curve = ({ key_exchange }: { readonly key_exchange: KeyExchange }): boolean =>
  key_exchange_parts[key_exchange].share === 'ecdh'

/** Whether the server of such a suite shows a certificate. */
export const is_certified = ({ key_exchange }: { readonly key_exchange: KeyExchange }): boolean =>
  key_exchange_parts[key_exchange].certificate

function of_certificate(share: Share): KeyExchangeParts {
  return {
    share,
    psk: false,
    signed: false,
    certificate: true,
    ephemeral: false,
    server_key_exchange: 'never',
  }
}

function signed(share: Share): KeyExchangeParts {
  return { ...anonymous(share), signed: true, certificate: true }
}

function anonymous(share: Share): KeyExchangeParts {
  return {
    share,
    psk: false,
    signed: false,
    certificate: false,
    ephemeral: true,
    server_key_exchange: 'always',
  }
}
