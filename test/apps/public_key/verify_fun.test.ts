import { beforeAll, describe, expect, test } from '@jest/globals'
import { null_value } from '../../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import type { VerifyAnswer, VerifyEvent, VerifyFun } from '../../../apps/public_key/public_key.ts'
import { pkix_path_validation } from '../../../apps/public_key/public_key.ts'
import {
  make_ca,
  make_intermediate,
  make_leaf,
  type TestCertificate,
  valid_from,
} from '../../support/certificates.ts'

const now = Date.UTC(2026, 0, 1)

let root: TestCertificate
let intermediate: TestCertificate
let expired: TestCertificate

beforeAll(async () => {
  root = await make_ca()
  intermediate = await make_intermediate(root)
  expired = await make_leaf(intermediate, {
    not_after: valid_from + 1000,
    extensions: [{ extnID: '1.2.3.4', critical: true, extnValue: null_value() }],
  })
})

type Fun<State> = VerifyFun<State>[0]

function validate<State>(fun: Fun<State>, initial_state: State) {
  return pkix_path_validation(root.cert_der, [intermediate.cert_der, expired.cert_der], {
    now,
    verify_fun: [fun, initial_state],
  })
}

/** Overlooks everything, but gives `answer` to the events that `about` picks. */
const answering = (about: (event: VerifyEvent) => boolean, answer: unknown): Fun<number> => {
  return (_certificate, event, count) =>
    about(event) ? (answer as VerifyAnswer<number>) : ['valid', count + 1]
}

const is_bad = (event: VerifyEvent) => event[0] === 'bad_cert'
const is_critical = (event: VerifyEvent) =>
  event[0] === 'extension' && (event[1] as { critical: boolean }).critical
const is_plain = (event: VerifyEvent) => event[0] === 'extension' && !is_critical(event)

describe('a verify_fun', () => {
  test('hears of every certificate, extension and error, and hands its state on', () => {
    const fun: Fun<readonly string[]> = ({ tbsCertificate }, event, seen) => {
      const name = tbsCertificate.subject.rdnSequence[0]![0]!.value[1]
      const what = typeof event === 'string' ? event : event[0] === 'bad_cert' ? event[1] : event[1].extnID
      return ['valid', [...seen, `${name}: ${what}`]]
    }
    const [, answer] = validate<readonly string[]>(fun, [])
    expect(answer).toMatchObject({
      state: [
        `Test Intermediate: ${oids.id_ce_subjectKeyIdentifier}`,
        `Test Intermediate: ${oids.id_ce_authorityKeyIdentifier}`,
        'Test Intermediate: valid',
        `localhost: ${oids.id_ce_extKeyUsage}`,
        `localhost: ${oids.id_ce_subjectAltName}`,
        'localhost: 1.2.3.4',
        `localhost: ${oids.id_ce_subjectKeyIdentifier}`,
        `localhost: ${oids.id_ce_authorityKeyIdentifier}`,
        'localhost: cert_expired',
        'localhost: valid_peer',
      ],
    })
  })

  test('can overlook an error with valid and with valid_peer', () => {
    expect(validate(answering(is_bad, ['valid', 100]), 0)).toMatchObject(['ok', { state: 101 }])
    expect(validate(answering(is_bad, ['valid_peer', 100]), 0)).toMatchObject(['ok', { state: 101 }])
  })

  test('can fail for any reason at any event', () => {
    for (const about of [is_bad, is_critical, is_plain, (event: VerifyEvent) => event === 'valid']) {
      expect(validate(answering(about, ['fail', 'because']), 0)).toEqual(['error', ['bad_cert', 'because']])
    }
    expect(validate(answering(is_bad, ['fail', ['bad_cert', 'cert_expired']]), 0)).toEqual([
      'error',
      ['bad_cert', 'cert_expired'],
    ])
  })

  test('is asked nothing more once it has failed', () => {
    let asked = 0
    validate(() => {
      asked++
      return ['fail', 'at once']
    }, 0)
    expect(asked).toBe(1)
  })

  test('may know nothing of an extension, unless that is critical', () => {
    expect(validate(answering(is_plain, ['unknown', 100]), 0)).toMatchObject(['ok', {}])
    expect(validate(answering(is_critical, ['unknown', 100]), 0)).toEqual([
      'error',
      ['bad_cert', 'unknown_critical_extension'],
    ])
  })

  test('that answers unknown to an error does not overlook it', () => {
    expect(validate(answering(is_bad, ['unknown', 100]), 0)).toEqual(['error', ['bad_cert', 'cert_expired']])
  })

  test('that answers unknown to a valid certificate is wrong', () => {
    const answer = ['unknown', 100]
    expect(
      validate(
        answering(event => event === 'valid', answer),
        0,
      ),
    ).toEqual(['error', ['bad_cert', ['bad_return_value', answer]]])
  })

  test.each<unknown>([true, 'valid', ['ok', 1], Promise.resolve(['valid', 1]), []])(
    'that answers %p is wrong',
    answer => {
      expect(validate(answering(is_bad, answer), 0)).toEqual([
        'error',
        ['bad_cert', ['bad_return_value', answer]],
      ])
    },
  )

  test('that throws has failed', () => {
    const error = new Error('oops')
    const fun = () => {
      throw error
    }
    expect(validate(fun, 0)).toEqual(['error', ['bad_cert', ['EXIT', error]]])
  })

  test('that returns nothing has failed', () => {
    expect(validate(answering(is_bad, undefined), 0)).toMatchObject(['error', ['bad_cert', ['EXIT', {}]]])
  })
})

test('a subjectAltName is told unless it is critical and understood', async () => {
  const told = async (critical: boolean, digits: string) => {
    const extnValue = Uint8Array.from(Buffer.from(digits, 'hex'))
    const peer = await make_leaf(root, {
      subject_alt_names: undefined,
      extensions: [{ extnID: oids.id_ce_subjectAltName, critical, extnValue }],
    })
    const seen: string[] = []
    pkix_path_validation<number>(root.cert_der, [peer.cert_der], {
      now,
      verify_fun: [
        (_certificate, event) => {
          if (event[0] === 'extension') seen.push((event[1] as { extnID: string }).extnID)
          return ['valid', 0]
        },
        0,
      ],
    })
    return seen.includes(oids.id_ce_subjectAltName)
  }
  const dns_name = '3003820161'
  const registered_id = '300488022a03'
  expect(await told(true, dns_name)).toBe(false)
  expect(await told(false, dns_name)).toBe(true)
  expect(await told(true, registered_id)).toBe(true)
})
