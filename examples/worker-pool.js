// A pool of worker threads, each with one end of a seqpacket pair: a message is the name of a file, the
// answer is its SHA-256. Whichever thread is free gets the next file. An end goes to its thread as a token
// in workerData; if the thread never came to receive it, it would be closed by itself, and we would hear.
//
//   node examples/worker-pool.js [FOLDER]        (after `npm run build`; without FOLDER it takes lib/)

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { SeqpacketSocket, receive, socketpair, transfer } from 'socketpair'

const THREADS = 3

/** @param {string} path */
const digestOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** @param {string[]} paths */
async function digestAll(paths) {
  const left = [...paths]
  /** @type {Map<string, string>} */
  const digests = new Map()

  /** @param {SeqpacketSocket} end */
  async function feed(end) {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      await end.send(path)
      const answer = await end.recv()
      if (answer === null) throw new Error(`a thread ended over ${path}`)
      digests.set(path, answer.data.toString())
    }
    // Its loop ends, and with it the thread.
    end.close()
  }

  const statuses = await Promise.all(
    Array.from({ length: THREADS }, async () => {
      const [ours, theirs] = socketpair('seqpacket')
      const worker = new Worker(new URL(import.meta.url), { workerData: transfer(theirs) })
      const [[status]] = await Promise.all([once(worker, 'exit'), feed(ours)])
      return status
    }),
  )
  return { digests, statuses }
}

async function serve() {
  const end = receive(workerData)
  if (!(end instanceof SeqpacketSocket)) throw new TypeError(`a ${end.type} end came`)
  for await (const { data } of end) await end.send(digestOf(data.toString()))
  end.close()
}

if (isMainThread) {
  const folder = process.argv[2] ?? fileURLToPath(new URL('../lib', import.meta.url))
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ name }) => `${folder}/${name}`)
  const { digests, statuses } = await digestAll(paths)
  console.error(`${digests.size} files by ${THREADS} threads`)
  const right = paths.every((path) => digests.get(path) === digestOf(path))
  console.log(`all there and right: ${right}`) // all there and right: true
  console.log(`the threads ended with ${statuses}`) // the threads ended with 0,0,0
} else {
  await serve()
}
