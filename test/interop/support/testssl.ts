// testssl.sh, which tries known weaknesses on a server: run against a port of the loopback, and its findings read.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start_process } from './peer_process.ts'
import { missing_program } from './requires.ts'

export interface Finding {
  /** What was looked at: `SSLv3`, `ROBOT`, `cipher_xc030` */
  readonly id: string
  /** The worse, the further behind. */
  readonly severity: (typeof severities)[number]
  /** In its words: `not offered`, `not vulnerable` */
  readonly finding: string
  /** Divided by spaces. */
  readonly cve?: string
}

export const severities = [
  'DEBUG',
  'INFO',
  'OK',
  'WARN',
  'LOW',
  'MEDIUM',
  'HIGH',
  'CRITICAL',
  'FATAL',
] as const

/** What it looks at: the versions, the suites one by one, and the weaknesses that have names. */
export const checks = {
  versions: '--protocols',
  suites: '--each-cipher',
  forward_secrecy: '--fs',
  weaknesses: '--vulnerable',
} as const

/** How long it may take, in seconds: it makes thousands of connections. */
const patience = 600

export const testssl = {
  name: 'testssl.sh',
  missing: () => (missing_program('testssl') === undefined ? undefined : missing_program('testssl.sh')),
  scan,
}

/** Debian calls it `testssl`. */
const program = missing_program('testssl') === undefined ? 'testssl' : 'testssl.sh'

async function scan(port: number, wanted: readonly (keyof typeof checks)[]): Promise<readonly Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-testssl-'))
  const file = join(folder, 'findings.json')
  const scanner = start_process(
    program,
    [
      ...['--quiet', '--color', '0', '--warnings', 'batch', '--nodns', 'none', '--ip', '127.0.0.1'],
      ...wanted.map(name => checks[name]),
      ...['--jsonfile', file, `localhost:${port}`],
    ],
    patience,
  )
  try {
    await scanner.finish(patience * 1000)
    return read_findings(await readFile(file, 'utf8'))
  } finally {
    await scanner.stop()
    await rm(folder, { recursive: true })
  }
}

/** Those of its JSON that are worse than `severity`. */
export function worse_than(severity: Finding['severity'], findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(finding => severities.indexOf(finding.severity) > severities.indexOf(severity))
}

/** @throws SyntaxError when it is not JSON, as when the scan was cut short */
export function read_findings(json: string): readonly Finding[] {
  return (JSON.parse(json) as Finding[]).map(({ id, severity, finding, cve }) => ({
    ...{ id, severity, finding },
    ...(cve !== undefined && { cve }),
  }))
}
