/** Channels over pairs that a test needs not close itself, and frames made by hand. */
import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Socket as NetSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Channel, type SocketType } from 'socketpair'
import { pair } from './pairs.ts'
import type { ExecutionContext } from './test.ts'

/** What a channel can run over. */
export const CARRIERS = ['stream', 'seqpacket', 'dgram', 'duplex'] as const
/** Those that have an end. */
export const ENDING = ['stream', 'seqpacket', 'duplex'] as const

export type Carrier = (typeof CARRIERS)[number]

/** Two connected sockets, or streams of Node. */
export function carriers(
  t: ExecutionContext,
  carrier: Carrier,
): Promise<ReturnType<typeof pair<SocketType>> | [Duplex, Duplex]> {
  return carrier === 'duplex' ? tcpPair(t) : Promise.resolve(pair(t, carrier))
}

/** Two channels that talk to each other. */
export async function channels(
  t: ExecutionContext,
  carrier: Carrier,
  options: object = {},
): Promise<[Channel<any, any>, Channel<any, any>]> {
  const [here, there] = await carriers(t, carrier)
  return [new Channel(here, options), new Channel(there, options)]
}

/** Two ends of a TCP connection. */
export async function tcpPair(t: ExecutionContext): Promise<[NetSocket, NetSocket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const there = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[here]] = (await Promise.all([once(server, 'connection'), once(there, 'connect')])) as [
    [NetSocket],
    unknown,
  ]
  t.teardown(async () => {
    here.destroy()
    there.destroy()
    server.close()
    await once(server, 'close')
  })
  return [here, there]
}

/** A plain frame, as docs/channel-protocol.md has it. */
export function frame(body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body as string)
  return Buffer.concat([header(bytes.length), bytes])
}

/** A plain header that claims so many bytes. */
export function header(length: number): Buffer {
  const word = Buffer.alloc(4)
  word.writeUInt32LE(length)
  return word
}

/** A frame with an extended header. */
export function extendedFrame(
  body: Uint8Array | string,
  { kind = 0, id = 0, descriptors = 0, zero = 0 },
): Buffer {
  const bytes = Buffer.from(body as string)
  const head = Buffer.alloc(12)
  head.writeUInt32LE((0x8000_0000 | bytes.length) >>> 0)
  head.writeUInt16LE(descriptors, 4)
  head.writeUInt8(kind, 6)
  head.writeUInt8(zero, 7)
  head.writeUInt32LE(id, 8)
  return Buffer.concat([head, bytes])
}
