// The form of a state function: given a message that the chart allows, what is known after it, and what to do.

import type { OuterState } from './chart_table.ts'
import type { HandshakeData, Step } from './handshake_data.ts'
import type { Handshake } from './tls_handshake.ts'

/** What moves a handshake: its messages, and what is none of them, but counts. */
export type Message = Handshake | readonly ['change_cipher_spec' | 'no_certificate']

/**
 * @param data - its history ends with `message`
 * @throws Alert when the message cannot be accepted
 */
export type StateFunction = (message: Message, data: HandshakeData) => Step

export type StateFunctions = Readonly<Record<OuterState, StateFunction>>
