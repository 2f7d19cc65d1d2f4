import { socketpair } from 'socketpair'

let warm: Promise<void> | undefined

/** The first wait starts the I/O runtime, which has descriptors of its own: once, before any are counted. */
export function warmUp(): Promise<void> {
  warm ??= waitOnce()
  return warm
}

async function waitOnce(): Promise<void> {
  const [here, there] = socketpair()
  const waiting = here.read(Buffer.alloc(1))
  await there.write('x')
  await waiting
  here.close()
  there.close()
}
