// The ways from here to a child: how each is opened, and by what name the table knows it.

import { fork, spawn, spawnSync } from 'node:child_process'
import { execPath, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { socketpair, supported } from 'socketpair'
import { ChildProcessPeer } from './child-process-peer.js'
import { watch } from './children.js'
import { MessagePeer } from './message-peer.js'
import { NetSocketPeer } from './net-socket-peer.js'
import { StreamPeer } from './stream-peer.js'

/**
 * What this side can do on any of the ways.
 *
 * @typedef {object} Peer
 * @property {(piece: Uint8Array) => Promise<unknown> | undefined} send waits while the way is full
 * @property {() => Promise<unknown> | void} finish tells the child that this was all
 * @property {() => Promise<string>} answer the next line that the child says
 * @property {(message: Uint8Array) => Promise<unknown>} exchange a message there and back
 * @property {() => void} close
 */

/** @typedef {'receive' | 'count' | 'echo'} Task what the child does: see child/ */

/**
 * @typedef {object} Route
 * @property {string} name
 * @property {string} over
 * @property {string} child
 * @property {number} pieceBytes how much of a file goes in one piece
 * @property {boolean} keepsBoundaries whether one sent message is one received message
 * @property {(task: Task, bytes: number) => { peer: Peer, child: import('./children.js').Watched }} open
 */

export const hasPython = spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0

/** @param {string} name */
const childProgram = (name) => fileURLToPath(new URL(`child/${name}`, import.meta.url))

/**
 * One end goes to the child as its descriptor 3; it is a plain socket there, in any language.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ readonly fd: number, close(): void }} end
 */
function spawnWith(command, args, end) {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', end.fd] })
  // The child has its own copy now. As long as ours was open, the other end would see no end-of-file.
  end.close()
  return watch(child)
}

/**
 * @param {'stream' | 'dgram' | 'seqpacket'} type
 * @param {'Node' | 'Python'} language
 * @returns {Route}
 */
function packageRoute(type, language) {
  const [command, program] =
    language === 'Node'
      ? [execPath, childProgram('package.js')]
      : ['python3', childProgram('plain.py')]
  return {
    name: `${type}, ${language} child`,
    over: `socketpair ${type}`,
    child: language,
    // Outside Linux a datagram may be 2 KiB at most unless the buffers are made larger.
    pieceBytes: type === 'stream' || platform === 'linux' ? 65_536 : 2048,
    keepsBoundaries: type !== 'stream',
    open(task, bytes) {
      const args = [program, type, task, String(bytes)]
      if (type === 'stream') {
        const [ours, theirs] = socketpair(type)
        return { peer: new StreamPeer(ours), child: spawnWith(command, args, theirs) }
      }
      const [ours, theirs] = type === 'dgram' ? socketpair(type) : socketpair(type)
      return { peer: new MessagePeer(ours), child: spawnWith(command, args, theirs) }
    },
  }
}

/** The same kind of pair, with Node's own class at both ends. @type {Route} */
const netSocketRoute = {
  name: 'net.Socket, Node child',
  over: 'net.Socket over a pair',
  child: 'Node',
  pieceBytes: 65_536,
  keepsBoundaries: false,
  open(task, bytes) {
    const [ours, theirs] = socketpair('stream')
    const args = [childProgram('net-socket.js'), task, String(bytes)]
    return {
      peer: new NetSocketPeer(ours.detach()),
      child: spawnWith(execPath, args, theirs),
    }
  },
}

/** Node's own messages between processes. @type {Route} */
const childProcessRoute = {
  name: "child_process 'advanced', Node child",
  over: "child_process 'advanced'",
  child: 'Node',
  pieceBytes: 65_536,
  keepsBoundaries: true,
  open(task, bytes) {
    const args = [task, String(bytes)]
    const child = fork(childProgram('child-process.js'), args, { serialization: 'advanced' })
    return { peer: new ChildProcessPeer(child), child: watch(child) }
  },
}

const types = /** @type {const} */ (['stream', 'dgram', 'seqpacket'])
/** @type {('Node' | 'Python')[]} */
const languages = hasPython ? ['Node', 'Python'] : ['Node']

/** @type {Route[]} */
export const routes = [
  ...types
    // macOS has no seqpacket, for one.
    .filter((type) => supported[type])
    .flatMap((type) => languages.map((language) => packageRoute(type, language))),
  netSocketRoute,
  childProcessRoute,
]
