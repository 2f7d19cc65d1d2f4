// A test whose program is missing is skipped, counted and named, by `npm test` too.
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { alsoSkipped, lineOf, summaryOf } from '../scripts/ava-summary.js'
import { read, root } from './helpers/documents.ts'
import { Missing, missing, needing, needs, skippable } from './helpers/needs.ts'
import { temporaryDirectory } from './helpers/temporary.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

/** What a body of a test says. */
async function saidBy(body: (t: ExecutionContext) => void): Promise<string[]> {
  const said: string[] = []
  const reporter = { log: (text: string) => said.push(text), pass: () => said.push('passes') }
  await skippable(body)(reporter as never)
  return said
}

test('a program is found on the PATH or by its path, if it can be run', (t) => {
  t.deepEqual(missing('sh', 'no-such-program', '/bin/sh', '/no/such/program'), [
    'no-such-program',
    '/no/such/program',
  ])
  const folder = temporaryDirectory(t)
  const [file, directory] = [path.join(folder, 'file'), path.join(folder, 'directory')]
  writeFileSync(file, '')
  mkdirSync(directory)
  t.deepEqual(missing(file, directory), [file, directory])
  chmodSync(file, 0o755)
  t.deepEqual(missing(file), [])
})

test('a test that needs what is missing ends there, and names it', async (t) => {
  const body = () => {
    needs('sh', 'no-such-program', 'nor-that')
    t.fail('it goes on')
  }
  t.deepEqual(await saidBy(body), ['skipped (needs: no-such-program, nor-that)', 'passes'])
  t.throws(() => needs('no-such-program'), { instanceOf: Missing })
  t.deepEqual(await saidBy(() => needs('sh')), [])
  await t.throwsAsync(
    saidBy(() => {
      throw new TypeError('of another kind')
    }),
    { instanceOf: TypeError },
  )
})

test('a test is declared as skipped where its program is missing', (t) => {
  const declared: string[] = []
  const serial = Object.assign((title: string) => declared.push(title), {
    skip: (title: string) => declared.push(`skipped: ${title}`),
  })
  needing({ serial } as never, 'sh')('runs', () => {})
  needing({ serial } as never, 'no-such-program')('does not', () => {})
  t.deepEqual(declared, ['runs', 'skipped: does not (needs: no-such-program)'])
})

test('the totals name what was missing, and a skipped test is not among the passed', (t) => {
  const report = `TAP version 13
ok 1 - a › fish does too
#   skipped (needs: fish)
ok 2 - a › faults (needs: cc) # SKIP
ok 3 - a › another
#   skipped (needs: zsh, fish)
ok 4 - a › runs
# pass 1
not ok 5 - a › fails
not ok 6 - a › some day # TODO
1..6
# tests 5
# pass 3
# skip 1
# fail 2
`
  const totals = summaryOf(report)
  t.deepEqual(totals, { passed: 1, failed: 1, skipped: 3, needs: ['cc', 'fish', 'zsh'] })
  t.is(lineOf(totals!), 'ava: 1 passed, 1 failed, 3 skipped (needs: cc, fish, zsh)')
  t.is(lineOf({ ...totals!, skipped: 0, needs: [] }), 'ava: 1 passed, 1 failed')
  t.like(alsoSkipped(totals!, 1, 'python3'), {
    skipped: 4,
    needs: ['cc', 'fish', 'python3', 'zsh'],
  })
  t.is(summaryOf('TAP version 13\nok 1 - a'), undefined)
})

test('the Rust tests that need Python are as many as `npm test` says', (t) => {
  const folder = path.join(root, 'crates/socketpair-core/tests')
  const sources = readdirSync(folder).filter((name) => name.endsWith('.rs'))
  const text = sources
    .map((name) => read(path.join('crates/socketpair-core/tests', name)))
    .join('\n')
  const named = text.match(/^fn \w*_python\w*\(/gm) ?? []
  t.true(read('scripts/test.js').includes(`const WITH_PYTHON = ${named.length}\n`))
})
