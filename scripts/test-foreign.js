// npm run test:foreign [-- NAME ...] [--node-tests DIR] [--files A,B] [--jobs N]: strangers' suites and programs over
// the ends of pairs. NAME is a group of Node's own test files (net, stream, tls, http, https, http2), or
// `packages`; without, all. Says what it could get and what not; fails for what is not among the expected differences.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { reasonOf } from '../__test__/foreign/differences.js'
import { filesOf, fromDebian, groups, runFile } from '../__test__/foreign/node-tests.js'
import { runPackages } from '../__test__/foreign/packages.js'
import { install } from './install.js'
import { make } from './make.js'
import { root, script, StepFailed } from './steps.js'

const folder = join(root, 'target/foreign')
const { node } = process.versions

/** @typedef {import('../__test__/foreign/node-tests.js').Group} Group */
/** @typedef {{ what: string, passed: number, failed: string[], skipped: string[] }} Outcome */

/** @param {string} name @returns {name is Group} */
const isGroup = (name) => Object.hasOwn(groups, name)

/**
 * Calls `work` for each item, `jobs` at a time.
 *
 * @template T
 * @param {readonly T[]} items
 * @param {number} jobs
 * @param {(item: T, slot: number) => Promise<void>} work
 */
async function each(items, jobs, work) {
  const left = [...items]
  const take = async (/** @type {number} */ slot) => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item, slot)
  }
  await Promise.all(Array.from({ length: jobs }, (_, slot) => take(slot + 1)))
}

/** What passes over the real net in this version of Node, kept from run to run; the others are tried again. */
const overNet = {
  file: join(folder, `over-net-${node}.json`),
  /** @returns {Record<string, boolean>} */
  read() {
    try {
      return JSON.parse(readFileSync(this.file, 'utf8'))
    } catch {
      return {}
    }
  },
  /** @param {Record<string, boolean>} known */
  write(known) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(this.file, JSON.stringify(known))
  },
}

/**
 * A group of Node's files: only those count that pass over the real net.
 *
 * @param {string} tests
 * @param {Group} group
 * @param {{ jobs: number, only: string[] | undefined }} options
 * @returns {Promise<Outcome>}
 */
async function runGroup(tests, group, { jobs, only }) {
  const files = filesOf(tests, group).filter((file) => only?.includes(file) !== false)
  const known = overNet.read()
  await each(
    files.filter((file) => known[file] === undefined),
    jobs,
    async (file, slot) => {
      // A second try, since a machine at work starves some of them.
      known[file] =
        (await runFile(tests, file, 'network', slot)) === undefined ||
        (await runFile(tests, file, 'network', slot)) === undefined
    },
  )
  overNet.write(Object.fromEntries(Object.entries(known).filter(([, passes]) => passes)))
  const counted = files.filter((file) => known[file])
  /** @type {Outcome & { differing: number, passing: string[] }} */
  const outcome = { what: '', passed: 0, failed: [], skipped: [], differing: 0, passing: [] }
  await each(counted, jobs, async (file, slot) => {
    const reason = reasonOf(file)
    let said = await runFile(tests, file, 'duplex', slot)
    if (said !== undefined && reason === undefined)
      said = await runFile(tests, file, 'duplex', slot)
    if (said === undefined) {
      outcome.passed++
      if (reason !== undefined) outcome.passing.push(file)
    } else if (reason === undefined) {
      outcome.failed.push(file)
      console.log(`not ok - ${file}\n    ${said.trim().slice(0, 2000).replaceAll('\n', '\n    ')}`)
    } else outcome.differing++
  })
  const { passed, differing, failed, passing } = outcome
  outcome.what = `${group}: ${counted.length} of ${files.length} files pass over the net`
  outcome.what += `; over ends ${passed} pass, ${differing} differ as expected, ${failed.length} not`
  if (passing.length > 0) console.log(`passed though expected to differ: ${passing.join(', ')}`)
  return outcome
}

/** @param {string | undefined} named @param {string[]} wanted @param {{ jobs: number, only: string[] | undefined }} options */
async function runNode(named, wanted, options) {
  if (wanted.length === 0) return []
  const tests = named === undefined ? await fromDebian(folder) : resolve(named)
  if (tests === undefined) {
    const why =
      "Node's tests: no Debian whose source package has them; name a folder by --node-tests"
    return [{ what: `${wanted.join(', ')}: not run`, passed: 0, failed: [], skipped: [why] }]
  }
  console.log(`> Node's tests in ${tests}, by Node ${node}`)
  const outcomes = []
  for (const group of wanted)
    outcomes.push(await runGroup(tests, /** @type {Group} */ (group), options))
  return outcomes
}

await script(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      'node-tests': { type: 'string' },
      files: { type: 'string' },
      jobs: { type: 'string', default: '2' },
    },
  })
  const all = [...Object.keys(groups), 'packages']
  for (const name of positionals) {
    if (!all.includes(name)) throw new StepFailed(`unknown: ${name}; there are ${all.join(', ')}`)
  }
  const wanted = positionals.length > 0 ? positionals : all
  await install()
  await make()
  /** @type {Outcome[]} */
  const outcomes = await runNode(values['node-tests'], wanted.filter(isGroup), {
    jobs: Number(values.jobs),
    only: values.files?.split(','),
  })
  if (wanted.includes('packages')) outcomes.push(...(await runPackages(folder)))
  console.log()
  for (const { what, failed, skipped } of outcomes) {
    console.log(what)
    for (const name of failed) console.log(`    not ok: ${name}`)
    for (const why of skipped) console.log(`    not to be had: ${why}`)
  }
  const sum = (/** @type {(one: Outcome) => number} */ count) =>
    outcomes.reduce((total, one) => total + count(one), 0)
  const failed = sum((one) => one.failed.length)
  console.log(`\n${sum((one) => one.passed)} passed, ${failed} failed`)
  if (failed > 0) throw new StepFailed(`${failed} of the strangers' tests`)
})
