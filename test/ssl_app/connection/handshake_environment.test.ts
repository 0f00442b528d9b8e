import { describe, expect, test } from '@jest/globals'
import type { Connection } from '../../../ssl_app/connection/connection_data.ts'
import type { UserLookupResult } from '../../../ssl_app/connection/connection_options.ts'
import { handshake_environment } from '../../../ssl_app/connection/handshake_environment.ts'

type Lookup = (kind: 'psk' | 'srp', who: unknown) => UserLookupResult | Promise<UserLookupResult>

const environment = (look_up?: Lookup) =>
  handshake_environment({ options: { user_lookup_fun: look_up && [look_up, 0] } } as unknown as Connection)

const bytes = (size: number) => new Uint8Array(size).fill(size)
const ask = ({ user_secret }: ReturnType<typeof environment>, name: string) =>
  user_secret(['srp', Buffer.from(name)])

describe('what users of SRP have in common', () => {
  test('is known from the first that there is, and stays', async () => {
    const users: Readonly<Record<string, UserLookupResult>> = {
      alice: ['ok', ['srp_1536', bytes(20), bytes(20)]],
      bob: ['ok', ['srp_3072', bytes(9), bytes(20)]],
    }
    const of_users = environment((_kind, who) => users[String(who)] ?? 'error')
    await ask(of_users, 'nobody')
    expect(of_users.known_users).toBeUndefined()
    for (const name of ['alice', 'bob', 'nobody']) {
      await ask(of_users, name)
      expect(of_users.known_users).toEqual({ group: 'srp_1536', salt_size: 20 })
    }
  })

  test('is known also when they are looked up slowly', async () => {
    const of_users = environment(async () => ['ok', ['srp_1024', bytes(3), bytes(20)]])
    await ask(of_users, 'alice')
    expect(of_users.known_users).toEqual({ group: 'srp_1024', salt_size: 3 })
  })

  test('is not known from what is no user, nor of those whom another function knows', async () => {
    const [of_psk, of_nonsense] = [
      environment(() => ['ok', bytes(16)]),
      environment(() => ['ok', ['srp_1024', bytes(0), bytes(20)]]),
    ]
    await of_psk.user_secret(['psk', bytes(1)])
    await ask(of_nonsense, 'alice')
    for (const of_users of [of_psk, of_nonsense, environment()]) expect(of_users.known_users).toBeUndefined()
  })
})
