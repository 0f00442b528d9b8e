// The order of MAC and encryption in records of block ciphers: where both sides can, the MAC comes last. RFC 7366

import type { CipherSuite } from '../record/cipher_suites.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { HandshakeData } from './handshake_data.ts'

/** Whether it makes a difference to a suite. */
export const is_block_cipher = ({ cipher }: Pick<CipherSuite, 'cipher'>): boolean => cipher.endsWith('_cbc')

/**
 * What had it once has it from then on: in a new handshake on the connection, and where a session goes on.
 *
 * @throws {@link Alert} `handshake_failure`: the peer has given it up
 * @see RFC 7366 §3.1
 */
export function refuse_weaker_order({
  suite,
  encrypt_then_mac,
  previous,
  resumed,
  offered,
}: HandshakeData): void {
  if (encrypt_then_mac || !is_block_cipher(suite!)) return
  const had_it = previous?.encrypt_then_mac || (resumed && offered!.encrypt_then_mac)
  if (had_it) throw new Alert('handshake_failure', 'no encrypt_then_mac any more')
}
