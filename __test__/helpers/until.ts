import { setImmediate as turn } from 'node:timers/promises'

/** Lets the event loop turn until something holds; the bound is only there for failures. */
export async function until(holds: () => boolean, bound = 20_000): Promise<void> {
  const deadline = Date.now() + bound
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${holds}`)
    await turn()
  }
}
