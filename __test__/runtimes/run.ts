/**
 * Runs one spec file in Bun or Deno: run.ts FILE [PATTERN ...], without the tests whose titles match. Prints
 * one line of JSON for each test, and one when all have ended.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { Context, registered } from './ava.ts'

const [, , file = '', ...without] = process.argv

function say(what: object): void {
  console.log(`@@${JSON.stringify(what)}`)
}

async function attempt(body: (t: Context) => unknown, title: string): Promise<unknown[]> {
  const context = new Context(title)
  const errors: unknown[] = []
  try {
    await body(context)
  } catch (error) {
    errors.push(error)
  }
  return [...errors, ...(await context.tearDown())]
}

// What the host opens once and keeps, to print and for its first child, is there before any are counted.
console.log(file)
spawnSync('true')
await once(spawn('sleep', ['0.1'], { stdio: ['ignore', 'pipe', 'inherit'] }), 'close')
// What a test leaves behind to be rejected when its ends are closed ends no other test. Under Node ava looks
// at such promises.
process.on('unhandledRejection', () => {})
if ('addEventListener' in globalThis) {
  const { addEventListener } = globalThis as unknown as EventTarget
  addEventListener.call(globalThis as unknown as EventTarget, 'unhandledrejection', (event) =>
    event.preventDefault(),
  )
}
await import(pathToFileURL(file).href)
for (const body of registered.before) await body(new Context('before'))
for (const { title, body, failing } of registered.tests) {
  const skipped = without.find((pattern) => new RegExp(pattern).test(title))
  if (skipped !== undefined) {
    say({ title, skipped })
    continue
  }
  const errors: unknown[] = []
  for (const each of [...registered.beforeEach, body, ...registered.afterEach]) {
    errors.push(...(await attempt(each, title)))
  }
  const well = failing ? errors.length > 0 : errors.length === 0
  say({ title, well, ...(!well && { errors: errors.map((error) => inspect(error)) }) })
}
for (const body of registered.after) await body(new Context('after'))
say({ ended: registered.tests.length })
// As ava does: what a test has left must not keep the process.
process.exit(0)
