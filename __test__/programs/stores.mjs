// Callers in stores of their own wait for what others write, in every way of waking: alone and in batches.

import { AsyncLocalStorage } from 'node:async_hooks'
import { socketpair } from 'socketpair'
import { same, turns } from './support.mjs'

/** @type {AsyncLocalStorage<number>} */
const storage = new AsyncLocalStorage()
const pairs = Array.from({ length: 30 }, (_, index) =>
  socketpair('stream', { busyPoll: index % 2 === 0 ? 'auto' : false }),
)

/** @param {number} index */
async function echo(index) {
  const near = /** @type {typeof pairs[0]} */ (pairs[index])[0]
  for (let round = 0; round < 50; round++) {
    same(await near.read(Buffer.alloc(1)), 1, 'bytes')
    same(storage.getStore(), index, 'the store')
    await near.write('y')
    same(storage.getStore(), index, 'the store after a write')
  }
}

const echoing = pairs.map((_, index) => storage.run(index, () => echo(index)))
await storage.run(-1, async () => {
  for (let round = 0; round < 50; round++) {
    for (const [, far] of pairs) far.tryWrite('x')
    for (const [, far] of pairs) await far.read(Buffer.alloc(1))
    same(storage.getStore(), -1, "the writer's store")
    if (round % 5 === 0) await turns(2)
  }
})
await Promise.all(echoing)
console.log('every caller kept its store')
