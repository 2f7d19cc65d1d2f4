// What npm run bench does, once everything is built.

import { constants } from 'node:os'
import { benchmarkGrowth } from './growth.js'
import { benchmarkInside } from './inside.js'
import { describeMachine } from './machine.js'
import { parseOptions, usage } from './options.js'
import { benchmarkTable } from './table.js'

const forms = { table: benchmarkTable, growth: benchmarkGrowth, inside: benchmarkInside }

/**
 * Gives whether all went well.
 *
 * @param {readonly string[]} args
 */
export async function benchmark(args) {
  let options
  try {
    options = parseOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    return false
  }
  const { platform, release, arch, cpus, load } = describeMachine()
  console.log(
    `Node ${process.versions.node}, ${platform} ${release} ${arch}, ${cpus} CPUs, load ${load}`,
  )
  if (load > cpus / 2) console.log('The machine is busy: the figures mean little.')
  console.log()
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    // An exit takes the programs that run along; some of them would wait for ever.
    process.once(signal, () => process.exit(128 + constants.signals[signal]))
  }
  try {
    return await forms[options.form](options)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    console.error(error.message)
    return false
  }
}
