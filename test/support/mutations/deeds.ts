// All that can be done to a step of a handshake.

import * as messages from './messages.ts'
import * as records from './records.ts'

/** Before a message of the handshake. */
const message_deeds = [
  ...Array.from({ length: 8 }, () => messages.other_field),
  messages.other_bytes,
  messages.other_bytes,
  messages.left_out,
  messages.repeated,
  messages.swapped,
  messages.preceded,
  messages.preceded,
  records.split,
  records.joined,
  records.emptied,
]

/** Before anything that is planned. */
const record_deeds = [
  records.early_change,
  records.late_change,
  records.hasty_change,
  records.interrupted,
  records.alerted,
  records.with_data,
  records.with_noise,
  records.bent,
  records.bent,
  records.other_header,
  records.lost,
  records.doubled,
  records.cut_off,
  records.overtaken,
]

/** Does one of them in the place of what is planned next. */
export function meddle(situation: messages.Situation): messages.Deed {
  const deeds = messages.planned(situation.rogue) ? [...message_deeds, ...record_deeds] : record_deeds
  return situation.dice.pick(deeds)(situation)
}
