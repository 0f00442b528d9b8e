// A handshake as somebody sees it who listens on the wire: read by hand, with nothing of ours.

/** A record, as it came. */
export interface WireRecord {
  readonly type: number
  readonly version: number
  readonly fragment: Buffer
}

/** What one side has said. */
export interface Flight {
  readonly from: 'client' | 'server'
  readonly bytes: Uint8Array
}

/** What was to be read and what was not. */
export interface WireView {
  /** The handshake messages in the clear, in order, header included. */
  readonly messages: readonly Buffer[]
  /** By sender: the first record behind its change_cipher_spec. */
  readonly finished: Readonly<Record<'client' | 'server', WireRecord>>
}

export function view_of(flights: readonly Flight[]): WireView {
  const messages: Buffer[] = []
  const finished: Partial<Record<Flight['from'], WireRecord>> = {}
  const changed = new Set<Flight['from']>()
  for (const { from, bytes } of flights) {
    for (const record of records_of(bytes)) {
      if (record.type === 20) changed.add(from)
      else if (changed.has(from)) finished[from] ??= record
      else if (record.type === 22) messages.push(...messages_of(record.fragment))
    }
  }
  return { messages, finished: finished as WireView['finished'] }
}

/** The records that bytes consist of. */
export function records_of(bytes: Uint8Array): WireRecord[] {
  const all = Buffer.from(bytes)
  const records: WireRecord[] = []
  for (let at = 0; at < all.length; ) {
    const end = at + 5 + all.readUInt16BE(at + 3)
    records.push({ type: all[at]!, version: all.readUInt16BE(at + 1), fragment: all.subarray(at + 5, end) })
    at = end
  }
  return records
}

/** None of them is cut in two: they are small. */
function messages_of(fragment: Buffer): Buffer[] {
  const messages: Buffer[] = []
  for (let at = 0; at < fragment.length; ) {
    const end = at + 4 + fragment.readUIntBE(at + 1, 3)
    messages.push(fragment.subarray(at, end))
    at = end
  }
  return messages
}

/** Reads what has its length in front of it, one after the other. */
export class Opaques {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** @param width - bytes that the length has */
  next(width: number): Buffer {
    const size = this.#bytes.readUIntBE(this.#at, width)
    this.#at += width
    return this.skip(size)
  }

  skip(size: number): Buffer {
    this.#at += size
    return this.#bytes.subarray(this.#at - size, this.#at)
  }
}

/** What is in a ServerHello. */
export function read_server_hello(message: Buffer) {
  const from = new Opaques(message)
  from.skip(4)
  const version = from.skip(2).readUInt16BE(0)
  const random = from.skip(32)
  from.next(1)
  from.skip(3)
  const extensions = new Set<number>()
  const list = from.skip(message.length - (4 + 2 + 32 + 1 + message[38]! + 3))
  for (let at = 2; at < list.length; at += 4 + list.readUInt16BE(at + 2))
    extensions.add(list.readUInt16BE(at))
  return { version, random, extensions }
}
