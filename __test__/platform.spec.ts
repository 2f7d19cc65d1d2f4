// Where there is no addon, on Windows above all: the import works, and every call says why it fails.
// The real thing: the package as it is packed, but without its binary, in a folder of its own.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
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
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    files: string[]
  }
  const withoutBinaries = files.filter((name) => !name.endsWith('.node'))
  for (const name of ['package.json', ...withoutBinaries]) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  for (const name of ['without-addon.mjs', 'pretend-windows.mjs']) {
    cpSync(join(programs, name), join(folder, name))
  }
})

test.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

function reportWithoutAddon(...options: string[]): Report {
  // Neither what this process was started with nor a binary named by hand may help the copy.
  const { NODE_OPTIONS: _, NAPI_RS_NATIVE_LIBRARY_PATH: __, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...options, join(folder, 'without-addon.mjs')],
    { cwd: folder, env, encoding: 'utf8' },
  )
  if (status !== 0 || stderr !== '') throw new Error(`exit status ${status}\n${stderr}`)
  return JSON.parse(stdout) as Report
}

const where = `${process.platform}-${process.arch}`

for (const [platform, options, why] of [
  [where, [], `there is no prebuilt binary for ${where}, or it could not be loaded`],
  [
    'Windows',
    ['--import=./pretend-windows.mjs'],
    'Windows has no socketpair(2), and its AF_UNIX sockets know neither datagrams nor descriptors',
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
      message: `socketpair does not work here: ${why}`,
      code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
      cause: true,
    }
    for (const [call, failure] of Object.entries(failures)) t.deepEqual(failure, expected, call)
    t.is(Object.keys(failures).length, 9)
    t.is(wrongArgument, 'ERR_INVALID_ARG_VALUE')
    t.is(wrongSocket, 'ERR_INVALID_ARG_VALUE')
  })
}
