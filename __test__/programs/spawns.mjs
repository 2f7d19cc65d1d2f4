// Children with sockets, for runtimes in which the tests themselves don't run: this program starts itself.

import { fork, inheritedSocket, spawn, supported } from 'socketpair'
import { same } from './support.mjs'

/** @typedef {import('socketpair').AnySocket} AnySocket */

/**
 * @param {AnySocket} end
 * @param {string} text
 */
const put = (end, text) => (end.type === 'stream' ? end.write(text) : end.send(text))

/** @param {AnySocket} end */
async function take(end) {
  const taken = end.type === 'stream' ? await end.readChunk() : (await end.recv())?.data
  return taken ? String(taken) : null
}

async function answer() {
  const end = inheritedSocket()
  same(inheritedSocket(), end, 'the second call')
  same(end.closeOnExec, true, 'close-on-exec')
  same(process.env.SOCKETPAIR_FD, undefined, 'the variable')
  await put(end, `${await take(end)} of ${process.argv[3]}`)
}

async function ask() {
  for (const type of /** @type {const} */ (['stream', 'dgram', 'seqpacket'])) {
    if (!supported[type]) throw new Error(`no ${type}`)
    const python = 'import os; os.write(3, os.read(3, 100).upper())'
    const starts = {
      python: () => spawn('python3', ['-c', python], { socket: { type } }),
      fork: () => fork(new URL(import.meta.url).pathname, ['child', type], { socket: { type } }),
    }
    for (const [name, start] of Object.entries(starts)) {
      const { child, socket } = start()
      const ended = new Promise((resolve) => child.once('exit', resolve))
      await put(socket, 'text')
      same(await take(socket), name === 'fork' ? `text of ${type}` : 'TEXT', `${name} ${type}`)
      same(await take(socket), null, `the end of ${name} ${type}`)
      same(await ended, 0, `exit status of ${name} ${type}`)
      socket.close()
    }
  }

  const { child, socket } = spawn('no-such-program')
  same(socket.closed, true, 'an end without a child')
  const error = await new Promise((resolve) => child.once('error', resolve))
  same(error.code, 'ENOENT', 'a child without a program')
  console.log('every child answered')
}

await (process.argv[2] === 'child' ? answer() : ask())
