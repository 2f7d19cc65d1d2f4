// Checked by the compiler alone, never run: what types the calls have, and which calls are refused.
import type { ChildProcess } from 'node:child_process'
import {
  type AnySocket,
  type ChildSocketOptions,
  type ChildSockets,
  type Constants,
  type Credentials,
  constants,
  DatagramSocket,
  fork,
  inheritedSocket,
  type Message,
  MessageBatch,
  type MessageInfo,
  MessageSocket,
  type PairOptions,
  receive,
  type Relayed,
  relay,
  SeqpacketSocket,
  Socket,
  type SocketType,
  StreamSocket,
  type SocketsOfChild,
  socketpair,
  type Spawned,
  spawn,
  type SystemError,
  supported,
  transfer,
  type TransferOptions,
  type TransferToken,
} from 'socketpair'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only when `A` and `B` are the same type, in both directions. */
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['not the same type']): void {}

export function returnTypesFollowTheType(): void {
  const none = socketpair()
  same<typeof none, [StreamSocket, StreamSocket]>()
  const stream = socketpair('stream')
  same<typeof stream, [StreamSocket, StreamSocket]>()
  const dgram = socketpair('dgram', { nonBlocking: [true, false] })
  same<typeof dgram, [DatagramSocket, DatagramSocket]>()
  const seqpacket = socketpair('seqpacket', {})
  same<typeof seqpacket, [SeqpacketSocket, SeqpacketSocket]>()
  const numeric = socketpair(constants.AF_UNIX, constants.SOCK_STREAM, 0)
  same<typeof numeric, [Socket, Socket]>()
  const adopted = Socket.fromFd(3)
  same<typeof adopted, AnySocket>()
  same<AnySocket, StreamSocket | DatagramSocket | SeqpacketSocket>()
}

export function aUnionOfTypesGivesAUnionOfClasses(
  type: SocketType,
  message: 'dgram' | 'seqpacket',
): void {
  const any = socketpair(type)
  same<typeof any, [AnySocket, AnySocket]>()
  const messages = socketpair(message)
  same<typeof messages, [MessageSocket, MessageSocket]>()
  const [end] = any
  if (end.type === 'stream') {
    const stream = end
    same<typeof stream, StreamSocket>()
  }
}

export function wrongCallsAreRefused(word: string): void {
  // @ts-expect-error not one of the three
  socketpair('tcp')
  // @ts-expect-error any string may be none of the three
  socketpair(word)
  // @ts-expect-error the numeric form needs a type
  socketpair(1)
  // @ts-expect-error options are an object
  socketpair('stream', 1)
  // @ts-expect-error a misspelled option
  socketpair('stream', { nonblocking: true })
  // @ts-expect-error one flag for each end
  socketpair('stream', { nonBlocking: [true] })
  // @ts-expect-error a number of bytes
  socketpair('stream', { sendBufferSize: '1' })
  // @ts-expect-error ends are made by socketpair and fromFd
  void new StreamSocket()
  // @ts-expect-error the base is abstract
  void new Socket()
  // @ts-expect-error a descriptor is a number
  Socket.fromFd('3')
}

export async function streamEnds(end: StreamSocket): Promise<void> {
  const buffer = new Uint8Array(4)
  same<Awaited<ReturnType<typeof end.read>>, number>()
  same<Awaited<ReturnType<typeof end.readv>>, number>()
  same<Awaited<ReturnType<typeof end.readExactly>>, void>()
  same<Awaited<ReturnType<typeof end.readChunk>>, Buffer | null>()
  same<Awaited<ReturnType<typeof end.write>>, number>()
  same<Awaited<ReturnType<typeof end.writev>>, number>()
  same<ReturnType<typeof end.tryRead>, number | undefined>()
  same<ReturnType<typeof end.tryWrite>, number | undefined>()
  await end.read(Buffer.alloc(1), { signal: AbortSignal.abort(), timeout: 1 })
  await end.write('text')
  await end.writev(['text', buffer])
  for await (const chunk of end) same<typeof chunk, Buffer>()
  // @ts-expect-error a stream has no messages
  end.send('x')
  // @ts-expect-error a stream has no messages
  end.recv()
  // @ts-expect-error strings can't be filled
  end.read('x')
  // @ts-expect-error elements of two bytes
  end.read(new Uint16Array(1))
  // @ts-expect-error memory without a view
  end.write(new ArrayBuffer(1))
  // @ts-expect-error a list
  end.readv(buffer)
  // @ts-expect-error milliseconds
  end.read(buffer, { timeout: '1' })
}

