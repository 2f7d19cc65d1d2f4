// The first wait starts the I/O runtime: what happens with 0, 1, 2, … descriptors left for it.
import { closeSync, openSync } from 'node:fs'
import { socketpair } from 'socketpair'

const files: number[] = []

function exhaust(): number {
  const before = files.length
  try {
    for (;;) files.push(openSync('/dev/null', 'r'))
  } catch {
    return files.length - before
  }
}

const [a, b] = socketpair()
const attempts: { left: number; code: unknown; remaining: number }[] = []
for (let left = 0; left < 24; left++) {
  exhaust()
  for (let i = 0; i < left; i++) closeSync(files.pop() as number)
  const waiting = a.read(Buffer.alloc(1))
  await b.write('x')
  const code = await waiting.catch((error: NodeJS.ErrnoException) => error.code)
  attempts.push({ left, code, remaining: exhaust() })
  if (code === 1) break
  if (a.tryRead(Buffer.alloc(8)) !== 1) throw new Error('what a failed wait left must be there')
}
process.stdout.write(JSON.stringify({ attempts }))
