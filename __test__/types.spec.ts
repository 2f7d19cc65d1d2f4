import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from './helpers/test.ts'

function compile(project: string): { output: string; status: number | null } {
  const compiler = fileURLToPath(new URL('../node_modules/.bin/tsc', import.meta.url))
  const path = fileURLToPath(new URL(project, import.meta.url))
  const { status, stdout } = spawnSync(compiler, ['--project', path], { encoding: 'utf8' })
  return { output: stdout, status }
}

test('the types follow the calls, and wrong calls do not compile', (t) => {
  t.deepEqual(compile('types/tsconfig.json'), { output: '', status: 0 })
})

test('a user compiles against the types with settings of their own', (t) => {
  t.deepEqual(compile('types/user/tsconfig.json'), { output: '', status: 0 })
})
