import { describe, expect, test } from '@jest/globals'
import { ok } from '../../runtime/erlang/term.ts'
import { handle_options } from '../../ssl_app/ssl_options.ts'

const der = Buffer.from('some DER')
const fun = () => undefined

const client = (options: object, host?: string) => ok(handle_options('client', options, host)).ssl
const server = (options: object) => ok(handle_options('server', options)).ssl

describe('whom to trust', () => {
  const missing = ['error', ['options', ['cacertfile', '']]]

  test('must be said by who asks for verify_peer', () => {
    for (const role of ['client', 'server'] as const) {
      expect(handle_options(role, { verify: 'verify_peer' })).toEqual(missing)
      expect(handle_options(role, { verify: 'verify_peer', cacerts: [] })).toEqual(missing)
    }
  })

  test.each([
    ['cacerts', [der]],
    ['cacertfile', 'ca.pem'],
    ['verify_fun', [fun, []]],
  ])('is said by %s', (name, given) => {
    for (const role of ['client', 'server'] as const) {
      const { verify, platform_cacerts } = ok(
        handle_options(role, { verify: 'verify_peer', [name]: given }),
      ).ssl
      expect([verify, platform_cacerts]).toEqual(['verify_peer', false])
    }
  })

  test('is said by a list as it is then, whatever comes to be of it', () => {
    for (const other of [Buffer.from('other DER'), { der: Buffer.from('other DER') }]) {
      const list: unknown[] = [der]
      const { cacerts } = client({ cacerts: list })
      expect(client({ cacerts: list }).cacerts).toBe(cacerts)
      list[0] = other
      expect(client({ cacerts: list }).cacerts).toEqual([Buffer.from('other DER')])
      expect(cacerts).toEqual([der])
    }
  })

  test('is for a client that says nothing whom the platform trusts, unless it gives authorities', () => {
    const told = (options: object) => {
      const { verify, platform_cacerts } = client(options)
      return [verify, platform_cacerts]
    }
    expect(told({})).toEqual(['verify_peer', true])
    expect(told({ verify_fun: [fun, []] })).toEqual(['verify_peer', true])
    expect(told({ cacerts: [] })).toEqual(['verify_peer', true])
    expect(told({ cacerts: [der] })).toEqual(['verify_peer', false])
    expect(told({ cacertfile: 'ca.pem' })).toEqual(['verify_peer', false])
    expect(told({ verify: 'verify_none' })).toEqual(['verify_none', false])
  })

  test('a server cannot demand a certificate that it does not ask for', () => {
    const incompatible = [
      'error',
      ['options', 'incompatible', ['verify', 'verify_none'], ['fail_if_no_peer_cert', true]],
    ]
    expect(handle_options('server', { fail_if_no_peer_cert: true })).toEqual(incompatible)
    const demanding = { verify: 'verify_peer', cacertfile: 'ca.pem', fail_if_no_peer_cert: true }
    expect(server(demanding).fail_if_no_peer_cert).toBe(true)
  })
})

describe('the name to ask for, and to check', () => {
  const names = (options: object, host?: string) => {
    const { server_name, hostname } = client(options, host)
    return [server_name, hostname]
  }

  test.each([
    ['example.com', 'example.com'],
    ['localhost', 'localhost'],
    ['Xn--Bcher-kva.Example', 'Xn--Bcher-kva.Example'],
    ['3com.com', '3com.com'],
    ['127.0.0.1', undefined],
    ['1.2', undefined],
    ['::1', undefined],
    ['fe80::1%eth0', undefined],
    ['example.com.', 'example.com'],
    ['example.com..', undefined],
    ['my_host.example.com', undefined],
    ['-a.example.com', undefined],
    ['a-.example.com', undefined],
    ['a..example.com', undefined],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['Bücher.Example.', 'xn--bcher-kva.example'],
    ['bücher.example/x', undefined],
    ['１２７.0.0.1', undefined],
    [`${'a'.repeat(64)}.com`, undefined],
    [`${'a.'.repeat(127)}com`, undefined],
    ['', undefined],
  ])('of the host %p the server is asked for %p', (host, server_name) => {
    expect(names({}, host)).toEqual([server_name, host])
    expect(names({ server_name_indication: host }, 'elsewhere.com')).toEqual([server_name, host])
  })

  test('without a host there is none', () => {
    expect(names({})).toEqual([undefined, undefined])
  })

  test('none is asked for or checked when that is disabled', () => {
    expect(names({ server_name_indication: 'disable' }, 'example.com')).toEqual([undefined, undefined])
  })

  test('it is asked for but not checked with verify_none', () => {
    expect(names({ verify: 'verify_none' }, 'example.com')).toEqual(['example.com', undefined])
  })

  test('it is checked whether verify_peer was asked for or not', () => {
    expect(names({ verify: 'verify_peer', cacerts: [der] }, 'example.com')[1]).toBe('example.com')
  })
})
