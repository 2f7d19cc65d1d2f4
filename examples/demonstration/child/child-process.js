// The child that uses Node's own message channel.

import { createHash } from 'node:crypto'

const [, , task, bytes] = process.argv

/** @param {unknown} message */
const say = (message) => process.send?.(message)

if (task === 'receive') {
  const contents = Buffer.alloc(Number(bytes), 1)
  let received = 0
  listen(
    (piece) => {
      contents.set(piece, received)
      received += piece.length
    },
    () => {
      say(`received ${received}`)
      const digest = createHash('sha256').update(contents.subarray(0, received)).digest('hex')
      say(`sha256 ${digest}`)
    },
  )
} else if (task === 'count') {
  let counted = 0
  listen(
    () => (counted += 1),
    () => say(`counted ${counted}`),
  )
} else {
  listen(say, () => {})
}
say('ready')

/**
 * @param {(message: Uint8Array) => void} onMessage
 * @param {() => void} onEnd
 */
function listen(onMessage, onEnd) {
  process.on('message', (/** @type {Uint8Array | string} */ message) => {
    if (typeof message === 'string') {
      onEnd()
      process.disconnect()
    } else {
      onMessage(message)
    }
  })
}
