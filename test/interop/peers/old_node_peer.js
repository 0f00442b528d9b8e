// The tls of an old Node (0.12, whose OpenSSL 1.0.1 still speaks SSL 3.0) as a told program: see
// matrix/told_program.ts for the lines it reads and writes. It has to be written in the JavaScript of its day.
//
// node --enable-ssl3 old_node_peer.js

// biome-ignore-all lint/complexity/useArrowFunction: not in this JavaScript
// biome-ignore-all lint/style/useTemplate: not in this JavaScript
// biome-ignore-all lint/style/useNodejsImportProtocol: not in this Node
// biome-ignore-all lint/complexity/noArguments: not in this JavaScript
// biome-ignore-all lint/suspicious/noRedundantUseStrict: it is no module
// biome-ignore-all lint/suspicious/noVar: not in this JavaScript
var crypto = require('crypto')
var fs = require('fs')
var readline = require('readline')
var tls = require('tls')

var listeners = {}

readline
  .createInterface({ input: process.stdin, terminal: false })
  .on('line', function (line) {
    var words = line.split('\t')
    var options = {}
    words.slice(2).forEach(function (word) {
      var equals = word.indexOf('=')
      options[word.slice(0, equals)] = word.slice(equals + 1)
    })
    try {
      if (words[1] === 'listen') listen(words[0], options)
      else if (words[1] === 'connect') converse(words[0], options, Number(options.times), null)
      else listeners[options.listener].close()
    } catch (error) {
      say(words[0], 'failed ' + error.message)
    }
  })
  .on('close', function () {
    process.exit() // who started us is gone
  })

function say(id, what) {
  console.log(id + ' ' + what.replace(/\s+/g, ' '))
}

function listen(id, options) {
  var sessions = {}
  var settings = common(options)
  settings.cert = options.cert && fs.readFileSync(options.cert)
  settings.key = options.key && fs.readFileSync(options.key)
  settings.dhparam = fs.readFileSync(options.dh)
  settings.ecdhCurve = 'prime256v1'
  settings.sessionIdContext = 'matrix'
  if (options.asks) {
    settings.ca = roots(options.cacerts)
    settings.requestCert = true
    settings.rejectUnauthorized = options.asks === 'needed'
  }
  listeners[id] = tls
    .createServer(settings, function (socket) {
      socket.on('error', forget_errors) // the client is gone
      socket.pipe(socket)
    })
    .on('newSession', function (key, session, done) {
      sessions[key.toString('hex')] = session
      done()
    })
    .on('resumeSession', function (key, done) {
      done(null, sessions[key.toString('hex')] || null)
    })
    .on('clientError', function (error) {
      say(id, 'served ' + error.message)
      forget_errors()
    })
    .listen(0, '127.0.0.1', function () {
      say(id, 'port ' + listeners[id].address().port)
    })
}

/** One connection after the other, the later ones with the session of the first. */
function converse(id, options, left, session) {
  var settings = common(options)
  settings.ca = roots(options.cacerts)
  settings.host = '127.0.0.1'
  settings.port = Number(options.port)
  settings.servername = 'localhost'
  // there is no certificate to look at in an anonymous handshake, nor in a short one
  settings.rejectUnauthorized =
    !session && options.suites.indexOf('ADH-') < 0 && options.suites.indexOf('AECDH-') < 0
  if (session) settings.session = session
  if (options.cert) {
    settings.cert = fs.readFileSync(options.cert)
    settings.key = fs.readFileSync(options.key)
  }
  var heard = ''
  var socket = tls.connect(settings, function () {
    var reused = socket.isSessionReused()
    var cipher = socket.getCipher()
    say(id, 'connected protocol=' + options.protocol + ' suite=' + cipher.name + ' resumed=' + reused)
    socket.write(options.line + '\n')
  })
  socket.on('error', function (error) {
    say(id, 'failed ' + error.message)
    forget_errors()
  })
  socket.on('data', function (data) {
    heard += data
    var end = heard.indexOf('\n')
    if (end < 0) return
    say(id, 'received ' + heard.slice(0, end))
    heard = ''
    var got = session || socket.getSession()
    socket.end()
    socket.on('close', function () {
      if (left > 1) converse(id, options, left - 1, got)
      else say(id, 'done')
    })
  })
}

/**
 * OpenSSL keeps one list of errors for all connections. An alert puts two into it, of which this Node takes but one: the
 * other, "ssl handshake failure", would be the end of some connection that has nothing wrong with it.
 */
function forget_errors() {
  try {
    crypto.createVerify('sha1').verify('no key', '') // clears the list before it fails
  } catch (_error) {}
}

function common(options) {
  return {
    secureProtocol: options.version,
    ciphers: options.suites,
    secureOptions: require('constants').SSL_OP_NO_TICKET,
  }
}

/** It reads one certificate from each PEM text. */
function roots(file) {
  return fs.readFileSync(file, 'ascii').split(/(?=-----BEGIN)/)
}
