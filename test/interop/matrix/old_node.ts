// Node 0.12, whose OpenSSL 1.0.1 is the newest there is that speaks SSL 3.0. It comes as an npm package that holds
// nothing but the binary, and is kept below .peers/nodes: `bash .ci/fetch_node 0.12.18` brings it.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const version = '0.12.18'
const found_in = `../../../.peers/nodes/${version}/node_modules/node-linux-${process.arch}/bin/node`
const path = fileURLToPath(new URL(found_in, import.meta.url))

export const old_node = {
  path,
  missing: () => (existsSync(path) ? undefined : `Node ${version} (bash .ci/fetch_node ${version})`),
}
