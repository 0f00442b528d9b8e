// Changes the bytes of a message where no codec would write them so: lengths that are not right, sections that are
// empty or cut off. Where fields and sections are, the codecs tell by how they read.

import type { AnyCodec } from '../../../runtime/binary/codec.ts'
import { DecodeError, Reader } from '../../../runtime/binary/reader.ts'
import type { Dice } from './dice.ts'
import type { Changed } from './values.ts'

interface Span {
  readonly start: number
  readonly end: number
}

/** Something behind its own length. */
interface Section extends Span {
  readonly length: Span
}

/** Remembers where it has read what. */
class TracingReader extends Reader {
  readonly numbers: Span[] = []
  readonly sections: Section[] = []
  #at = 0

  override uint8(): number {
    return this.#number(1, super.uint8())
  }

  override uint16(): number {
    return this.#number(2, super.uint16())
  }

  override uint24(): number {
    return this.#number(3, super.uint24())
  }

  override take(size: number): Uint8Array {
    this.#at += size
    return super.take(size)
  }

  override enter(size: number): number {
    const outer = super.enter(size)
    this.sections.push({ start: this.#at, end: this.#at + size, length: this.numbers.at(-1)! })
    return outer
  }

  #number(size: number, value: number): number {
    this.numbers.push({ start: this.#at, end: this.#at + size })
    this.#at += size
    return value
  }
}

const header: Span = { start: 1, end: 4 }
const header_size = 4

/** A message, header included, with one change that no value stands for. */
export function change_layout(
  message: Uint8Array,
  body: AnyCodec | undefined,
  dice: Dice,
): Changed<Uint8Array> {
  const { numbers, sections } = trace(message, body)
  const at = dice.below(message.length)
  const section = dice.pick(sections)
  const changes: readonly [string, () => Uint8Array][] = [
    ['a number', () => with_number(message, dice.pick(numbers), dice)],
    ['a length', () => with_number(message, section.length, dice)],
    ['an empty section', () => spliced(message, sections, section, section.start, section.end, none)],
    ['a section cut off', () => spliced(message, sections, section, section.end - 1, section.end, none)],
    ['a longer section', () => spliced(message, sections, section, section.end, section.end, dice.bytes(2))],
    ['a section twice', () => doubled(message, sections, section)],
    ['a bit', () => message.map((byte, index) => (index === at ? byte ^ (1 << dice.below(8)) : byte))],
    ['bytes more', () => Buffer.concat([message.subarray(0, at), dice.bytes(3), message.subarray(at)])],
    ['bytes less', () => Buffer.concat([message.subarray(0, at), message.subarray(at + 2)])],
    ['cut off', () => message.subarray(0, at)],
    ['the type', () => message.map((byte, index) => (index === 0 ? dice.below(256) : byte))],
  ]
  const [label, change] = dice.pick(changes)
  return { value: change(), label }
}

const none = new Uint8Array(0)

function trace(message: Uint8Array, body: AnyCodec | undefined): Pick<TracingReader, 'numbers' | 'sections'> {
  const from = new TracingReader(message.subarray(header_size))
  try {
    body?.read(from)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
  }
  const moved = ({ start, end }: Span): Span => ({ start: start + header_size, end: end + header_size })
  const whole: Section = { start: header_size, end: message.length, length: header }
  const sections = from.sections.map(section => ({ ...moved(section), length: moved(section.length) }))
  return { numbers: [header, ...from.numbers.map(moved)], sections: [whole, ...sections] }
}

function with_number(message: Uint8Array, { start, end }: Span, dice: Dice): Uint8Array {
  const size = end - start
  const old = Buffer.from(message).readUIntBE(start, size)
  const most = 0x100 ** size - 1
  const value = dice.pick([old + 1, old - 1, 0, most, old * 2, dice.below(most)])
  const changed = Buffer.from(message)
  changed.writeUIntBE(Math.min(Math.max(value, 0), most), start, size)
  return changed
}

/** Other bytes from `start` to `end`; `section` and those around it have the right lengths still. */
function spliced(
  message: Uint8Array,
  sections: readonly Section[],
  section: Section,
  start: number,
  end: number,
  by: Uint8Array,
): Uint8Array {
  const from = Math.max(start, section.start)
  const changed = Buffer.concat([message.subarray(0, from), by, message.subarray(end)])
  for (const { start: its_start, end: its_end, length } of sections) {
    if (
      its_start > section.start ||
      its_end < section.end ||
      its_end - its_start < section.end - section.start
    )
      continue
    const size = length.end - length.start
    const value = its_end - its_start + by.length - (end - from)
    changed.writeUIntBE(Math.min(value, 0x100 ** size - 1), length.start, size)
  }
  return changed
}

const doubled = (message: Uint8Array, sections: readonly Section[], section: Section): Uint8Array =>
  spliced(message, sections, section, section.end, section.end, message.subarray(section.start, section.end))
