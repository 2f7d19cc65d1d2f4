// What a getter, a codec, a handler or a listener does in the middle of a call.

import { socketpair } from 'socketpair'
import { memoryFor } from './buffers.js'
import { Hostile } from './hostile.js'

/** @typedef {import('./world.js').World} World */

/** @type {((world: World) => void)[]} */
export const disturbances = [
  () => {},
  () => {},
  () => {
    throw new Hostile('thrown in a call')
  },
  (world) => {
    const { socket } = world
    world.attempt('  close a socket in a call', () => socket.close())
  },
  (world) => {
    const controller = world.random.pick(world.controllers)
    if (controller) {
      world.attempt('  abort in a call', () => controller.abort(new Hostile('aborted in a call')))
    }
  },
  (world) => {
    moveMemory(world)
  },
  (world) => {
    const { socket } = world
    const buffer = memoryFor(world, 1000)
    world.mixes(socket)
    if (socket.type === 'stream') world.attempt('  read in a call', () => socket.read(buffer))
    else world.attempt('  recvInto in a call', () => socket.recvInto(buffer))
  },
  (world) => {
    const { socket } = world
    world.mixes(socket)
    if (socket.type === 'stream') world.attempt('  write in a call', () => socket.write('h'))
    else world.attempt('  send in a call', () => socket.send('h'))
  },
  (world) => {
    const channel = world.random.pick(world.channels)
    if (channel) world.attempt('  recv of a channel in a call', () => channel.recv())
  },
  (world) => {
    const channel = world.random.pick(world.channels)
    if (channel) world.attempt('  send of a channel in a call', () => channel.send('h'))
  },
  (world) => {
    const channel = world.random.pick(world.channels)
    if (channel) world.attempt('  close a channel in a call', () => channel.close({ timeout: 5 }))
  },
  (world) => {
    if (world.sockets.length < 20) world.sockets.push(...socketpair('seqpacket'))
  },
]

/** @param {World} world */
export function moveMemory({ random, memories }) {
  const memory = random.pick(memories)
  if (!memory) return
  try {
    if (memory.resizable && random.once(2)) memory.resize(random.below(memory.maxByteLength + 1))
    else structuredClone(memory, { transfer: [memory] })
  } catch {
    // Buffers from Node's pool cannot be detached, and what is detached stays so.
  }
}
