/**
 * What the tests use of ava's interface, where ava itself does not run: Bun and Deno. A spec file that
 * imports `ava` gets this module instead (tsconfig.json and import-map.json beside it say so), and run.ts
 * runs what it registered.
 */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'

type Body = (t: Context) => unknown
interface Wanted {
  code?: string
  message?: string | RegExp
  name?: string
  instanceOf?: new (...args: never[]) => unknown
}

/** A test that was registered. */
export interface Registered {
  readonly title: string
  readonly body: Body
  /** It is known not to work yet. */
  readonly failing: boolean
}

/** What a file registered, in the order of its calls. */
export const registered = {
  tests: [] as Registered[],
  before: [] as Body[],
  beforeEach: [] as Body[],
  afterEach: [] as Body[],
  after: [] as Body[],
}

function saying(message: string | undefined, check: () => void): true {
  try {
    check()
  } catch (error) {
    if (message !== undefined) (error as Error).message = `${message}: ${(error as Error).message}`
    throw error
  }
  return true
}

/** The assertions, as ava documents them; each throws. */
export class Context {
  readonly title: string
  readonly #teardowns: (() => unknown)[] = []

  constructor(title: string) {
    this.title = title
  }

  is(actual: unknown, expected: unknown, message?: string): true {
    return saying(message, () => assert.strictEqual(actual, expected))
  }

  not(actual: unknown, expected: unknown, message?: string): true {
    return saying(message, () => assert.notStrictEqual(actual, expected))
  }

  deepEqual(actual: unknown, expected: unknown, message?: string): true {
    return saying(message, () => assert.deepStrictEqual(actual, expected))
  }

  like(actual: unknown, pattern: unknown, message?: string): true {
    return saying(message, () => assert.deepStrictEqual(selected(actual, pattern), pattern))
  }

  true(actual: unknown, message?: string): true {
    return this.is(actual, true, message)
  }

  false(actual: unknown, message?: string): true {
    return this.is(actual, false, message)
  }

  truthy(actual: unknown, message?: string): true {
    return saying(message, () => assert.ok(actual))
  }

  regex(text: string, pattern: RegExp, message?: string): true {
    return saying(message, () => assert.match(text, pattern))
  }

  notRegex(text: string, pattern: RegExp, message?: string): true {
    return saying(message, () => assert.doesNotMatch(text, pattern))
  }

  pass(): true {
    return true
  }

  fail(message = 'failed'): never {
    throw new Error(message)
  }

  throws(action: () => unknown, wanted: Wanted = {}, message?: string): unknown {
    try {
      action()
    } catch (error) {
      return asWanted(error, wanted, message)
    }
    throw new Error(`${message ?? 'it'} did not throw`)
  }

  async throwsAsync(
    action: Promise<unknown> | (() => Promise<unknown>),
    wanted: Wanted = {},
    message?: string,
  ): Promise<unknown> {
    try {
      await (typeof action === 'function' ? action() : action)
    } catch (error) {
      return asWanted(error, wanted, message)
    }
    throw new Error(`${message ?? 'it'} did not reject`)
  }

  notThrows(action: () => unknown): true {
    action()
    return true
  }

  async notThrowsAsync(action: Promise<unknown> | (() => Promise<unknown>)): Promise<true> {
    await (typeof action === 'function' ? action() : action)
    return true
  }

  /** run.ts gives every file as long as the longest needs. */
  timeout(): void {}

  log(...values: unknown[]): void {
    console.log(...values)
  }

  teardown(action: () => unknown): void {
    this.#teardowns.push(action)
  }

  /** Runs the teardowns, the last one first; gives what the first of them threw. */
  async tearDown(): Promise<unknown[]> {
    const errors: unknown[] = []
    for (const action of this.#teardowns.toReversed()) {
      try {
        await action()
      } catch (error) {
        errors.push(error)
      }
    }
    return errors
  }
}

/** The part of a value that a pattern speaks of. */
function selected(actual: unknown, pattern: unknown): unknown {
  if (typeof pattern !== 'object' || pattern === null) return actual
  if (typeof actual !== 'object' || actual === null) return actual
  const entries = Object.entries(pattern).map(([name, part]) => [
    name,
    selected((actual as Record<string, unknown>)[name], part),
  ])
  if (Array.isArray(pattern)) return entries.map(([, value]) => value)
  return Object.assign(Object.create(Object.getPrototypeOf(pattern)), Object.fromEntries(entries))
}

function asWanted(error: unknown, wanted: Wanted, message = 'what was thrown'): unknown {
  const { code, message: text, name, instanceOf } = wanted
  const thrown = error as { code?: unknown; message: string; name: unknown }
  const shown = `${message}: ${inspect(error)}`
  if (code !== undefined) assert.strictEqual(thrown.code, code, shown)
  if (name !== undefined) assert.strictEqual(thrown.name, name, shown)
  if (typeof text === 'string') assert.strictEqual(thrown.message, text, shown)
  else if (text !== undefined) assert.match(thrown.message, text, shown)
  if (instanceOf !== undefined) assert.ok(error instanceof instanceOf, shown)
  return error
}

function test(title: string, body: Body): void {
  registered.tests.push({ title, body, failing: false })
}

function failing(title: string, body: Body): void {
  registered.tests.push({ title, body, failing: true })
}

type Hook = (first: string | Body, second?: Body) => void

function hook(bodies: Body[]): Hook & { always: Hook } {
  const add: Hook = (first, second) => {
    bodies.push(second ?? (first as Body))
  }
  return Object.assign(add, { always: add })
}

const hooks = {
  before: hook(registered.before),
  beforeEach: hook(registered.beforeEach),
  afterEach: hook(registered.afterEach),
  after: hook(registered.after),
}

const serial = Object.assign((title: string, body: Body) => test(title, body), {
  failing,
  ...hooks,
})

export default Object.assign(test, { serial, failing, ...hooks })
