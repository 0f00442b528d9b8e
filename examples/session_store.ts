// Sessions in files, by which they outlive the program, and several servers can share them.
//   node dist/examples/session_store.js

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { application } from '../apps/kernel/index.ts'
import { pkix_test_data } from '../apps/public_key/public_key.ts'
import { ok, run } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

type Key = Parameters<ssl.SessionCacheApi['lookup']>[1]

const path = (folder: string, [where, id]: Key) =>
  join(folder, Buffer.from(JSON.stringify([where, Buffer.from(id).toString('hex')])).toString('base64url'))

async function entries(folder: string): Promise<(readonly [Key, ssl.Session])[]> {
  const names = (await readdir(folder)).map(name => JSON.parse(String(Buffer.from(name, 'base64url'))))
  const keys = names.map(([where, id]): Key => [where, Buffer.from(id, 'hex')])
  const sessions = await Promise.all(keys.map(key => session_store.lookup(folder, key)))
  return keys.flatMap((key, at) => (sessions[at] ? [[key, sessions[at]] as const] : []))
}

/** A folder for each role, and a file for each session: as secret as what the session protects. */
const session_store: ssl.SessionCacheApi<string> = {
  async init([[, role], folder]) {
    await mkdir(join(folder, role), { recursive: true, mode: 0o700 })
    return join(folder, role)
  },
  terminate: () => 'ok',
  lookup: (folder, key) => readFile(path(folder, key)).then(ssl.decode_session, () => undefined),
  update: (folder, key, session) =>
    writeFile(path(folder, key), ssl.encode_session(session), { mode: 0o600 }),
  delete: (folder, key) => rm(path(folder, key), { force: true }),
  foldl: async (fun, first, folder) => (await entries(folder)).reduce((acc, one) => fun(one, acc), first),
  select_session: async (folder, where) =>
    (await entries(folder)).flatMap(([key, session]) => (`${key[0]}` === `${where}` ? [session] : [])),
  size: async folder => (await readdir(folder)).length,
}

/** Starts `ssl` and connects to itself, as often as that. @returns for each time whether a session went on */
export async function start_again(times: number, port: number): Promise<unknown[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-sessions-'))
  application.set_env({ ssl: { session_cb: session_store, session_cb_init_args: [folder] } })
  const { server_config, client_config } = await pkix_test_data()
  const outcomes: unknown[] = []
  for (; outcomes.length < times; await ssl.stop()) {
    ok(await ssl.start())
    const listener = ok(await ssl.listen(port, { ...server_config, reuseaddr: true }))
    const connecting = ssl.connect('localhost', port, client_config)
    ok(await ssl.handshake(ok(await ssl.transport_accept(listener))))
    outcomes.push(ok(await ssl.connection_information(ok(await connecting))).session_resumption)
    await ssl.close(listener)
  }
  await rm(folder, { recursive: true })
  return outcomes
}

if (import.meta.filename === process.argv[1]) console.log(await run(() => start_again(3, 4433)))
