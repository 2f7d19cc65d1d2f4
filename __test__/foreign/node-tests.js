// Where Node's own test files come from, and how one of them is run.

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, StepFailed } from '../../scripts/steps.js'

/** The groups of files, and how the names of each begin. */
export const groups = {
  net: 'test-net-',
  stream: 'test-stream-',
  tls: 'test-tls-',
  http: 'test-http-',
  https: 'test-https-',
  http2: 'test-http2-',
}

/** @typedef {keyof typeof groups} Group */
/** What the connections of a run are made of. @typedef {'network' | 'duplex' | 'net'} Ends */

/** The release of Debian whose source package has the tests of Node 20. */
const RELEASE = 'trixie'

const shim = fileURLToPath(new URL('shim.cjs', import.meta.url))

/**
 * The folder `test` of Node's source: of Debian's source package, which is fetched once; undefined where there
 * is no Debian.
 *
 * @param {string} keptIn
 */
export async function fromDebian(keptIn) {
  const tests = join(keptIn, 'test')
  if (existsSync(join(tests, 'common'))) return tests
  const sources = debianSources()
  if (sources === undefined) return
  mkdirSync(join(keptIn, 'apt/lists/partial'), { recursive: true })
  mkdirSync(join(keptIn, 'apt/archives/partial'), { recursive: true })
  writeFileSync(join(keptIn, 'apt/node.sources'), sources)
  const options = Object.entries({
    'Dir::Etc::sourcelist': join(keptIn, 'apt/node.sources'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(keptIn, 'apt/lists'),
    'Dir::Cache': join(keptIn, 'apt'),
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  await run('apt-get', [...options, '-qq', 'update'])
  const get = ['-qq', 'source', '--download-only', '--tar-only', 'nodejs']
  await run('apt-get', [...options, ...get], { cwd: keptIn })
  const archive = readdirSync(keptIn).find((name) => /^nodejs_.*\.orig\.tar\.\w+$/.test(name))
  if (archive === undefined)
    throw new StepFailed('the source package of nodejs has no such archive')
  const wanted = ['common', 'fixtures', 'parallel'].map((folder) => `*/test/${folder}`)
  const strip = ['--strip-components=1', '--wildcards', '--exclude=*/deps/*']
  await run('tar', ['-xf', archive, ...strip, ...wanted], { cwd: keptIn })
  for (const name of readdirSync(keptIn)) if (name.startsWith('nodejs_')) rmSync(join(keptIn, name))
  // They are no modules, as those of the project around them.
  writeFileSync(join(keptIn, 'package.json'), '{}\n')
  return tests
}

/** The system's own sources of packages, for the source packages of RELEASE. */
function debianSources() {
  const file = '/etc/apt/sources.list.d/debian.sources'
  if (!existsSync(file)) return
  const [first = ''] = readFileSync(file, 'utf8').split(/\n\n/)
  return first
    .replace(/^Types:.*$/m, 'Types: deb-src')
    .replace(/^Suites:.*$/m, `Suites: ${RELEASE}`)
    .replace(/^Components:.*$/m, 'Components: main')
}

/**
 * The files of a group, by name.
 *
 * @param {string} tests
 * @param {Group} group
 */
export function filesOf(tests, group) {
  return readdirSync(join(tests, 'parallel'))
    .filter((name) => name.startsWith(groups[group]) && name.endsWith('.js'))
    .toSorted()
}

/**
 * Runs a file in a process of its own; resolves to undefined if it passes, else to what it said.
 *
 * @param {string} tests
 * @param {string} file
 * @param {Ends} ends
 * @param {number} slot runs at the same time have each their own
 * @returns {Promise<string | undefined>}
 */
export function runFile(tests, file, ends, slot) {
  const text = readFileSync(join(tests, 'parallel', file), 'utf8')
  const flags = /^\/\/ Flags: (.*)$/m.exec(text)?.[1]?.split(/\s+/).filter(Boolean) ?? []
  const preload = ends === 'network' ? [] : ['--require', shim]
  const child = spawn(process.execPath, [...flags, ...preload, `test/parallel/${file}`], {
    cwd: join(tests, '..'),
    env: { ...process.env, TEST_THREAD_ID: `${slot}`, SOCKETPAIR_FOREIGN_ENDS: ends },
    stdio: ['ignore', 'pipe', 'pipe'],
    // What it starts goes with it.
    detached: true,
  })
  let said = ''
  const hear = (/** @type {Buffer} */ chunk) => (said += String(chunk))
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const killGroup = () => {
    try {
      process.kill(-Number(child.pid), 'SIGKILL')
    } catch {
      // All of them have ended.
    }
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      said += '\nit did not end'
      killGroup()
    }, 30_000)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      killGroup()
      resolve(code === 0 ? undefined : `${said}\nended with ${signal ?? code}`)
    })
  })
}
