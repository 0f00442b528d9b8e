import { domainToASCII } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { host_a_labels, is_host_name } from '../../../apps/public_key/host_name.ts'

describe('a name of a host', () => {
  test.each([
    ['localhost'],
    ['server.example'],
    ['server.example.'],
    ['_sip._tcp.example'],
    [`${'a'.repeat(63)}.example`],
  ])('is %s', name => {
    expect(is_host_name(name)).toBe(true)
  })

  test.each([
    [''],
    ['.'],
    ['.example'],
    ['a..example'],
    ['*.example'],
    ['my server'],
    ['bücher.example'],
    ['server.example\0.evil.example'],
    ['server.example\n'],
    ['[::1]'],
    [`${'a'.repeat(64)}.example`],
    [`${'a.'.repeat(127)}a`],
  ])('is not %j', name => {
    expect(is_host_name(name)).toBe(false)
  })
})

describe('a name in any script', () => {
  test.each([
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.Example', 'xn--bcher-kva.example'],
    ['bücher.example.', 'xn--bcher-kva.example.'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
    ['ｗｗｗ.example', 'www.example'],
    ['faß.example', 'xn--fa-hia.example'],
  ])('%s is written %s', (name, ascii) => {
    expect(host_a_labels(name)).toBe(ascii)
  })

  test.each([
    'Server.example',
    'xn--bcher-kva.example',
    'my server',
    'bücher.example/path',
    'user@bücher.example',
    'bücher.example:443',
    'bü%63her.example',
    'bücher..example',
    'bücher.example\0',
    'bücher．example／x',
    'b\ufffdcher.example',
    `${'ü'.repeat(1001)}`,
    '',
  ])('%j stays as it is', name => {
    expect(host_a_labels(name)).toBe(name)
  })

  test('is written as the platform writes it, where that gives a name of a host', () => {
    const letter = fc.constantFrom(...'aZ09-_.üß例Яﬁ\u200d．', '\u212a', '\u0130')
    fc.assert(
      fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 12 }), name => {
        const ascii = host_a_labels(name)
        fc.pre(ascii !== name)
        expect(is_host_name(ascii)).toBe(true)
        expect(ascii).toBe(domainToASCII(name))
      }),
    )
  })
})
