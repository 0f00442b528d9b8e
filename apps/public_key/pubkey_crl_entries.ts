// The entries of a revocation list, RFC 5280 §5.1.2.6. There can be some hundred thousand of them: nobody looks at them
// before somebody asks about a certificate, and only those that somebody asks for are decoded.

import { DecodeError } from '../../runtime/binary/reader.ts'
import { type CrlExtension, read_crl_extensions } from './pubkey_crl_extensions.ts'
import { EntryIndex } from './pubkey_crl_index.ts'
import { DerReader, universal } from './pubkey_der.ts'
import { element } from './pubkey_der_writer.ts'
import type { Name } from './pubkey_names.ts'

/** A certificate that is revoked. OTP: `#'TBSCertList_revokedCertificates_SEQOF'{}`. */
export interface RevokedCertificate {
  /** Its serial number. */
  readonly userCertificate: bigint
  /** Milliseconds since 1970. */
  readonly revocationDate: number
  readonly crlEntryExtensions: readonly CrlExtension[]
}

/**
 * The entries of a revocation list, in its order, decoded as they are asked for. Whatever is asked first has all of
 * them checked; what is no list of entries throws {@link DecodeError}, each time.
 *
 * In an indirect list each entry says whose certificate it is about; one that does not is about a certificate of the
 * issuer that the one before is about, and the first one about a certificate of the list's own: RFC 5280 §5.3.3.
 */
export class RevokedCertificates implements Iterable<RevokedCertificate> {
  readonly #content: Uint8Array
  readonly #issuer: Name
  #index: EntryIndex | DecodeError | undefined

  /**
   * @param content - the entries, one after another
   * @param issuer - whose list it is
   */
  constructor(content: Uint8Array, issuer: Name) {
    this.#content = content
    this.#issuer = issuer
  }

  /** Whether each of them is an entry. */
  get are_well_formed(): boolean {
    return this.#made() instanceof EntryIndex
  }

  /** @throws {@link DecodeError} unless each of them is an entry */
  check(): void {
    this.#checked()
  }

  /** How many there are. */
  get size(): number {
    return this.#checked().size
  }

  /** Whether one of them has a critical extension that nobody knows: RFC 5280 §5.3. */
  get has_unknown_critical_extension(): boolean {
    return this.#checked().has_unknown_critical_extension
  }

  /** The entry about the certificate that `issuer` gave that serial number. */
  find(serial_number: bigint, issuer: Name): RevokedCertificate | undefined {
    const serial = element(universal.integer, integer_octets(serial_number))
    const at = this.#checked().find(serial, issuer)
    return at === undefined ? undefined : read_entry(new DerReader(this.#content.subarray(at)))
  }

  *[Symbol.iterator](): IterableIterator<RevokedCertificate> {
    const from = new DerReader(this.#content)
    while (!from.at_end) yield read_entry(from)
  }

  #checked(): EntryIndex {
    const made = this.#made()
    if (made instanceof DecodeError) throw made
    return made
  }

  #made(): EntryIndex | DecodeError {
    this.#index ??= index_of(this.#content, this.#issuer)
    return this.#index
  }
}

function index_of(content: Uint8Array, issuer: Name): EntryIndex | DecodeError {
  try {
    return new EntryIndex(content, issuer)
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

function read_entry(from: DerReader): RevokedCertificate {
  return from.enter(universal.sequence, entry => ({
    userCertificate: entry.integer(),
    revocationDate: entry.time(),
    crlEntryExtensions: entry.at_end ? [] : read_crl_extensions(entry),
  }))
}

/** The shortest two's complement, big-endian. */
export function integer_octets(value: bigint): Uint8Array {
  const size = Math.floor((value < 0n ? ~value : value).toString(2).length / 8) + 1
  const octets = new Uint8Array(value === 0n || value === -1n ? 1 : size)
  let rest = value
  for (let at = octets.length - 1; at >= 0; at--) {
    octets[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return octets
}
