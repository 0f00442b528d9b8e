// What reports may tell of a behaviour: its callbacks can mask what is secret, or leave out what nobody wants to read.

/** Callbacks that have a say about that. OTP: `format_status/1`. */
export interface FormatsStatus<Status> {
  /** Gives the same keys with what may be told under them; keys that it leaves out stand as they are. */
  format_status?(status: Status): Partial<Status>
}

/** What may be told; nothing, if the callback fails. */
export function format_status<Status extends object>(
  callbacks: FormatsStatus<Status>,
  status: Status,
): Status {
  if (callbacks.format_status === undefined) return status
  try {
    return { ...status, ...callbacks.format_status(status) }
  } catch {
    const hidden = Object.keys(status).map(key => [key, 'hidden, since format_status failed'])
    return Object.fromEntries(hidden)
  }
}
