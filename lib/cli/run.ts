/** `socketpair run`: one program, and our standard input and output at the other end. */
import { closeSync } from 'node:fs'
import { type AnySocket, type SocketType, socketpair } from 'socketpair'
import { Children, statusOf } from './children.js'
import { codeOf, isGone, messageOf } from './failure.js'
import { lines } from './lines.js'
import { descriptorOption, type Invocation } from './options.js'
import { type Output, standardOutput } from './standard-output.js'

const STDIN = 0
const BUFFER_BYTES = 64 * 1024

/** Runs it; gives the exit status. */
export async function run({ values, commands: [command = []] }: Invocation): Promise<number> {
  const type = (values['type'] ?? 'stream') as SocketType
  const fd = descriptorOption(values['fd'], 'run')
  const [ours, theirs] = socketpair(type)
  const output = standardOutput()
  const children = new Children()
  try {
    try {
      await children.start(command, theirs, { fd, others: ['ignore', 2, 'inherit'] })
    } finally {
      theirs.close()
    }
    const ended = endWith(ours, children)
    const sending = sendInput(ours)
    const receiving = receiveOutput(ours, output)
    await Promise.race([Promise.all([ended, receiving]), children.interrupted])
    ours.close()
    // An input that goes on, a terminal above all, keeps nothing waiting.
    closeInput()
    if (children.signal) return endBySignal(children.signal, output)
    const failed = [await sending, await receiving].includes(false)
    return children.status || (failed ? 1 : 0)
  } finally {
    ours.close()
    children.release()
  }
}

/** A datagram end is not told that the program has ended. */
async function endWith(ours: AnySocket, children: Children): Promise<void> {
  await children.ended()
  if (ours.type === 'dgram' && !ours.closed) ours.shutdown('read')
}

/** Gives false where standard input could not be read. */
async function sendInput(ours: AnySocket): Promise<boolean> {
  try {
    const input: AsyncIterable<Buffer> = process.stdin
    if (ours.type === 'stream') for await (const chunk of input) await ours.write(chunk)
    else for await (const line of lines(input)) await ours.send(line)
    ours.shutdown('write')
  } catch (error) {
    // Destroyed here, since the program has ended.
    if (ours.closed || codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE') return true
    // So that who writes to us hears that nobody reads.
    closeInput()
    if (isGone(error)) return true
    complain(`standard input: ${messageOf(error)}`)
    ours.shutdown('write')
    return false
  }
  return true
}

let isInputClosed = false

/** Node would leave the descriptor open, and who writes there would wait. */
function closeInput(): void {
  const { stdin } = process
  if (isInputClosed) return
  isInputClosed = true
  if (stdin.closed) closeSync(STDIN)
  else stdin.once('close', () => closeSync(STDIN)).destroy()
}

/** Gives false where standard output could not be written. */
async function receiveOutput(ours: AnySocket, output: Output): Promise<boolean> {
  let failure: unknown
  for await (const data of received(ours)) {
    if (failure) continue
    try {
      await output.write(data)
    } catch (error) {
      failure = error
      // The program hears of it as it would on a pipe; where it waits, once there is room.
      if (!ours.closed) ours.shutdown('read')
    }
  }
  if (!failure) await output.close()
  if (!failure || codeOf(failure) === 'EPIPE') return true
  complain(`standard output: ${messageOf(failure)}`)
  return false
}

async function* received(ours: AnySocket): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  for (;;) {
    try {
      if (ours.type === 'stream') {
        const bytesRead = await ours.read(buffer)
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
      } else {
        const message = await ours.recv({ maxFds: 0 })
        if (message === null) return
        yield message.data
      }
    } catch (error) {
      // Told of once, where the program left input unread; what it said may still follow.
      if (codeOf(error) === 'ECONNRESET') continue
      if (ours.closed || isGone(error)) return
      throw error
    }
  }
}

/** Ends even while a write waits for a reader that does not read: Node would wait for its thread. */
function endBySignal(signal: NodeJS.Signals, output: Output): number {
  if (output.isBusy) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  return statusOf(signal)
}

function complain(message: string): void {
  process.stderr.write(`socketpair run: ${message}\n`)
}
