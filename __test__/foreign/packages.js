// Packages of npm over ends: those that carry tests by their tests, the others by a session.

import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install } from '../../scripts/install.js'

const here = import.meta.dirname

/** @typedef {{ what: string, passed: number, failed: string[], skipped: string[] }} Outcome */

/** Packages that carry no tests; a session of each is in sessions/. */
const sessions = ['ws', 'undici', 'vscode-jsonrpc']

/** These start programs of OpenSSH, or have no connection. */
const notOfSsh = new Set([
  'test.js',
  'test-openssh.js',
  'test-integration-openssh.js',
  'test-userauth-agent-openssh.js',
])

/** One of its clients goes on writing when the server is gone, which the kernel tells a pair at once, by EPIPE. */
const DIFFERS = 'test-misc-client-server.js'

/** @param {string} folder */
export async function runPackages(folder) {
  await install('__test__/foreign/packages')
  /** @type {Outcome[]} */
  const outcomes = sessions.map((name) => {
    const said = run(join(here, `sessions/${name}.js`), [], {})
    if (said) console.log(`not ok - ${name}\n${said}`)
    return {
      what: `${name}: a session`,
      passed: said ? 0 : 1,
      failed: said ? [name] : [],
      skipped: [],
    }
  })
  outcomes.push(runSsh(join(folder, 'ssh2')))
  return outcomes
}

/**
 * The tests of ssh2, whose client is given an end where it would connect.
 *
 * @param {string} copy
 * @returns {Outcome}
 */
function runSsh(copy) {
  rmSync(copy, { recursive: true, force: true })
  cpSync(join(here, 'packages/node_modules/ssh2'), copy, { recursive: true })
  cpSync(join(here, 'packages/node_modules'), join(copy, 'node_modules'), { recursive: true })
  const common = join(copy, 'test/common.js')
  const text = readFileSync(common, 'utf8')
  const plain = 'client.connect(clientCfg);'
  if (!text.includes(plain)) throw new Error('the tests of ssh2 connect in another way')
  const given = "sock: require('net').connect(server.address().port, 'localhost')"
  writeFileSync(
    common,
    text.replace(plain, `client.connect(clientCfg.sock ? clientCfg : { ...clientCfg, ${given} });`),
  )
  const files = readdirSync(join(copy, 'test'))
    .filter((name) => /^test-.*\.js$/.test(name) && !notOfSsh.has(name))
    .toSorted()
  /** @type {string[]} */
  const failed = []
  for (const file of files) {
    const path = join(copy, 'test', file)
    // What it does over the net is no matter of ours.
    if (run(path, [], {})) continue
    if (file === DIFFERS) continue
    const said = run(path, ['--require', join(here, 'shim.cjs')], {})
    if (said === undefined) continue
    failed.push(file)
    console.log(`not ok - ssh2 ${file}\n${said}`)
  }
  const passed = files.length - failed.length - 1
  return {
    what: `ssh2: ${passed} of ${files.length} of its files, and ${DIFFERS} differs as expected`,
    passed,
    failed,
    skipped: [],
  }
}

/**
 * Runs a program; what it said if it failed.
 *
 * @param {string} file
 * @param {readonly string[]} flags
 * @param {NodeJS.ProcessEnv} env
 */
function run(file, flags, env) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, file], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  if (status === 0) return
  return `${stdout}${stderr}\nended with ${signal ?? status}`.slice(-2000)
}