export async function messageEnds(end: DatagramSocket, other: SeqpacketSocket): Promise<void> {
  const buffer = new Uint8Array(4)
  same<Awaited<ReturnType<typeof end.recv>>, Message | null>()
  same<Awaited<ReturnType<typeof end.recvInto>>, MessageInfo | null>()
  same<ReturnType<typeof end.tryRecv>, MessageInfo | null | undefined>()
  same<Awaited<ReturnType<typeof end.send>>, number>()
  same<Awaited<ReturnType<typeof other.sendv>>, number>()
  same<Awaited<ReturnType<typeof other.sendMany>>, number>()
  same<Awaited<ReturnType<typeof other.recvMany>>, number>()
  same<ReturnType<typeof other.trySend>, number | undefined>()
  for await (const message of other) same<typeof message, Message>()
  const message = await end.recv({ maxBytes: 1, peek: true, timeout: 0 })
  // @ts-expect-error it may be the end
  void message.data
  if (message) {
    same<typeof message.data, Buffer>()
    same<typeof message.truncated, boolean>()
    same<typeof message.messageSize, number | undefined>()
  }
  // @ts-expect-error messages have no bytes to read
  end.read(buffer)
  // @ts-expect-error a batch, not a buffer
  end.recvMany(buffer)
  // @ts-expect-error bytes only
  end.sendMany(['x'])
  // @ts-expect-error a misspelled option
  end.recv({ maxbytes: 1 })
}

export function everyEnd(end: AnySocket): void {
  same<typeof end.type, SocketType>()
  same<typeof end.fd, number>()
  same<ReturnType<typeof end.peerCredentials>, Credentials>()
  same<ReturnType<typeof end.detach>, number>()
  end.shutdown('read')
  end.sendBufferSize = 1
  end.ref().unref().close()
  // @ts-expect-error one of three words
  end.shutdown('x')
  // @ts-expect-error only told
  end.fd = 3
  // @ts-expect-error only told
  end.bytesRead = 0
  if (end instanceof StreamSocket) void end.read
  else void end.recv
}

export function relays(a: AnySocket, b: AnySocket, signal: AbortSignal): void {
  const relayed = relay(a, b, { signal, onProgress: ({ aToB, bToA }) => void (aToB + bToA) })
  same<typeof relayed, Promise<Relayed>>()
  same<Relayed, { aToB: number; bToA: number }>()
  void relay(a, b, { signal: undefined, onProgress: undefined })
  // @ts-expect-error only sockets
  void relay(a, 3)
  // @ts-expect-error a relay has no timeout
  void relay(a, b, { timeout: 1 })
}

export function batches(batch: MessageBatch): void {
  same<typeof batch.count, number>()
  same<typeof batch.lengths, Uint32Array>()
  for (const message of batch) void message.byteLength
  void new MessageBatch({ maxMessages: 1, bytes: 1 })
  // @ts-expect-error a misspelled option
  void new MessageBatch({ messages: 1 })
}

export function moving(end: StreamSocket, any: AnySocket, options: TransferOptions): void {
  const token = transfer(end)
  same<typeof token, TransferToken>()
  same<typeof token.transferId, string>()
  const received = receive(token)
  same<typeof received, AnySocket>()
  transfer(any, options)
  transfer(any, { timeout: Number.POSITIVE_INFINITY })
  // @ts-expect-error a Socket, not its number
  transfer(end.fd)
  // @ts-expect-error milliseconds
  transfer(end, { timeout: '1' })
  // @ts-expect-error a misspelled option
  transfer(end, { timeOut: 1 })
  // @ts-expect-error the whole token
  receive(token.transferId)
  // @ts-expect-error a token, not a Socket
  receive(end)
  // @ts-expect-error only told
  token.transferId = 'x'
}

