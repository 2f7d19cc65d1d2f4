/** Ends whose sends have to wait. */
import { type AnySocket, StreamSocket } from 'socketpair'
import { fill, tryTake } from './io.ts'
import { pair } from './pairs.ts'
import { type Arrived, receive } from './passing.ts'
import type { ExecutionContext } from './test.ts'

const FILLING = 'x'.repeat(1000)

/** A pair whose first end is full. */
export function fullPair(t: ExecutionContext, type: AnySocket['type']): [AnySocket, AnySocket] {
  const [a, b] = pair(t, type) as unknown as [AnySocket, AnySocket]
  fill(a, FILLING)
  if (a instanceof StreamSocket) while (a.tryWrite('x') !== undefined);
  return [a, b]
}

/** Receives up to the next data that is no filling. */
export async function afterFilling(t: ExecutionContext, end: AnySocket): Promise<Arrived> {
  for (;;) {
    const came = await receive(t, end)
    if (came.fds.length > 0 || !/^x+$/.test(came.text)) return came
  }
}

/** What a stream's reads have glued to it is filling. */
export function withoutFilling(text: string): string {
  return text.replace(/^x+/, '')
}

/** What is there now, descriptors aside. */
export function drain(end: AnySocket): string {
  let seen = ''
  for (let piece = tryTake(end); piece; piece = tryTake(end)) seen += piece
  return seen
}
