// The package as its users get it: packed, installed in an empty folder, imported and required.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packMain } from '../scripts/pack.js'
import { type ExecutionContext, test } from './helpers/test.ts'

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

const MAIN = ['LICENSE', 'README.md', 'benchmark', 'dist', 'package.json']

/** Installs tarballs in a folder, and runs programs that import and require the package there. */
async function works(t: ExecutionContext, folder: string, tarballs: string[]): Promise<string[]> {
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }')
  // The packages of other platforms are optional, and not to be had.
  const install = ['install', '--offline', '--no-audit', '--no-fund', ...tarballs]
  await run('npm', install, { cwd: folder })
  for (const [program, text] of [
    ['importing.mjs', IMPORTING],
    ['requiring.cjs', REQUIRING],
  ] as const) {
    await writeFile(path.join(folder, program), text)
    const { stdout } = await run(process.execPath, [program], { cwd: folder })
    t.is(stdout, 'hello\n', program)
  }
  return (await readdir(path.join(folder, 'node_modules/socketpair'))).toSorted()
}

async function emptyFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'socketpair-package-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function pack(from: string, to: string): Promise<string> {
  const options = ['--silent', '--pack-destination', to]
  const { stdout } = await run('npm', ['pack', ...options], { cwd: from })
  return path.join(to, stdout.trim())
}

const binary = (await readdir(root)).find((name) => name.endsWith('.node')) ?? ''

test('the packages as they are published install in an empty folder and work, imported and required', async (t) => {
  const folder = await emptyFolder(t)
  // The package of this platform as npm/ describes it, with the binary that was built here.
  const name = binary.replace(/^socketpair\.(.*)\.node$/, '$1')
  const platform = path.join(folder, name)
  await cp(path.join(root, 'npm', name), platform, { recursive: true })
  await cp(path.join(root, binary), path.join(platform, binary))
  const tarballs = [await pack(platform, folder), packMain(folder).file]
  t.deepEqual(await works(t, folder, tarballs), MAIN)
})

test('what npm packs in a clone works by itself on the machine that it was built on', async (t) => {
  const folder = await emptyFolder(t)
  const tarball = await pack(root, folder)
  t.deepEqual(await works(t, folder, [tarball]), [...MAIN, binary].toSorted())
})
