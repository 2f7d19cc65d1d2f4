// Worker threads: ends that live there, move between threads, and die with their thread.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { Socket, type StreamSocket, socketpair } from 'socketpair'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { endedWell, programPath, runProgram } from './helpers/endings.js'
import { readAll } from './helpers/bytes.js'

guardDescriptors(test)

for (const size of [16, 4096, 1 << 20]) {
  test.serial(
    `workers terminated with operations pending harm nobody while the peer writes ${size} bytes`,
    async (t) => {
      t.timeout(150_000)
      const args = [size === 4096 ? 120 : 40, size]
      endedWell(
        t,
        await runProgram('terminated-workers.mjs', { args }),
        'every worker was terminated',
      )
    },
  )
}

for (const how of [
  'natural end',
  'process.exit()',
  'process.exit() in a continuation',
  'uncaught error',
  'terminate',
]) {
  test.serial(
    `a process that loads the addon in workers only survives each of them: ${how}`,
    async (t) => {
      t.timeout(150_000)
      endedWell(
        t,
        await runProgram('only-in-workers.mjs', { args: [how, 50] }),
        'every worker left',
      )
    },
  )

  test.serial(
    `several workers that start and leave at the same time share the runtime: ${how}`,
    async (t) => {
      t.timeout(150_000)
      endedWell(
        t,
        await runProgram('only-in-workers.mjs', { args: [how, 6, 4] }),
        'every worker left',
      )
    },
  )
}

for (const where of ['in a continuation', 'in a timer']) {
  test.serial(`the main thread can exit while workers are busy: ${where}`, async (t) => {
    for (let i = 0; i < 8; i++) {
      const ending = await runProgram('busy-workers.mjs', { args: [where] })
      t.deepEqual(ending, { code: 7, signal: null, stdout: '', stderr: '' })
    }
  })
}

test.serial('an end goes to a worker by its number and comes back the same way', async (t) => {
  const [here, there] = socketpair()
  const worker = new Worker(programPath('workers/echo.mjs'), { workerData: { fd: there.detach() } })
  // Listened for from the beginning: the last message and the exit may come in one go.
  const told = once(worker, 'message') as Promise<[{ bytes: number; fd: number }]>
  const exited = once(worker, 'exit')
  await here.write('ping')
  t.is((await readAll(here, 4)).toString(), 'ping')
  here.shutdown('write')
  const [{ bytes, fd }] = await told
  t.is(bytes, 4)
  await exited
  const back = Socket.fromFd(fd) as StreamSocket
  t.is(await here.read(Buffer.alloc(1)), 0, 'the worker shut it down for writing')
  t.is(await back.read(Buffer.alloc(1)), 0)
  here.close()
  back.close()
})

test.serial(
  'a number that a Socket of another thread owns is refused, and stays whole',
  async (t) => {
    const [here, there] = socketpair()
    const { fd } = there
    const worker = new Worker(
      `import('socketpair').then(({ Socket }) => {
      const { parentPort, workerData } = require('node:worker_threads')
      try { Socket.fromFd(workerData) } catch (error) { parentPort.postMessage(error.code) }
    })`,
      { eval: true, workerData: fd },
    )
    const [[code]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
    t.is(code, 'EEXIST')
    await here.write('x')
    t.is((await readAll(there, 1)).toString(), 'x')
    here.close()
    there.close()
  },
)

test.serial(
  'two workers and the main thread talk at the same time without mixing anything up',
  async (t) => {
    const echoes = [1, 2].map(() => {
      const [here, there] = socketpair()
      const workerData = { fd: there.detach() }
      return { here, worker: new Worker(programPath('workers/echo.mjs'), { workerData }) }
    })
    const [near, far] = socketpair()
    const sent = randomBytes(3_000_000)
    const local = Promise.all([near.write(sent), readAll(far, sent.length)])
    await Promise.all(
      echoes.map(async ({ here, worker }) => {
        const ended = Promise.all([once(worker, 'message'), once(worker, 'exit')])
        const own = randomBytes(3_000_000)
        const [, echoed] = await Promise.all([here.write(own), readAll(here, own.length)])
        t.true(own.equals(echoed))
        here.shutdown('write')
        const [[{ bytes, fd }]] = (await ended) as [[{ bytes: number; fd: number }], unknown]
        t.is(bytes, own.length)
        Socket.fromFd(fd).close()
        here.close()
      }),
    )
    t.true(sent.equals((await local)[1]))
    near.close()
    far.close()
  },
)

test.serial('a worker that exits frees its own ends and touches none of the others', async (t) => {
  const [here, there] = socketpair()
  const pending = here.read(Buffer.alloc(4))
  const workerData = { how: 'process.exit()' }
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(programPath('workers/leaves.mjs'), { workerData })
    t.deepEqual(await once(worker, 'exit'), [0])
  }
  await there.write('here')
  t.is(await pending, 4)
  here.close()
  there.close()
})
