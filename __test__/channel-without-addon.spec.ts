// Where there is no addon, on Windows above all, a channel works over the streams of Node.
// The package as it is packed, but without its binary, in a folder of its own.
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { mainFiles } from '../scripts/pack.js'
import { programPath } from './helpers/endings.ts'
import { test } from './helpers/test.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const NAMES = ['channel-without-addon.mjs', 'pretend-windows.mjs']

for (const [system, options] of [
  ['this system', []],
  ['Windows', ['--import=./pretend-windows.mjs']],
] as const) {
  test(`all of a channel works without a binary, over TCP and named pipes, on ${system}`, async (t) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'socketpair-')))
    t.teardown(() => rmSync(folder, { recursive: true, force: true }))
    const copy = join(folder, 'node_modules', 'socketpair')
    mkdirSync(copy, { recursive: true })
    for (const name of mainFiles()) {
      cpSync(join(root, name), join(copy, name), { recursive: true })
    }
    for (const name of NAMES) cpSync(programPath(name), join(folder, name))
    // Neither what this process was started with nor a binary named by hand may help the copy.
    const { NODE_OPTIONS: _, SOCKETPAIR_BINARY: __, ...env } = process.env
    const child = spawn(process.execPath, [...options, join(folder, NAMES[0] as string)], {
      cwd: folder,
      env: { ...env, PRETENDS: 'yes' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 50_000,
    })
    const ended = once(child, 'close')
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    await ended
    t.deepEqual([out, err, child.exitCode], ['all of it works\n', '', 0])
  })
}
