// What must never come of a message that is meddled with.

import type { HandshakeConfig, HandshakeData } from '../../../ssl_app/handshake/handshake_data.ts'
import type { ClientHello } from '../../../ssl_app/handshake/hello.ts'
import { key_exchange_parts } from '../../../ssl_app/handshake/key_exchange_parts.ts'
import type { TlsEngine } from '../../../ssl_app/handshake/tls_engine.ts'
import { decode_alerts } from '../../../ssl_app/record/ssl_alert.ts'
import { is_at_least } from '../../../ssl_app/record/tls_version.ts'
import { serve, those } from '../engine_pair.ts'
import type { RoguePeer } from '../rogue_peer.ts'
import type { Deed } from './messages.ts'
import type { Play } from './play.ts'

/** What an engine may be moved to say, however it is provoked, in bytes, and things that its owner is told. */
const most_output = 12_000
const most_effects = 150

/** More than one record holds, and no beginning of another. */
const noise = new Uint8Array(20_000)

/** What is wrong with how it ended; undefined: nothing. */
export function complaint(play: Play): string | undefined {
  return (
    complaint_about_end(play) ??
    complaint_about_size(play) ??
    (play.ending === 'refused' ? complaint_about_refusal(play) : undefined) ??
    (play.ending === 'ended' ? complaint_about_quitting(play) : undefined) ??
    (play.ending === 'waiting' ? complaint_about_waiting(play) : undefined) ??
    (play.ending === 'connected' ? complaint_about_connection(play) : undefined)
  )
}

/** What has ended stays so, and what has not still listens. */
function complaint_about_end(play: Play): string | undefined {
  const { ending, victim, effects, good_before, deed } = play
  const succeeded = those(effects, 'connected').length > good_before
  if (succeeded && !may_succeed(play)) return 'a handshake that was meddled with has succeeded'
  if (is_harmless(deed, victim.role) && ending !== 'connected') return 'a handshake as good as any has failed'
  if (those(effects, 'data').length > 0 && deed.label !== 'data') return 'data that nobody has sent'
  const over = ending === 'refused' || ending === 'ended'
  if (over && victim.receive(noise).length > 0) return 'something came of what came after the end'
  return undefined
}

/** With what the other side stands by; with what was planned; and with that and more, which is then refused. */
const may_succeed = ({ deed, ending, victim, rogue }: Play): boolean =>
  !deed.is_other ||
  (deed.begins_well === true && ending === 'refused') ||
  (deed.is_stood_by === true && is_liberty(deed, victim) && !is_unasked(deed, rogue))

function complaint_about_size({ effects }: Play): string | undefined {
  const sent = those(effects, 'transmit').flatMap(([, pieces]) => pieces)
  const size = sent.reduce((sum, { length }) => sum + length, 0)
  if (size > most_output) return `${size} bytes sent`
  return effects.length > most_effects ? `${effects.length} effects` : undefined
}

/** The last thing is the alert, and the peer has been told. */
function complaint_about_refusal({ effects }: Play): string | undefined {
  if (effects.at(-1)![0] !== 'own_alert' || those(effects, 'own_alert').length !== 1) return 'not at the end'
  return effects.at(-2)?.[0] === 'transmit' ? undefined : 'nobody was told'
}

/** Only an alert ends a connection, or what has become one on its way. */
function complaint_about_quitting({ deed }: Play): string | undefined {
  if (/^a bit|^header type|^noise/.test(deed.label)) return undefined
  const ends = deed.alerts !== undefined && decode_alerts(Uint8Array.from(deed.alerts)).some(is_end)
  return ends ? undefined : 'ended by nothing'
}

const is_end = ({ level, description }: { readonly level: string; readonly description: unknown }) =>
  level === 'fatal' || description === 'close_notify'

/** It waits only where something was withheld from it, or seems to have been; and takes no nonsense for it. */
function complaint_about_waiting({ deed, gave_up, victim }: Play): string | undefined {
  if (!gave_up && !withholding.test(deed.label)) return 'it waits, though nothing was withheld'
  const effects = serve(victim, noise)
  return those(effects, 'own_alert').length === 1 ? undefined : 'it waits for ever'
}

const withholding =
  /left out|lost|cut off|late|length|bytes (less|more)|a number|a bit|old_hello|section|the type|header type|noise/

/** The same content in other records, or with something that says nothing. RFC 5246 §7.4.1.1 */
const is_harmless = ({ label }: Deed, role: string): boolean =>
  ['nothing', 'split', 'joined', 'empty records'].includes(label) ||
  (role === 'client' && /^hello_request before (server|certificate)/.test(label))

