// What the matrix wants of a peer, whichever program it is.

import type { CipherSuite } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import type { Connected, Refused, RunningServer } from '../support/peer.ts'
import type { CertificateKind, Secrets } from './secrets.ts'

/** What a server can do; all suites have the same key exchange. */
export interface Offer {
  readonly version: ProtocolVersion
  readonly suites: readonly CipherSuite[]
  /** That it asks for the client's certificate, and whether it does without. GnuTLS and BouncyCastle are not told. */
  readonly client_certificate?: 'wanted' | 'needed'
}

/** What a client shall do: nothing but this version and this suite. */
export interface Call {
  readonly version: ProtocolVersion
  readonly suite: CipherSuite
  /** On 127.0.0.1. */
  readonly port: number
  /** Sent on each connection; the answer is waited for. */
  readonly line: string
  /** Connect a second time, and offer the session of the first, which is then reported. */
  readonly resume: boolean
  /** Its certificate, for a server that asks. GnuTLS and BouncyCastle are not told. */
  readonly shows?: CertificateKind
}

/** What a server has seen of a connection, in the words of a client's report; or why there was none. */
export type Visit =
  | (Pick<Connected, 'ok' | 'protocol' | 'suite' | 'resumed'> & {
      /** DER: what the client has shown. */
      readonly peercert: Uint8Array | undefined
    })
  | Refused

export interface MatrixServer extends RunningServer {
  /** The next connection that has ended; waits for it. Not every server tells. */
  visit?(): Promise<Visit>
}

export interface MatrixPeer {
  readonly name: string
  /** Its server is there at once, so that each cell can have one. */
  readonly serves_at_once: boolean
  /** The program that is not installed, or `undefined` if all is there. */
  missing(): string | undefined
  serve(offer: Offer, secrets: Secrets): Promise<MatrixServer>
  /** Suite and protocol of the report are as IANA and OpenSSL write them. */
  connect(call: Call, secrets: Secrets): Promise<Connected | Refused>
  /** Ends what is still running for it. */
  stop(): Promise<void>
}

/** The versions as OpenSSL writes them. */
export const version_names: Readonly<Record<ProtocolVersion, string>> = {
  sslv3: 'SSLv3',
  tlsv1: 'TLSv1',
  'tlsv1.1': 'TLSv1.1',
  'tlsv1.2': 'TLSv1.2',
}
