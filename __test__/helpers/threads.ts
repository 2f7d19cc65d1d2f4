/** Other threads that do with an end what they are asked to. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type Transferable, Worker } from 'node:worker_threads'
import { programPath } from './endings.ts'
import type { ExecutionContext } from './test.ts'

/** A worker that runs programs/workers/acts.mjs. */
export interface Thread {
  /** Asks for one of its acts, and gives the outcome; what it throws is thrown here. */
  ask(act: string, ...args: unknown[]): Promise<unknown>
  /** Ends it wherever it is. */
  terminate(): Promise<unknown>
}

interface Answer {
  id: number
  value?: unknown
  failure?: { code?: string; message: string }
}

/** Starts a thread, which ends with the test. */
export async function startThread(
  t: ExecutionContext,
  workerData: object = {},
  transferList: readonly Transferable[] = [],
): Promise<Thread> {
  const worker = new Worker(programPath('workers/acts.mjs'), {
    workerData,
    transferList: [...transferList],
  })
  t.teardown(() => worker.terminate())
  const asked = new Map<number, (answer: Answer) => void>()
  worker.on('message', (answer: Answer) => asked.get(answer.id)?.(answer))
  await once(worker, 'online')
  return {
    async ask(act, ...args) {
      const id = asked.size
      const answered = new Promise<Answer>((settle) => asked.set(id, settle))
      worker.postMessage({ id, act, args })
      const { value, failure } = await answered
      if (failure !== undefined) throw Object.assign(new Error(failure.message), failure)
      return value
    },
    terminate: () => worker.terminate(),
  }
}

/** The threads of this process that wait to close ends which nobody receives. */
export function watches(): number {
  return readdirSync('/proc/self/task').filter((task) => {
    try {
      return readFileSync(`/proc/self/task/${task}/comm`, 'latin1').startsWith('socketpair-park')
    } catch {
      return false // It ended meanwhile.
    }
  }).length
}
