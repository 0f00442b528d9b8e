// Formats with arguments, as `io_lib:format` writes them: `~p failed: ~s`.

import { Exit, type Term } from '../../runtime/erlang/term.ts'
import { term_text } from './logger_terms.ts'

/** Shows a term, at most so deep. */
export type Show = (term: Term, depth?: number) => string

const control = /~(-?\d+|\*)?(?:\.(\d+|\*)?)?(?:\.(.))?([tlkK]*)(.)/gs

/**
 * Writes the arguments in the places of a format: `~p` and `~w` a term, `~P` and `~W` one with a depth as its next
 * argument, `~s` a text, `~b` and `~B` an integer in base 10 or that of the precision (`~.16B`), `~c` a character, by its code and as often as the width says,
 * `~f`, `~e` and `~g` a number, with the precision after a dot, `~i` nothing, `~n` a line break, `~~` a tilde. `~10s`
 * is so wide, `~-10s` so wide with what it says on the left, `~5..0B` filled with zeros; `*` takes a width or precision
 * from the arguments.
 * Modifiers `t` and `l` change nothing, since all texts are Unicode.
 *
 * @throws {@link Exit} `'badarg'` when format and arguments do not fit
 * @see OTP: `io_lib:format/2`
 */
export function format(text: string, args: readonly Term[], show: Show = term_text): string {
  let next = 0
  const take = (): Term => {
    if (next >= args.length) throw new Exit('badarg')
    return args[next++]
  }
  const number_of = (given: string | undefined): number | undefined =>
    given === undefined ? undefined : whole(given === '*' ? take() : Number(given))

  const written = text.replace(control, (_all, width, precision, pad, _modifiers, letter: string) => {
    const field = { width: number_of(width), precision: number_of(precision), pad: pad ?? ' ' }
    const write = Object.hasOwn(letters, letter) ? letters[letter] : undefined
    if (write === undefined) throw new Exit('badarg')
    const part = write(take, field, show)
    return unfitted.includes(letter) ? part : fit(part, field, letter === 's')
  })
  if (next < args.length || /~$/.test(text.replace(control, ''))) throw new Exit('badarg')
  return written
}

/**
 * As {@link format}; arguments that do not fit are told of in the text.
 *
 * @see OTP: what `logger_formatter` does with a format that fails
 */
export function format_safely(text: string, args: readonly Term[], show: Show = term_text): string {
  try {
    return format(text, args, show)
  } catch {
    return `FORMAT ERROR: ${JSON.stringify(text)} - ${show(args)}`
  }
}

interface Field {
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly pad: string
}

type Write = (take: () => Term, field: Field, show: Show) => string

function whole(value: Term): number {
  if (!Number.isInteger(value)) throw new Exit('badarg')
  return value
}

function real(value: Term): number {
  if (typeof value !== 'number') throw new Exit('badarg')
  return value
}

function integer_text(value: Term, base: number): string {
  if ((typeof value !== 'bigint' && !Number.isInteger(value)) || base < 2 || base > 36)
    throw new Exit('badarg')
  return value.toString(base)
}

function text_of(value: Term): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  throw new Exit('badarg')
}

const letters: Readonly<Record<string, Write>> = {
  p: (take, _field, show) => show(take()),
  w: (take, _field, show) => show(take()),
  P: (take, _field, show) => show(take(), whole(take())),
  W: (take, _field, show) => show(take(), whole(take())),
  s: (take, { precision }) => text_of(take()).slice(0, precision),
  b: (take, { precision }) => integer_text(take(), precision ?? 10),
  B: (take, { precision }) => integer_text(take(), precision ?? 10).toUpperCase(),
  c: (take, { precision, width }) =>
    String.fromCodePoint(whole(take())).repeat(precision ?? Math.abs(width ?? 1)),
  f: (take, { precision = 6 }) => real(take()).toFixed(precision),
  e: (take, { precision = 6 }) => real(take()).toExponential(precision - 1),
  g: (take, { precision = 6 }) => shorter(real(take()), precision),
  i: take => {
    take()
    return ''
  },
  n: (_take, { width }) => '\n'.repeat(width ?? 1),
  '~': (_take, { width }) => '~'.repeat(width ?? 1),
}

const shorter = (value: number, precision: number): string =>
  Math.abs(value) >= 0.1 && Math.abs(value) < 10_000
    ? value.toPrecision(precision)
    : value.toExponential(precision - 1)

/** Those to which a width does not mean columns. */
const unfitted = 'pwPWin~'

/** Brings a text to its width; one that is too long is cut, a number replaced by stars. */
function fit(text: string, { width, pad }: Field, is_text: boolean): string {
  if (width === undefined) return text
  const columns = Math.abs(width)
  if (text.length > columns) return is_text ? text.slice(0, columns) : '*'.repeat(columns)
  return width < 0 ? text.padEnd(columns, pad) : text.padStart(columns, pad)
}
