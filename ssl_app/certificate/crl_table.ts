// Revocation lists by the URI at which they are said to be, and by who issued them.

import type { CertificateList } from '../../apps/public_key/pubkey_crl.ts'
import { equal_bytes, type Name, name_key } from '../../apps/public_key/pubkey_names.ts'

interface Entry {
  readonly issuer: string
  readonly der: Uint8Array
  /** Undefined: at no certain place. */
  readonly uri: string | undefined
}

/** Mutable: its owner changes it, and all others look into it. */
export class CrlTable {
  readonly #by_uri = new Map<string, readonly Entry[]>()
  readonly #by_issuer = new Map<string, Set<Entry>>()

  /** DER of the lists at that URI; undefined when nothing was said of it. */
  at(uri: string): readonly Uint8Array[] | undefined {
    return this.#by_uri.get(uri)?.map(({ der }) => der)
  }

  /** DER of the lists that were issued under that name, wherever they are. */
  of(issuer: Name): readonly Uint8Array[] {
    return Array.from(this.#by_issuer.get(name_key(issuer)) ?? [], ({ der }) => der)
  }

  /** @param uri - what was there before is taken out; undefined: what is there already stays, and is not put in twice */
  insert(uri: string | undefined, crls: readonly CertificateList[]): void {
    if (uri !== undefined) this.delete_uri(uri)
    const entries = crls.map(crl => ({ issuer: issuer_key(crl), der: crl.der, uri }))
    if (uri !== undefined) this.#by_uri.set(uri, entries)
    for (const entry of entries) {
      if (uri === undefined && this.#unplaced(entry) !== undefined) continue
      const others = this.#by_issuer.get(entry.issuer)
      if (others === undefined) this.#by_issuer.set(entry.issuer, new Set([entry]))
      else others.add(entry)
    }
  }

  /** Those at a certain place stay. */
  delete(crls: readonly CertificateList[]): void {
    for (const crl of crls) {
      const found = this.#unplaced({ issuer: issuer_key(crl), der: crl.der })
      if (found !== undefined) this.#drop(found)
    }
  }

  delete_uri(uri: string): void {
    for (const entry of this.#by_uri.get(uri) ?? []) this.#drop(entry)
    this.#by_uri.delete(uri)
  }

  #unplaced({ issuer, der }: Omit<Entry, 'uri'>): Entry | undefined {
    for (const entry of this.#by_issuer.get(issuer) ?? []) {
      if (entry.uri === undefined && equal_bytes(entry.der, der)) return entry
    }
    return undefined
  }

  #drop(entry: Entry): void {
    const others = this.#by_issuer.get(entry.issuer)
    others?.delete(entry)
    if (others?.size === 0) this.#by_issuer.delete(entry.issuer)
  }
}

const issuer_key = ({ tbsCertList }: CertificateList): string => name_key(tbsCertList.issuer)
