// Who the peer is, by the certificates it shows: they are checked as soon as all is here that has to do with them, the
// server's answer of an OCSP responder among it (RFC 6066 §8).

import type { KeyType } from '../../apps/crypto/crypto.ts'
import type { KeyUsage } from '../../apps/public_key/pubkey_extensions.ts'
import { type Awaitable, and_then } from '../certificate/awaitable.ts'
import { validate_peer } from '../certificate/ssl_certificate.ts'
import type { Staple } from '../certificate/ssl_ocsp.ts'
import type { KeyExchange } from '../record/cipher_suites.ts'
import { Alert } from '../record/ssl_alert.ts'
import { refuse_another_server } from './bound_secret.ts'
import type { HandshakeData, Peer } from './handshake_data.ts'
import type { Message } from './handshake_state.ts'
import { get_extension } from './hello_extensions.ts'

/**
 * What is known of the peer once `message` has come. A server that has promised a `certificate_status` may still leave
 * it out, which the message behind it shows.
 *
 * @returns a promise only where somebody takes time to answer
 * @throws {@link Alert} by cause, as path validation tells; a promise is rejected with it
 */
export function know_peer(message: Message, data: HandshakeData): Awaitable<HandshakeData> {
  switch (message[0]) {
    case 'certificate': {
      const shown = message[1].certificate_list
      if (shown.length === 0) return data
      return data.status_expected ? { ...data, shown } : check(shown, undefined, data)
    }
    case 'certificate_status':
      return check(data.shown!, message[1], data)
    default:
      return data.shown ? check(data.shown, undefined, data) : data
  }
}

function check(
  shown: readonly Uint8Array[],
  response: Uint8Array | undefined,
  data: HandshakeData,
): Awaitable<HandshakeData> {
  const { config, environment, client_hello, status_nonce: nonce } = data
  const has_asked = get_extension(client_hello?.extensions, 'status_request') !== undefined
  const staple: Staple | undefined = has_asked ? { response, nonce } : undefined
  const now = environment.system_time()
  const key_usage = data.role === 'client' ? server_usage(data) : 'digitalSignature'
  const checked = validate_peer(shown, config.trusted, config.path, { now, staple, key_usage })
  return and_then(checked, peer => {
    if (data.role === 'client') check_server(data, peer)
    return { ...data, peer, shown: undefined }
  })
}

/** RFC 5246 §7.4.2: a key that is to decrypt may be one that others can be made to sign with. */
const server_usage = ({ suite }: HandshakeData): KeyUsage => usages[suite!.key_exchange] ?? 'digitalSignature'

const usages: Readonly<Partial<Record<KeyExchange, KeyUsage>>> = {
  rsa: 'keyEncipherment',
  rsa_psk: 'keyEncipherment',
  ecdh_ecdsa: 'keyAgreement',
  ecdh_rsa: 'keyAgreement',
}

/** RFC 5246 §7.4.2, RFC 8422 §5.3 */
function check_server(data: HandshakeData, { certificate, public_key }: Peer): void {
  const wanted = key_types[data.suite!.key_exchange]
  if (!wanted?.includes(public_key.type)) throw new Alert('handshake_failure', ['key', public_key.type])
  refuse_another_server(data, certificate)
}

const key_of_rsa_that_signs: readonly KeyType[] = ['rsa', 'rsa_pss']

/** RFC 5246 §7.4.2, RFC 8422 §5.3 and §5.10, RFC 8446 §4.2.3 */
const key_types: Readonly<Partial<Record<KeyExchange, readonly KeyType[]>>> = {
  rsa: ['rsa'],
  rsa_psk: ['rsa'],
  dhe_rsa: key_of_rsa_that_signs,
  srp_rsa: key_of_rsa_that_signs,
  ecdhe_rsa: key_of_rsa_that_signs,
  dhe_dss: ['dsa'],
  srp_dss: ['dsa'],
  ecdhe_ecdsa: ['ec', 'ed25519', 'ed448'],
  ecdh_ecdsa: ['ec'],
  ecdh_rsa: ['ec'],
}
