import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { platform_cacerts } from '../../../apps/public_key/pubkey_os_cacerts.ts'
import {
  cacerts_clear,
  cacerts_get,
  cacerts_load,
  pem_encode,
  pkix_is_self_signed,
} from '../../../apps/public_key/public_key.ts'
import { make_ca } from '../../support/certificates.ts'
import { hex } from '../../support/hex.ts'

let folder: string
const file = () => join(folder, 'ca.pem')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cacerts-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
  cacerts_clear()
})

describe('the platform’s certificates', () => {
  test('are there, are read once, and are authorities', () => {
    const all = cacerts_get()
    expect(all.length).toBeGreaterThan(50)
    expect(all.filter(({ otp }) => pkix_is_self_signed(otp)).length).toBeGreaterThan(50)
    expect(cacerts_get()).toBe(all)
  })

  test('can be forgotten, and are then read anew', () => {
    expect(cacerts_clear()).toBe(false)
    const all = cacerts_get()
    expect(cacerts_clear()).toBe(true)
    expect(cacerts_get()).not.toBe(all)
  })
})

describe('on a platform that keeps its certificates elsewhere', () => {
  test('those of Node count', () => {
    expect(platform_cacerts([])).toHaveLength(rootCertificates.length)
    expect(platform_cacerts([file()])).toHaveLength(rootCertificates.length)
  })
})

describe('certificates of a file', () => {
  test('take the place of the platform’s', async () => {
    const ca = await make_ca()
    writeFileSync(file(), ca.cert_pem + ca.key_pem)
    expect(cacerts_load(file())).toBe('ok')
    expect(cacerts_get().map(({ der }) => Buffer.compare(der, ca.cert_der))).toEqual([0])
  })

  test('are taken without those that cannot be decoded', async () => {
    const broken = pem_encode([['Certificate', hex('3000'), 'not_encrypted']])
    writeFileSync(file(), broken + (await make_ca()).cert_pem)
    expect(cacerts_load(file())).toBe('ok')
    expect(cacerts_get()).toHaveLength(1)
  })

  test('must be there, and leave those of before in place if not', () => {
    const before = cacerts_get()
    expect(cacerts_load(file())).toEqual(['error', 'enoent'])
    expect(cacerts_load(folder)).toEqual(['error', 'eisdir'])
    writeFileSync(file(), 'nothing')
    expect(cacerts_load(file())).toEqual(['error', 'no_cacerts_found'])
    writeFileSync(file(), '-----BEGIN CERTIFICATE-----\n')
    expect(cacerts_load(file())).toEqual(['error', 'no_cacerts_found'])
    expect(cacerts_get()).toBe(before)
  })
})
