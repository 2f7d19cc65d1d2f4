// The demonstration: one file through every kind of pair to a Node and a Python child, with a
// digest at both ends; then messages and round trips; then a table, with what Node has of its own
// beside it. `npm start` runs it, and so does `node examples/demonstration/main.js` after a build.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { argv, execPath } from 'node:process'
import { countMessages, takeRoundTrips, transferFile } from './measure.js'
import { Progress } from './progress.js'
import { hasPython, routes } from './routes.js'
import { printTable } from './table.js'

/** A file of about 100 MB that every reader of this has: the running Node itself. */
const path = execPath
/** Each time to a fresh child over a fresh pair; the table shows the middle one. */
const passes = 3

/** Gives false if what arrived anywhere differs from what was sent. */
export async function demonstrate() {
  const contents = readFileSync(path)
  const file = { contents, sha256: createHash('sha256').update(contents).digest('hex') }
  console.log(`\nSending ${basename(path)}, ${megabytes(contents.length)}, SHA-256 ${file.sha256}`)
  console.log(`${passes} times each way, digest taken again by the child.\n`)
  if (!hasPython) console.log('There is no python3 here: its rows are left out.\n')

  const results = []
  for (const route of routes) {
    const progress = new Progress(route.name, passes * contents.length)
    const transfers = []
    for (let pass = 0; pass < passes; pass++) {
      transfers.push(await transferFile(route, file, (bytes) => progress.advance(bytes)))
    }
    progress.note('messages of 64 bytes')
    const messages = await countMessages(route)
    progress.note('round trips of 64 bytes')
    const roundTrips = await takeRoundTrips(route)
    const same = transfers.every((transfer) => transfer.same)
    progress.end(same ? 'SHA-256 the same' : 'SHA-256 DIFFERS')
    results.push({ route, same, transfers, messages, roundTrips })
  }

  printTable(results)
  const different = results.filter(({ same }) => !same)
  if (different.length === 0) console.log('\nEvery byte arrived: all digests are the same.')
  else console.error(`\nDigests differ: ${different.map(({ route }) => route.name).join(', ')}`)
  return different.length === 0
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

if (argv[1] === import.meta.filename) {
  process.exitCode = (await demonstrate()) ? 0 : 1
}
