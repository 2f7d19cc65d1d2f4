// A language server in a process of its own, as editors start them: JSON-RPC with Content-Length headers, both
// ways at once. `toDuplex()` is the stream that such libraries ask for, standard output stays free for
// messages to the user, and one connection takes the place of two pipes.
//
//   node examples/language-server/main.js [FOLDER]        (after `npm run build`; without FOLDER: this package)

import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fork } from 'socketpair'
import { Connection } from './json-rpc.js'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../', import.meta.url))
const { child, socket } = fork(new URL('server.js', import.meta.url), [])
const exited = once(child, 'exit')

/** @type {Map<string, { message: string }[]>} */
const diagnosed = new Map()
const server = new Connection(socket.toDuplex(), {
  'textDocument/publishDiagnostics': ({ uri, diagnostics }) => diagnosed.set(uri, diagnostics),
})

const { serverInfo } = await server.request('initialize', { processId: process.pid })
console.log(`connected to: ${serverInfo.name}`) // connected to: json

const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
for (const name of names) open(name, readFileSync(`${folder}/${name}`, 'utf8'))
open('broken.json', '{ "a": }')

/**
 * @param {string} name
 * @param {string} text
 */
function open(name, text) {
  const textDocument = { uri: `file:///${name}`, languageId: 'json', version: 1, text }
  server.notify('textDocument/didOpen', { textDocument })
}

// Answers come in order, so by this one all documents have been looked at.
const found = await server.request('workspace/symbol', { query: '"devDependencies"' })
console.log(found.some((/** @type {{ uri: string }} */ { uri }) => uri === 'file:///package.json')) // true
console.log(`all diagnosed: ${diagnosed.size === names.length + 1}`) // all diagnosed: true
const broken = diagnosed.get('file:///broken.json') ?? []
console.error(broken[0]?.message)
console.log(`wrong in broken.json: ${broken.length}`) // wrong in broken.json: 1
try {
  await server.request('textDocument/hover', {})
} catch (error) {
  console.log(/** @type {Error} */ (error).message) // unknown method: textDocument/hover
}

// A half-close: the server reads to the end, ends its own side, and has nothing more to do.
server.end()
const [status] = await exited
console.log(`the server ended with ${status}`) // the server ended with 0
