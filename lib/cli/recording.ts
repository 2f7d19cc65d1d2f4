/** The file of `--tee`. */
import { type FileHandle, open } from 'node:fs/promises'
import type { SocketType } from 'socketpair'
import { codeOf, Failure, messageOf } from './failure.js'
import { standardOutput } from './standard-output.js'
import { monotonic } from '../timers.js'

const STANDARD_OUTPUT = '-'

/** What there is to write to. */
interface Target {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/**
 * What two programs say to each other. A line tells who speaks, how many bytes follow and how many seconds
 * have passed; then come the bytes as they are, and a newline that is not one of them. On a pair of
 * messages that is one message, on a stream whatever was there at once.
 *
 *     # socketpair stream 2026-01-31T12:00:00.000Z
 *     # 1: ./client
 *     # 2: ./server
 *     1>2 8 0.001234
 *     question
 *     2>1 6 0.002345
 *     answer
 *     1>2 end 0.003456
 */
export class Recording {
  /** Whether something could not be written; the programs go on. */
  failed = false
  readonly #target: Target
  readonly #began = monotonic()
  /** Both directions write, and neither in the middle of the other. */
  #last: Promise<void> = Promise.resolve()

  private constructor(target: Target) {
    this.#target = target
  }

  /** Opens the file, empties it and writes its head. @throws Failure */
  static async open(
    path: string,
    type: SocketType,
    commands: readonly (readonly string[])[],
  ): Promise<Recording> {
    let target: Target
    try {
      target = path === STANDARD_OUTPUT ? standardOutput() : fileTarget(await open(path, 'w'))
    } catch (error) {
      throw new Failure(messageOf(error))
    }
    const record = new Recording(target)
    const lines = [
      `# socketpair ${type} ${new Date().toISOString()}`,
      ...commands.map((words, index) => `# ${index + 1}: ${words.map(shown).join(' ')}`),
    ]
    await record.#write(Buffer.from(`${lines.join('\n')}\n`))
    return record
  }

  /** Adds what was said; null for the end of what one of them says. Settles when it is written. */
  add(direction: '1>2' | '2>1', data: Uint8Array | null): Promise<void> {
    const seconds = ((monotonic() - this.#began) / 1e3).toFixed(6)
    const head = Buffer.from(`${direction} ${data === null ? 'end' : data.length} ${seconds}\n`)
    return this.#write(data === null ? head : Buffer.concat([head, data, Buffer.from('\n')]))
  }

  /** Waits until everything is written, and closes the file. */
  async close(): Promise<void> {
    await this.#last
    await this.#target.close()
  }

  #write(bytes: Uint8Array): Promise<void> {
    this.#last = this.#writeAfter(this.#last, bytes)
    return this.#last
  }

  async #writeAfter(last: Promise<void>, bytes: Uint8Array): Promise<void> {
    await last
    if (this.failed) return
    try {
      await this.#target.write(bytes)
    } catch (error) {
      this.failed = true
      // Who reads it from standard output may have had enough.
      if (codeOf(error) === 'EPIPE') return
      process.stderr.write(`socketpair connect: the record ends here: ${messageOf(error)}\n`)
    }
  }
}

function fileTarget(file: FileHandle): Target {
  return { write: (bytes) => file.writeFile(bytes), close: () => file.close() }
}

/** A word as a shell would take it. */
function shown(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  if (/^[\u0020-\u007E]*$/.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`
  // One line, whatever is in it.
  return `$'${JSON.stringify(word)
    .slice(1, -1)
    .replaceAll("'", String.raw`\'`)}'`
}
