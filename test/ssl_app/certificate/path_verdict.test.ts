import { expect, test } from '@jest/globals'
import { alert_of } from '../../../ssl_app/certificate/path_verdict.ts'

test.each([
  ['unknown_ca', 'unknown_ca'],
  ['selfsigned_peer', 'bad_certificate'],
  ['cert_expired', 'certificate_expired'],
  ['invalid_issuer', 'bad_certificate'],
  ['invalid_signature', 'bad_certificate'],
  ['name_not_permitted', 'bad_certificate'],
  ['missing_basic_constraint', 'handshake_failure'],
  ['invalid_key_usage', 'handshake_failure'],
  ['invalid_ext_key_usage', 'handshake_failure'],
  ['unknown_critical_extension', 'unsupported_certificate'],
  ['max_path_length_reached', 'handshake_failure'],
  ['hostname_check_failed', 'handshake_failure'],
  ['duplicate_cert_in_path', 'handshake_failure'],
  [['revoked', 'unspecified'], 'certificate_revoked'],
  ['revocation_status_undetermined', 'bad_certificate'],
  [['revocation_status_undetermined', 'not_stapled'], 'bad_certificate'],
  ['unsupported_signature', 'unsupported_certificate'],
  [['weak_key', 512], 'bad_certificate'],
  [['policy_requirement_not_met', ['1.2.3']], 'handshake_failure'],
  [['invalid_policy_mapping', {}], 'handshake_failure'],
  [['EXIT', new Error('no idea')], 'handshake_failure'],
  [['bad_return_value', undefined], 'handshake_failure'],
  ['what a user said', 'handshake_failure'],
  [undefined, 'handshake_failure'],
  [[], 'handshake_failure'],
  [['toString'], 'handshake_failure'],
  ['__proto__', 'handshake_failure'],
])('%j is told of as %s', (reason, alert) => {
  expect(alert_of(['bad_cert', reason])).toBe(alert)
})
