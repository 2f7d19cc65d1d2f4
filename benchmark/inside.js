// npm run bench -- --inside: what a native call, a promise and a wake cost, in time and, where valgrind
// is installed, in instructions, which are the same on a busy machine.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { quantile } from './evaluate.js'
import { describeMachine, describeVersions } from './machine.js'
import { operations } from './programs/operations.js'
import { Progress } from './progress.js'
import { printTable } from './report.js'
import { keepResults } from './results.js'

const path = fileURLToPath(new URL('programs/inside.js', import.meta.url))
/** How often an operation is done where its time is taken. */
const timed = 20_000
/** How often where instructions are counted: what both have in common, Node's start, falls out. */
const counted = [500, 2500]

const callgrind = ['--tool=callgrind', '--callgrind-out-file=/dev/null']
// A compiler that works beside the program makes every count another one.
const steady = ['--jitless', '--single-threaded', '--hash-seed=1', '--random-seed=1']

/** @param {import('./options.js').Options} options */
export async function benchmarkInside(options) {
  const names = Object.keys(operations).filter((name) =>
    name.toLowerCase().includes(options.only.toLowerCase()),
  )
  const hasValgrind = spawnSync('valgrind', ['--version'], { stdio: 'ignore' }).status === 0
  const machine = describeMachine()

  const progress = new Progress(options.rounds, names)
  /** @type {Map<string, number[]>} */
  const times = new Map(names.map((name) => [name, []]))
  for (let round = 0; round < options.rounds; round++) {
    progress.startRound()
    for (const name of names) {
      progress.startRun(name)
      times.get(name)?.push(await nanosecondsOf(name))
      progress.endRun(name)
    }
  }

  const results = []
  for (const name of names) {
    const nanoseconds = times.get(name) ?? []
    if (hasValgrind) console.error(`counting instructions: ${name}`)
    const instructions = hasValgrind ? await instructionsOf(name) : undefined
    results.push({ name, nanoseconds, instructions })
  }
  printInside(results)
  console.log(hasValgrind ? explained : '\nvalgrind is not installed: no instructions are counted.')
  keepResults('inside', { machine, versions: describeVersions([]), operations: results }, options)
  return true
}

const explained = `
Instructions are those of the whole process in user space, without the kernel's, by callgrind: ${counted[1]}
times the operation less ${counted[0]} times, for one. Node runs with --jitless, so that the native part is
counted the same each time; the JavaScript around it is interpreted and costs far more than it does compiled.`

/** @param {{ name: string, nanoseconds: number[], instructions: number | undefined }[]} results */
function printInside(results) {
  const lines = results.map(({ name, nanoseconds, instructions }) => [
    name,
    quantile(nanoseconds, 0.5).toFixed(0),
    `${quantile(nanoseconds, 0.25).toFixed(0)}–${quantile(nanoseconds, 0.75).toFixed(0)}`,
    instructions === undefined ? '-' : instructions.toFixed(0),
  ])
  printTable([['operation', 'ns', 'quartiles', 'instructions'], ...lines])
}

/** @param {string} name */
async function nanosecondsOf(name) {
  const { stdout } = await outputOf(process.execPath, [path, name, String(timed)])
  return Number(JSON.parse(stdout).nanoseconds)
}

/** @param {string} name */
async function instructionsOf(name) {
  const [few = 0, many = 0] = counted
  // The program does half as many again to warm up.
  return ((await collected(name, many)) - (await collected(name, few))) / ((many - few) * 1.5)
}

/**
 * @param {string} name
 * @param {number} count
 */
async function collected(name, count) {
  const args = [...callgrind, process.execPath, ...steady, path, name, String(count)]
  const { stderr } = await outputOf('valgrind', args)
  return Number(stderr.match(/Collected : (\d+)/)?.[1] ?? Number.NaN)
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
async function outputOf(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: status ${code}\n${stderr}`)
  return { stdout, stderr }
}
