// Where the entry about each certificate is in a revocation list. It is made in one go over all of the entries, which
// are checked thereby: some hundred thousand in a few milliseconds, with some bytes for each and no object.

import { DecodeError } from '../../runtime/binary/reader.ts'
import {
  has_unknown_critical_extension,
  read_crl_extensions,
  select_crl_extension,
} from './pubkey_crl_extensions.ts'
import { ordinary_end } from './pubkey_crl_ordinary.ts'
import { DerReader, read_der, universal } from './pubkey_der.ts'
import { type GeneralName, type Name, name_key } from './pubkey_names.ts'
import { id_ce_certificateIssuer } from './pubkey_oids.ts'

/** Longest serial number that is read; RFC 5280 §4.1.2.2 has them end at 20 bytes. */
const max_serial_size = 128
/** Bytes of the shortest entry: two headers, a serial number of one byte, and a UTCTime. */
const least_entry_size = 20

/** Extensions up to this size are often those of other entries too: so many are remembered. */
const max_repeated_size = 256
const max_meanings = 256

/** A hash table in arrays of numbers. Entries are numbered from 1; 0 is none. */
export class EntryIndex {
  readonly #content: Uint8Array
  readonly #issuers: IssuerGroups
  /** Where each entry begins. */
  #starts: Uint32Array
  /** Before each entry the one with the same hash. */
  #previous: Uint32Array
  /** The last entry with each hash. */
  readonly #last: Uint32Array
  /** Of each entry the group of names that is its issuer; undefined while that is the list's own for all. */
  #groups: Uint32Array | undefined
  #group = 0
  #size = 0
  #has_unknown = false

  /**
   * @param content - the entries, one after another
   * @param issuer - whose list it is
   * @throws {@link DecodeError} unless each is an entry
   */
  constructor(content: Uint8Array, issuer: Name) {
    const most = 1 + Math.floor(content.length / least_entry_size)
    this.#content = content
    this.#issuers = new IssuerGroups(issuer)
    this.#starts = new Uint32Array(most)
    this.#previous = new Uint32Array(most)
    this.#last = new Uint32Array(2 ** Math.ceil(Math.log2(most)))
    for (let at = 0; at < content.length; ) {
      const end = ordinary_end(content, at) || this.#read(at)
      this.#add(at)
      at = end
    }
    this.#starts = this.#starts.slice(0, this.#size + 1)
    this.#previous = this.#previous.slice(0, this.#size + 1)
  }

  /** How many entries there are. */
  get size(): number {
    return this.#size
  }

  /** Whether one of them has a critical extension that nobody knows: RFC 5280 §5.3. */
  get has_unknown_critical_extension(): boolean {
    return this.#has_unknown
  }

  /**
   * Where the first entry begins that is about the certificate to which `issuer` gave that number.
   *
   * @param serial - DER of the number
   */
  find(serial: Uint8Array, issuer: Name): number | undefined {
    for (const group of this.#issuers.of(issuer)) {
      const found = this.#find(serial, group)
      if (found > 0) return this.#starts[found]
    }
    return undefined
  }

  /** Entries with the same hash are met from the last to the first. */
  #find(serial: Uint8Array, group: number): number {
    let first = 0
    let number = this.#last[this.#slot(hash(serial, 0, serial.length), group)]!
    for (; number > 0; number = this.#previous[number]!) {
      if ((this.#groups?.[number] ?? 0) === group && this.#is_about(number, serial)) first = number
    }
    return first
  }

  #is_about(number: number, serial: Uint8Array): boolean {
    const at = serial_at(this.#content, this.#starts[number]!)
    for (let index = 0; index < serial.length; index++) {
      if (this.#content[at + index] !== serial[index]) return false
    }
    return true
  }

  #add(at: number): void {
    const number = ++this.#size
    const from = serial_at(this.#content, at)
    const slot = this.#slot(hash(this.#content, from, integer_end(this.#content, from)), this.#group)
    this.#starts[number] = at
    this.#previous[number] = this.#last[slot]!
    this.#last[slot] = number
    if (this.#group > 0) this.#groups ??= new Uint32Array(this.#starts.length)
    if (this.#groups) this.#groups[number] = this.#group
  }

  /** Where the entry ends. */
  #read(at: number): number {
    const from = new DerReader(this.#content.subarray(at))
    const [{ is_unknown, group }, der] = from.with_der(entry => this.#issuers.read(entry))
    this.#has_unknown ||= is_unknown
    this.#group = group ?? this.#group
    return at + der.length
  }

  #slot(hash: number, group: number): number {
    return (hash ^ imul(group, 0x9e3779b1)) & (this.#last.length - 1)
  }
}

/** Where the serial number of the entry at `at` is, which has been checked. */
function serial_at(content: Uint8Array, at: number): number {
  const length = content[at + 1]!
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f)
}

/** Where the integer at `at` ends, which is not longer than {@link max_serial_size}. */
function integer_end(content: Uint8Array, at: number): number {
  const size = content[at + 1]!
  return size < 0x80 ? at + 2 + size : at + 3 + content[at + 2]!
}

const { imul } = Math

/** FNV-1a, of 32 bits. The upper ones are mixed into the lower ones, which alone are used. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let value = 0x811c9dc5
  for (let at = from; at < to; at++) value = imul(value ^ bytes[at]!, 0x01000193)
  return value ^ (value >>> 15)
}

// ---- What is out of the ordinary

/** What the extensions of an entry mean for the list. */
interface Meaning {
  readonly is_unknown: boolean
  /** The number of the group of names that they say is the issuer. */
  readonly group: number | undefined
}

const no_meaning: Meaning = { is_unknown: false, group: undefined }

/** The groups of names that entries say are their issuers, each numbered once; 0 is the issuer of the list. */
class IssuerGroups {
  readonly #by_name = new Map<string, number[]>()
  readonly #numbers = new Map<string, number>()
  readonly #meanings = new Map<string, Meaning>()

  constructor(issuer: Name) {
    this.#number_of([['directoryName', issuer]])
  }

  /** Which groups a name is in. */
  of(name: Name): readonly number[] {
    return this.#by_name.get(name_key(name)) ?? []
  }

  /** What the next entry means. */
  read(from: DerReader): Meaning {
    return from.enter(universal.sequence, entry => {
      const { length } = entry.integer_bytes()
      if (length > max_serial_size) throw new DecodeError(`a serial number of ${length} bytes`)
      entry.time()
      return entry.at_end ? no_meaning : this.#meaning_of(entry.element().der)
    })
  }

  #meaning_of(der: Uint8Array): Meaning {
    if (der.length > max_repeated_size) return this.#read_meaning(der)
    const key = String.fromCharCode(...der)
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
    const numbers = this.#by_name.get(name)
    if (numbers) numbers.push(number)
    else this.#by_name.set(name, [number])
  }
}
