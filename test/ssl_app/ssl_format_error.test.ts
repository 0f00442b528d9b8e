import { describe, expect, test } from '@jest/globals'
import type { Term } from '../../runtime/erlang/term.ts'
import { format_error } from '../../ssl_app/ssl_format_error.ts'

const cases: readonly (readonly [Term, string])[] = [
  ['closed', 'TLS connection is closed'],
  [['tls_alert', 'unknown ca'], 'TLS Alert: unknown ca'],
  [
    ['options', ['cacertfile', 'ca.pem', ['error', 'enoent']]],
    'Invalid CA certificate file ca.pem: no such file or directory',
  ],
  [
    ['options', ['certfile', 'own.pem', ['error', 'eacces']]],
    'Invalid certificate file own.pem: permission denied',
  ],
  [['options', ['keyfile', 'key.pem', 'badmatch']], 'Invalid key file key.pem: decoding error'],
  [['options', ['keyfile', 'key.pem', ['error', 'no key']]], 'Invalid key file key.pem: decoding error'],
  [['options', ['dhfile', 'dh.pem', ['asn1', 'x']]], 'Invalid DH params file dh.pem: decoding error'],
  [
    ['options', ['socket_options', 'nodelay', 'einval']],
    'Invalid transport socket option nodelay: invalid argument',
  ],
  [['options', ['socket_options', ['packet', 3]]], "Invalid socket option: [ 'packet', 3 ]"],
  [['options', ['cacertfile', '']], "Invalid TLS option: [ 'cacertfile', '' ]"],
  [['options', ['depth', -1]], "Invalid TLS option: [ 'depth', -1 ]"],
  [['options', 'binary'], 'Invalid TLS option: binary'],
  [['options', null], 'Invalid TLS option: null'],
  [
    ['options', 'incompatible', ['verify', 'verify_none'], ['fail_if_no_peer_cert', true]],
    "Invalid TLS option: [ 'incompatible', [ 'verify', 'verify_none' ], [ 'fail_if_no_peer_cert', true ] ]",
  ],
  [
    ['options', ['dhfile', 'dh.pem', ['error', 'enoent']]],
    'Invalid DH params file dh.pem: no such file or directory',
  ],
  [
    ['options', ['tlsv1.3', ['versions', ['tlsv1.3']]]],
    "Invalid TLS option: [ 'tlsv1.3', [ 'versions', [ 'tlsv1.3' ] ] ]",
  ],
  [
    ['options', ['cb_info', ['undef', ['recv', 'setopts']]]],
    'Invalid TLS option cb_info: the transport has no function recv, setopts',
  ],
  [['options', ['cb_info', ['undef', 5]]], "Invalid TLS option: [ 'cb_info', [ 'undef', 5 ] ]"],
  [['option', 'client_only', 'fallback'], "Unexpected error: [ 'option', 'client_only', 'fallback' ]"],
  ['renegotiation_rejected', 'Unexpected error: renegotiation_rejected'],
  ['econnrefused', 'connection refused'],
  ['nxdomain', 'non-existing domain'],
  ['system_limit', 'a system limit was hit, probably not enough ports'],
  ['enonsense', 'Unexpected error: enonsense'],
  ['timeout', 'Unexpected error: timeout'],
  ['not_owner', 'Unexpected error: not_owner'],
  ['nooptions', 'Unexpected error: nooptions'],
  ['no_peercert', 'Unexpected error: no_peercert'],
  ['ssl_not_started', 'Unexpected error: ssl_not_started'],
  [['conflict_options', ['a', 'b']], "Unexpected error: [ 'conflict_options', [ 'a', 'b' ] ]"],
  [['keyfile', ['badmatch', []]], "Unexpected error: [ 'keyfile', [ 'badmatch', [] ] ]"],
  [undefined, 'Unexpected error: undefined'],
  [5, 'Unexpected error: 5'],
]

describe('a reason', () => {
  test.each(cases)('%p is: %s', (reason, text) => {
    expect(format_error(reason)).toBe(text)
  })

  test.each(cases)('%p is the same behind error', (reason, text) => {
    expect(format_error(['error', reason])).toBe(text)
  })

  test.each(['', 'Something went wrong', 'no such thing'])('that is a text already stays: %p', text => {
    expect(format_error(text)).toBe(text)
  })
})
