// A file through a tool of the system: one stream pair is the standard input and the standard output of
// gzip at once. Writing and reading go on at the same time, and a half-close says that this was all.
//
//   node examples/gzip.js [FILE]        (after `npm run build`; without FILE it takes Node's own binary)

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { execPath } from 'node:process'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { socketpair } from 'socketpair'

const path = process.argv[2] ?? execPath
const [ours, theirs] = socketpair('stream')
spawn('gzip', ['-1', '-c'], { stdio: [theirs.fd, theirs.fd, 'inherit'] })
theirs.close()

async function sendFile() {
  const sent = createHash('sha256')
  const file = await open(path)
  const buffer = Buffer.allocUnsafe(256 * 1024)
  for (;;) {
    const { bytesRead } = await file.read(buffer)
    if (bytesRead === 0) break
    const piece = buffer.subarray(0, bytesRead)
    sent.update(piece)
    // Settles when the kernel has all of it: the buffer can be used again, and a slow gzip slows this.
    await ours.write(piece)
  }
  await file.close()
  ours.shutdown('write')
  return sent.digest('hex')
}

async function unpack() {
  const received = createHash('sha256')
  await pipeline(ours, createGunzip(), received)
  return received.digest('hex')
}

const [sent, received] = await Promise.all([sendFile(), unpack()])
ours.close()
console.error(`${ours.bytesWritten} bytes became ${ours.bytesRead}`)
console.log(`the same after gunzip: ${sent === received}`) // the same after gunzip: true
