import { describe, expect, test } from '@jest/globals'
import type { GeneralSubtree } from '../../../apps/public_key/pubkey_extensions.ts'
import { constrain, is_permitted, no_constraints } from '../../../apps/public_key/pubkey_name_constraints.ts'
import type { GeneralName } from '../../../apps/public_key/pubkey_names.ts'
import { pkix_path_validation } from '../../../apps/public_key/public_key.ts'
import type { NameToWrite } from '../../../apps/public_key/x509.ts'
import { make_ca, make_intermediate, make_leaf } from '../../support/certificates.ts'
import { hex } from '../../support/hex.ts'

type Kind = 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier'

const subtree = (base: GeneralName): GeneralSubtree => ({ base, minimum: 0 })
const only = (...bases: readonly GeneralName[]) =>
  constrain(no_constraints, { permittedSubtrees: bases.map(subtree) })
const none_of = (...bases: readonly GeneralName[]) =>
  constrain(no_constraints, { excludedSubtrees: bases.map(subtree) })

const within: readonly (readonly [Kind, string, string])[] = [
  ['dNSName', 'example.com', 'example.com'],
  ['dNSName', 'EXAMPLE.com', 'example.COM'],
  ['dNSName', 'a.example.com', 'example.com'],
  ['dNSName', 'a.b.example.com', 'example.com'],
  ['dNSName', 'a.example.com', '.example.com'],
  ['dNSName', '*.example.com', 'example.com'],
  ['dNSName', 'anything.example', ''],
  ['rfc822Name', 'a@example.com', 'example.com'],
  ['rfc822Name', 'a@b.example.com', '.example.com'],
  ['rfc822Name', 'a@Example.com', 'a@example.com'],
  ['uniformResourceIdentifier', 'https://example.com', 'example.com'],
  ['uniformResourceIdentifier', 'https://user@example.com:8443/path?query', 'example.com'],
  ['uniformResourceIdentifier', 'https://a.example.com/', '.example.com'],
]

const outside: readonly (readonly [Kind, string, string])[] = [
  ['dNSName', 'example.org', 'example.com'],
  ['dNSName', 'notexample.com', 'example.com'],
  ['dNSName', 'example.com', '.example.com'],
  ['dNSName', 'com', 'example.com'],
  ['rfc822Name', 'a@b.example.com', 'example.com'],
  ['rfc822Name', 'a@example.com', '.example.com'],
  ['rfc822Name', 'A@example.com', 'a@example.com'],
  ['uniformResourceIdentifier', 'https://a.example.com/', 'example.com'],
  ['uniformResourceIdentifier', 'https://example.com/', '.example.com'],
  ['uniformResourceIdentifier', 'https://example.org/#https://example.com', 'example.com'],
]

const incomparable: readonly (readonly [Kind, string, string])[] = [
  ['dNSName', 'example.com.', 'example.com'],
  ['dNSName', 'f*.example.com', 'example.com'],
  ['dNSName', '', 'example.com'],
  ['rfc822Name', 'example.com', 'example.com'],
  ['rfc822Name', '@example.com', 'example.com'],
  ['uniformResourceIdentifier', 'mailto:a@example.com', 'example.com'],
  ['uniformResourceIdentifier', 'https://127.0.0.1/', '127.0.0.1'],
  ['uniformResourceIdentifier', 'https://[::1]/', '::1'],
]

