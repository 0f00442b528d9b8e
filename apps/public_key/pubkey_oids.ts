// Object identifiers by the names that OTP's public_key gives them (its macros `?'id-ce-basicConstraints'` and
// the like), in dotted notation.

/** An object identifier in dotted notation: `'2.5.29.19'`. */
export type Oid = string

// Extensions of certificates: RFC 5280 §4.2, RFC 7633
export const id_ce_subjectKeyIdentifier = '2.5.29.14'
export const id_ce_keyUsage = '2.5.29.15'
export const id_ce_subjectAltName = '2.5.29.17'
export const id_ce_issuerAltName = '2.5.29.18'
export const id_ce_basicConstraints = '2.5.29.19'
export const id_ce_nameConstraints = '2.5.29.30'
export const id_ce_cRLDistributionPoints = '2.5.29.31'
export const id_ce_certificatePolicies = '2.5.29.32'
export const id_ce_policyMappings = '2.5.29.33'
export const id_ce_authorityKeyIdentifier = '2.5.29.35'
export const id_ce_policyConstraints = '2.5.29.36'
export const id_ce_extKeyUsage = '2.5.29.37'
export const id_ce_freshestCRL = '2.5.29.46'
export const id_ce_inhibitAnyPolicy = '2.5.29.54'
export const id_pe_authorityInfoAccess = '1.3.6.1.5.5.7.1.1'
export const id_pe_subjectInfoAccess = '1.3.6.1.5.5.7.1.11'
export const id_pe_tlsfeature = '1.3.6.1.5.5.7.1.24'

// Extensions of CRLs and of their entries: RFC 5280 §5.2, §5.3
export const id_ce_cRLNumber = '2.5.29.20'
export const id_ce_cRLReasons = '2.5.29.21'
export const id_ce_holdInstructionCode = '2.5.29.23'
export const id_ce_invalidityDate = '2.5.29.24'
export const id_ce_deltaCRLIndicator = '2.5.29.27'
export const id_ce_issuingDistributionPoint = '2.5.29.28'
export const id_ce_certificateIssuer = '2.5.29.29'

// Policies: RFC 5280 §4.2.1.4
export const anyPolicy = '2.5.29.32.0'
export const id_qt_cps = '1.3.6.1.5.5.7.2.1'
export const id_qt_unotice = '1.3.6.1.5.5.7.2.2'

// Where to ask about a certificate: RFC 5280 §4.2.2.1
export const id_ad_ocsp = '1.3.6.1.5.5.7.48.1'
export const id_ad_caIssuers = '1.3.6.1.5.5.7.48.2'

// Purposes of a key: RFC 5280 §4.2.1.12
export const anyExtendedKeyUsage = '2.5.29.37.0'
export const id_kp_serverAuth = '1.3.6.1.5.5.7.3.1'
export const id_kp_clientAuth = '1.3.6.1.5.5.7.3.2'
export const id_kp_codeSigning = '1.3.6.1.5.5.7.3.3'
export const id_kp_emailProtection = '1.3.6.1.5.5.7.3.4'
export const id_kp_timeStamping = '1.3.6.1.5.5.7.3.8'
export const id_kp_OCSPSigning = '1.3.6.1.5.5.7.3.9'

// Attributes of a name: RFC 5280 appendix A.1
export const id_at_commonName = '2.5.4.3'
export const id_emailAddress = '1.2.840.113549.1.9.1'

// Names of other kinds: RFC 4985 §2
export const id_on_dnsSRV = '1.3.6.1.5.5.7.8.7'

// Public keys: RFC 3279 §2.3, RFC 5480, RFC 8410
export const rsaEncryption = '1.2.840.113549.1.1.1'
export const id_RSASSA_PSS = '1.2.840.113549.1.1.10'
export const id_mgf1 = '1.2.840.113549.1.1.8'
export const dhpublicnumber = '1.2.840.10046.2.1'
export const id_dsa = '1.2.840.10040.4.1'
export const id_ecPublicKey = '1.2.840.10045.2.1'
export const id_Ed25519 = '1.3.101.112'
export const id_Ed448 = '1.3.101.113'

// Hash functions: RFC 3279 §2.1, RFC 4055 §2.1
export const id_md5 = '1.2.840.113549.2.5'
export const id_sha1 = '1.3.14.3.2.26'
export const id_sha224 = '2.16.840.1.101.3.4.2.4'
export const id_sha256 = '2.16.840.1.101.3.4.2.1'
export const id_sha384 = '2.16.840.1.101.3.4.2.2'
export const id_sha512 = '2.16.840.1.101.3.4.2.3'

// Encryption by password: RFC 8018 appendix C
export const id_PBES2 = '1.2.840.113549.1.5.13'
export const id_PBKDF2 = '1.2.840.113549.1.5.12'
export const id_hmacWithSHA1 = '1.2.840.113549.2.7'
export const id_hmacWithSHA224 = '1.2.840.113549.2.8'
export const id_hmacWithSHA256 = '1.2.840.113549.2.9'
export const id_hmacWithSHA384 = '1.2.840.113549.2.10'
export const id_hmacWithSHA512 = '1.2.840.113549.2.11'
export const pbeWithMD5AndDES_CBC = '1.2.840.113549.1.5.3'
export const pbeWithMD5AndRC2_CBC = '1.2.840.113549.1.5.6'
export const pbeWithSHA1AndDES_CBC = '1.2.840.113549.1.5.10'
export const pbeWithSHA1AndRC2_CBC = '1.2.840.113549.1.5.11'
export const rc2CBC = '1.2.840.113549.3.2'
export const desCBC = '1.3.14.3.2.7'
export const des_EDE3_CBC = '1.2.840.113549.3.7'
export const id_aes128_CBC = '2.16.840.1.101.3.4.1.2'
export const id_aes192_CBC = '2.16.840.1.101.3.4.1.22'
export const id_aes256_CBC = '2.16.840.1.101.3.4.1.42'

// Encryption by password as PKCS#12 has it: RFC 7292 appendix C
export const pbeWithSHAAnd3_KeyTripleDES_CBC = '1.2.840.113549.1.12.1.3'
export const pbeWithSHAAnd2_KeyTripleDES_CBC = '1.2.840.113549.1.12.1.4'
export const pbeWithSHAAnd128BitRC2_CBC = '1.2.840.113549.1.12.1.5'
export const pbeWithSHAAnd40BitRC2_CBC = '1.2.840.113549.1.12.1.6'

// OCSP: RFC 6960 §4.2.1, §4.4
export const id_pkix_ocsp_basic = '1.3.6.1.5.5.7.48.1.1'
export const id_pkix_ocsp_nonce = '1.3.6.1.5.5.7.48.1.2'
export const id_pkix_ocsp_response = '1.3.6.1.5.5.7.48.1.4'
