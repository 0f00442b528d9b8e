// Which paths are found, and how much a peer can make one search for them.

import { describe, expect, test } from '@jest/globals'
import type { OTPCertificate } from '../../../apps/public_key/otp_certificate.ts'
import { universal } from '../../../apps/public_key/pubkey_der.ts'
import {
  bit_string,
  element,
  null_value,
  object_identifier,
  sequence,
} from '../../../apps/public_key/pubkey_der_writer.ts'
import { certified_key } from '../../../apps/public_key/pubkey_keys.ts'
import { rsaEncryption } from '../../../apps/public_key/pubkey_oids.ts'
import { find_paths, has_signed } from '../../../ssl_app/certificate/path_search.ts'
import { TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import { type CertificateRow, make_pki, type Pki } from '../../support/chain_maker.ts'
import type { KeyKind } from '../../support/chain_maker_keys.ts'
import { endless, spent } from '../../support/effort.ts'

const now = Date.UTC(2026, 0, 1)
/** Without extensions, and so without any hint at keys. */
const unmarked = { version: 1 } as const

const store = (pki: Pki, names: readonly string[]) =>
  new TrustStore(names.map(name => pki.certificate(name).der))
const decoded = (pki: Pki, names: readonly string[]) => names.map(name => pki.certificate(name).certificate)

/** The names of the rows in each path that is found. */
function search(rows: Readonly<Record<string, CertificateRow>>, shown: string, trusted: string) {
  const pki = make_pki(rows)
  const names = new Map(
    Object.keys(rows).map(name => [Buffer.from(pki.certificate(name).der).toString('hex'), name]),
  )
  const found = find_paths(decoded(pki, words(shown)), store(pki, words(trusted)), now)
  const named = (chains: typeof found.trusted) =>
    chains.map(chain => chain.map(({ der }) => names.get(Buffer.from(der).toString('hex'))).join(' '))
  return { trusted: named(found.trusted), dead_ends: named(found.dead_ends) }
}

const words = (text: string): string[] => text.split(' ').filter(word => word !== '')

describe('a path', () => {
  const rows = {
    root: {},
    upper: { signed_by: 'root' },
    lower: { signed_by: 'upper' },
    peer: { signed_by: 'lower' },
    stranger: {},
  }

  test.each([
    ['in order', 'peer lower upper', 'root'],
    ['with its root', 'peer lower upper root', 'root'],
    ['backwards', 'peer upper lower', 'root'],
    ['twice, with others', 'peer stranger upper lower peer upper lower', 'stranger root'],
    ['lacking what is trusted', 'peer', 'upper root lower'],
  ])('is found when it is shown %s', (_how, shown, trusted) => {
    expect(search(rows, shown, trusted).trusted).toEqual(['root upper lower peer'])
  })

  test.each([
    ['is not shown', 'peer upper root', 'root', 'peer'],
    ['is not trusted', 'peer lower upper root', 'stranger', 'root upper lower peer'],
    ['is trusted, but no root', 'peer lower', 'upper', 'upper lower peer'],
  ])('ends where the next one %s', (_how, shown, trusted, end) => {
    expect(search(rows, shown, trusted)).toEqual({ trusted: [], dead_ends: [end] })
  })
})

describe('of several ways', () => {
  const crossed = {
    old_root: {},
    new_root: {},
    new_by_old: { subject: 'CN=new_root', key_of: 'new_root', signed_by: 'old_root' },
    peer: { signed_by: 'new_root' },
  }

  test('each is found, the shorter to what is trusted first', () => {
    const both = search(crossed, 'peer new_by_old', 'old_root new_root')
    expect(both.trusted).toEqual(['new_root peer', 'old_root new_by_old peer'])
  })

  test('the one is found that is open', () => {
    expect(search(crossed, 'peer new_by_old', 'old_root').trusted).toEqual(['old_root new_by_old peer'])
    expect(search(crossed, 'peer new_by_old', 'new_root').trusted).toEqual(['new_root peer'])
    expect(search(crossed, 'peer', 'new_by_old old_root').trusted).toEqual(['old_root new_by_old peer'])
  })

  test('one that leads nowhere is left again', () => {
    const rows = {
      root: {},
      stranger: {},
      right: { signed_by: 'root', subject: 'CN=Both', ...unmarked },
      wrong: { signed_by: 'stranger', subject: 'CN=Both', key_of: 'right', ...unmarked },
      peer: { signed_by: 'right', ...unmarked },
    }
    expect(search(rows, 'peer wrong right', 'root')).toEqual({
      trusted: ['root right peer'],
      dead_ends: ['wrong peer'],
    })
  })

  test('those come first that a certificate points to, then those that hold now', () => {
    const rows = {
      root: {},
      expired: { signed_by: 'root', subject: 'CN=One', key_of: 'good', not_after: '210101000000Z' },
      other_key: { signed_by: 'root', subject: 'CN=One' },
      good: { signed_by: 'root', subject: 'CN=One' },
      peer: { signed_by: 'good' },
    }
    expect(search(rows, 'peer other_key expired good', 'root').trusted).toEqual([
      'root good peer',
      'root expired peer',
    ])
  })

  test('the serial number of an issuer points to it too', () => {
    const serial = 77n
    const pointer = Buffer.from('300382014d', 'hex')
    const rows: Record<string, CertificateRow> = {
      root: {},
      one: { signed_by: 'root', subject: 'CN=One', key_of: 'two', ...unmarked },
      two: { signed_by: 'root', subject: 'CN=One', serial, ...unmarked },
      peer: { signed_by: 'two', key_identifiers: false, others: [['2.5.29.35', false, pointer]] },
    }
    expect(search(rows, 'peer one two', 'root').trusted).toEqual(['root two peer', 'root one peer'])
  })
})

describe('an authority', () => {
  test('that renewed its key issued itself, and is no root for that', () => {
    const rows = {
      root: {},
      new_with_old: { subject: 'CN=root', signed_by: 'root' },
      peer: { issuer: 'CN=root', signed_by: 'new_with_old' },
    }
    expect(search(rows, 'peer new_with_old', 'root').trusted).toEqual(['root new_with_old peer'])
    expect(search(rows, 'peer', 'new_with_old').trusted).toEqual([])
  })

  test('is not twice in a path, neither in a circle nor with several certificates', () => {
    const rows: Record<string, CertificateRow> = {
      a: { ...unmarked },
      b: { signed_by: 'a', ...unmarked },
      a_by_b: { signed_by: 'b', subject: 'CN=a', key_of: 'a', ...unmarked },
      b_by_a: { signed_by: 'a', subject: 'CN=b', key_of: 'b', ...unmarked },
      peer: { signed_by: 'b', ...unmarked },
    }
    expect(search(rows, 'peer b b_by_a a_by_b', '')).toEqual({
      trusted: [],
      dead_ends: ['a_by_b b peer', 'a_by_b b_by_a peer'],
    })
  })

  test('whose own signature nobody knows any more is a root where it is trusted', () => {
    const pki = make_pki({ root: {}, peer: { signed_by: 'root' } })
    const { der } = pki.certificate('root')
    // ecdsa-with-SHA256 becomes an algorithm that there is not.
    const unknown = Buffer.from(
      Buffer.from(der).toString('hex').replaceAll('2a8648ce3d040302', '2a8648ce3d04037f'),
      'hex',
    )
    const [peer] = decoded(pki, ['peer'])
    expect(find_paths([peer!], new TrustStore([unknown]), now).trusted).toHaveLength(1)
  })

  test('that has no key, or whose signature has nonsense for parameters, has signed nothing', () => {
    const pki = make_pki({ root: {}, peer: { signed_by: 'root' } })
    const [root, peer] = decoded(pki, ['root', 'peer'])
    const signatureAlgorithm = { algorithm: '1.2.840.113549.1.1.10', parameters: Uint8Array.of(0x30, 0x80) }
    const strange = {
      ...peer!,
      tbsCertificate: { ...peer!.tbsCertificate, signature: signatureAlgorithm },
      signatureAlgorithm,
    }
    expect(has_signed(root!, peer!)).toBe(true)
    expect(has_signed(root!, strange)).toBe(false)
  })
})

describe('a hostile peer', () => {
  /** Authorities that are all alike, each signed by the next, the last by itself; shown in the worst order. */
  function verified(count: number, key: KeyKind): { trusted: number; milliseconds: number } {
    const rows: Record<string, CertificateRow> = { peer: { signed_by: 'ca0', ...unmarked } }
    for (let index = 0; index < count; index++) {
      const above = index + 1 < count ? { signed_by: `ca${index + 1}` } : {}
      rows[`ca${index}`] = { subject: 'CN=Alike', key, ...above, ...unmarked }
    }
    const pki = make_pki(rows)
    const last = `ca${count - 1}`
    const shown = decoded(pki, ['peer', ...Object.keys(rows).slice(1).toReversed()])
    let trusted = 0
    const milliseconds = spent(() => {
      trusted = find_paths(shown, store(pki, [last]), now).trusted.length
    })
    return { trusted, milliseconds }
  }

  test.each(['secp256r1', 'secp384r1', 'rsa', 'ed25519'] as const)(
    'cannot have many signatures of %s verified',
    key => {
      expect(verified(4, key).trusted).toBe(1)
      // 496 to find the path; RSA keys of the tests come again after four, which makes it shorter.
      const { trusted, milliseconds } = verified(31, key)
      if (key !== 'rsa') expect(trusted).toBe(0)
      expect(milliseconds).toBeLessThan(endless)
    },
  )

  test('cannot have keys used that are absurdly large', () => {
    const pki = make_pki({ ca: { subject: 'CN=Huge' }, peer: { signed_by: 'ca' } })
    const [ca, peer] = decoded(pki, ['ca', 'peer']) as [OTPCertificate, OTPCertificate]
    const huge = (index: number): OTPCertificate => {
      const der = Buffer.from(ca.der)
      der[der.length - 1] = index
      const modulus = Buffer.alloc(2_049, 0xa7 + index).fill(0, 0, 1)
      const exponent = Buffer.alloc(9, 0xff).fill(0, 0, 1)
      const key = sequence(...[modulus, exponent].map(bytes => element(universal.integer, bytes)))
      const algorithm = sequence(object_identifier(rsaEncryption), null_value())
      const subjectPublicKeyInfo = {
        ...ca.tbsCertificate.subjectPublicKeyInfo,
        der: sequence(algorithm, bit_string(key)),
      }
      return { ...ca, der, tbsCertificate: { ...ca.tbsCertificate, subjectPublicKeyInfo } }
    }
    const signatureAlgorithm = { algorithm: '1.2.840.113549.1.1.11' }
    const tbsCertificate = { ...peer.tbsCertificate, signature: signatureAlgorithm }
    const shown = { ...peer, signatureAlgorithm, tbsCertificate, signature: new Uint8Array(2_048).fill(1) }
    const candidates = Array.from({ length: 31 }, (_, index) => huge(index))
    expect(certified_key(candidates[0]!)).toBeDefined()
    const searched = () => {
      expect(find_paths([shown, ...candidates], new TrustStore([]), now).dead_ends).toHaveLength(1)
    }
    expect(spent(searched)).toBeLessThan(endless)
  })

  /** Levels of authorities, on each many certificates of one key, so that there is no end of paths. */
  function mesh(width: number, height: number): Record<string, CertificateRow> {
    const rows: Record<string, CertificateRow> = {
      peer: { issuer: 'CN=level 0', signed_by: 'ca 0 0', ...unmarked },
    }
    for (let level = 0; level < height; level++) {
      for (let index = 0; index < width; index++) {
        rows[`ca ${level} ${index}`] = {
          subject: `CN=level ${level}`,
          issuer: `CN=level ${level + 1}`,
          key_of: `key ${level}`,
          signed_by: `key ${level + 1}`,
          ...unmarked,
        }
      }
      rows[`key ${level}`] = {}
    }
    return rows
  }

  test.each([
    ['rooted', 'key 10', 8],
    ['rootless', '', 0],
  ])('cannot have more than a few paths tried in a mesh that is %s', (_what, root, found) => {
    const rows = { ...mesh(3, 10), 'key 10': { subject: 'CN=level 10', ...unmarked } }
    const pki = make_pki(rows)
    const shown = decoded(
      pki,
      Object.keys(rows).filter(name => !name.startsWith('key')),
    )
    const searched = () => {
      const { trusted, dead_ends } = find_paths(shown, store(pki, root === '' ? [] : [root]), now)
      expect(trusted).toHaveLength(found)
      expect(dead_ends.length).toBeLessThanOrEqual(8)
    }
    expect(spent(searched)).toBeLessThan(endless)
  })
})
