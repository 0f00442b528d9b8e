// Node's own tls as a peer program. The server sends what it reads back as it is.
//
// node node_peer.mjs server|client OPTIONS_AS_JSON
// Says LISTENING, CONNECTED, RECEIVED, DONE and FAILED, one line each; the support file node_tls.ts reads them.

import { constants } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import tls from 'node:tls'

const [role, json] = process.argv.slice(2)
const options = JSON.parse(json)

const common = {
  ...identity(options),
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: options.ciphers,
  ca: read(options.cacert),
  ALPNProtocols: options.alpn,
}

process.stdin.on('end', () => process.exit()).resume() // who started us is gone

if (role === 'server') serve()
else await converse()

function serve() {
  const sessions = new Map()
  tls
    .createServer({
      ...common,
      secureOptions: constants.SSL_OP_NO_TICKET,
      requestCert: options.require_client_cert,
      rejectUnauthorized: options.require_client_cert,
      SNICallback: options.sni && choose_identity,
    })
    .on('newSession', (id, session, done) => {
      sessions.set(id.toString('hex'), session)
      done()
    })
    .on('resumeSession', (id, done) => done(null, sessions.get(id.toString('hex')) ?? null))
    .on('secureConnection', socket => {
      say_connected(socket)
      socket.on('error', say_failed).pipe(socket)
    })
    .on('tlsClientError', say_failed)
    .listen(0, '127.0.0.1', function () {
      console.log(`LISTENING ${this.address().port}`)
    })
}

function choose_identity(name, done) {
  if (name !== options.sni.name) return done(null, null)
  done(null, tls.createSecureContext({ ...common, ...identity(options.sni) }))
}

async function converse() {
  try {
    const session = options.resume ? await connect(undefined) : undefined
    await connect(session)
    console.log('DONE')
  } catch (error) {
    say_failed(error)
  }
  process.exit()
}

/** One connection and one line. Settles with its session, when the server has answered. */
function connect(session) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      ...common,
      host: '127.0.0.1',
      port: options.port,
      servername: options.server_name,
      session,
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed before the answer')))
    socket.once('secureConnect', () => {
      say_connected(socket)
      socket.write(`${options.line}\n`)
    })
    createInterface({ input: socket }).once('line', line => {
      console.log(`RECEIVED ${line}`)
      resolve(socket.getSession())
      socket.end()
    })
  })
}

function say_connected(socket) {
  const { standardName: suite } = socket.getCipher()
  const resumed = socket.isSessionReused()
  const alpn = socket.alpnProtocol || ''
  console.log(`CONNECTED protocol=${socket.getProtocol()} suite=${suite} resumed=${resumed} alpn=${alpn}`)
}

function say_failed(error) {
  console.log(`FAILED ${error.code ?? ''} ${error.message}`)
}

function identity({ cert, key }) {
  return { cert: read(cert), key: read(key) }
}

function read(path) {
  return path && readFileSync(path)
}
