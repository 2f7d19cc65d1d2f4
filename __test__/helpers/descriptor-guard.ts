import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { TestFn } from 'ava'
import { ownDescriptorsComeBack } from './descriptors.js'
import { runProgram } from './endings.js'
import { warmUp } from './warm-up.js'

/** The descriptors that this process has open; on Linux, where these tests run. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

/** What is opened once and stays: the I/O runtime, the host's own pipes for children and workers. */
async function warmUpAll(): Promise<void> {
  await warmUp()
  await runProgram('nothing.mjs')
  const worker = new Worker('', { eval: true })
  await new Promise((resolve) => worker.once('exit', resolve))
}

/** Whether the count comes down to `expected`: what the host closes in its own time may take a moment. */
export async function descriptorsComeBackTo(expected: number): Promise<boolean> {
  for (let round = 0; round < 200; round++) {
    if (openDescriptors() <= expected) return true
    await sleep(round < 20 ? 1 : 25)
  }
  return false
}

/** Every test of the file must give back the descriptors it opened. */
export function guardDescriptors(test: TestFn): void {
  let comeBack: () => Promise<void>
  test.serial.before('the I/O runtime is warmed up', warmUpAll)
  test.serial.beforeEach('descriptors are counted', () => {
    comeBack = ownDescriptorsComeBack()
  })
  test.serial.afterEach('descriptors came back', async (t) => {
    await t.notThrowsAsync(comeBack)
  })
  test.after.always('nothing keeps the process', () => {
    // It runs only if something does: an operation that a failed test left waiting, most likely.
    setTimeout(() => {
      process.stderr.write('the process was kept running after its tests\n')
      process.exit(1)
    }, 5000).unref()
  })
}
