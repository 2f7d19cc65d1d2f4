/** Children that a test need not end itself. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'socketpair'
import type { ExecutionContext } from './test.ts'

/** How a child ended, and what it printed if its output was piped. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
}

/** Kills the child and closes its sockets when the test is over; `ended` settles at its 'close'. */
export function tended<
  R extends { child: ChildProcess; sockets: Readonly<Record<string, Socket>> },
>(t: ExecutionContext, started: R): R & { ended: Promise<Ended> } {
  const { child, sockets } = started
  let stdout = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout }))
  })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
    for (const end of Object.values(sockets)) end.close()
  })
  return { ...started, ended }
}

/** What the first 'error' of a child says. */
export async function failureOf(child: ChildProcess): Promise<NodeJS.ErrnoException> {
  const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
  return error
}

/** What a child printed as JSON before it ended with 0. */
export async function printed(t: ExecutionContext, ended: Promise<Ended>): Promise<unknown> {
  const { code, signal, stdout } = await ended
  t.deepEqual({ code, signal }, { code: 0, signal: null })
  return JSON.parse(stdout)
}
