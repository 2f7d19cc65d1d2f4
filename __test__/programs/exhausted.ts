// What the package does when the table of descriptors is full: run with few of them.
import { constants, Socket, type SocketType, StreamSocket, socketpair } from 'socketpair'
import { exhaust, leave } from '../helpers/exhaust.ts'
import { put, take, tryTake } from '../helpers/io.ts'

const [type, started] = process.argv.slice(2) as [SocketType, string]
const { AF_UNIX, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET } = constants
const NUMBERS = { stream: SOCK_STREAM, dgram: SOCK_DGRAM, seqpacket: SOCK_SEQPACKET }

function codeOf(call: () => unknown): unknown {
  try {
    call()
    return 'done'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    return [code, syscall]
  }
}

const make = () => socketpair(type as 'stream', { sendBufferSize: 20_000 })
const FORMS: Record<string, () => readonly Socket[]> = {
  word: make,
  number: () => socketpair(AF_UNIX, NUMBERS[type]),
}

const answers: Record<string, unknown> = {}
const [a, b] = make()
if (started === 'started') {
  const waiting = take(a)
  await put(b, 'x')
  await waiting
}

for (const [form, call] of Object.entries(FORMS)) {
  for (const left of [0, 1]) {
    leave(left)
    answers[`${form} with ${left} left`] = codeOf(call)
    answers[`${form} with ${left} left, bad domain`] = codeOf(() => socketpair(9999, 1))
    answers[`${form} with ${left} left, leaves`] = exhaust()
  }
  leave(2)
  const ends = call()
  answers[`${form} with 2 left`] = [...new Set(ends.map((end) => end.type))]
  answers[`${form} with 2 left, leaves`] = exhaust()
  for (const end of ends) end.close()
  answers[`${form} with 2 left, closed`] = exhaust()
}

// From here on there is none left.
await put(a, 'queued')
answers['data that is there'] = await outcome(take(b))
const descriptor = a.detach()
const adopted = Socket.fromFd(descriptor)
answers['detached and adopted'] = adopted.fd === descriptor
const waited = take(adopted)
const sent = put(b, 'late')
answers['a wait'] = await outcome(waited)
await sent
leave(20)
answers['afterwards'] = tryTake(adopted) ?? 'nothing'
const again = take(adopted)
await put(b, 'again')
answers['a wait afterwards'] = await outcome(again)
answers['still a stream'] = adopted instanceof StreamSocket === (type === 'stream')
process.stdout.write(JSON.stringify(answers))
