// A help in finding who changes a message after it was sent: what is sent is frozen.

let freezing = false

/** Whether messages are frozen when they are sent. For tests and development: it costs time. */
export function freeze_messages(wanted: boolean): void {
  freezing = wanted
}

export const freezes_messages = (): boolean => freezing

/** What is frozen all the way down; a term that is only frozen itself may hold others that are not. */
const frozen = new WeakSet<object>()

/** Freezes arrays and plain objects all the way down; other objects are left as they are. */
export function deep_freeze(term: unknown): void {
  const pending = [term]
  while (pending.length > 0) {
    const part = pending.pop()
    if (!is_plain(part) || frozen.has(part)) continue
    frozen.add(Object.freeze(part))
    for (const inner of Object.values(part)) pending.push(inner)
  }
}

function is_plain(term: unknown): term is object {
  if (typeof term !== 'object' || term === null) return false
  const prototype = Object.getPrototypeOf(term)
  return Array.isArray(term) || prototype === Object.prototype || prototype === null
}