describe('a name', () => {
  test.each(within)('%s %p is within %p', (kind, name, base) => {
    expect(is_permitted([kind, name], only([kind, base]))).toBe(true)
    expect(is_permitted([kind, name], none_of([kind, base]))).toBe(false)
  })

  test.each(outside)('%s %p is not within %p', (kind, name, base) => {
    expect(is_permitted([kind, name], only([kind, base]))).toBe(false)
    expect(is_permitted([kind, name], none_of([kind, base]))).toBe(true)
  })

  test.each(incomparable)('%s %p can neither be within nor outside of %p', (kind, name, base) => {
    expect(is_permitted([kind, name], only([kind, base]))).toBe(false)
    expect(is_permitted([kind, name], none_of([kind, base]))).toBe(false)
  })

  test('of a kind without constraints is free', () => {
    expect(is_permitted(['dNSName', 'a'], only(['rfc822Name', 'b']))).toBe(true)
    expect(is_permitted(['dNSName', 'a'], no_constraints)).toBe(true)
  })

  test.each<GeneralName>([
    ['registeredID', '1.2.3'],
    ['otherName', hex('a00406022a03')],
    ['x400Address', hex('a300')],
    ['ediPartyName', hex('a500')],
  ])('of a kind that cannot be compared, %s, is refused once that kind is constrained', (...other) => {
    expect(is_permitted(other, only(other))).toBe(false)
    expect(is_permitted(other, none_of(other))).toBe(false)
    expect(is_permitted(other, only(['dNSName', 'a']))).toBe(true)
  })

  test('of the directory is within each part of it that it begins with', () => {
    const name = (...steps: readonly string[]): GeneralName => [
      'directoryName',
      {
        rdnSequence: steps.map(text => [{ type: '2.5.4.10', value: ['utf8String', text] as const }]),
        der: new Uint8Array(),
      },
    ]
    expect(is_permitted(name('a', 'b'), only(name('A ')))).toBe(true)
    expect(is_permitted(name('a'), only(name('a')))).toBe(true)
    expect(is_permitted(name('a'), only(name()))).toBe(true)
    expect(is_permitted(name('a'), only(name('a', 'b')))).toBe(false)
    expect(is_permitted(name('b', 'a'), only(name('a')))).toBe(false)
    expect(is_permitted(name('a', 'b'), none_of(name('a')))).toBe(false)
    expect(is_permitted(name('ab'), none_of(name('a')))).toBe(true)
  })

  test.each([{ minimum: 1 }, { minimum: 0, maximum: 5 }])(
    'is refused when the constraint is of a form that the profile does not have, %p',
    form => {
      const odd = { base: ['dNSName', 'example.com'], ...form } as const
      const permitted = constrain(no_constraints, { permittedSubtrees: [odd] })
      const excluded = constrain(no_constraints, { excludedSubtrees: [odd] })
      expect(is_permitted(['dNSName', 'example.com'], permitted)).toBe(false)
      expect(is_permitted(['dNSName', 'example.org'], excluded)).toBe(false)
    },
  )

  test('with a wildcard is refused when it can stand for what is excluded', () => {
    expect(is_permitted(['dNSName', '*.example.com'], none_of(['dNSName', 'a.example.com']))).toBe(false)
    expect(is_permitted(['dNSName', '*.example.com'], only(['dNSName', 'a.example.com']))).toBe(false)
    expect(is_permitted(['dNSName', '*.example.com'], none_of(['dNSName', 'b.a.example.com']))).toBe(true)
    expect(is_permitted(['dNSName', '*.example.com'], none_of(['dNSName', 'a.example.org']))).toBe(true)
  })
})

describe('an address', () => {
  const net = ['iPAddress', hex('0a000000 ff000000')] as const

  test('is within a net by its mask', () => {
    expect(is_permitted(['iPAddress', hex('0a010203')], only(net))).toBe(true)
    expect(is_permitted(['iPAddress', hex('0b010203')], only(net))).toBe(false)
    expect(is_permitted(['iPAddress', hex('0b010203')], none_of(net))).toBe(true)
  })

  test('of the other family is outside', () => {
    expect(is_permitted(['iPAddress', new Uint8Array(16)], only(net))).toBe(false)
    expect(is_permitted(['iPAddress', new Uint8Array(16)], none_of(net))).toBe(true)
  })

  test('of no family is refused', () => {
    expect(is_permitted(['iPAddress', hex('0a0102')], none_of(net))).toBe(false)
    expect(is_permitted(['iPAddress', hex('0a010203')], only(['iPAddress', hex('0a000000')]))).toBe(false)
  })
})

describe('constraints of several authorities', () => {
  test('all hold', () => {
    const both = constrain(only(['dNSName', 'example.com']), {
      permittedSubtrees: [subtree(['dNSName', 'a.example.com'])],
      excludedSubtrees: [subtree(['dNSName', 'x.a.example.com'])],
    })
    expect(is_permitted(['dNSName', 'b.a.example.com'], both)).toBe(true)
    expect(is_permitted(['dNSName', 'b.example.com'], both)).toBe(false)
    expect(is_permitted(['dNSName', 'x.a.example.com'], both)).toBe(false)
  })

  test('cannot be widened by a later one', () => {
    const both = constrain(only(['dNSName', 'example.com']), {
      permittedSubtrees: [subtree(['dNSName', 'example.org'])],
    })
    expect(is_permitted(['dNSName', 'a.example.org'], both)).toBe(false)
  })
})

