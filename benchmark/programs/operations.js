// What the package does for its callers over and over, each as small as it can be had.

import { createRequire } from 'node:module'

/**
 * Prepares the operation and gives what does it so many times.
 *
 * @type {Record<string, () => Promise<(count: number) => void | Promise<void>>>}
 */
export const operations = {
  'a promise of JavaScript, awaited': async () => async (count) => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => resolve(i))
  },

  'a native call that refuses': async () => {
    // Below the library: what any call into the addon costs before it does something.
    await import('socketpair')
    const require = createRequire(import.meta.url)
    const addon = Object.values(require.cache).find((module) => module?.id.endsWith('.node'))
    const { open } = /** @type {NodeJS.Module} */ (addon).exports
    const { recv } = open(() => {}, false)
    const buffer = Buffer.alloc(64)
    return (count) => {
      for (let i = 0; i < count; i++) recv(0x7fff_ffff, buffer, 0, 64)
    }
  },

  'tryRead that would block': async () => {
    const { near } = await streams()
    const buffer = Buffer.alloc(64)
    return (count) => {
      for (let i = 0; i < count; i++) near.tryRead(buffer)
    }
  },

  'tryWrite and tryRead': async () => {
    const { near, far } = await streams()
    const buffer = Buffer.alloc(64)
    return (count) => {
      for (let i = 0; i < count; i++) {
        far.tryWrite(buffer)
        near.tryRead(buffer)
      }
    }
  },

  'write and read, both ready': async () => {
    const { near, far } = await streams()
    const buffer = Buffer.alloc(64)
    return async (count) => {
      for (let i = 0; i < count; i++) {
        await far.write(buffer)
        await near.read(buffer)
      }
    }
  },

  'a read that waits, a write and the wake': async () => {
    const { near, far } = await streams()
    const buffer = Buffer.alloc(64)
    return async (count) => {
      for (let i = 0; i < count; i++) {
        const read = near.read(buffer)
        far.tryWrite(buffer)
        await read
      }
    }
  },

  'sendMany and recvMany, each of 64': async () => {
    const { MessageBatch, socketpair } = await import('socketpair')
    const [near, far] = socketpair('seqpacket')
    const messages = Array.from({ length: 64 }, () => Buffer.alloc(64))
    const batch = new MessageBatch()
    return async (count) => {
      for (let i = 0; i < count; i++) {
        await far.sendMany(messages)
        await near.recvMany(batch)
      }
    }
  },
}

async function streams() {
  const { socketpair } = await import('socketpair')
  const [near, far] = socketpair()
  return { near, far }
}
