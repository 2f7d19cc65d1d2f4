// No child outlives this process, and none that fails is waited for.

/** @type {Set<import('node:child_process').ChildProcess>} */
const alive = new Set()

function killAll() {
  for (const child of alive) child.kill('SIGKILL')
}

process.on('exit', killAll)
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    killAll()
    // Now without a handler: ends this process in the way that whoever sent the signal expects.
    process.kill(process.pid, signal)
  })
}

/**
 * @typedef {object} Watched
 * @property {Promise<void>} ended rejects if the child fails
 */

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Watched}
 */
export function watch(child) {
  alive.add(child)
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      alive.delete(child)
      if (code === 0) resolve()
      else reject(new Error(`the child ended with ${signal ?? `status ${code}`}`))
    })
  })
  return { ended }
}
