// The package as its users get it: packed, installed in an empty folder, imported and required.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from './helpers/test.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))

const IMPORTING = `
import { socketpair } from 'socketpair'
const [here, there] = socketpair('seqpacket')
await here.send('hello')
console.log((await there.recv()).data.toString())
`
const REQUIRING = `
const { socketpair } = require('socketpair')
const [here, there] = socketpair()
here.write('hello').then(() => there.readChunk()).then((chunk) => console.log(chunk.toString()))
`

test('the packed package installs in an empty folder and works, imported and required', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'socketpair-package-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root })
  const [tarball] = await readdir(folder)
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }')
  const install = ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`]
  await run('npm', install, { cwd: folder })

  const installed = await readdir(path.join(folder, 'node_modules/socketpair'))
  t.deepEqual(
    installed.filter((name) => !name.endsWith('.node')).toSorted(),
    [
      'LICENSE',
      'README.md',
      'benchmark',
      'dist',
      'index.cjs',
      'index.d.cts',
      'package.json',
    ].toSorted(),
  )
  for (const [name, text] of [
    ['importing.mjs', IMPORTING],
    ['requiring.cjs', REQUIRING],
  ] as const) {
    await writeFile(path.join(folder, name), text)
    const { stdout } = await run(process.execPath, [name], { cwd: folder })
    t.is(stdout, 'hello\n', name)
  }
})
