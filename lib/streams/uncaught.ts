import { nextTick } from '../timers.js'

/** Throws where nobody can catch it: what a listener or a callback throws is no failure of an operation. */
export function throwUncaught(error: unknown): void {
  nextTick(() => {
    throw error
  })
}

/** Calls back when the promise has settled, as Node's streams do. */
export async function callBack(
  promise: Promise<unknown>,
  callback: (error?: Error | null) => void,
): Promise<void> {
  let failure: Error | null = null
  try {
    await promise
  } catch (error) {
    failure = error as Error
  }
  try {
    callback(failure)
  } catch (error) {
    throwUncaught(error)
  }
}
