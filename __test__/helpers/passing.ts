/** Descriptors with data, over ends of whatever type. */
import { fstatSync } from 'node:fs'
import {
  type AnySocket,
  type Credentials,
  type DatagramSocket,
  MessageBatch,
  type MessageInfo,
  type Passable,
  type ReceivedFd,
  type ReceiveOptions,
  type SendOptions,
  type SeqpacketSocket,
  StreamSocket,
} from 'socketpair'
import type { ExecutionContext } from './test.ts'

const ROOM = 64 * 1024

/** What came with some data. */
export interface Arrived {
  text: string
  fds: ReceivedFd[]
  fdsTruncated: boolean
  credentials?: Credentials | undefined
  pidfd?: ReceivedFd | undefined
  info: MessageInfo
}

type MessageEnd = DatagramSocket | SeqpacketSocket
type Way = (end: AnySocket, options?: ReceiveOptions) => Promise<Arrived | null>

function arrived(bytes: Uint8Array, info: MessageInfo): Arrived {
  const { fds, fdsTruncated, credentials, pidfd } = info
  return {
    text: Buffer.from(bytes).toString('latin1'),
    fds,
    fdsTruncated,
    credentials,
    pidfd,
    info,
  }
}

/** Every way to receive a message with its descriptors. */
const MESSAGE_WAYS: Record<string, (end: MessageEnd, options?: ReceiveOptions) => ReturnType<Way>> =
  {
    recv: async (end, options) => {
      const message = await end.recv(options)
      return message && arrived(message.data, message)
    },
    recvInto: async (end, options) => {
      const buffer = Buffer.alloc(ROOM)
      const info = await end.recvInto(buffer, options)
      return info && arrived(buffer.subarray(0, info.bytesRead), info)
    },
    recvMany: async (end, options) => {
      const batch = new MessageBatch({ maxMessages: 1 })
      if ((await end.recvMany(batch, options)) === 0) return null
      return arrived(batch.message(0), batch.info(0))
    },
    'for await': async (end) => {
      for await (const message of end) return arrived(message.data, message)
      return null
    },
    tryRecv: async (end) => {
      const buffer = Buffer.alloc(ROOM)
      const info = end.tryRecv(buffer)
      if (info === undefined) throw new Error('nothing is there')
      return info && arrived(buffer.subarray(0, info.bytesRead), info)
    },
  }

const WITHOUT_OPTIONS = new Set(['for await', 'tryRecv'])

async function readMessage(end: StreamSocket, options?: ReceiveOptions) {
  const buffer = Buffer.alloc(ROOM)
  const info = await end.readMessage(buffer, options)
  return info && arrived(buffer.subarray(0, info.bytesRead), info)
}

/** The ways to receive descriptors from an end of that type, by name. */
export function waysOf(type: AnySocket['type']): [string, Way][] {
  if (type === 'stream') return [['readMessage', readMessage as Way]]
  return Object.entries(MESSAGE_WAYS) as [string, Way][]
}

/** Those of them that take options. */
export function waysWithOptions(type: AnySocket['type']): [string, Way][] {
  return waysOf(type).filter(([name]) => !WITHOUT_OPTIONS.has(name))
}

/** Sends data with descriptors. */
export function pass(
  end: AnySocket,
  data: Uint8Array | string,
  fds: readonly Passable[],
  options: SendOptions = {},
): Promise<number> {
  const all = { ...options, fds }
  return end instanceof StreamSocket ? end.write(data, all) : end.send(data, all)
}

/** Receives what is next, with its descriptors; they are closed when the test is over. */
export async function receive(
  t: ExecutionContext,
  end: AnySocket,
  options?: ReceiveOptions,
): Promise<Arrived> {
  const way = end.type === 'stream' ? (readMessage as Way) : (MESSAGE_WAYS['recv'] as Way)
  return receiveBy(t, way, end, options)
}

/** The same in one way of several. */
export async function receiveBy(
  t: ExecutionContext,
  way: Way,
  end: AnySocket,
  options?: ReceiveOptions,
): Promise<Arrived> {
  const came = await way(end, options)
  if (came === null) throw new Error('end-of-file')
  t.teardown(() => {
    for (const fd of came.fds) fd.close()
    came.pidfd?.close()
  })
  return came
}

/** What two descriptors of the same file have in common. */
export function fileOf(fd: number): string {
  const { dev, ino } = fstatSync(fd)
  return `${dev}:${ino}`
}
