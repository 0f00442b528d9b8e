// Arbitrary handshake messages, and the pieces that they are made of.

import fc from 'fast-check'
import { all_curves } from '../../apps/crypto/curves.ts'
import { type SignatureScheme, signature_scheme_names } from '../../ssl_app/handshake/hash_signs.ts'
import type { ClientHello, ServerHello } from '../../ssl_app/handshake/hello.ts'
import type { ClientHelloExtension, ServerHelloExtension } from '../../ssl_app/handshake/hello_extensions.ts'
import type { Handshake } from '../../ssl_app/handshake/tls_handshake.ts'

/** Codes that no row of ours will ever have: GREASE, RFC 8701. */
const grease = fc.integer({ min: 0, max: 15 }).map(high => high * 0x1010 + 0x0a0a)

export const two_bytes = fc.integer({ min: 0, max: 0xffff })

export const some_bytes = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max })

const byte_string = (min: number, max: number) =>
  some_bytes(min, max).map(bytes => String.fromCharCode(...bytes))

const some = <T>(element: fc.Arbitrary<T>) => fc.array(element, { minLength: 1, maxLength: 4 })

const tagged = <Tag extends string, T>(tag: Tag, value: fc.Arbitrary<T>) =>
  value.map(given => [tag, given] as const)

export const named_group = fc.oneof(fc.constantFrom(...all_curves), grease)

export const signature_scheme: fc.Arbitrary<SignatureScheme | number> = fc.oneof(
  fc.constantFrom(...signature_scheme_names),
  grease,
)

const large_number = some_bytes(1, 40)

/** By where the share is from. */
export const server_params = {
  dh: tagged('dh', fc.record({ p: large_number, g: some_bytes(1, 4), public: large_number })),
  ecdh: tagged('ecdh', fc.record({ curve: named_group, public: some_bytes(1, 40) })),
  srp: tagged(
    'srp',
    fc.record({ n: large_number, g: some_bytes(1, 4), salt: some_bytes(1, 20), public: large_number }),
  ),
}

const present = fc.constant(true as const)
const max_fragment_length = tagged('max_fragment_length', fc.constantFrom(512, 1024, 2048, 4096))
const encrypt_then_mac = tagged('encrypt_then_mac', present)
const record_size_limit = tagged('record_size_limit', fc.integer({ min: 64, max: 0xffff }))
const unknown_extension = fc.tuple(grease, some_bytes(0, 8))
const ec_point_format = fc.constantFrom('uncompressed' as const, 'ansiX962_compressed_char2' as const, 7)
const ec_point_formats = tagged('ec_point_formats', some(ec_point_format))
const extended_master_secret = tagged('extended_master_secret', present)
const renegotiation_info = tagged('renegotiation_info', some_bytes(0, 72))

const distinct = <Extension extends readonly [unknown, unknown]>(extension: fc.Arbitrary<Extension>) =>
  fc.uniqueArray(extension, { selector: ([name]) => name, maxLength: 8 })

export const client_hello_extensions: fc.Arbitrary<ClientHelloExtension[]> = distinct(
  fc.oneof<fc.Arbitrary<ClientHelloExtension>[]>(
    tagged('server_name', byte_string(1, 20)),
    max_fragment_length,
    tagged('supported_groups', some(named_group)),
    ec_point_formats,
    tagged('srp', some_bytes(1, 20)),
    tagged('signature_algorithms', some(signature_scheme)),
    tagged('alpn', some(byte_string(1, 10))),
    encrypt_then_mac,
    extended_master_secret,
    record_size_limit,
    tagged(
      'status_request',
      tagged('ocsp', fc.record({ responder_ids: some_bytes(0, 20), request_extensions: some_bytes(0, 40) })),
    ),
    tagged('session_ticket', some_bytes(0, 40)),
    tagged('next_protocol_negotiation', present),
    renegotiation_info,
    unknown_extension,
  ),
)

export const server_hello_extensions: fc.Arbitrary<ServerHelloExtension[]> = distinct(
  fc.oneof<fc.Arbitrary<ServerHelloExtension>[]>(
    tagged('server_name', present),
    max_fragment_length,
    ec_point_formats,
    tagged('alpn', byte_string(1, 10)),
    encrypt_then_mac,
    extended_master_secret,
    record_size_limit,
    tagged('status_request', present),
    tagged('session_ticket', present),
    tagged('next_protocol_negotiation', fc.array(byte_string(1, 10), { maxLength: 3 })),
    renegotiation_info,
    unknown_extension,
  ),
)

const random = some_bytes(32, 32)
const session_id = some_bytes(0, 32)
const compression_method = fc.constantFrom('null' as const, 1, 64)

export const client_hello: fc.Arbitrary<ClientHello> = fc.record({
  client_version: two_bytes,
  random,
  session_id,
  cipher_suites: some(two_bytes),
  compression_methods: some(compression_method),
  extensions: fc.option(client_hello_extensions, { nil: undefined }),
})

export const server_hello: fc.Arbitrary<ServerHello> = fc.record({
  server_version: two_bytes,
  random,
  session_id,
  cipher_suite: two_bytes,
  compression_method,
  extensions: fc.option(server_hello_extensions, { nil: undefined }),
})

export const certificate = fc.record({ certificate_list: fc.array(some_bytes(1, 300), { maxLength: 3 }) })

const certificate_types = some(
  fc.constantFrom(
    'rsa_sign' as const,
    'dss_sign' as const,
    'ecdsa_sign' as const,
    'rsa_fixed_dh' as const,
    5,
  ),
)
const certificate_authorities = fc.array(some_bytes(1, 40), { maxLength: 3 })

/** As in TLS 1.2. */
export const certificate_request = fc.record({
  certificate_types,
  supported_signature_algorithms: some(signature_scheme),
  certificate_authorities,
})

/** As before TLS 1.2. */
export const old_certificate_request = fc.record({ certificate_types, certificate_authorities })

/** As in TLS 1.2. */
export const digitally_signed = fc.record({ algorithm: signature_scheme, signature: some_bytes(0, 256) })

/** As before TLS 1.2. */
export const old_digitally_signed = fc.record({ signature: some_bytes(0, 256) })

export const next_protocol = fc.record({
  selected_protocol: byte_string(0, 255),
  padding: some_bytes(0, 255),
})

/** Messages of TLS 1.2. */
export const handshake = fc.oneof<fc.Arbitrary<Handshake>[]>(
  tagged('hello_request', present),
  tagged('client_hello', client_hello),
  tagged('server_hello', server_hello),
  tagged('certificate', certificate),
  tagged('server_key_exchange', some_bytes(0, 300)),
  tagged('certificate_request', certificate_request),
  tagged('server_hello_done', present),
  tagged('certificate_verify', digitally_signed),
  tagged('client_key_exchange', some_bytes(0, 300)),
  tagged('finished', some_bytes(12, 12)),
  tagged(
    'new_session_ticket',
    fc.record({ ticket_lifetime_hint: fc.integer({ min: 0, max: 0xffff_ffff }), ticket: some_bytes(0, 40) }),
  ),
  tagged('certificate_status', some_bytes(1, 40)),
  tagged('next_protocol', next_protocol),
  fc.tuple(fc.integer({ min: 100, max: 255 }), some_bytes(0, 20)),
)
