// Runs out of descriptors: before the I/O runtime has any, and when it does.

import { closeSync, openSync } from 'node:fs'
import { socketpair } from 'socketpair'
import { openDescriptors, same } from './support.mjs'

/** Takes every descriptor that is left. */
function exhaust() {
  const taken = []
  for (;;) {
    try {
      taken.push(openSync('/dev/null', 'r'))
    } catch (error) {
      same(/** @type {{ code: string }} */ (error).code, 'EMFILE', 'code')
      return taken
    }
  }
}

/** @param {() => unknown} action */
function codeOf(action) {
  try {
    action()
  } catch (error) {
    const { code, syscall, errno } = /** @type {import('socketpair').SystemError} */ (error)
    return `${code} ${syscall} ${errno < 0}`
  }
  return 'no error'
}

const [here, there] = socketpair()
let taken = exhaust()

// One is missing, or both are.
for (let free = 0; free < 2; free++) {
  same(
    codeOf(() => socketpair()),
    'EMFILE socketpair true',
  )
  const fd = taken.pop()
  if (fd !== undefined) closeSync(fd)
}
taken.push(...exhaust())

// The first wait of all needs descriptors of its own.
for (const operation of [
  () => here.read(Buffer.alloc(1)),
  () => here.write(Buffer.alloc(8 << 20)),
]) {
  /** @type {unknown} */
  let failure
  await operation().catch((error) => (failure = error))
  const { code } = /** @type {{ code?: string }} */ (failure ?? {})
  same(code, 'EMFILE', 'the first wait')
}
// What needs no wait works on: the bytes of the write that failed are there.
const sent = here.bytesWritten
same(await there.read(Buffer.alloc(8)), 8, 'bytes read')

for (const fd of taken) closeSync(fd)
await there.readExactly(Buffer.alloc(sent - 8))
const read = here.read(Buffer.alloc(1))
await there.write('x')
same(await read, 1, 'bytes read after')

// And the same once it has them: no wait needs any more.
const before = openDescriptors()
taken = exhaust()
same(
  codeOf(() => socketpair('seqpacket')),
  'EMFILE socketpair true',
)
const again = here.read(Buffer.alloc(1))
await there.write('x')
same(await again, 1, 'bytes read without descriptors')
for (const fd of taken) closeSync(fd)
same(openDescriptors(), before, 'descriptors')
here.close()
there.close()
console.log('told and recovered')
