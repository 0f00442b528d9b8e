// A ClientHello in the format of SSL 2.0.

import type { ClientHello } from '../../../ssl_app/handshake/hello.ts'
import { decode_handshake } from '../../../ssl_app/handshake/tls_handshake.ts'
import type { RoguePeer } from '../rogue_peer.ts'
import type { Dice } from './dice.ts'
import type { Deed } from './messages.ts'

/** What is done to it, if anything. */
type Change = (message: Uint8Array) => Uint8Array

/** What the client says in the place of the hello that it has planned, which has no extensions then. RFC 5246 §E.2 */
export function old_hello(rogue: RoguePeer, told: Change = message => message): Uint8Array {
  const planned = rogue.plan.shift()![1] as Uint8Array
  const [, hello] = decode_handshake(planned, 'tlsv1.2') as ['client_hello', ClientHello]
  const message = old_message(hello)
  const history = rogue.data.history.map(bytes => (bytes === planned ? message : bytes))
  const client_hello: ClientHello = { ...hello, extensions: undefined }
  rogue.data = { ...rogue.data, history, client_hello }
  return told(Buffer.concat([Uint8Array.of(0x80 | (message.length >> 8), message.length), message]))
}

/** Such a hello, with something in it that is not as it should be. */
export function meddled_hello(rogue: RoguePeer, dice: Dice): Deed {
  let is_other = false
  const change = other_old_hello(dice)
  const told = old_hello(rogue, hello => {
    const changed = change(hello)
    is_other = Buffer.compare(hello, changed) !== 0
    return changed
  })
  return { label: is_other ? 'old_hello' : 'nothing', pieces: [told], is_other }
}

function old_message({ client_version, random, cipher_suites }: ClientHello): Uint8Array {
  const two_bytes = (number: number) => [number >> 8, number & 0xff]
  const specs = cipher_suites.flatMap(code => [0, ...two_bytes(code)])
  return Uint8Array.of(
    1,
    ...two_bytes(client_version),
    ...two_bytes(specs.length),
    ...two_bytes(0),
    ...two_bytes(random.length),
    ...specs,
    ...random,
  )
}

/** Of another length, or with another number somewhere. */
function other_old_hello(dice: Dice): Change {
  return hello => {
    const changed = Buffer.from(hello)
    const field = 5 + 2 * dice.below(3)
    const old = changed.readUInt16BE(field)
    const changes: readonly (() => unknown)[] = [
      () => changed.writeUInt16BE(dice.pick([0, old + 1, old - 1, 3, 16, 32, 33, 0xffff]) & 0xffff, field),
      () => changed.writeUInt16BE(dice.pick([0, 2, 0x0200, 0x0300, 0x0301, 0x0304, 0x0400, 0xffff]), 3),
      () => changed.writeUInt16BE(0x8000 | dice.below(changed.length + 5), 0),
      () => changed.writeUInt8(dice.below(256), dice.below(changed.length)),
    ]
    dice.pick(changes)()
    return changed
  }
}
