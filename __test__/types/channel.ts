// Checked by the compiler alone, never run: what a channel carries follows its codec.
import type { Duplex } from 'node:stream'
import { type AnySocket, Channel, type ReceivedFd, type StreamSocket } from 'socketpair'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only when `A` and `B` are the same type, in both directions. */
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['not the same type']): void {}

export async function rawIsTheDefault(socket: StreamSocket, duplex: Duplex): Promise<void> {
  const channel = new Channel(socket)
  same<typeof channel, Channel<Buffer, Uint8Array | string>>()
  const named: Channel = new Channel(duplex, { codec: 'raw', maxMessageBytes: 1, highWaterMark: 1 })
  const value = await named.recv()
  same<typeof value, Buffer | null>()
  const values = await named.recvMany({ max: 3, copy: true })
  same<typeof values, Buffer[] | null>()
  for await (const each of channel) same<typeof each, Buffer>()
  await channel.send('text')
  await channel.send(new Uint8Array(1), { fds: [1, socket], timeout: 1 })
  const taken = channel.trySend('x')
  same<typeof taken, boolean>()
  const under = channel.socket
  same<typeof under, AnySocket | Duplex>()
  // @ts-expect-error an object is not raw
  await channel.send({})
  // @ts-expect-error no value
  await channel.send(null)
}

interface Question {
  question: string
}
interface Answer {
  answer: number
}

export async function valuesAreTyped(socket: AnySocket): Promise<void> {
  const channel = new Channel<Answer, Question>(socket, { codec: 'json' })
  same<typeof channel, Channel<Answer, Question>>()
  await channel.send({ question: 'why' })
  const answer = await channel.request({ question: 'what' })
  same<typeof answer, Answer>()
  channel.onRequest((value) => ({ question: String(value.answer) }))
  const message = await channel.recvMessage()
  if (message !== null) {
    same<typeof message.value, Answer>()
    same<typeof message.fds, ReceivedFd[]>()
  }
  // @ts-expect-error not a question
  await channel.send({ answer: 1 })
  const alike = new Channel<Question>(socket, { codec: 'v8' })
  same<typeof alike, Channel<Question, Question>>()
  // @ts-expect-error values need a codec
  const wrong = new Channel<Answer, Question>(socket)
  void wrong
}

export async function aCodecTellsTheTypes(socket: AnySocket): Promise<void> {
  const codec = {
    encode: (value: Date) => Buffer.from(value.toISOString()),
    decode: (bytes: Buffer) => bytes.length,
  }
  const channel = new Channel(socket, { codec })
  const length = await channel.recv()
  same<typeof length, number | null>()
  await channel.send(new Date())
  // @ts-expect-error the codec takes dates
  await channel.send('today')
  // @ts-expect-error no such codec
  const wrong = new Channel(socket, { codec: 'xml' })
  void wrong
}
