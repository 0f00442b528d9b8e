// Alerts: the one error of the protocol. Thrown anywhere below as `Alert`, caught once above, sent to the
// peer as two bytes, and told to the user as `['tls_alert', text]`.

/** Code, name (RFC 5246 §7.2, RFC 6066 §9, RFC 4279 §6, RFC 7301 §3.2, RFC 7507 §3) and the text users match on. */
const alerts = [
  [0, 'close_notify', 'close notify'],
  [10, 'unexpected_message', 'unexpected message'],
  [20, 'bad_record_mac', 'bad record mac'],
  [21, 'decryption_failed', 'decryption failed'],
  [22, 'record_overflow', 'record overflow'],
  [30, 'decompression_failure', 'decompression failure'],
  [40, 'handshake_failure', 'handshake failure'],
  [41, 'no_certificate', 'No certificate reserved'],
  [42, 'bad_certificate', 'bad certificate'],
  [43, 'unsupported_certificate', 'unsupported certificate'],
  [44, 'certificate_revoked', 'certificate revoked'],
  [45, 'certificate_expired', 'certificate expired'],
  [46, 'certificate_unknown', 'certificate unknown'],
  [47, 'illegal_parameter', 'illegal parameter'],
  [48, 'unknown_ca', 'unknown ca'],
  [49, 'access_denied', 'access denied'],
  [50, 'decode_error', 'decode error'],
  [51, 'decrypt_error', 'decrypt error'],
  [60, 'export_restriction', 'export restriction'],
  [70, 'protocol_version', 'protocol version'],
  [71, 'insufficient_security', 'insufficient security'],
  [80, 'internal_error', 'internal error'],
  [86, 'inappropriate_fallback', 'inappropriate fallback'],
  [90, 'user_canceled', 'user canceled'],
  [100, 'no_renegotiation', 'no renegotiation'],
  [110, 'unsupported_extension', 'unsupported extension'],
  [111, 'certificate_unobtainable', 'certificate unobtainable'],
  [112, 'unrecognized_name', 'unrecognised name'],
  [113, 'bad_certificate_status_response', 'bad certificate status response'],
  [114, 'bad_certificate_hash_value', 'bad certificate hash value'],
  [115, 'unknown_psk_identity', 'unknown psk identity'],
  [120, 'no_application_protocol', 'no application protocol'],
] as const

/** What an alert says, as the RFCs name it. */
export type AlertDescription = (typeof alerts)[number][1]

export type AlertLevel = 'warning' | 'fatal'

/** An alert as it crosses the wire. A description that no RFC of ours names stays a number. */
export interface TlsAlert {
  readonly level: AlertLevel
  readonly description: AlertDescription | number
}

/** What the user is told. OTP: `closed | {tls_alert, Text}` */
export type AlertReason = 'closed' | readonly ['tls_alert', string]

/** A peer has no reason to put more warnings than this into one record. */
const max_warnings = 11

const level_codes: Record<AlertLevel, number> = { warning: 1, fatal: 2 }
const codes = new Map<AlertDescription, number>(alerts.map(([code, name]) => [name, code]))
const names = new Map<number, AlertDescription>(alerts.map(([code, name]) => [code, name]))
const texts = new Map<AlertDescription | number, string>(alerts.map(([, name, text]) => [name, text]))

/**
 * The connection ends here: what it is thrown for is sent to the peer as a fatal alert.
 *
 * `detail` is for our own log and never leaves the machine.
 */
export class Alert extends Error implements TlsAlert {
  override readonly name = 'Alert'
  readonly level = 'fatal'
  readonly description: AlertDescription
  readonly detail: unknown

  constructor(description: AlertDescription, detail?: unknown) {
    super(alert_text(description))
    this.description = description
    this.detail = detail
  }
}

/** The text of a description, such as `'unknown ca'`, in the words that users of OTP's ssl match on. */
export function alert_text(description: AlertDescription | number): string {
  return texts.get(description) ?? `unsupported/unknown alert: ${description}`
}

/** Why a connection ended, as its user is told: `close_notify` is an orderly end. */
export function alert_reason(alert: TlsAlert): AlertReason {
  if (alert.description === 'close_notify') return 'closed'
  return ['tls_alert', alert_text(alert.description)]
}

/** The two bytes of an alert, the content of a record of type `alert`. RFC 5246 §7.2 */
export function encode_alert(alert: TlsAlert): Uint8Array {
  const { level, description } = alert
  const code = typeof description === 'number' ? description : codes.get(description)!
  return Uint8Array.of(level_codes[level], code)
}

/**
 * The alerts in the content of one record, in order, up to and including the first fatal one.
 *
 * @throws {@link Alert} `illegal_parameter`: no such level; `decode_error`: half an alert, or a 12th warning
 */
export function decode_alerts(content: Uint8Array): TlsAlert[] {
  const received: TlsAlert[] = []
  for (let at = 0; at < content.length; at += 2) {
    const alert = decode_alert(content[at]!, content[at + 1])
    received.push(alert)
    if (alert.level === 'fatal') break
    if (received.length > max_warnings) throw new Alert('decode_error', 'too many warnings in one record')
  }
  return received
}

/**
 * One line for the log, `SSL: certify: ssl_alert.ts:93:Fatal error: unknown ca`.
 *
 * @param state - the connection's state when the alert came or went
 */
export function alert_log_text(state: string, alert: TlsAlert): string {
  const level = alert.level === 'fatal' ? 'Fatal error:' : 'Warning:'
  const origin = alert instanceof Alert ? source_line(alert) : decoder_line
  return `SSL: ${state}: ${origin}:${level} ${alert_text(alert.description)}`
}

function decode_alert(level_code: number, code: number | undefined): TlsAlert {
  if (level_code !== level_codes.warning && level_code !== level_codes.fatal) {
    throw new Alert('illegal_parameter', ['alert level', level_code])
  }
  if (code === undefined) throw new Alert('decode_error', 'half an alert')
  const level = level_code === level_codes.fatal ? 'fatal' : 'warning'
  return { level, description: names.get(code) ?? code }
}

/** File and line that made the error, `ssl_cipher.ts:120`; the file alone where the engine does not tell. */
function source_line(error: Error): string {
  return error.stack?.match(/([\w.-]+:\d+):\d+\)?$/m)?.[1] ?? 'ssl_alert.ts'
}

/** Received alerts are logged as coming from the file that decoded them. */
const decoder_line = source_line(new Error('decoder'))
