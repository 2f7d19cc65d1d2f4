// Where there is no addon, on Windows above all: the import works, and every call says why it fails.
// The real thing: the package as it is packed, but without its binary, in a folder of its own.

import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mainFiles } from '../scripts/pack.js'
import test from 'ava'
import * as here from 'socketpair'

const root = fileURLToPath(new URL('..', import.meta.url))
const programs = fileURLToPath(new URL('programs', import.meta.url))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'socketpair-')))

interface Failure {
  name: string
  message: string
  code: string
  cause: boolean
}

interface Report {
  names: string[]
  required: string[]
  constants: object
  frozen: boolean
  supported: object
  wrongArgument: string
  wrongSocket: string
  failures: Record<string, Failure | null>
}

test.before(() => {
  const copy = join(folder, 'node_modules', 'socketpair')
  mkdirSync(copy, { recursive: true })
  for (const name of mainFiles()) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  for (const name of ['without-addon.mjs', 'pretend-mips.mjs', 'pretend-windows.mjs']) {
    cpSync(join(programs, name), join(folder, name))
  }
})

test.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('a binary that does not load is told from one that is missing', (t) => {
  const platform = join(folder, 'node_modules', missing)
  mkdirSync(platform)
  writeFileSync(join(platform, 'index.js'), "throw new Error('no such symbol: napi_what')")
  t.teardown(() => rmSync(platform, { recursive: true }))
  const { failures } = reportWithoutAddon()
  t.regex(
    failures['socketpair()']?.message ?? '',
    /^socketpair does not work here: the binary for .*, in the package socketpair-.*, could not be loaded: no such symbol: napi_what$/,
  )
})

function reportWithoutAddon(...options: string[]): Report {
  // Neither what this process was started with nor a binary named by hand may help the copy.
  const { NODE_OPTIONS: _, SOCKETPAIR_BINARY: __, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...options, join(folder, 'without-addon.mjs')],
    { cwd: folder, env, encoding: 'utf8' },
  )
  if (status !== 0 || stderr !== '') throw new Error(`exit status ${status}\n${stderr}`)
  return JSON.parse(stdout) as Report
}

const binary = readdirSync(root).find((name) => name.endsWith('.node')) ?? ''
const missing = binary.replace(/^socketpair\.(.*)\.node$/, 'socketpair-$1')

for (const [platform, options, why] of [
  ['this system', [], `the package ${missing}, which holds the binary for `],
  [
    'Windows',
    ['--import=./pretend-windows.mjs'],
    'Windows has no socketpair(2), and its AF_UNIX sockets know neither datagrams nor descriptors',
  ],
  [
    'an unknown one',
    ['--import=./pretend-mips.mjs'],
    'there is no prebuilt binary for Linux on mips with glibc (linux-mips-gnu), only for linux-x64-gnu, ',
  ],
] as const) {
  test(`without a binary on ${platform} the import works and has every name`, (t) => {
    const { names, required, frozen, constants, supported } = reportWithoutAddon(...options)
    t.deepEqual(names, Object.keys(here).toSorted())
    // Node adds the mark of a module to what require() gives.
    t.deepEqual(
      required.filter((name) => !name.startsWith('__') && name !== 'module.exports'),
      names,
    )
    t.deepEqual(constants, {})
    t.deepEqual(supported, {
      stream: false,
      dgram: false,
      seqpacket: false,
      readiness: 'tokio',
      foreignDescriptors: false,
    })
    t.true(frozen)
  })

  test(`without a binary on ${platform} every call says why it can't work`, (t) => {
    const { failures, wrongArgument, wrongSocket } = reportWithoutAddon(...options)
    const expected = {
      name: 'Error',
      code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
      cause: true,
    }
    for (const [call, failure] of Object.entries(failures)) {
      t.like(failure, expected, call)
      t.true(failure?.message.startsWith(`socketpair does not work here: ${why}`), failure?.message)
    }
    t.is(Object.keys(failures).length, 9)
    t.is(wrongArgument, 'ERR_INVALID_ARG_VALUE')
    t.is(wrongSocket, 'ERR_INVALID_ARG_VALUE')
  })
}
