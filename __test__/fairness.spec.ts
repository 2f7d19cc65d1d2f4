// A socket with endless data starves neither the event loop nor another socket.

import { spawn } from 'node:child_process'
import test from 'ava'
import { MessageBatch, type Socket, socketpair } from 'socketpair'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { endedWell, programPath, runProgram } from './helpers/endings.js'

guardDescriptors(test)

/** Turns of the loop that the flood must leave to others before a test is content. */
const ENOUGH = 20

/** Gives `end` to a process that sends on it without end. */
function floodFromOutside(end: Socket): { stop: () => Promise<void> } {
  const flood = spawn(process.execPath, [programPath('floods.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit', end.fd],
  })
  const ended = new Promise<void>((resolve) => flood.once('close', () => resolve()))
  end.close()
  return {
    stop: () => {
      flood.kill('SIGKILL')
      return ended
    },
  }
}

/** Runs `once` in a loop beside a timer and another pair, until both had their share. */
async function besideOthers(
  once: () => Promise<unknown>,
): Promise<{ ticks: number; trips: number }> {
  await once() // From here on the flood is there.
  let [ticks, trips, loops] = [0, 0, 0]
  const timer = setInterval(() => ticks++, 1)
  const [here, there] = socketpair()
  const other = (async () => {
    while (trips < ENOUGH) {
      const read = here.read(Buffer.alloc(4))
      await there.write('ping')
      await read
      trips++
    }
  })()
  for (; ticks < ENOUGH || trips < ENOUGH || loops < 10_000; loops++) await once()
  await other
  clearInterval(timer)
  here.close()
  there.close()
  return { ticks, trips }
}

for (const options of [undefined, { timeout: 60_000 }]) {
  const how = options === undefined ? '' : ', with options'
  test.serial(
    `a flooded stream read in a loop leaves turns to a timer and to another pair${how}`,
    async (t) => {
      const [here, there] = socketpair()
      const flood = floodFromOutside(there)
      const buffer = Buffer.alloc(64)
      // A loop that is never out of bytes in this turn of the event loop, whatever the other process does.
      const read = async () => {
        t.true((await here.read(buffer, options)) > 0)
      }
      const { ticks, trips } = await besideOthers(read)
      t.true(ticks >= ENOUGH && trips >= ENOUGH)
      await flood.stop()
      here.close()
    },
  )
}

const batch = new MessageBatch({ maxMessages: 4 })

for (const how of ['recvInto', 'recv', 'recvMany'] as const) {
  test.serial(
    `a flooded seqpacket end read by ${how}() leaves turns to a timer and to another pair`,
    async (t) => {
      const [here, there] = socketpair('seqpacket')
      const flood = floodFromOutside(there)
      const buffer = Buffer.alloc(64)
      const receive = {
        recvInto: () => here.recvInto(buffer),
        recv: () => here.recv(),
        recvMany: () => here.recvMany(batch),
      }[how]
      const { ticks, trips } = await besideOthers(async () => t.truthy(await receive()))
      t.true(ticks >= ENOUGH && trips >= ENOUGH)
      await flood.stop()
      here.close()
    },
  )
}

test.serial(
  'bytes that are there already are read in a loop without starving a timer',
  async (t) => {
    // No other process: after the first turn, everything a read needs is there, in any number of turns.
    const [here, there] = socketpair()
    const buffer = Buffer.alloc(16)
    const { ticks, trips } = await besideOthers(async () => {
      await there.write('sixteen bytes...')
      t.is(await here.read(buffer), 16)
    })
    t.true(ticks >= ENOUGH && trips >= ENOUGH)
    here.close()
    there.close()
  },
)

test.serial('two flooded ends that are read side by side both make progress', async (t) => {
  const ends = [socketpair(), socketpair()]
  const floods = ends.map(([, there]) => floodFromOutside(there))
  const reads = [0, 0]
  let enough = false
  await Promise.all(
    ends.map(async ([here], index) => {
      const buffer = Buffer.alloc(256)
      while (!enough) {
        await here.read(buffer)
        reads[index] = (reads[index] ?? 0) + 1
        enough = reads.every((count) => count > 1000)
      }
    }),
  )
  t.true(reads.every((count) => count > 1000))
  for (const flood of floods) await flood.stop()
  for (const [here] of ends) here.close()
})

test.serial(
  'a queue of a thousand waiting reads does not starve a timer when the bytes come',
  async (t) => {
    const [here, there] = socketpair()
    const reads = Array.from({ length: 2000 }, () => here.read(Buffer.alloc(1)))
    let settled = 0
    let ticksBetween = 0
    for (const read of reads) void read.then(() => settled++)
    const tick = () => {
      if (settled > 0 && settled < reads.length) ticksBetween++
      if (settled < reads.length) setImmediate(tick)
    }
    setImmediate(tick)
    await there.write(Buffer.alloc(2000))
    await Promise.all(reads)
    t.true(ticksBetween > 0)
    here.close()
    there.close()
  },
)

test.serial(
  'an operation that waits although its end is called ready leaves the event loop at rest',
  async (t) => {
    endedWell(t, await runProgram('quiet.mjs'), 'waited quietly')
  },
)
