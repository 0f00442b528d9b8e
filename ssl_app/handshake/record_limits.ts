// How large records may be, as far as the hellos say anything about it. RFC 8449 takes the place of RFC 6066 §4.

import { Alert } from '../record/ssl_alert.ts'
import type { RecordLimits } from '../record/ssl_record.ts'
import { max_content } from '../record/tls_record.ts'
import type { HandshakeConfig } from './handshake_data.ts'
import type { ClientHello, ServerHello } from './hello.ts'
import { type ClientHelloExtension, get_extension, type ServerHelloExtension } from './hello_extensions.ts'

/** Client: what it asks for. */
export function wished_limits(config: HandshakeConfig): ClientHelloExtension[] {
  const list: ClientHelloExtension[] = []
  if (config.max_fragment_length !== undefined) list.push(['max_fragment_length', config.max_fragment_length])
  if (config.record_size_limit !== undefined) list.push(['record_size_limit', config.record_size_limit])
  return list
}

/** Server: the length of fragments that a client is granted. RFC 8449 §5: none beside a limit of the other kind */
export const granted_length = (extensions: ClientHello['extensions']): number | undefined =>
  get_extension(extensions, 'record_size_limit') === undefined
    ? get_extension(extensions, 'max_fragment_length')
    : undefined

/** Server: what a client is granted, and how it is told. */
export function granted_limits(
  config: HandshakeConfig,
  { extensions }: ClientHello,
): [ServerHelloExtension, RecordLimits] | undefined {
  const size = get_extension(extensions, 'record_size_limit')
  const length = get_extension(extensions, 'max_fragment_length')
  if (size !== undefined) {
    const own = config.record_size_limit ?? max_content
    return [['record_size_limit', own], both_ways(size, own)]
  }
  return length && [['max_fragment_length', length], { send: length, receive: length }]
}

/**
 * Client: what the server has granted.
 *
 * @throws {@link Alert} `illegal_parameter`: another length than it was asked for, or two answers
 */
export function accepted_limits(
  config: HandshakeConfig,
  { extensions }: ServerHello,
): RecordLimits | undefined {
  const size = get_extension(extensions, 'record_size_limit')
  const length = get_extension(extensions, 'max_fragment_length')
  if (length !== undefined && (size !== undefined || length !== config.max_fragment_length)) {
    throw new Alert('illegal_parameter', ['max_fragment_length', length])
  }
  if (size !== undefined) return both_ways(size, config.record_size_limit ?? max_content)
  return length && { send: length, receive: length }
}

/** RFC 8449 §4: each side tells what it can receive, and only protected records count. */
const both_ways = (send: number, receive: number): RecordLimits => ({
  send: Math.min(send, max_content),
  receive,
  protected_only: true,
})
