// The host name as a part of path validation: names in the subject are held to the name constraints too.

import { expect, test } from '@jest/globals'
import { validate_path } from '../../../apps/public_key/pubkey_cert.ts'
import type { HostnameCheck } from '../../../apps/public_key/pubkey_hostname.ts'
import { type CertificateRow, make_pki } from '../../support/chain_maker.ts'

const authority: CertificateRow = {
  basic_constraints: { cA: true },
  key_usage: { usages: ['keyCertSign'] },
}

function outcome(peer: CertificateRow, hostname: string, customize_hostname_check?: HostnameCheck): unknown {
  const pki = make_pki({
    root: authority,
    ca: { ...authority, signed_by: 'root', permitted: [['dNSName', 'good.example']] },
    peer: { signed_by: 'ca', ...peer },
  })
  const [anchor, ...path] = pki.path('peer')
  const [tag, value] = validate_path(anchor!, path, {
    now: Date.UTC(2026, 5, 1),
    hostname,
    customize_hostname_check,
  })
  return tag === 'ok' ? tag : value
}

const failed = ['bad_cert', 'hostname_check_failed']

test.each([['a.good.example'], ['A.Good.Example'], ['a.good.example.']])(
  'a common name is good for %s, within the constraints',
  host => {
    expect(outcome({ subject: 'CN=a.good.example' }, host)).toBe('ok')
  },
)

test('a common name in ASCII is good for the same name in its own script', () => {
  expect(outcome({ subject: 'CN=xn--bcher-kva.good.example' }, 'bücher.good.example')).toBe('ok')
})

test.each([['a.bad.example'], ['a.bad.example.'], ['notgood.example']])(
  'a common name is not good for %s, without the constraints',
  host => {
    expect(outcome({ subject: `CN=${host}` }, host)).toEqual(failed)
  },
)

test('an alternative name is held to the constraints whatever the host', () => {
  const peer: CertificateRow = { alt_names: [['dNSName', 'a.bad.example']] }
  expect(outcome(peer, 'a.bad.example')).toEqual(['bad_cert', 'name_not_permitted'])
})

test('a match_fun of the user decides, and one that throws does not consent', () => {
  const peer: CertificateRow = { alt_names: [['dNSName', 'a.good.example']] }
  expect(outcome(peer, 'elsewhere.example', { match_fun: () => true })).toBe('ok')
  expect(outcome(peer, 'a.good.example', { match_fun: () => false })).toEqual(failed)
  const throwing = () => {
    throw new Error('no')
  }
  expect(outcome(peer, 'a.good.example', { match_fun: throwing })).toEqual(failed)
  expect(outcome(peer, 'elsewhere.example', { fail_callback: throwing })).toEqual(failed)
})
