// The manual page of OTP's public_key, function by function: PEM files, keys, certificates, their validation, and whether
// they are revoked.

export type {
  DhGroup,
  DhKey,
  KeyAgreementKey,
  PrivateKey,
  PssParameters,
  PublicKey,
  RsaOptions,
  RsaPadding,
} from '../crypto/crypto.ts'
export { public_key_of } from '../crypto/crypto.ts'
export type {
  AlgorithmIdentifier,
  OTPCertificate,
  OTPSubjectPublicKeyInfo,
  OTPTBSCertificate,
  Validity,
} from './otp_certificate.ts'
export type {
  TestCertificateOptions,
  TestChainOptions,
  TestConfig,
  TestData,
  TestRoot,
} from './pkix_test_data.ts'
export type { LeastKeyBits, PathValidationOptions, ValidPath } from './pubkey_cert.ts'
export type { CertificateToEncode, NameToEncode, TbsToEncode } from './pubkey_certificate_writer.ts'
export type { CertificateList, TBSCertList } from './pubkey_crl.ts'
export type {
  CrlIssuerFun,
  CrlValidationOptions,
  DpAndCrl,
  RevocationStatus,
} from './pubkey_crl_validation.ts'
export type { DistributionPoint, Extension, ExtensionValues } from './pubkey_extensions.ts'
export { select_extension } from './pubkey_extensions.ts'
export type { HostnameCheck, MatchFun, PresentedId, ReferenceId } from './pubkey_hostname.ts'
export { subject_public_key } from './pubkey_keys.ts'
export { short_name_hash } from './pubkey_name_hash.ts'
export type { GeneralName, Name } from './pubkey_names.ts'
export { type OcspOptions, ocsp_request_extensions as ocsp_extensions } from './pubkey_ocsp.ts'
export { type CombinedCert, cacerts_clear, cacerts_get, cacerts_load } from './pubkey_os_cacerts.ts'
export { pbes2 } from './pubkey_pbe.ts'
export type { CipherInfo, PemEntry, PemType, PkiType } from './pubkey_pem.ts'
export type { Certificate, TBSCertificate } from './pubkey_plain_certificate.ts'
export type { PolicyNode, PolicyOptions } from './pubkey_policies.ts'
export type { CertificationRequest, ContentInfo, EcpkParameters } from './pubkey_requests.ts'
export {
  type Cert,
  type Encodable,
  type IssuerId,
  pkix_decode_cert,
  pkix_encode,
  pkix_is_fixed_dh_cert,
  pkix_is_issuer,
  pkix_is_self_signed,
  pkix_issuer_id,
  pkix_normalize_name,
  pkix_sign,
  pkix_subject_id,
  pkix_verify,
} from './public_key_certificates.ts'
export {
  type Crl,
  pkix_crl_issuer,
  pkix_crl_verify,
  pkix_crls_validate,
  pkix_dist_point,
  pkix_dist_points,
  pkix_match_dist_point,
} from './public_key_crl.ts'
export {
  type Decoded,
  der_decode,
  der_encode,
  pem_decode,
  pem_encode,
  pem_entry_decode,
  pem_entry_encode,
  type ToEncode,
} from './public_key_der.ts'
export {
  type AgreementPair,
  compute_key,
  decrypt_private,
  decrypt_public,
  encrypt_private,
  encrypt_public,
  generate_key,
  type KeyCurve,
  type KeyToGenerate,
  pkix_hash_type,
  pkix_sign_types,
  type SignOptions,
  sign,
  verify,
} from './public_key_operations.ts'
export {
  pkix_ocsp_validate,
  pkix_path_validation,
  pkix_test_data,
  pkix_test_root_cert,
  pkix_verify_hostname,
  pkix_verify_hostname_match_fun,
} from './public_key_validation.ts'
export type { BadCert, BadCertReason, PathError, VerifyAnswer, VerifyEvent, VerifyFun } from './verify_fun.ts'
