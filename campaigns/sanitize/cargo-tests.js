// Tests of the core as binaries that can be started one by one, compiled in a way of their own.

import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { StepFailed, root } from '../../scripts/steps.js'
import { Fault } from '../shared/fault.js'
import { rustTarget } from '../shared/sanitized.js'

/** The exit status of a binary of tests, one of which failed. */
const TEST_FAILED = 101

/** As `npm test` has compiled them. */
const asUsual = ['--workspace']

/** @param {string} folder */
const apart = (folder) => [
  '--package=socketpair-core',
  `--target=${rustTarget}`,
  `--target-dir=${join(root, 'target', folder)}`,
]

/**
 * Compiles the tests of these names; gives their binaries.
 *
 * @param {string | undefined} folder below target/; without, cargo's own
 * @param {readonly string[]} names
 * @param {Record<string, string>} env
 * @param {readonly string[]} [more] arguments of cargo
 */
export function compileTests(folder, names, env, more = []) {
  const args = [
    'test',
    '--no-run',
    '--locked',
    ...names.map((name) => `--test=${name}`),
    ...(folder === undefined ? asUsual : apart(folder)),
    '--message-format=json-render-diagnostics',
    ...more,
  ]
  console.log(`> cargo ${args.join(' ')}`)
  const { status, stdout } = spawnSync('cargo', args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new StepFailed(`cargo ended with ${status}`)
  /** @type {Map<string, string>} */
  const binaries = new Map()
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('{')) continue
    const { executable, target } = JSON.parse(line)
    if (executable) binaries.set(target.name, executable)
  }
  return binaries
}

/**
 * Runs one binary of tests to its end. Gives how many passed.
 *
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} env
 * @param {RegExp} [finding] what a tool prints for a fault that the exit status does not show
 * @param {RegExp} [ignored] what a failed test says if the tool made it fail
 */
export async function runTests(name, command, args, env, finding, ignored) {
  const child = spawn(command, args, {
    cwd: join(root, 'crates/socketpair-core'),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 600_000,
    killSignal: 'SIGKILL',
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-100_000)))
  }
  const how = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(signal ?? code))
  })
  const failed = how !== 0 && !(how === TEST_FAILED && ignored?.test(said))
  if (failed || finding?.test(said))
    throw new Fault(`${name} ended with ${how}\n${said.slice(-8000)}`)
  const [, passed = '0'] = /^test result: \w+\. (\d+) passed/m.exec(said) ?? []
  return Number(passed)
}
