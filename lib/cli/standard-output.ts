/** Standard output for bytes in any number. */
import { closeSync, write } from 'node:fs'
import { codeOf } from './failure.js'
import { sleep } from '../timers.js'

const STDOUT = 1
/** Milliseconds until a descriptor that somebody has made non-blocking is tried again. */
const PATIENCE = 5

/** Where bytes go, one write after the other. */
export interface Output {
  /** Whether a write waits for who reads. */
  readonly isBusy: boolean
  /** Settles when all bytes are taken. @throws EPIPE nobody reads any more */
  write(bytes: Uint8Array): Promise<void>
  /** Closes it, so that who reads sees the end while this process goes on. */
  close(): Promise<void>
}

/**
 * Standard output, written from a thread. Node's own stream blocks this one on a pipe, signals included; and
 * to make the descriptor non-blocking would change it for everybody who has it.
 */
export function standardOutput(): Output {
  let isBusy = false
  return {
    get isBusy() {
      return isBusy
    },
    async write(bytes) {
      isBusy = true
      try {
        for (let done = 0; done < bytes.length;) done += await writeSome(bytes.subarray(done))
      } finally {
        isBusy = false
      }
    },
    async close() {
      closeSync(STDOUT)
    },
  }
}

async function writeSome(bytes: Uint8Array): Promise<number> {
  try {
    return await new Promise<number>((resolve, reject) => {
      write(STDOUT, bytes, (error, written) => (error ? reject(error) : resolve(written)))
    })
  } catch (error) {
    if (codeOf(error) !== 'EAGAIN') throw error
    await sleep(PATIENCE)
    return 0
  }
}
