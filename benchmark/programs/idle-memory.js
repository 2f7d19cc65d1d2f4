// The resident memory of each of argv[2] open pairs, which do nothing or ("waiting") have a read that
// waits. Needs --expose-gc.

import { setTimeout as sleep } from 'node:timers/promises'
import { closePairs, openPairs, possiblePairs, waitOnAll } from './pairs.js'
import { report } from './window.js'

const isWaiting = process.argv[3] === 'waiting'

/** @param {number} count */
async function open(count) {
  const pairs = openPairs(count)
  return { pairs, over: isWaiting ? (await waitOnAll(pairs)).over : undefined }
}

/** What is no more in use is given back first, as far as it ever is. */
async function residentMemory() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.()
    await sleep(20)
  }
  return process.memoryUsage.rss()
}

// The first pair starts threads and loads code.
const first = await open(10)
await closePairs(first.pairs)
await first.over

const before = await residentMemory()
const count = possiblePairs(Number(process.argv[2]))
const all = await open(count)
const after = await residentMemory()
report({ bytes: (after - before) / count, pairs: count })
await closePairs(all.pairs)
await all.over
