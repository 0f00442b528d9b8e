// What the charts are asked by, as it follows from what is known.

import type { Facts } from './chart_table.ts'
import type { HandshakeData } from './handshake_data.ts'
import { key_exchange_parts } from './key_exchange_parts.ts'

export function facts(data: HandshakeData): Facts {
  const parts = data.suite && key_exchange_parts[data.suite.key_exchange]
  const server_certificate = parts?.certificate === true
  return {
    resumed: data.resumed,
    server_certificate,
    no_server_certificate: !server_certificate,
    no_server_key_exchange: parts?.server_key_exchange === 'never',
    perhaps_server_key_exchange: parts?.server_key_exchange === 'optional',
    can_have_server_key_exchange: parts?.server_key_exchange !== 'never',
    can_lack_server_key_exchange: parts?.server_key_exchange !== 'always',
    no_certificate_status: !data.status_expected,
    certificate_not_requested: !server_certificate || data.config.path.verify === 'verify_none',
    no_certificate_alert: data.version === 'sslv3',
    nothing_to_verify: data.peer === undefined,
    no_ticket: !data.ticket_expected,
    no_next_protocol: data.next_protocols === undefined,
    renegotiating: data.previous !== undefined,
  }
}
