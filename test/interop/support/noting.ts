// A verify_fun that notes what it is asked, and refuses what is wrong.

import { default_verify_fun } from '../../../apps/public_key/verify_fun.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import type * as ssl from '../../../ssl_app/ssl.ts'
import { to_hex } from '../../support/hex.ts'
import { chain_pki } from '../../support/wrong_chains.ts'

/** @param names - of the certificates that it may be asked about, with spaces between */
export function noting(names: string) {
  const named = new Map(names.split(' ').map(name => [to_hex(chain_pki.certificate(name).der), name]))
  const noticed: string[] = []
  const verify_fun: NonNullable<ssl.ConnectOptions['verify_fun']> = [
    (certificate, event, state: Term) => {
      const who = named.get(to_hex(certificate.der)) ?? 'somebody'
      if (typeof event === 'string') noticed.push(`${who} ${event}`)
      else if (event[0] === 'bad_cert') noticed.push(`${who} ${text_of(event[1])}`)
      return default_verify_fun[0](certificate, event, state)
    },
    [],
  ]
  return { noticed, verify_fun }
}

/** `'revoked keyCompromise'` of `['revoked', 'keyCompromise']`. */
function text_of(reason: Term): string {
  if (Array.isArray(reason)) return reason.map(text_of).join(' ')
  return typeof reason === 'object' ? Object.values(reason).map(text_of).join(' ') : String(reason)
}
