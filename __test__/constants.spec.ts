import { execFileSync } from 'node:child_process'
import { constants, supported } from 'socketpair'
import { compile, report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

test('every constant has the number that the C headers of this system give it', (t) => {
  const numbers = report(compile(t, 'constants.c')) as Record<string, number>
  t.deepEqual({ ...constants }, numbers as unknown as typeof constants)
})

test('the constants are frozen', (t) => {
  t.true(Object.isFrozen(constants))
  t.throws(() => Object.assign(constants, { AF_UNIX: 2 }), { instanceOf: TypeError })
  t.is(constants.AF_UNIX, 1)
})

test('a name that Linux lacks is undefined', (t) => {
  t.is(constants.SOCK_CLOFORK, undefined)
  t.is(constants.SOCK_NOSIGPIPE, undefined)
})

test('Linux supports all three types', (t) => {
  t.true(supported.stream)
  t.true(supported.dgram)
  t.true(supported.seqpacket)
  t.true(Object.isFrozen(supported))
})

test('what is supported is found out without leaving a descriptor', (t) => {
  const [before, after] = report('descriptors-of-an-import.ts') as [string[], string[]]
  t.deepEqual(after.filter(isSocket), before.filter(isSocket))
})

function isSocket(entry: string): boolean {
  return entry.includes('socket:')
}

test('CommonJS can require the package', async (t) => {
  const line = "console.log(JSON.stringify(Object.keys(require('socketpair')).sort()))"
  const names = execFileSync(process.execPath, ['--no-warnings', '-e', line], {
    encoding: 'utf8',
    cwd: new URL('.', import.meta.url),
  })
  t.deepEqual(JSON.parse(names), Object.keys(await import('socketpair')).toSorted())
})
