// An operation waits although the system calls its end ready, after exchanges quick enough that the
// package waits a moment on its own thread. It must not turn the event loop in circles meanwhile.

import { socketpair } from 'socketpair'
import { same } from './support.mjs'

// Every turn that anybody asks for, the package included.
let asked = 0
const { setImmediate } = globalThis
globalThis.setImmediate = /** @type {typeof setImmediate} */ (
  Object.assign((/** @type {() => void} */ callback) => {
    asked++
    return setImmediate(callback)
  }, setImmediate)
)

const [here, there] = socketpair('dgram')
const buffer = Buffer.alloc(here.sendBufferSize)
const full = Buffer.alloc(16_384)
const drain = () => {
  while (there.tryRecv(buffer) !== undefined);
}

// Short waits, so that the next one counts on being short too.
for (let i = 0; i < 100; i++) {
  while (here.trySend(full) !== undefined);
  const send = here.send(full)
  drain()
  await send
  drain()
}

// poll(2) calls it writable while a quarter of its buffer is in use, and yet a large message has to wait.
const large = Buffer.alloc(here.sendBufferSize - 4096)
here.trySend(Buffer.alloc(8192))
asked = 0
const send = here.send(large)
await new Promise((resolve) => setTimeout(resolve, 300))
const circles = asked
await there.recv() // the message that is in the way
await send
same((await there.recv())?.data.length, large.length, 'the large message')
console.log(circles < 100 ? 'waited quietly' : `the loop turned ${circles} times`)
