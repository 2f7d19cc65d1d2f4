// Round trips for transports that call back: the next is sent when the answer to the last has come.

import { LatencyWindow } from './latency.js'

/**
 * Sends the first message and gives the function to call with each whole answer.
 *
 * @param {() => void} send
 * @param {'busy' | 'paced' | string | undefined} pace
 */
export function startPinging(send, pace) {
  /** @type {LatencyWindow | undefined} */
  let latency
  let began = performance.now()

  function ping() {
    began = performance.now()
    send()
  }

  ping()
  return () => {
    // The first waited for the other process to start and is not counted.
    if (latency === undefined) latency = new LatencyWindow()
    else if (latency.add(began)) process.exit(0)
    if (pace === 'paced') setTimeout(ping, 1)
    else ping()
  }
}
