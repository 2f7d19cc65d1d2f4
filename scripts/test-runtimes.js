// npm run test:runtimes [-- NAME ...] [--quick]: the tests under every runtime that the package is made for,
// each as its package on npm carries it, over both kinds of readiness where there are two. Prints a table.
// With --quick a few spec files, which touch every part of the addon.

import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { cannot, notOfRuntimes } from '../__test__/runtimes/cannot.js'
import { make } from './make.js'
import { install } from './install.js'
import { root, run, script, StepFailed } from './steps.js'

const folder = join(root, '__test__/runtimes')
const modules = join(folder, 'node_modules')

/** A spec file that has not ended by then hangs. */
const HANGS_AFTER = 100_000

const QUICK = [
  'close',
  'descriptor-messages',
  'diagnostics',
  'documentation',
  'inspect',
  'order',
  'relay',
  'spawn-sockets',
]

/** What readiness makes no difference to: run once for each runtime. */
const ONCE = new Set(['documentation'])

/**
 * @typedef {object} Runtime
 * @property {string} program
 * @property {readonly string[]} [args] how it runs a file; without, ava runs the tests
 * @property {readonly ('loop' | 'tokio')[]} readiness
 */

/** @type {Record<string, Runtime>} */
const runtimes = {
  ...Object.fromEntries(
    [20, 22, 24, 26].map((version) => [
      `node ${version}`,
      { program: `node${version}/bin/node`, readiness: /** @type {const} */ (['loop', 'tokio']) },
    ]),
  ),
  bun: {
    program: 'bun/bin/bun',
    args: ['--expose-gc', `--tsconfig-override=${join(folder, 'tsconfig.json')}`],
    readiness: ['tokio'],
  },
  deno: {
    program: 'deno/deno',
    args: [
      'run',
      '--allow-all',
      '--no-lock',
      // Some of the tests import `x.js` where there is `x.ts`, as the compiler of TypeScript wants it.
      '--unstable-sloppy-imports',
      `--import-map=${join(folder, 'import-map.json')}`,
      '--v8-flags=--expose-gc',
    ],
    readiness: ['tokio'],
  },
}

/** @typedef {{ passed: number, failed: number, skipped: Map<string, number> }} Totals */

/**
 * Runs a command to its end, and gives what it printed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {number} timeout
 * @returns {Promise<{ how: string | number, stdout: string, stderr: string }>}
 */
function outcomeOf(command, args, env, timeout) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: {
        ...process.env,
        // A `node` that a test starts by its name is the same one.
        PATH: `${dirname(command)}:${process.env.PATH}`,
        NODE_OPTIONS: '',
        NO_COLOR: '1',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ how: signal ?? code ?? '', stdout, stderr }))
  })
}

/** @param {string} name */
const fileOf = (name) => `__test__/${name}.spec.ts`

/**
 * @param {string} name of the runtime
 * @param {readonly string[]} files
 */
function exceptionsOf(name, files) {
  const all = (cannot[name] ?? []).filter(({ file }) => file === undefined || files.includes(file))
  const whole = new Set(all.filter(isWhole).map(({ file }) => file))
  return { all, left: files.filter((file) => !whole.has(file)) }
}

/**
 * The tests of Node, by ava.
 *
 * @param {string} name
 * @param {Runtime} runtime
 * @param {readonly string[]} files
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Totals>}
 */
