// What can be done below the messages: other cuts, records that do not belong there, headers and contents that are
// changed on their way.

import type { ContentType } from '../../../ssl_app/record/tls_record.ts'
import type { RoguePeer } from '../rogue_peer.ts'
import { type Deed, planned, type Situation } from './messages.ts'

const header_size = 5

// ---- Other cuts of the same

/** One message in many records. */
export function split({ rogue, dice }: Situation): Deed {
  const message = planned(rogue)!
  const size = dice.pick([1, 1, 3, Math.ceil(message.length / 2)])
  const pieces: Uint8Array[] = []
  for (let at = 0; at < message.length; at += size) {
    pieces.push(rogue.raw('handshake', message.subarray(at, at + size)))
  }
  rogue.plan.shift()
  return { label: 'split', pieces, is_other: false }
}

/** All messages up to the change of keys in one record. */
export function joined({ rogue }: Situation): Deed {
  const messages: Uint8Array[] = []
  for (let next = planned(rogue); next; next = planned(rogue)) {
    messages.push(next)
    rogue.plan.shift()
  }
  return { label: 'joined', pieces: [rogue.raw('handshake', Buffer.concat(messages))], is_other: false }
}

/** Records without content, which some use against BEAST. */
export function emptied({ rogue, dice, is_protected }: Situation): Deed {
  const count = dice.pick([1, 5, 32, 33, 100])
  const empty = Array.from({ length: count }, () => record(rogue, 'handshake', new Uint8Array(0)))
  return {
    label: count > 32 || is_protected ? 'too many empty records' : 'empty records',
    pieces: [...empty, rogue.next()],
    is_other: count > 32 || is_protected,
  }
}

// ---- What does not belong there

/** A ChangeCipherSpec, with or without a change. */
export function early_change(situation: Situation): Deed {
  const { rogue, dice } = situation
  const [kind] = rogue.plan[0]!
  const content = dice.pick([[1], [1], [1], [0], [2], [1, 1], [1, 0]])
  const label = `change_cipher_spec ${content} before ${kind === 'send' ? 'a message' : kind}`
  return {
    label,
    pieces: [rogue.raw('change_cipher_spec', Uint8Array.from(content)), rogue.next()],
    is_other: true,
  }
}

/** The planned ChangeCipherSpec comes later, or not at all; with other keys or the same. */
export function late_change(situation: Situation): Deed {
  const { rogue, dice } = situation
  const at = rogue.plan.findIndex(([kind]) => kind === 'change_cipher_spec')
  if (at < 0) return early_change(situation)
  const [change] = rogue.plan.splice(at, 1)
  if (dice.below(2) === 0) rogue.plan.push(change!)
  if (rogue.plan.length === 0) return { label: 'change_cipher_spec left out', pieces: [], is_other: true }
  return { label: 'change_cipher_spec late', pieces: [rogue.next()], is_other: true }
}

/** Keys change before their time: this side goes on under them. */
export function hasty_change(situation: Situation): Deed {
  const { rogue } = situation
  const at = rogue.plan.findIndex(([kind]) => kind === 'change_cipher_spec')
  if (at <= 0) return early_change(situation)
  const [change] = rogue.plan.splice(at, 1)
  rogue.plan.unshift(change!)
  return { label: 'change_cipher_spec in haste', pieces: [rogue.next()], is_other: true }
}

/** A change of keys in the middle of a message, which ends under the new ones. */
export function interrupted(situation: Situation): Deed {
  const { rogue, dice } = situation
  const [change, last] = rogue.plan
  if (change?.[0] !== 'change_cipher_spec' || last?.[0] !== 'send') return early_change(situation)
  const at = 1 + dice.below(last[1].length - 1)
  const first = rogue.raw('handshake', last[1].subarray(0, at))
  const changed = rogue.next()
  rogue.plan.shift()
  const rest = rogue.raw('handshake', last[1].subarray(at))
  return { label: 'change_cipher_spec inside a message', pieces: [first, changed, rest], is_other: true }
}

