// sslscan, which tries every version and suite on a server: run against a port of the loopback, and its report read.

import { start_process } from './peer_process.ts'
import { missing_program } from './requires.ts'

export interface SslscanReport {
  /** As sslscan writes them: `SSLv2`, `SSLv3`, `TLSv1.0`, … */
  readonly versions: readonly string[]
  readonly ciphers: readonly ScannedCipher[]
  /** What it says of a client that renegotiates. `secure`: RFC 5746 */
  readonly renegotiation: { readonly supported: boolean; readonly secure: boolean }
  readonly compression: boolean
  /** Whether the server heeds TLS_FALLBACK_SCSV; `undefined` where there is no older version to fall back to. */
  readonly fallback_scsv: boolean | undefined
  /** The versions in which it bleeds. */
  readonly heartbleed: readonly string[]
  readonly xml: string
}

/** A suite that the server takes. */
export interface ScannedCipher {
  readonly version: string
  /** Its code on the wire. */
  readonly code: number
  readonly openssl: string
  /** It is what the server picks when all are offered. */
  readonly preferred: boolean
  /** sslscan's opinion: `strong`, `acceptable`, `medium`, `weak`, `null`, `anonymous` */
  readonly strength: string
  /** The group of an ephemeral key. */
  readonly curve: string | undefined
  readonly dh_bits: number | undefined
}

/** How long it may take, in milliseconds. */
const patience = 120_000

export const sslscan = {
  name: 'sslscan',
  missing: () => missing_program('sslscan'),
  scan,
}

/**
 * It is not asked for the groups of ECDHE: for those it wants each handshake message in a record of its own, and waits
 * three seconds a group where they share one. testssl.sh finds them.
 */
async function scan(port: number): Promise<SslscanReport> {
  const scanner = start_process('sslscan', [
    ...['--no-colour', '--xml=-', '--ipv4', '--show-cipher-ids', '--no-groups', '--sni-name=localhost'],
    `127.0.0.1:${port}`,
  ])
  try {
    await scanner.finish(patience)
    return read_report(scanner.said.stdout)
  } finally {
    await scanner.stop()
  }
}

/** @returns what the XML that sslscan writes says of the one server in it */
export function read_report(xml: string): SslscanReport {
  const protocols = elements(xml, 'protocol').filter(({ enabled }) => enabled === '1')
  const [renegotiation] = elements(xml, 'renegotiation')
  const [fallback] = elements(xml, 'fallback')
  return {
    versions: protocols.map(({ type, version }) => `${type === 'ssl' ? 'SSLv' : 'TLSv'}${version}`),
    ciphers: elements(xml, 'cipher').map(cipher_of),
    renegotiation: { supported: renegotiation?.supported === '1', secure: renegotiation?.secure === '1' },
    compression: elements(xml, 'compression').some(({ supported }) => supported === '1'),
    fallback_scsv: fallback && fallback.supported === '1',
    heartbleed: elements(xml, 'heartbleed')
      .filter(({ vulnerable }) => vulnerable === '1')
      .map(({ sslversion = '' }) => sslversion),
    xml,
  }
}

type Attributes = Readonly<Record<string, string | undefined>>

function cipher_of(attributes: Attributes): ScannedCipher {
  const { status, sslversion = '', cipher = '', id = '', strength = '', curve, dhebits } = attributes
  return {
    version: sslversion,
    code: Number.parseInt(id, 16),
    openssl: cipher,
    preferred: status === 'preferred',
    strength,
    curve,
    dh_bits: dhebits === undefined ? undefined : Number(dhebits),
  }
}

/** Its elements without content, each on a line. */
function elements(xml: string, name: string): readonly Attributes[] {
  const found = xml.matchAll(new RegExp(`<${name} ([^<>]*?)/>`, 'g'))
  return [...found].map(([, text = '']) =>
    Object.fromEntries(
      [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
    ),
  )
}
