// OpenSSL as a certificate authority: it keeps an index of what it has revoked, answers as an OCSP responder, writes
// revocation lists, and judges the answers of others. Certificates and keys are those of the tests.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import type { TestCertificate } from '../../support/certificates.ts'

/** A certificate that the authority knows. */
export interface Entry {
  readonly certificate: TestCertificate
  /** Why it is revoked, in OpenSSL's words; `unspecified` is one. Undefined: it is not */
  readonly revoked?: string
}

export interface ResponderOptions {
  /** Who answers. Default: the authority */
  readonly responder?: TestCertificate
  /** Arguments of `openssl ocsp`. Default: `['-ndays', '1']` */
  readonly args?: readonly string[]
}

export interface OpensslAuthority {
  /** Where its files are. */
  readonly folder: string
  /** DER of what its responder answers to a request in DER. */
  answer(request: Uint8Array, options?: ResponderOptions): Promise<Uint8Array>
  /** DER of the request that its client makes about `certificate`, which it names by a hash. Default: SHA-1 */
  request(certificate: TestCertificate, digest?: 'sha256'): Promise<Uint8Array>
  /** What its client makes of an answer about `certificate`. */
  judge(response: Uint8Array, certificate: TestCertificate): Promise<Judgement>
  /**
   * PEM of its revocation list.
   *
   * @param args - of `openssl ca -gencrl`. Default: `['-crldays', '1']`
   */
  crl(args?: readonly string[]): Promise<string>
  /** The name of the file of that list in a directory of hashes. */
  crl_file(pem: string): Promise<string>
  /** A file of the folder, with what is to be in it; its path. */
  write(name: string, content: string | Uint8Array): Promise<string>
  remove(): Promise<void>
}

/** `refused`: it does not believe the answer, or it is not of now. */
export type Judgement = 'good' | 'revoked' | 'unknown' | 'refused'

const run = promisify(execFile)

/** @param authority - has issued what is in `entries` */
export async function start_authority(
  authority: TestCertificate,
  entries: readonly Entry[],
): Promise<OpensslAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-authority-'))
  const write = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const files = {
    cert: await write('authority.pem', authority.cert_pem),
    key: await write('authority.key', authority.key_pem),
    index: await write('index.txt', entries.map(index_line).join('')),
    config: await write('ca.conf', config(folder)),
  }
  await write('crlnumber', '01\n')
  const subject = ({ cert_pem }: TestCertificate) => write('subject.pem', cert_pem)
  const as_responder = async ({ responder, args = ['-ndays', '1'] }: ResponderOptions) => {
    const cert = responder ? await write('responder.pem', responder.cert_pem) : files.cert
    const key = responder ? await write('responder.key', responder.key_pem) : files.key
    return ['-index', files.index, '-CA', files.cert, '-rsigner', cert, '-rkey', key, ...args]
  }
  const made = async (name: string, args: readonly string[]) => {
    await openssl('ocsp', ...args)
    return new Uint8Array(await readFile(join(folder, name)))
  }
  return {
    folder,
    write,
    async answer(request, options = {}) {
      const reqin = await write('request.der', request)
      const respout = ['-respout', join(folder, 'response.der')]
      return made('response.der', [...(await as_responder(options)), '-reqin', reqin, ...respout])
    },
    async request(certificate, digest) {
      const about = [
        '-issuer',
        files.cert,
        ...(digest ? [`-${digest}`] : []),
        '-cert',
        await subject(certificate),
      ]
      return made('asked.der', [...about, '-no_nonce', '-reqout', join(folder, 'asked.der')])
    },
    async judge(response, certificate) {
      const respin = ['-respin', await write('judged.der', response)]
      const about = ['-issuer', files.cert, '-cert', await subject(certificate)]
      const trust = ['-CAfile', files.cert, '-verify_other', files.cert]
      return judgement_in(await openssl_says('ocsp', ...respin, ...about, ...trust, '-no_nonce'))
    },
    async crl(args = ['-crldays', '1']) {
      const by = ['-config', files.config, '-cert', files.cert, '-keyfile', files.key]
      await openssl('ca', '-gencrl', ...by, ...args, '-out', join(folder, 'list.pem'))
      return readFile(join(folder, 'list.pem'), 'utf8')
    },
    async crl_file(pem) {
      const output = await openssl('crl', '-hash', '-noout', '-in', await write('hashed.pem', pem))
      return `${output.trim()}.r0`
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

/** What a command says, which is to succeed. */
async function openssl(...args: readonly string[]): Promise<string> {
  const options = { timeout: 15_000, env: { PATH: process.env.PATH, LC_ALL: 'C' } }
  const { stdout, stderr } = await run('openssl', args, options)
  return `${stdout}\n${stderr}`
}

/** What a command says, whether it succeeds or not. */
const openssl_says = (...args: readonly string[]): Promise<string> =>
  openssl(...args).catch(({ stdout, stderr }) => `${stdout}\n${stderr}`)

function judgement_in(output: string): Judgement {
  if (!/^Response verify OK$/m.test(output) || /Status times invalid/.test(output)) return 'refused'
  return (/: (good|revoked|unknown)$/m.exec(output)?.[1] ?? 'refused') as Judgement
}

/** One certificate in the words of the index: status, end, when and why revoked, serial number, file, subject. */
function index_line({ certificate, revoked }: Entry): string {
  const { serialNumber, validity } = decode_certificate(certificate.cert_der).tbsCertificate
  const digits = serialNumber.toString(16).toUpperCase()
  const serial = digits.length % 2 === 0 ? digits : `0${digits}`
  const revocation = revoked === undefined ? '' : `${utc_time(Date.UTC(2026, 0, 1))},${revoked}`
  const status = revoked === undefined ? 'V' : 'R'
  return `${[status, utc_time(validity.notAfter), revocation, serial, 'unknown', `/CN=${serial}`].join('\t')}\n`
}

const utc_time = (time: number) => new Date(time).toISOString().slice(2, 19).replace(/[-:T]/g, '').concat('Z')

const config = (folder: string) => `
[ca]
default_ca = kista
[kista]
database = ${folder}/index.txt
crlnumber = ${folder}/crlnumber
default_md = sha256
`