export function alerted({ rogue, dice }: Situation): Deed {
  const descriptions = [0, 10, 20, 40, 41, 42, 80, 90, 100, 112, 199, 255]
  const code = dice.pick(descriptions)
  const count = dice.pick([1, 1, 1, 5, 12])
  const level = dice.pick([1, 1, 1, 2, 3, 0])
  const half = dice.below(8) === 0
  const alerts = Array.from({ length: count }, () => [level, code]).flat()
  const content = half ? alerts.slice(0, -1) : alerts
  const label = `alert ${level} ${code}${count > 11 ? ' often' : ''}${half ? ' and a half' : ''}`
  const alert = rogue.raw('alert', Uint8Array.from(content))
  return { label, pieces: [alert, rogue.next()], is_other: false, alerts: content }
}

export function with_data({ rogue, dice }: Situation): Deed {
  const data = rogue.raw('application_data', dice.bytes(1 + dice.below(20)))
  return { label: 'data', pieces: [data, rogue.next()], is_other: false }
}

export function with_noise({ rogue, dice }: Situation): Deed {
  const noise = dice.bytes(1 + dice.below(40))
  return {
    label: 'noise',
    pieces: [dice.below(2) ? noise : record(rogue, 'handshake', noise), rogue.next()],
    is_other: true,
  }
}

// ---- Changed on its way

/** A bit of the record, or of its header. */
export function bent({ rogue, dice }: Situation): Deed {
  const bytes = rogue.next()
  const in_header = dice.below(2) === 0
  const at = in_header ? dice.below(header_size) : header_size + dice.below(bytes.length - header_size)
  const changed = bytes.map((byte, index) => (index === at ? byte ^ (1 << dice.below(8)) : byte))
  const label = in_header
    ? `a bit of ${['the type', 'the version', 'the version', 'the length', 'the length'][at]}`
    : 'a bit'
  return { label, pieces: [changed], is_other: at !== 1 && at !== 2 }
}

/** Another type, version or length in the header. */
export function other_header({ rogue, dice }: Situation): Deed {
  const bytes = Buffer.from(rogue.next())
  const length = bytes.readUInt16BE(3)
  const changes: readonly [string, () => unknown][] = [
    ['type', () => bytes.writeUInt8(dice.pick([0, 19, 20, 21, 22, 23, 24, 128, 255]), 0)],
    ['version', () => bytes.writeUInt16BE(dice.pick([0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x03ff]), 1)],
    ['major version', () => bytes.writeUInt16BE(dice.pick([0, 0x0002, 0x0200, 0x0400, 0x7f12, 0xffff]), 1)],
    [
      'length',
      () => bytes.writeUInt16BE(dice.pick([0, length - 1, length + 1, 0x4000, 0x4800, 0x4801, 0xffff]), 3),
    ],
  ]
  const before = Uint8Array.from(bytes)
  const [label, change] = dice.pick(changes)
  change()
  const same = Buffer.compare(before, bytes) === 0
  return {
    label: same ? 'nothing' : `header ${label}`,
    pieces: [bytes],
    is_other: !same && label !== 'version',
  }
}

export function lost({ rogue }: Situation): Deed {
  rogue.next()
  return { label: 'a record lost', pieces: [], is_other: true }
}

export function doubled({ rogue }: Situation): Deed {
  const is_warning = rogue.plan[0]![0] === 'warning'
  const bytes = rogue.next()
  return {
    label: 'a record twice',
    pieces: [bytes, bytes.slice()],
    is_other: !is_warning,
    begins_well: true,
  }
}

export function cut_off({ rogue, dice }: Situation): Deed {
  const bytes = rogue.next()
  return { label: 'a record cut off', pieces: [bytes.subarray(0, dice.below(bytes.length))], is_other: true }
}

/** Behind the one that follows. */
export function overtaken({ rogue }: Situation): Deed {
  const first = rogue.next()
  const second = rogue.plan.length > 0 ? [rogue.next()] : []
  return { label: 'a record late', pieces: [...second, first], is_other: second.length > 0 }
}

/** A record that is not protected, whatever the keys are. */
function record(rogue: RoguePeer, type: ContentType, content: Uint8Array): Uint8Array {
  const codes = { change_cipher_spec: 20, alert: 21, handshake: 22, application_data: 23 }
  const minor = { sslv3: 0, tlsv1: 1, 'tlsv1.1': 2, 'tlsv1.2': 3 }[rogue.data.version ?? 'tlsv1.2']
  return Uint8Array.of(codes[type], 3, minor, content.length >> 8, content.length, ...content)
}
