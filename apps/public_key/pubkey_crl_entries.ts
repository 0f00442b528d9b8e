// The entries of a revocation list, RFC 5280 §5.1.2.6. There can be some hundred thousand of them: all are checked
// when the list is read, and only those that somebody asks for are decoded.

import { DecodeError } from '../../runtime/binary/reader.ts'
import {
  type CrlExtension,
  has_unknown_critical_extension,
  read_crl_extensions,
  select_crl_extension,
} from './pubkey_crl_extensions.ts'
import { DerReader, read_der, universal } from './pubkey_der.ts'
import { type GeneralName, type Name, name_key } from './pubkey_names.ts'
import { id_ce_certificateIssuer } from './pubkey_oids.ts'

/** A certificate that is revoked. OTP: `#'TBSCertList_revokedCertificates_SEQOF'{}`. */
export interface RevokedCertificate {
  /** Its serial number. */
  readonly userCertificate: bigint
  /** Milliseconds since 1970. */
  readonly revocationDate: number
  readonly crlEntryExtensions: readonly CrlExtension[]
}

/** Longest serial number that is read; RFC 5280 §4.1.2.2 has them end at 20 bytes. */
const max_serial_size = 128

/** Extensions up to this size, such as a reason, are often those of other entries too: so many are remembered. */
const max_repeated_size = 40
const max_meanings = 256

/**
 * The entries of a revocation list, in its order, decoded as they are asked for.
 *
 * In an indirect list each entry says whose certificate it is about; one that does not is about a certificate of the
 * issuer that the one before is about, and the first one about a certificate of the list's own: RFC 5280 §5.3.3.
 */
export class RevokedCertificates implements Iterable<RevokedCertificate> {
  /** How many there are. */
  readonly size: number
  /** Whether one of them has a critical extension that nobody knows: RFC 5280 §5.3. */
  readonly has_unknown_critical_extension: boolean
  readonly #content: Uint8Array
  readonly #index: Index

  /**
   * @param content - the entries, one after another
   * @param issuer - whose list it is
   * @throws {@link DecodeError} unless each is an entry
   */
  constructor(content: Uint8Array, issuer: Name) {
    this.#content = content
    this.#index = index_entries(content, issuer)
    this.size = this.#index.size
    this.has_unknown_critical_extension = this.#index.has_unknown_critical_extension
  }

  /** The entry about the certificate that `issuer` gave that serial number. */
  find(serial_number: bigint, issuer: Name): RevokedCertificate | undefined {
    const serial = serial_key(integer_octets(serial_number))
    for (const number of this.#index.issuers.get(name_key(issuer)) ?? []) {
      const at = this.#index.entries.get(entry_key(number, serial))
      if (at !== undefined) return read_entry(new DerReader(this.#content.subarray(at)))
    }
    return undefined
  }

  *[Symbol.iterator](): IterableIterator<RevokedCertificate> {
    const from = new DerReader(this.#content)
    while (!from.at_end) yield read_entry(from)
  }
}

function read_entry(from: DerReader): RevokedCertificate {
  return from.enter(universal.sequence, entry => ({
    userCertificate: entry.integer(),
    revocationDate: entry.time(),
    crlEntryExtensions: entry.at_end ? [] : read_crl_extensions(entry),
  }))
}

// ---- The index

/** Where the entry about each certificate is, without an object for each. */
interface Index {
  readonly size: number
  readonly has_unknown_critical_extension: boolean
  /** By the number of the group of names that is its issuer, and its serial number. */
  readonly entries: ReadonlyMap<string, number>
  /** Which groups a name is in. */
  readonly issuers: ReadonlyMap<string, readonly number[]>
}

/** What the extensions of an entry mean for the list. */
interface Meaning {
  readonly is_unknown: boolean
  /** The number of the group of names that they say is the issuer. */
  readonly group: number | undefined
}

function index_entries(content: Uint8Array, issuer: Name): Index {
  const from = new DerReader(content)
  const groups = new IssuerGroups(issuer)
  const entries = new Map<string, number>()
  let [size, group, has_unknown] = [0, 0, false]
  while (!from.at_end) {
    const [[serial, meaning], der] = from.with_der(entry => groups.read(entry))
    has_unknown ||= meaning.is_unknown
    group = meaning.group ?? group
    const key = entry_key(group, serial)
    if (!entries.has(key)) entries.set(key, der.byteOffset - content.byteOffset)
    size++
  }
  return { size, has_unknown_critical_extension: has_unknown, entries, issuers: groups.by_name }
}

/** The groups of names that entries say are their issuers, each numbered once; 0 is the issuer of the list. */
class IssuerGroups {
  readonly by_name = new Map<string, number[]>()
  readonly #numbers = new Map<string, number>()
  readonly #meanings = new Map<string, Meaning>()

  constructor(issuer: Name) {
    this.#number_of([['directoryName', issuer]])
  }

  /** The serial number of the next entry, and what its extensions mean. */
  read(from: DerReader): readonly [serial: string, Meaning] {
    return from.enter(universal.sequence, entry => {
      const serial = serial_key(entry.integer_bytes())
      entry.time()
      return [serial, entry.at_end ? no_meaning : this.#meaning_of(entry.element().der)]
    })
  }

  #meaning_of(der: Uint8Array): Meaning {
    if (der.length > max_repeated_size) return this.#read_meaning(der)
    const key = latin1(der)
    const known = this.#meanings.get(key)
    if (known) return known
    const meaning = this.#read_meaning(der)
    if (this.#meanings.size < max_meanings) this.#meanings.set(key, meaning)
    return meaning
  }

  #read_meaning(der: Uint8Array): Meaning {
    const extensions = read_der(der, read_crl_extensions)
    const names = select_crl_extension(id_ce_certificateIssuer, extensions)
    return {
      is_unknown: has_unknown_critical_extension(extensions),
      group: names && this.#number_of(names),
    }
  }

  #number_of(names: readonly GeneralName[]): number {
    const keys = names.flatMap(([kind, name]) => (kind === 'directoryName' ? [name_key(name)] : []))
    const key = JSON.stringify(keys)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known

    const number = this.#numbers.size
    this.#numbers.set(key, number)
    for (const name of new Set(keys)) this.#add(name, number)
    return number
  }

  #add(name: string, number: number): void {
    const numbers = this.by_name.get(name)
    if (numbers) numbers.push(number)
    else this.by_name.set(name, [number])
  }
}

const no_meaning: Meaning = { is_unknown: false, group: undefined }

/** No byte of a serial number is the character between the two. */
const entry_key = (group: number, serial: string) => (group === 0 ? serial : `${group}\u0100${serial}`)

function serial_key(bytes: Uint8Array): string {
  if (bytes.length > max_serial_size) throw new DecodeError(`a serial number of ${bytes.length} bytes`)
  return latin1(bytes)
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
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
