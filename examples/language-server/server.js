// The language server: it keeps the documents that are open, tells what is wrong with them, and says where a
// word is found. Its language is JSON.

import { inheritedSocket } from 'socketpair'
import { Connection } from './json-rpc.js'

/** @type {Map<string, string>} */
const documents = new Map()

const socket = /** @type {import('socketpair').StreamSocket} */ (inheritedSocket())
const connection = new Connection(socket.toDuplex(), {
  initialize: () => ({
    capabilities: { textDocumentSync: 1, workspaceSymbolProvider: true },
    serverInfo: { name: 'json' },
  }),
  'textDocument/didOpen': ({ textDocument: { uri, text } }) => {
    documents.set(uri, text)
    connection.notify('textDocument/publishDiagnostics', { uri, diagnostics: diagnose(text) })
  },
  'workspace/symbol': ({ query }) =>
    Array.from(documents, ([uri, text]) => ({ uri, line: lineOf(text, query) })).filter(
      ({ line }) => line !== -1,
    ),
})

/** @param {string} text */
function diagnose(text) {
  try {
    JSON.parse(text)
    return []
  } catch (error) {
    return [{ severity: 1, message: /** @type {Error} */ (error).message }]
  }
}

/**
 * @param {string} text
 * @param {string} query
 */
function lineOf(text, query) {
  return text.split('\n').findIndex((line) => line.includes(query))
}
