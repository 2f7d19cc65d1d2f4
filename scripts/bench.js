// npm run bench: the table of speeds. Options are those of benchmark/main.js:
// npm run bench -- --rounds 3 --only seqpacket --json figures.json

import { install } from './install.js'
import { make } from './make.js'
import { requireCompiler } from './prerequisites.js'
import { script } from './steps.js'

await script(async () => {
  await install()
  await make()
  requireCompiler('for the programs that the package is measured against')
  const { benchmark } = await import('../benchmark/main.js')
  process.exitCode = (await benchmark(process.argv.slice(2))) ? 0 : 1
})
