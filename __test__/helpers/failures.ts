/** Failures as the package must tell them. */
import type { ExecutionContext } from './test.ts'

interface Failure extends Error {
  code: string
  errno?: number
  syscall?: string
  [extra: string]: unknown
}

/** A promise that rejects with an error of the system. */
export async function rejects(
  t: ExecutionContext,
  promise: Promise<unknown>,
  code: string,
): Promise<Failure> {
  const error = (await t.throwsAsync(promise, { code, instanceOf: Error })) as unknown as Failure
  return checked(t, error, code)
}

/** A call that throws an error of the system. */
export function throws(t: ExecutionContext, call: () => unknown, code: string): Failure {
  const error = t.throws(() => void call(), { code, instanceOf: Error }) as unknown as Failure
  return checked(t, error, code)
}

function checked(t: ExecutionContext, error: Failure, code: string): Failure {
  // Every error of the system has all three; Node's own kind, about arguments, only a code.
  if (!code.startsWith('ERR_')) {
    t.true(Number.isInteger(error.errno) && (error.errno as number) < 0)
    t.regex(error.syscall ?? '', /^[a-z_\d]+$/)
    t.true(error.message.startsWith(`${code}: `) && error.message.endsWith(`, ${error.syscall}`))
  }
  return error
}
