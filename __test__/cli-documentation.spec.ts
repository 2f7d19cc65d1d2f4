// The sessions in docs/command-line.md: what is typed there prints what they show.
import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { CLI } from './helpers/command-line.ts'
import { temporaryDirectory } from './helpers/temporary.ts'
import { test } from './helpers/test.ts'

const page = readFileSync(new URL('../docs/command-line.md', import.meta.url), 'utf8')

/** Each line after a `$`, with the lines that it prints. */
const sessions = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...printed] = part.split('\n')
      return { line, printed: printed.join('\n') }
    }),
)

test('there are sessions', (t) => {
  t.true(sessions.length >= 8)
})

for (const { line, printed } of sessions) {
  test(`prints what the page shows: ${line}`, (t) => {
    const folder = temporaryDirectory(t)
    symlinkSync(CLI, path.join(folder, 'socketpair'))
    const { PATH = '', ...env } = process.env
    const { stdout } = spawnSync('sh', ['-c', `exec 2>&1\n${line}`], {
      env: { ...env, NODE_OPTIONS: '', PATH: `${folder}:${PATH}` },
      encoding: 'utf8',
      timeout: 50_000,
    })
    t.is(stdout, printed)
  })
}