describe('in a path', () => {
  const now = Date.UTC(2026, 0, 1)

  async function validate(
    name_constraints: { permitted?: readonly NameToWrite[]; excluded?: readonly NameToWrite[] },
    subject: string,
    subject_alt_names?: readonly NameToWrite[],
  ) {
    const root = await make_ca()
    const below = await make_intermediate(root, { name_constraints })
    const peer = await make_leaf(below, { subject, subject_alt_names })
    return pkix_path_validation(root.cert_der, [below.cert_der, peer.cert_der], { now })[0]
  }

  test('alternative names are held to the constraints of the authorities above', async () => {
    const permitted = [['dNSName', 'example.com']] as const
    expect(await validate({ permitted }, 'CN=x', [['dNSName', 'a.example.com']])).toBe('ok')
    expect(
      await validate({ permitted }, 'CN=x', [
        ['dNSName', 'a.example.com'],
        ['dNSName', 'b'],
      ]),
    ).toBe('error')
  })

  test('so are the subject, and addresses of mail in it', async () => {
    const permitted = [['directoryName', 'O=Example']] as const
    expect(await validate({ permitted }, 'O=Example, CN=x')).toBe('ok')
    expect(await validate({ permitted }, 'O=Other, CN=x')).toBe('error')
    const excluded = [['rfc822Name', 'example.com']] as const
    expect(await validate({ excluded }, 'CN=x, E=a@example.org')).toBe('ok')
    expect(await validate({ excluded }, 'CN=x, E=a@example.com')).toBe('error')
  })

  test('an authority itself is not held to its own', async () => {
    expect(await validate({ permitted: [['directoryName', 'CN=x']] }, 'CN=x')).toBe('ok')
  })

  test('an authority may renew its key, whatever its name', async () => {
    const root = await make_ca()
    const below = await make_intermediate(root, {
      name_constraints: { permitted: [['directoryName', 'CN=peer']] },
    })
    const renewed = await make_intermediate(below)
    const other = await make_intermediate(below, { subject: 'CN=other' })
    const path_over = async (issuer: typeof below) => {
      const peer = await make_leaf(issuer, { subject: 'CN=peer' })
      return [below, issuer, peer].map(({ cert_der }) => cert_der)
    }
    expect(pkix_path_validation(root.cert_der, await path_over(renewed), { now })[0]).toBe('ok')
    expect(pkix_path_validation(root.cert_der, await path_over(other), { now })).toEqual([
      'error',
      ['bad_cert', 'name_not_permitted'],
    ])
  })

  const long = 'a'.repeat(2000)
  const directory_name = (last: number): GeneralName => {
    const rdnSequence = [long, `${last}`].map(text => [
      { type: '2.5.4.3', value: ['utf8String', text] as const },
    ])
    return ['directoryName', { rdnSequence, der: new Uint8Array() }]
  }
  test.each<
    readonly [kind: string, base: (index: number) => GeneralName, name: (index: number) => GeneralName]
  >([
    [
      'hosts in URIs',
      index => ['uniformResourceIdentifier', `.${long}${index}`],
      index => ['uniformResourceIdentifier', `https://x.${long}${index}`],
    ],
    ['hosts', index => ['dNSName', `${long}${index}`], index => ['dNSName', `x.${long}${index}`]],
    ['directory names', directory_name, directory_name],
  ])('a hundred thousand comparisons of long %s take no time to speak of', (_kind, base, name) => {
    const constraints = none_of(...Array.from({ length: 300 }, (_, index) => base(1000 + index)))
    const started = process.cpuUsage()
    for (let index = 2000; index < 2300; index++) expect(is_permitted(name(index), constraints)).toBe(true)
    expect(process.cpuUsage(started).user).toBeLessThan(400_000)
  })

  test('more comparisons than anyone needs are refused', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ['dNSName', `n${index}.example`] as const)
    expect(await validate({ excluded: [['dNSName', 'x']] }, 'CN=x', many(300))).toBe('ok')
    expect(
      await validate(
        { excluded: many(1000).map(([kind, name]) => [kind, `x${name}`] as const) },
        'CN=x',
        many(300),
      ),
    ).toBe('error')
  })
})
