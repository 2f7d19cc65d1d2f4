/** Pairs of Duplexes: this package's, and net.Socket over the same kind of descriptor. */
import { once } from 'node:events'
import { Socket as NetSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type DuplexOptions, type SocketDuplex, socketpair } from 'socketpair'
import { type ExecutionContext, test } from './test.ts'

/** A Duplex of either kind: what both have is typed as ours has it. */
export type EitherDuplex = SocketDuplex

type MakePair = (t: ExecutionContext, options?: DuplexOptions) => [EitherDuplex, EitherDuplex]

/** Two connected Duplexes of this package, destroyed when the test is over. */
export function duplexPair(
  t: ExecutionContext,
  options?: DuplexOptions,
): [SocketDuplex, SocketDuplex] {
  const [a, b] = socketpair()
  return destroyAfter(t, [a.toDuplex(options), b.toDuplex(options)])
}

/** Two connected net.Sockets, which are told to stay half-open as those of this package do. */
function netPair(t: ExecutionContext, options?: DuplexOptions): [EitherDuplex, EitherDuplex] {
  const [a, b] = socketpair()
  const make = (fd: number) =>
    new NetSocket({ allowHalfOpen: true, ...options, fd } as object) as unknown as EitherDuplex
  return destroyAfter(t, [make(a.detach()), make(b.detach())])
}

/** Destroys them when the test is over, and waits until they are closed. */
export function destroyAfter<T extends Duplex[]>(t: ExecutionContext, duplexes: T): T {
  t.teardown(async () => {
    for (const duplex of duplexes) {
      if (duplex.closed) continue
      const closed = once(duplex, 'close')
      duplex.on('error', () => {}).destroy()
      await closed
    }
  })
  return duplexes
}

/** One test for each kind: what users of net.Socket rely on. */
export function both(
  title: string,
  body: (t: ExecutionContext, make: MakePair) => Promise<void>,
): void {
  test(`toDuplex(): ${title}`, (t) => body(t, duplexPair))
  test(`net.Socket: ${title}`, (t) => body(t, netPair))
}

/** The names of the events of a Duplex, in their order. */
export function eventsOf(duplex: EitherDuplex): string[] {
  const names: string[] = []
  for (const name of ['end', 'finish', 'error', 'close']) {
    duplex.on(name, (...args: unknown[]) => {
      names.push(name === 'close' ? `close ${String(args[0])}` : name)
    })
  }
  return names
}

/** All that comes until the end. */
export async function textOf(duplex: Duplex): Promise<string> {
  let text = ''
  duplex.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  await once(duplex, 'end')
  return text
}

/** The same of any stream, which is destroyed then. */
export async function textFrom(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