async function runByAva(name, { program }, files, env) {
  const { all, left } = exceptionsOf(name, files)
  const { how, stdout, stderr } = await outcomeOf(
    join(modules, program),
    // Its reporter of TAP has a bug: a test that times out ends it.
    ['node_modules/ava/entrypoints/cli.mjs', '--tap', '--timeout=170s', ...left.map(fileOf)],
    env,
    HANGS_AFTER * 10,
  )
  /** @type {Totals} */
  const totals = { passed: 0, failed: 0, skipped: skippedFiles(all) }
  const lines = stdout.split('\n')
  for (const [index, line] of lines.entries()) {
    const [, not, title = ''] = /^(not )?ok \d+ - (.*)$/.exec(line) ?? []
    if (title === '') continue
    const [, absent] = /^# +skipped (\(needs: .*\))$/.exec(lines[index + 1] ?? '') ?? []
    if (absent !== undefined) skip(totals, absent)
    else if (/\(needs: .*\) # SKIP$/.test(title)) skip(totals, title)
    else if (not === undefined) totals.passed++
    else {
      const exception = all.find((one) => one.title?.test(title))
      if (exception) skip(totals, exception.why)
      else {
        totals.failed++
        const end = lines.findIndex((later, at) => at > index && /^(?:not )?ok |^1\.\./.test(later))
        console.log(lines.slice(index, end).join('\n'))
      }
    }
  }
  if (!/^# pass \d+$/m.test(stdout)) {
    totals.failed++
    console.log(`not ok - ava ended with ${how}\n${stdout.slice(-2000)}${stderr}`)
  }
  return totals
}

/**
 * The same files where ava does not run: one after the other, with the interface of ava beside run.ts.
 *
 * @param {string} name
 * @param {Runtime} runtime
 * @param {readonly string[]} files
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Totals>}
 */
async function runFiles(name, { program, args = [] }, files, env) {
  const { all, left } = exceptionsOf(name, files)
  /** @type {Totals} */
  const totals = { passed: 0, failed: 0, skipped: skippedFiles(all) }
  for (const file of left) {
    const here = all.filter((one) => one.file === undefined || one.file === file)
    const without = here.filter(({ title }) => title !== undefined)
    const { how, stdout, stderr } = await outcomeOf(
      join(modules, program),
      [
        ...args,
        join(folder, 'run.ts'),
        join(root, fileOf(file)),
        ...without.map(({ title }) => title?.source ?? ''),
      ],
      env,
      HANGS_AFTER,
    )
    let ended = false
    for (const [, json = ''] of stdout.matchAll(/^@@(.*)$/gm)) {
      const said = JSON.parse(json)
      ended ||= said.ended
      if (said.skipped) {
        skip(totals, without.find(({ title }) => title?.source === said.skipped)?.why ?? '')
      } else if (said.well === true) totals.passed++
      else if (said.well === false) {
        const excuse = here.find(({ error }) => error?.test(said.errors.join('\n')))
        if (excuse) {
          skip(totals, excuse.why)
          continue
        }
        totals.failed++
        console.log(`not ok - ${file} › ${said.title}\n    ${said.errors.join('\n    ')}`)
      }
    }
    if (ended) continue
    totals.failed++
    console.log(
      `not ok - ${file} ended with ${how}\n${stdout.slice(-1000)}\n${stderr.slice(-2000)}`,
    )
  }
  return totals
}

/** @param {import('../__test__/runtimes/cannot.js').Exception} exception */
function isWhole({ title, error }) {
  return title === undefined && error === undefined
}

/** @param {readonly import('../__test__/runtimes/cannot.js').Exception[]} all */
function skippedFiles(all) {
  const skipped = new Map()
  for (const { file, why } of all.filter(isWhole)) skipped.set(`${file}: ${why}`, 1)
  return skipped
}

/**
 * @param {Totals} totals
 * @param {string} why
 */
function skip({ skipped }, why) {
  skipped.set(why, (skipped.get(why) ?? 0) + 1)
}

/** @param {string} path */
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Installs the runtimes, if package-lock.json beside them is newer. */
async function installRuntimes() {
  const lock = join(folder, 'package-lock.json')
  if (changedAt(join(modules, '.package-lock.json')) >= changedAt(lock)) return
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', ['ci', `--prefix=${folder}`, ...quiet])
}

await script(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      files: { type: 'string' },
    },
  })
  for (const name of positionals) {
    if (runtimes[name]) continue
    throw new StepFailed(`unknown: ${name}; there are ${Object.keys(runtimes).join(', ')}`)
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new StepFailed('the runtimes are installed for Linux on x64 only')
  }
  const files = readdirSync(join(root, '__test__'))
    .flatMap((name) => /^(.*)\.spec\.ts$/.exec(name)?.[1] ?? [])
    .filter((name) => !notOfRuntimes.includes(name))
  const only = values.files?.split(',') ?? (values.quick ? QUICK : files)
  await install()
  await make()
  await installRuntimes()
  /** @type {(Totals & { name: string, readiness: string, seconds: number })[]} */
  const rows = []
  for (const name of positionals.length > 0 ? positionals : Object.keys(runtimes)) {
    const runtime = /** @type {Runtime} */ (runtimes[name])
    for (const readiness of runtime.readiness) {
      console.log(`> ${name}, ${readiness}`)
      const start = performance.now()
      const how = runtime.args ? runFiles : runByAva
      const repeats = readiness !== runtime.readiness[0]
      const chosen = repeats ? only.filter((file) => !ONCE.has(file)) : only
      if (chosen.length === 0) continue
      const totals = await how(name, runtime, chosen, { SOCKETPAIR_READINESS: readiness })
      rows.push({ name, readiness, ...totals, seconds: (performance.now() - start) / 1000 })
    }
  }
  console.log(`\n${['runtime', 'readiness', 'passed', 'failed', 'skipped', 'seconds'].join('\t')}`)
  for (const { name, readiness, passed, failed, skipped, seconds } of rows) {
    const count = [...skipped.values()].reduce((sum, one) => sum + one, 0)
    console.log([name, readiness, passed, failed, count, seconds.toFixed(0)].join('\t\t').trim())
    for (const why of skipped.keys()) console.log(`    skipped: ${why}`)
  }
  const sum = (/** @type {'passed' | 'failed'} */ what) =>
    rows.reduce((total, row) => total + row[what], 0)
  console.log(`\nava: ${sum('passed')} passed, ${sum('failed')} failed`)
  if (sum('failed') > 0) throw new StepFailed(`${sum('failed')} tests`)
})
