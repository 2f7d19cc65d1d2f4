// child_process IPC: sends messages until the other side is gone, as fast as `send` says is wise.

import { ipcMessage } from './ipc.js'
import { ignorePeerGone } from './peer-gone.js'

const { message } = ipcMessage(Number(process.argv[2]), process.argv[3])
process.on('disconnect', () => process.exit(0))

/** So many before the first of them is waited for, where `send` has no opinion. */
const mostAtOnce = 512

function fill() {
  // The callback of the last one says that all before it are gone too.
  for (let i = 1; i < mostAtOnce; i++) if (!process.send?.(message)) break
  process.send?.(message, undefined, undefined, (/** @type {Error | null} */ error) => {
    if (!error) return fill()
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code !== 'ERR_IPC_CHANNEL_CLOSED') ignorePeerGone(error)
  })
}

fill()
