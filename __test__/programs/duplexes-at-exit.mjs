// Ends in the way that it is told, with Duplexes and web streams at work. What it prints tells how long it ran.

import { Channel, socketpair } from 'socketpair'
import { turns } from './support.mjs'

const how = process.argv[2]
const number = 50
/** What must not be collected, since its peer would hear of that. */
const kept = /** @type {any[]} */ ([])

/** Streams of each kind that read, and write behind full queues. */
function work() {
  for (let i = 0; i < number; i++) {
    const [here, there] = socketpair()
    here
      .toDuplex()
      .resume()
      .write(Buffer.alloc(4 << 20))
    const reading = there.readable.getReader({ mode: 'byob' }).read(new Uint8Array(10))
    const writing = there.writable.getWriter().write(Buffer.alloc(4 << 20))
    for (const pending of [reading, writing]) pending.catch(() => {})
    const [one, other] = socketpair('seqpacket')
    one.toDuplex().resume()
    for (let message = 0; message < 500; message++) one.toDuplex().write(Buffer.alloc(4096))
    const [end, far] = socketpair()
    const channel = new Channel(end, { codec: 'json' })
    channel
      .toDuplex()
      .on('data', () => {})
      .on('error', () => {})
    kept.push(here, there, one, other, channel, far)
  }
  return kept
}

switch (how) {
  case 'exit': {
    work()
    await turns(3)
    process.exit(7)
    break
  }
  case 'destroyed': {
    for (const owner of work())
      owner
        .toDuplex()
        .on('error', () => {})
        .destroy()
    await turns(3)
    process.exitCode = 7
    break
  }
  case 'unreferenced': {
    for (const owner of work()) owner.unref()
    process.exitCode = 7
    break
  }
  case 'idle': {
    // Nobody reads, and nothing waits: nothing keeps the process.
    for (let i = 0; i < number; i++) socketpair()[0].toDuplex().write('x')
    socketpair()[0].toDuplex().setTimeout(1_000_000)
    process.exitCode = 7
    break
  }
  case 'reading': {
    const [here, there] = socketpair()
    here.toDuplex().on('data', (chunk) => {
      console.log(String(chunk))
      here.toDuplex().destroy()
    })
    setTimeout(() => there.tryWrite('waited for'), 100).unref()
    process.exitCode = 7
    break
  }
  default: {
    throw new Error(`unknown: ${how}`)
  }
}