/**
 * What the other side may say, whatever it has planned. A client may ask for anything, a server need not grant all that
 * it could and may ask for any certificate. Numbers may have zeros in front.
 */
const liberties: readonly RegExp[] = [
  /^client_hello/,
  /^server_hello(\.random|\.session_id|\.server_version|\.cipher_suite|\.extensions( |\.ec_point_formats|\.next_protocol_negotiation|\.record_size_limit))/,
  // As bytes: whatever it has become, it is one that the client could accept.
  /^server_hello (a|an) /,
  // More than is needed to find the way to a root.
  /^certificate(\.certificate_list longer| a section twice)/,
  // None, which a server may put up with.
  /^certificate(\.certificate_list (empty|shorter)| an empty section)/,
  /^certificate_request/,
  /^new_session_ticket/,
  /^next_protocol/,
  /^server_key_exchange (left out|an? )/,
  /^server_key_exchange\.(hint|params\.(p|g|n|public) another length|signature\.algorithm)/,
  /^client_key_exchange(\.identity|\.share another length| an? )/,
]

function is_liberty({ label }: Deed, victim: TlsEngine): boolean {
  if (/extensions with \w+ twice/.test(label)) return false
  const is_signed = key_exchange_parts[victim.data.suite!.key_exchange].signed
  if (is_signed && /^server_key_exchange (left|a)/.test(label)) return false
  return liberties.some(liberty => liberty.test(label))
}

/** RFC 5246 §7.4.1.4 */
function is_unasked({ label }: Deed, { heard_messages }: RoguePeer): boolean {
  const [, added] = label.match(/^server_hello\.extensions with (\w+)/) ?? []
  const hello = heard_messages.find(([type]) => type === 'client_hello')?.[1] as ClientHello | undefined
  return added !== undefined && !hello?.extensions?.some(([name]) => name === added)
}

// ---- Connections

function complaint_about_connection(play: Play): string | undefined {
  const { victim, rogue } = play
  const data = victim.established!
  if (victim.data.history.length > 0) return 'a handshake that is done is remembered'
  // In the middle of the next handshake the other side knows something else.
  if (!rogue.connected || play.gave_up) return complaint_about_legality(data, victim.data.config)
  return (
    complaint_about_agreement(data, rogue.data) ??
    complaint_about_legality(data, victim.data.config) ??
    complaint_about_data(play)
  )
}

/** Both sides have come to the same. */
function complaint_about_agreement(victim: HandshakeData, rogue: HandshakeData): string | undefined {
  const secrets = (data: HandshakeData) => [
    data.master_secret!,
    data.verify_data.client!,
    data.verify_data.server!,
  ]
  const [ours, theirs] = [secrets(victim), secrets(rogue)]
  if (ours.some((secret, at) => Buffer.compare(secret, theirs[at]!) !== 0))
    return 'two secrets, or two histories'
  const facts = ['version', 'extended_master_secret', 'encrypt_then_mac', 'protocol', 'resumed'] as const
  const differing = facts.find(name => victim[name] !== rogue[name])
  if (differing) return `two opinions of ${differing}: ${victim[differing]} and ${rogue[differing]}`
  return victim.suite!.code === rogue.suite!.code ? undefined : 'two suites'
}

/** It has come to nothing that it was not set to. */
function complaint_about_legality(data: HandshakeData, config: HandshakeConfig): string | undefined {
  const { version, suite, protocol, peer, role, resumed } = data
  if (!config.versions.includes(version!)) return `a version that was not wanted: ${version}`
  if (!config.ciphers.includes(suite!)) return 'a suite that was not wanted'
  if (!is_at_least(version!, suite!.since)) return 'a suite of a newer version'
  const allowed = config.alpn ?? config.next_protocol_selector?.protocols
  if (role === 'client' && protocol !== undefined && !allowed?.includes(protocol)) return `speaks ${protocol}`
  const must_know =
    key_exchange_parts[suite!.key_exchange].certificate && config.path.verify === 'verify_peer'
  const knows = peer !== undefined || resumed || (role === 'server' && !config.fail_if_no_peer_cert)
  return must_know && !knows ? 'a peer that has not shown who it is' : undefined
}

/** Data goes both ways. */
function complaint_about_data({ victim, rogue }: Play): string | undefined {
  const heard = those(victim.receive(rogue.raw('application_data', Buffer.from('ping'))), 'data')
  const text = Buffer.concat(heard.map(([, bytes]) => bytes)).toString()
  if (text !== 'ping') return `it has heard ${JSON.stringify(text)}`
  rogue.hear(victim.send(Buffer.from('pong')))
  return rogue.heard.endsWith('pong') ? undefined : `it has said ${JSON.stringify(rogue.heard)}`
}
