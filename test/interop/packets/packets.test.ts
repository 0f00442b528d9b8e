// What decode_packet makes of a stream, held against erlang:decode_packet/3.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode_packet } from '../../../apps/kernel/inet_packet.ts'
import { seed } from '../beam/seed.ts'
import { describe_with, missing_program } from '../support/requires.ts'
import { type Question, question } from './arbitrary_stream.ts'

const beam = { missing: () => missing_program('erl') ?? missing_program('erlc') }
const source = fileURLToPath(new URL('packets.erl', import.meta.url))

/** What OTP answers, one line of JSON each. */
function ask_otp(questions: readonly Question[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'kista-packets-'))
  try {
    execFileSync('erlc', ['-o', folder, source])
    const input = questions.map(asked).join('')
    const options = ['-noshell', '-pa', folder, '-s', 'packets', 'main']
    return execFileSync('erl', options, { input, maxBuffer: 2 ** 28 })
      .toString()
      .trimEnd()
      .split('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const asked = ({ type, bytes, limits }: Question): string => {
  const { packet_size, line_length, line_delimiter } = limits
  const delimiter = line_delimiter === undefined ? '' : `,${line_delimiter}`
  return `${type} ${packet_size},${line_length}${delimiter} ${bytes.toString('base64')}\n`
}

/** As the Erlang side writes a term. Whether a string is an atom there, only it can tell. */
function json(term: unknown, in_otp: unknown): unknown {
  if (Array.isArray(term)) return term.map((part, index) => json(part, (in_otp as unknown[])?.[index]))
  if (term === undefined) return null
  if (term instanceof Uint8Array) return { hex: Buffer.from(term).toString('hex') }
  if (typeof term !== 'string' || typeof in_otp === 'string') return term
  return { text: Buffer.from(term, 'latin1').toString('hex') }
}

describe_with([beam], 'decode_packet', () => {
  const runs = 4_000

  test(`decides ${runs} streams as OTP does (seed ${seed})`, () => {
    const questions = fc.sample(question, { numRuns: runs, seed })
    const answers = ask_otp(questions)
    expect(answers).toHaveLength(questions.length)
    const differing = questions.flatMap((one, index) => {
      const theirs = JSON.parse(answers[index]!)
      const ours = json(decode_packet(one.type, one.bytes, one.limits), theirs)
      if (JSON.stringify(ours) === JSON.stringify(theirs)) return []
      return [{ asked: asked(one), text: one.bytes.toString('latin1'), ours, theirs }]
    })
    expect(differing.slice(0, 5)).toEqual([])
  })
})