export function socketsOfChildren(type: SocketType, fd: number, sockets: ChildSockets): void {
  const plain = spawn('true')
  same<typeof plain.child, ChildProcess>()
  same<typeof plain.socket, StreamSocket>()
  same<typeof plain.sockets, Readonly<Record<3, StreamSocket>>>()
  const seqpacket = spawn('true', ['x'], { cwd: '/', socket: { type: 'seqpacket', fd: 5 } })
  same<typeof seqpacket, Spawned<Readonly<Record<5, SeqpacketSocket>>>>()
  const withoutArguments = spawn('true', { stdio: 'inherit', socket: { type: 'dgram' } })
  same<typeof withoutArguments.socket, DatagramSocket>()
  const withoutType = spawn('true', null, { socket: { fd: 4, sendBufferSize: 1 } })
  same<typeof withoutType.socket, StreamSocket>()
  const any = spawn('true', { socket: { type, fd } })
  same<typeof any.socket, AnySocket>()
  same<typeof any.sockets, Readonly<Record<number, AnySocket>>>()
  const options: ChildSocketOptions = { type }
  same<ReturnType<typeof spawn>['child'], ChildProcess>()
  const forked = fork('x.js', { silent: true, execArgv: [], socket: options })
  same<typeof forked.socket, AnySocket>()
  const url = fork(new URL('file:///x.js'), ['x'], { socket: { type: 'seqpacket' } })
  same<typeof url.sockets, Readonly<Record<3, SeqpacketSocket>>>()

  const several = spawn('true', [], {
    sockets: { control: 'seqpacket', data: { type: 'stream', fd: 5 }, plain: {}, 7: 'dgram' },
  })
  same<typeof several.sockets.control, SeqpacketSocket>()
  same<typeof several.sockets.data, StreamSocket>()
  same<typeof several.sockets.plain, StreamSocket>()
  same<(typeof several.sockets)[7], DatagramSocket>()
  same<typeof several.socket, AnySocket>()
  const numbers = fork('x.js', { sockets: { 3: 'stream', 4: 'seqpacket' } })
  same<typeof numbers, Spawned<SocketsOfChild<{ readonly 3: 'stream'; readonly 4: 'seqpacket' }>>>()
  const dynamic = spawn('true', { sockets })
  same<(typeof dynamic.sockets)[string], AnySocket>()
  const union = spawn('true', { sockets: { a: type, b: { type: 'dgram' as 'dgram' | 'stream' } } })
  same<typeof union.sockets.a, AnySocket>()
  same<typeof union.sockets.b, DatagramSocket | StreamSocket>()

  const inherited = inheritedSocket()
  same<typeof inherited, AnySocket>()
  same<ReturnType<typeof inheritedSocket>, AnySocket>()
  inheritedSocket('control')

  // @ts-expect-error not one of the three
  spawn('true', [], { socket: { type: 'tcp' } })
  // @ts-expect-error a misspelled option
  spawn('true', [], { socket: { typ: 'stream' } })
  // @ts-expect-error one or several
  spawn('true', [], { socket: {}, sockets: { a: 'stream' } })
  // @ts-expect-error not one of the three
  spawn('true', { sockets: { a: 'tcp' } })
  // @ts-expect-error a key that is not there
  void several.sockets.other
  // @ts-expect-error a number of the child's
  void plain.sockets[4]
  // @ts-expect-error a misspelled option of Node's
  spawn('true', { detach: true })
  // @ts-expect-error no option of fork's
  fork('x.js', { shell: true })
  // @ts-expect-error a string
  inheritedSocket(3)
}

export function theRest(error: SystemError, options: PairOptions): void {
  same<typeof constants, Constants>()
  same<typeof constants.AF_UNIX, number>()
  same<typeof constants.SOCK_CLOFORK, number | undefined>()
  same<typeof supported.seqpacket, boolean>()
  same<typeof error.code, string>()
  socketpair('stream', options)
  // @ts-expect-error the numbers are the system's
  constants.AF_UNIX = 2
}
